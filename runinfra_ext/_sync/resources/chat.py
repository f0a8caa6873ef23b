# Generated from runinfra_ext/_async/resources/chat.py by `make gen`; do not edit.
# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""``client.chat``."""

from __future__ import annotations

from typing import Any, Literal, Unpack, overload

from runinfra_client.api.chat import create_chat_completion as _create_chat_completion

from ... import types
from ..._answer import completions as _completions
from ..._call.signatures import documented
from ..._ground.doors import door
from ..mixins.chat import ChatCompletionsMethods
from ..resource import Resource
from ..transport import Transport


class ChatCompletions(ChatCompletionsMethods):
    """Chat completions."""

    @overload
    def create(
        self, *, stream: Literal[False] | None = None, **params: Unpack[types.ChatCompletionCall]
    ) -> types.ChatCompletion: ...

    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[types.ChatCompletionCall]
    ) -> types.ChatCompletionStream: ...

    @overload
    def create(
        self, *, stream: bool, **params: Unpack[types.ChatCompletionCall]
    ) -> types.ChatCompletion | types.ChatCompletionStream: ...

    @door
    @documented(_create_chat_completion.OPERATION)
    def create(
        self, *, stream: bool | None = None, **params: Unpack[types.ChatCompletionCall]
    ) -> types.ChatCompletion | types.ChatCompletionStream:
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
        answer: types.ChatCompletion | types.ChatCompletionStream = self._streamed(
            _create_chat_completion, arguments, _completions.ChatCompletion, stream
        )
        return answer


class Chat(Resource):
    """Chat completions."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)
        self.completions = ChatCompletions(transport)
