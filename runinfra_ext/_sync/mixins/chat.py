# Generated from runinfra_ext/_async/mixins/chat.py by `make gen`; do not edit.
"""``client.chat.completions``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal, TypeVar, Unpack, overload

from runinfra_client import models
from runinfra_client.api.chat import create_chat_completion

from ... import types
from ..._answer.bodies import json_result
from ..._answer.completions import ChatCompletion
from ..._call.requests import described
from ..._call.signatures import documented
from ..._call.spans import run_span
from ..._ground.checks import flag
from ..._ground.doors import door
from ..._structured import DEFAULT_MAX_STEPS
from ..resource import Resource

# Schemas, tools and the models of streams are loaded with the first call that needs them.
# ruff: noqa: PLC0415

P = TypeVar("P")


# The overloads of ``parse`` stand here and in ``responses.py``, because Python can't say them once:
# no type variable stands for the keywords behind ``Unpack``, or for a generic class such as
# ``ParsedChatCompletion`` before it gets its parameter.
class ChatCompletionsMethods(Resource):
    """Chat completions with what is made of their texts and tool calls."""

    @overload
    def parse(
        self,
        target: type[P],
        /,
        *,
        stream: Literal[False] | None = None,
        **params: Unpack[types.ChatCompletionCall],
    ) -> types.ParsedChatCompletion[P]: ...

    @overload
    def parse(
        self,
        target: type[P],
        /,
        *,
        stream: Literal[True],
        **params: Unpack[types.ChatCompletionCall],
    ) -> types.ParsedStream[P]: ...

    # A union, and a JSON schema, is no class that a type checker could take the result's type from.
    @overload
    def parse(
        self,
        target: object,
        /,
        *,
        stream: Literal[False] | None = None,
        **params: Unpack[types.ChatCompletionCall],
    ) -> types.ParsedChatCompletion[Any]: ...

    @overload
    def parse(
        self,
        target: object,
        /,
        *,
        stream: Literal[True],
        **params: Unpack[types.ChatCompletionCall],
    ) -> types.ParsedStream[Any]: ...

    @overload
    def parse(
        self, target: type[P], /, *, stream: bool, **params: Unpack[types.ChatCompletionCall]
    ) -> types.ParsedChatCompletion[P] | types.ParsedStream[P]: ...

    @door
    @documented(create_chat_completion.OPERATION, without=("response_format",))
    def parse(
        self,
        target: Any,
        /,
        *,
        stream: bool | None = None,
        **params: Unpack[types.ChatCompletionCall],
    ) -> types.ParsedChatCompletion[Any] | types.ParsedStream[Any]:
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
        from ..._structured.parsing import parsed_completion, with_format

        transport = self._transport
        call = described(
            create_chat_completion,
            with_format(params, target),
            transport.settings,
            function="chat.completions.parse",
            stream=stream,
        )
        if call.streaming:
            from ..events import parsed_chat_stream

            return transport.open(call, parsed_chat_stream(target))
        make = json_result(
            create_chat_completion.result, ChatCompletion, transport.settings.redactor
        )
        # Parsed behind the call: what the model wrote says nothing about how the call went.
        return parsed_completion(transport.fetch(call, make), target)

    @overload
    def run_tools(
        self,
        functions: Sequence[Callable[..., Any] | types.FunctionTool],
        /,
        *,
        stream: Literal[False] | None = None,
        max_steps: int = DEFAULT_MAX_STEPS,
        on_event: Callable[[models.ChatCompletionChunk], object] | None = None,
        **params: Unpack[types.ChatCompletionCall],
    ) -> types.ToolRun: ...

    @overload
    def run_tools(
        self,
        functions: Sequence[Callable[..., Any] | types.FunctionTool],
        /,
        *,
        stream: Literal[True],
        max_steps: int = DEFAULT_MAX_STEPS,
        on_event: Callable[[models.ChatCompletionChunk], object] | None = None,
        **params: Unpack[types.ChatCompletionCall],
    ) -> types.ToolStream: ...

    @overload
    def run_tools(
        self,
        functions: Sequence[Callable[..., Any] | types.FunctionTool],
        /,
        *,
        stream: bool,
        max_steps: int = DEFAULT_MAX_STEPS,
        on_event: Callable[[models.ChatCompletionChunk], object] | None = None,
        **params: Unpack[types.ChatCompletionCall],
    ) -> types.ToolRun | types.ToolStream: ...

    @door
    @documented(create_chat_completion.OPERATION, without=("tools",))
    def run_tools(
        self,
        functions: Sequence[Callable[..., Any] | types.FunctionTool],
        /,
        *,
        stream: bool | None = None,
        max_steps: int = DEFAULT_MAX_STEPS,
        on_event: Callable[[models.ChatCompletionChunk], object] | None = None,
        **params: Unpack[types.ChatCompletionCall],
    ) -> types.ToolRun | types.ToolStream:
        """Complete a conversation, calling the functions that the model asks for.

        The run is one unit of work: ``deadline`` bounds all of it, each step has an idempotency
        key made of ``idempotency_key`` (so that a repeat of the run does not pay again for what was
        done), and ``client_request_id`` with the step's number behind it. A ``tool_choice`` that
        forces a call holds for the first step.

        Args:
            functions: What the model may call, the first argument: their signatures and docstrings
                tell it how.
            stream: Hand out the steps of the run as they come.
            max_steps: How many requests the loop may make.
            on_event: Makes every request a stream, and is given its chunks; with the async client
                it may be ``async``.

        Returns:
            The last ``.completion``, all ``.messages``, the number of ``.steps`` and the ``.usage``
            of all; with ``stream=True`` a stream of typed steps whose ``.final()`` is that.

        Raises:
            ToolLoopError: the limit of steps is reached, the model's calls were cut, or a result
                has no JSON form.
            InvalidRequestError: an argument is wrong, or a function can't be described.
            DeadlineExceededError: the run took longer than its ``deadline``.
            APIStatusError: the gateway said no.
            RunInfraConnectionError: no answer.
            Exception: what a function raises. Like all of these it has ``.messages``, ``.steps``
                and ``.usage`` of the run so far.
        """
        from ..._structured.conversation import ToolConversation
        from ..tool_loop import ToolStream

        settings = self._transport.settings
        given: dict[str, Any] = dict(params)
        conversation = ToolConversation(
            given.pop("messages", None) or (),
            functions,
            max_steps,
            params=given,
            deadline=settings.deadline,
            clock=settings.clock,
        )
        streaming = stream is not None and flag("stream", stream)
        whole: Any = self  # `create` is generated beside these methods
        run = ToolStream(
            whole.create,
            conversation,
            streaming=streaming or on_event is not None,
            on_event=on_event,
            begin=partial(run_span, settings, given.get("model")),
        )
        return run if streaming else run.final()
