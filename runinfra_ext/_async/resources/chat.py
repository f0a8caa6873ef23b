"""``client.chat.completions``."""

from __future__ import annotations

from typing import Any, Literal, Unpack, overload

from ...answers import json_result
from ...calls import ChatCompletionCall
from ...requests import json_call
from ...results import ChatCompletion
from ...signatures import documented
from ..events import AsyncChatCompletionStream, chat_stream
from ..transport import AsyncTransport


class AsyncChatCompletions:
    """Chat completions."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    @overload
    async def create(
        self, *, stream: Literal[False] | None = None, **params: Unpack[ChatCompletionCall]
    ) -> ChatCompletion: ...

    @overload
    async def create(
        self, *, stream: Literal[True], **params: Unpack[ChatCompletionCall]
    ) -> AsyncChatCompletionStream: ...

    @overload
    async def create(
        self, *, stream: bool, **params: Unpack[ChatCompletionCall]
    ) -> ChatCompletion | AsyncChatCompletionStream: ...

    @documented("createChatCompletion")
    async def create(
        self, *, stream: bool | None = None, **params: Unpack[ChatCompletionCall]
    ) -> ChatCompletion | AsyncChatCompletionStream:
        """Complete a conversation, whole or as a stream of chunks.

        Returns:
            A ``ChatCompletion`` whose ``.choices[0].message.content`` is the text; with
            ``stream=True`` a stream of chunks whose ``.final()`` is the same ``ChatCompletion``.

        Raises:
            InvalidRequestError: an argument is wrong; nothing was sent.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        transport = self._transport
        arguments: Any = params
        call = json_call(
            "createChatCompletion",
            arguments,
            transport.settings,
            function="chat.completions.create",
            stream=stream,
        )
        if call.streaming:
            return await transport.open(call, chat_stream)
        return await transport.fetch(call, json_result(ChatCompletion, transport.settings.redactor))


class AsyncChat:
    """The chat namespace."""

    def __init__(self, transport: AsyncTransport) -> None:
        self.completions = AsyncChatCompletions(transport)
