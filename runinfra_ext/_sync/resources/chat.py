# Generated from runinfra_ext/_async/resources/chat.py by `make gen`; do not edit.
"""``client.chat.completions``."""

from __future__ import annotations

from typing import Any, Literal, Unpack, overload

from ...answers import json_result
from ...calls import ChatCompletionCall
from ...requests import json_call
from ...results import ChatCompletion
from ...signatures import documented
from ..events import ChatCompletionStream, chat_stream
from ..transport import Transport


class ChatCompletions:
    """Chat completions."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @overload
    def create(
        self, *, stream: Literal[False] | None = None, **params: Unpack[ChatCompletionCall]
    ) -> ChatCompletion: ...

    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[ChatCompletionCall]
    ) -> ChatCompletionStream: ...

    @overload
    def create(
        self, *, stream: bool, **params: Unpack[ChatCompletionCall]
    ) -> ChatCompletion | ChatCompletionStream: ...

    @documented("createChatCompletion")
    def create(
        self, *, stream: bool | None = None, **params: Unpack[ChatCompletionCall]
    ) -> ChatCompletion | ChatCompletionStream:
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
            return transport.open(call, chat_stream)
        return transport.fetch(call, json_result(ChatCompletion, transport.settings.redactor))


class Chat:
    """The chat namespace."""

    def __init__(self, transport: Transport) -> None:
        self.completions = ChatCompletions(transport)
