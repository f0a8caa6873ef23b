"""The tool-calling loop as one unit of work: the rules; the drivers only send its requests.

Promises: the loop ends, by an answer, by its limit of steps or by its deadline; every call that is
executed gets its answer, so that the conversation stays valid; a call that was cut is never
executed; what is the model's mistake (an unknown tool, arguments that do not fit) is told to the
model, which can do better; what a function raises is the application's and goes to the application,
with the run so far on it, as on every other error.

With an ``idempotency_key`` each request has a key of its own, made of that key, the number of the
step and what the tools have returned: so a repeat of the run gets the answers that were paid for,
as long as its tools return the same, and asks anew where they don't.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from runinfra_client import models
from runinfra_client.params import ChatMessageParam

from .._answer.completions import ChatCompletion
from .._ground.checks import KEY_LIMIT, NAME_LIMIT, count, number, printable
from .._ground.json_codec import is_mapping
from .._stream.tool_calls import CUT_REASONS, is_whole
from ..errors import DeadlineExceededError, InvalidRequestError, RunInfraError, ToolLoopError
from ..idempotency import derive
from . import DEFAULT_MAX_STEPS
from .tools import FunctionTool, function_tool
from .values import MismatchError
from .writing import json_text

_SENT_BACK: Final = frozenset({"role", "content", "tool_calls"})
_READABLE: Final = 128  # characters of a key that stand at the front of those made of it
_NUMBERED: Final = NAME_LIMIT - 8  # room for the number of the step


class ToolCall(NamedTuple):
    """A call that the model has made.

    Attributes:
        id: to be given back with the result.
        name: of the tool, as the model said it.
        tool: what is called; ``None`` if ``problem`` says why nothing can be.
        arguments: decoded and checked; empty where there is a problem.
        problem: what the model is told instead of a result.
    """

    id: str
    name: str
    tool: FunctionTool | None
    arguments: Mapping[str, Any]
    problem: str

    def result(self) -> Any:
        """Call the function (an ``async`` one gives its coroutine); or the problem, as a text."""
        return self.tool.function(**self.arguments) if self.tool else f"Error: {self.problem}"


class ToolRun(NamedTuple):
    """What a tool-calling loop came to.

    Attributes:
        completion: the last answer, which calls no tool.
        messages: the whole conversation, the last answer included; to go on with.
        steps: how many requests it took.
        usage: of all requests together; ``None`` if none of them told.
    """

    completion: ChatCompletion
    messages: list[ChatMessageParam]
    steps: int
    usage: models.CompletionUsage | None


class ToolTextEvent(NamedTuple):
    """The model said something.

    Attributes:
        text: the piece of text.
        step: number of the request, from 1.
        type: ``text``.
    """

    text: str
    step: int
    type: Literal["text"] = "text"


class ToolCallEvent(NamedTuple):
    """The model calls a tool, which is executed next.

    Attributes:
        call: which, and with what.
        step: number of the request, from 1.
        type: ``call``.
    """

    call: ToolCall
    step: int
    type: Literal["call"] = "call"


class ToolResultEvent(NamedTuple):
    """A tool has returned.

    Attributes:
        call: which.
        result: what it returned; the problem where nothing could be called.
        content: the text that the model is given.
        step: number of the request, from 1.
        type: ``result``.
    """

    call: ToolCall
    result: Any
    content: str
    step: int
    type: Literal["result"] = "result"


class ToolDoneEvent(NamedTuple):
    """The model has answered without calling a tool: the last event.

    Attributes:
        run: all of it.
        step: number of the request, from 1.
        type: ``done``.
    """

    run: ToolRun
    step: int
    type: Literal["done"] = "done"


ToolEvent: TypeAlias = ToolTextEvent | ToolCallEvent | ToolResultEvent | ToolDoneEvent
"""A step of a streamed run; ``.type`` says which."""


class ToolConversation:
    """The messages of a tool-calling loop, and what comes next.

    Args:
        messages: the conversation so far.
        tools: functions, or :class:`FunctionTool` objects.
        max_steps: limit for the number of requests, at least 1.
        params: the other arguments of every request, and the options of the run.
        deadline: seconds for the whole run, where ``params`` do not say it.
        clock: a monotonic clock in seconds.

    Attributes:
        messages: of the next request.
        steps: requests that were answered.

    Raises:
        InvalidRequestError: a function has no schema, two have one name, or an option is wrong.
    """

    def __init__(
        self,
        messages: Iterable[Any],
        tools: Sequence[Callable[..., Any] | FunctionTool],
        max_steps: int = DEFAULT_MAX_STEPS,
        *,
        params: Mapping[str, Any],
        deadline: float | None,
        clock: Callable[[], float],
    ) -> None:
        self.messages: list[Any] = list(messages)
        self.steps = 0
        self._max_steps = count("max_steps", max_steps, minimum=1)
        self._tools: dict[str, FunctionTool] = {}
        for given in tools:
            tool = given if isinstance(given, FunctionTool) else function_tool(given)
            if tool.name in self._tools:
                msg = f"tools: two functions are called {tool.name!r}"
                raise InvalidRequestError(msg, param="tools")
            self._tools[tool.name] = tool
        if "tools" in params:
            msg = "tools: give the functions as the first argument"
            raise InvalidRequestError(msg, param="tools")
        self._params = {name: value for name, value in params.items() if value is not None}
        self._key = self._option("idempotency_key", KEY_LIMIT)
        self._client_request_id = self._option("client_request_id", NAME_LIMIT)
        given_deadline = self._params.pop("deadline", deadline)
        self._deadline = (
            None if given_deadline is None else number("deadline", given_deadline, positive=True)
        )
        self._clock = clock
        self._started = clock()
        self._results: list[str] = []
        self._usage: dict[str, Any] | None = None

    @property
    def tools(self) -> list[FunctionTool]:
        """What may be called."""
        return list(self._tools.values())

    @property
    def usage(self) -> models.CompletionUsage | None:
        """Of all answers so far, together."""
        return None if self._usage is None else models.CompletionUsage.from_dict(self._usage)

    def request(self) -> dict[str, Any]:
        """The arguments of the next request.

        Raises:
            DeadlineExceededError: the run has no time left.
        """
        step = self.steps + 1
        arguments: dict[str, Any] = {**self._params, "messages": self.messages}
        if self._tools:
            arguments["tools"] = [tool.as_param() for tool in self._tools.values()]
        if self.steps and arguments.get("tool_choice") not in (None, "auto", "none"):
            # A choice that forces a call would force one in every step, until the limit.
            del arguments["tool_choice"]
        if self._key is not None:
            front = self._key[:_READABLE]
            arguments["idempotency_key"] = derive(front, self._key, step, *self._results)
        if self._client_request_id is not None:
            arguments["client_request_id"] = f"{self._client_request_id[:_NUMBERED]}-{step}"
        if self._deadline is not None:
            arguments["deadline"] = self.left()
        return arguments

    def left(self) -> float | None:
        """Seconds that the run has left, ``None`` for no limit.

        Raises:
            DeadlineExceededError: there are none.
        """
        if self._deadline is None:
            return None
        left = self._started + self._deadline - self._clock()
        if left <= 0:
            msg = f"The run of the tools took longer than its deadline of {self._deadline:g} s."
            raise DeadlineExceededError(msg)
        return left

    def calls_of(self, completion: ChatCompletion) -> list[ToolCall]:
        """Take an answer; the calls to execute, none if it was the last.

        Raises:
            ToolLoopError: it asks for more calls, but the limit of steps is reached, or all its
                calls were cut; ``partial`` is the completion.
        """
        self.steps += 1
        self._add_usage(completion)
        if not completion.choices:
            return []
        choice = completion.choices[0]
        given = choice.message.tool_calls or []
        cut = choice.finish_reason in CUT_REASONS
        whole = [call for call in given if not cut or is_whole(call.function.arguments)]
        self._add_message(choice.message, whole)
        problem = ""
        if given and not whole:
            names = ", ".join(repr(call.function.name) for call in given)
            problem = (
                f"The call of {names} was cut ({choice.finish_reason}) and not executed: allow the"
                " model more tokens."
            )
        elif whole and self.steps >= self._max_steps:
            problem = f"The model still calls tools after max_steps ({self._max_steps} requests)."
        if problem:
            raise ToolLoopError(problem, partial=completion, request_id=completion.request_id)
        return [self._call(call) for call in whole]

    def answer(self, call: ToolCall, result: object) -> ToolResultEvent:
        """Add the result of a call to the conversation.

        Raises:
            ToolLoopError: the result has no JSON form.
        """
        try:
            text = json_text(result)
        except (TypeError, ValueError) as error:
            msg = f"The result of the tool {call.name!r} has no JSON form: {error}"
            raise ToolLoopError(msg) from error
        self._results.append(text)
        self.messages.append({"role": "tool", "tool_call_id": call.id, "content": text})
        return ToolResultEvent(call, result, text, self.steps)

    def run(self, completion: ChatCompletion) -> ToolRun:
        """What the loop came to."""
        return ToolRun(completion, self.messages, self.steps, self.usage)

    def mark(self, error: BaseException, call: ToolCall | None) -> None:
        """Put the run so far on whatever ends it, also on the application's own exceptions."""
        # Not by setattr, which a class may forbid.
        error.__dict__.update(messages=list(self.messages), steps=self.steps, usage=self.usage)
        if call is not None and not isinstance(error, RunInfraError):
            note = (
                f"run_tools: raised by the tool {call.name!r} after {self.steps} request(s);"
                " this exception has .messages, .steps and .usage of the run"
            )
            error.__dict__.setdefault("__notes__", []).append(note)

    def _option(self, name: str, limit: int) -> str | None:
        value = self._params.pop(name, None)
        return None if value is None else printable(name, value, limit=limit)

    def _add_message(self, message: models.ChatCompletionMessage, calls: list[Any]) -> None:
        # Only what a request knows, and nothing that is null: engines refuse thoughts and
        # `content: null` that come back.
        sent = {
            key: value
            for key, value in message.to_dict().items()
            if key in _SENT_BACK and value is not None
        }
        sent.pop("tool_calls", None)
        if calls:
            sent["tool_calls"] = [_sent_call(call.to_dict()) for call in calls]
        else:
            sent.setdefault("content", "")
        self.messages.append(sent)

    def _call(self, call: models.ChatCompletionMessageToolCall) -> ToolCall:
        name: Any = call.function.name
        tool = self._tools.get(name) if isinstance(name, str) else None
        problem = ""
        if call.type != "function":
            problem = f"there are no tools of kind {call.type!r}"
        elif tool is None:
            problem = f"there is no tool {name!r}"
        else:
            try:
                return ToolCall(call.id, name, tool, tool.arguments(call.function.arguments), "")
            except MismatchError as error:
                problem = str(error)
        return ToolCall(call.id, name, None, {}, problem)

    def _add_usage(self, completion: ChatCompletion) -> None:
        if completion.usage is not None:
            self._usage = _sum(self._usage or {}, completion.usage.to_dict())


def _sent_call(call: dict[str, Any]) -> dict[str, Any]:
    if call["type"] != "function" and not call["function"]["name"]:
        del call["function"]  # made up, so that the call can be read like the others
    return call


def _sum(total: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Two usages together: numbers are added, of everything else the later counts."""
    result = dict(total)
    for key, value in more.items():
        known = result.get(key)
        if is_mapping(value):
            result[key] = _sum(known if is_mapping(known) else {}, value)
        elif isinstance(value, int | float) and isinstance(known, int | float):
            result[key] = known + value
        elif value is not None or key not in result:
            result[key] = value
    return result
