"""``client.chat.completions``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar, Unpack, overload

from runinfra_client import models
from runinfra_client.api.chat import create_chat_completion

from ..._answer.bodies import json_result
from ..._call.calls.chat import ChatCompletionCall
from ..._call.requests import described
from ..._call.signatures import documented
from ..._structured.parsing import ParsedChatCompletion, parsed_completion, with_format
from ..._structured.tools import DEFAULT_MAX_STEPS, FunctionTool, ToolConversation, ToolRun
from ..at_hand import at_hand
from ..events import AsyncParsedStream, parsed_chat_stream
from ..resource import AsyncResource
from ..tool_loop import run_tools

P = TypeVar("P")


class AsyncChatCompletionsMethods(AsyncResource):
    """Chat completions with what is made of their texts and tool calls."""

    @overload
    @at_hand
    async def parse(
        self,
        target: type[P],
        /,
        *,
        stream: Literal[False] | None = None,
        **params: Unpack[ChatCompletionCall],
    ) -> ParsedChatCompletion[P]: ...

    @overload
    @at_hand
    async def parse(
        self, target: type[P], /, *, stream: Literal[True], **params: Unpack[ChatCompletionCall]
    ) -> AsyncParsedStream[P]: ...

    @overload
    @at_hand
    async def parse(
        self, target: type[P], /, *, stream: bool, **params: Unpack[ChatCompletionCall]
    ) -> ParsedChatCompletion[P] | AsyncParsedStream[P]: ...

    @at_hand
    @documented(create_chat_completion.OPERATION, without=("response_format",))
    async def parse(
        self,
        target: type[P],
        /,
        *,
        stream: bool | None = None,
        **params: Unpack[ChatCompletionCall],
    ) -> ParsedChatCompletion[P] | AsyncParsedStream[P]:
        """Complete a conversation with an object: of an attrs class, a dataclass and the like.

        The ``response_format`` is that of the target.

        Args:
            target: The type of the object, the first argument.
            stream: Hand out the answer while it is made.

        Returns:
            A ``ChatCompletion`` whose ``.parsed`` is the object; with ``stream=True`` a stream
            whose ``.final()`` is that.

        Raises:
            StructuredOutputError: the text does not fit, was cut short or refused.
            InvalidRequestError: an argument is wrong, or the target has no schema.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        transport = self._transport
        call = described(
            create_chat_completion,
            with_format(params, target),
            transport.settings,
            function="chat.completions.parse",
            stream=stream,
        )
        if call.streaming:
            return await transport.open(call, parsed_chat_stream(target))
        make = json_result(
            create_chat_completion.result, models.ChatCompletion, transport.settings.redactor
        )
        # Parsed behind the call: what the model wrote says nothing about how the call went.
        return parsed_completion(await transport.fetch(call, make), target)

    @at_hand
    @documented(create_chat_completion.OPERATION, without=("tools",))
    async def run_tools(
        self,
        functions: Sequence[Callable[..., Any] | FunctionTool],
        /,
        *,
        max_steps: int = DEFAULT_MAX_STEPS,
        on_event: Callable[[models.ChatCompletionChunk], object] | None = None,
        **params: Unpack[ChatCompletionCall],
    ) -> ToolRun:
        """Complete a conversation, calling the functions that the model asks for.

        Args:
            functions: What the model may call, the first argument: their signatures and docstrings
                tell it how.
            max_steps: How many requests the loop may make.
            on_event: Makes every request a stream, and is given its chunks.

        Returns:
            The last ``.completion``, all ``.messages`` and the number of ``.steps``.

        Raises:
            ToolLoopError: the limit of steps is reached, or a result has no JSON form.
            InvalidRequestError: an argument is wrong, or a function can't be described.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
        """
        given: dict[str, Any] = dict(params)
        conversation = ToolConversation(given.pop("messages", None) or (), functions, max_steps)
        whole: Any = self  # `create` is generated beside these methods
        return await run_tools(whole.create, conversation, given, on_event)
