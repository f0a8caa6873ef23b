# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""``client.chat``."""

from __future__ import annotations

from typing import Any, Literal, Unpack, overload

from runinfra_client.api.chat import create_chat_completion as _create_chat_completion

from ... import types
from ..._answer import completions as _completions
from ..._call.signatures import documented
from ..at_hand import at_hand
from ..mixins.chat import AsyncChatCompletionsMethods
from ..resource import AsyncResource
from ..transport import AsyncTransport


class AsyncChatCompletions(AsyncChatCompletionsMethods):
    """Chat completions."""

    @overload
    @at_hand
    async def create(
        self, *, stream: Literal[False] | None = None, **params: Unpack[types.ChatCompletionCall]
    ) -> types.ChatCompletion: ...

    @overload
    @at_hand
    async def create(
        self, *, stream: Literal[True], **params: Unpack[types.ChatCompletionCall]
    ) -> types.AsyncChatCompletionStream: ...

    @overload
    @at_hand
    async def create(
        self, *, stream: bool, **params: Unpack[types.ChatCompletionCall]
    ) -> types.ChatCompletion | types.AsyncChatCompletionStream: ...

    @at_hand
    @documented(_create_chat_completion.OPERATION)
    async def create(
        self, *, stream: bool | None = None, **params: Unpack[types.ChatCompletionCall]
    ) -> types.ChatCompletion | types.AsyncChatCompletionStream:
        """Complete a conversation.

        Answers the conversation, whole or as a stream of chunks that ends with `data: [DONE]`.
        Replay-safe with an idempotency key when it is not streamed.

        Returns:
            The completion, or the stream of its chunks. With `stream=True` a stream of events
            whose `.final()` is the same.

        Raises:
            InvalidRequestError: an argument is wrong; nothing was sent.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        arguments: Any = params
        answer: types.ChatCompletion | types.AsyncChatCompletionStream = await self._streamed(
            _create_chat_completion, arguments, _completions.ChatCompletion, stream
        )
        return answer


class AsyncChat(AsyncResource):
    """Chat completions."""

    def __init__(self, transport: AsyncTransport) -> None:
        super().__init__(transport)
        self.completions = AsyncChatCompletions(transport)
