"""Python functions as tools of a model: their schemas, and the calling of them.

The rules of the tool-calling loop stand in :class:`ToolConversation`; the drivers only send its
requests. Promises: the loop ends, by an answer or by its limit of steps; every call that the model
makes gets its answer, so that the conversation stays valid; what is the model's mistake (an unknown
tool, arguments that do not fit) is told to the model, which can do better; what a function raises
is the application's and goes to the application.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import re
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from runinfra_client.models import ChatCompletion

from .._ground.json_codec import decode_exactly, encode
from ..errors import InvalidRequestError, ToolLoopError
from .schemas import schema_of_members
from .shapes import Member, member_of
from .values import MismatchError, value_of

if TYPE_CHECKING:
    from runinfra_client.params import ChatMessageParam

DEFAULT_MAX_STEPS: Final = 10  # requests of one loop; a model that needs more is going in circles

_SENT_BACK: Final = frozenset({"role", "content", "tool_calls"})
_ARGUMENT: Final = re.compile(r"^\s*(\w+)\s*(?:\([^)]*\))?:\s*(.+)$")


class FunctionTool(NamedTuple):
    """A function that a model may call.

    Attributes:
        name: by which the model calls it.
        description: what the model is told about it.
        members: its parameters.
        function: the function itself, plain or ``async``.
    """

    name: str
    description: str
    members: tuple[Member, ...]
    function: Callable[..., Any]

    def as_param(self) -> dict[str, Any]:
        """The tool as it stands in a request."""
        function: dict[str, Any] = {
            "name": self.name,
            "parameters": schema_of_members(self.members, self.name),
        }
        if self.description:
            function["description"] = self.description
        return {"type": "function", "function": function}

    def arguments(self, text: object) -> dict[str, Any]:
        """The arguments that a JSON text stands for.

        Args:
            text: the text; some engines send the object itself, or null where there are none.

        Raises:
            MismatchError: it is not JSON, or does not fit.
        """
        given: Any = {} if text is None else text
        if isinstance(text, str):
            with contextlib.suppress(ValueError):
                given = decode_exactly(text) if text.strip() else {}
        if not isinstance(given, dict):
            msg = "the arguments are not a JSON object"
            raise MismatchError(msg)
        return self._checked(given)  # pyright: ignore[reportUnknownArgumentType]

    def _checked(self, given: dict[str, Any]) -> dict[str, Any]:
        known = {member.key: member for member in self.members}
        for name in given:
            if name not in known:
                msg = f"there is no argument {name!r}"
                raise MismatchError(msg)
        for name, member in known.items():
            if name not in given and not member.default:
                msg = f"the argument {name!r} is missing"
                raise MismatchError(msg)
        return {name: value_of(known[name].type, value, name) for name, value in given.items()}


class ToolCall(NamedTuple):
    """A call that the model has made, ready to be executed.

    Attributes:
        id: to be given back with the result.
        tool: what is called; ``None`` if ``problem`` says why nothing can be.
        arguments: decoded.
        problem: what the model is told instead of a result.
    """

    id: str
    tool: FunctionTool | None
    arguments: Mapping[str, Any]
    problem: str

    def result(self) -> Any:
        """Call the function (an ``async`` one gives its coroutine); or the problem, as a text."""
        return self.tool.function(**self.arguments) if self.tool else f"Error: {self.problem}"


class ToolRun(NamedTuple):
    """What a loop came to.

    Attributes:
        completion: the model's last answer.
        messages: the whole conversation, the last answer included; give it to the next call.
        steps: how many requests it took.
    """

    completion: ChatCompletion
    messages: list[ChatMessageParam]
    steps: int


class ToolConversation:
    """The messages of a tool-calling loop, and what comes next.

    Args:
        messages: the conversation so far.
        tools: functions, or :class:`FunctionTool` objects.
        max_steps: limit for the number of requests, at least 1.

    Attributes:
        messages: of the next request.
        steps: requests that were answered.

    Raises:
        InvalidRequestError: a function has no schema, two have one name, or ``max_steps`` is wrong.
    """

    def __init__(
        self,
        messages: Iterable[Any],
        tools: Sequence[Callable[..., Any] | FunctionTool],
        max_steps: int = DEFAULT_MAX_STEPS,
    ) -> None:
        self.messages: list[Any] = list(messages)
        self.steps = 0
        self._max_steps = max_steps
        self._tools: dict[str, FunctionTool] = {}
        if max_steps < 1:
            msg = f"max_steps: expected at least 1, got {max_steps}"
            raise InvalidRequestError(msg, param="max_steps")
        for given in tools:
            tool = given if isinstance(given, FunctionTool) else function_tool(given)
            if tool.name in self._tools:
                msg = f"tools: two functions are called {tool.name!r}"
                raise InvalidRequestError(msg, param="tools")
            self._tools[tool.name] = tool

    @property
    def tool_params(self) -> list[dict[str, Any]]:
        """The tools as they stand in a request."""
        return [tool.as_param() for tool in self._tools.values()]

    def calls_of(self, completion: ChatCompletion) -> list[ToolCall]:
        """Take an answer; the calls to execute, none if it was the last.

        Raises:
            ToolLoopError: it asks for more calls, but the limit of steps is reached; ``partial`` is
                the completion.
        """
        self.steps += 1
        if not completion.choices:
            return []
        message = completion.choices[0].message
        # Only what a request knows: engines refuse thoughts that come back.
        self.messages.append(
            {key: value for key, value in message.to_dict().items() if key in _SENT_BACK}
        )
        calls = [
            self._call(call.id, call.function.name, call.function.arguments)
            for call in message.tool_calls or ()
        ]
        if calls and self.steps >= self._max_steps:
            msg = f"The model still calls tools after max_steps ({self._max_steps} requests)."
            raise ToolLoopError(msg, partial=completion, request_id=completion.request_id)
        return calls

    def answer(self, call: ToolCall, result: object) -> None:
        """Add the result of a call to the conversation.

        Raises:
            ToolLoopError: the result has no JSON form.
        """
        problem = ""
        text = result if isinstance(result, str) else ""
        if not isinstance(result, str):
            try:
                # Through the package's encoder, which knows models; again, to keep it readable.
                text = json.dumps(json.loads(encode(result)), ensure_ascii=False)
            except (TypeError, ValueError) as error:
                problem = str(error)
        if problem:
            name = call.tool.name if call.tool else call.id
            msg = f"The result of the tool {name!r} has no JSON form: {problem}"
            raise ToolLoopError(msg)
        self.messages.append({"role": "tool", "tool_call_id": call.id, "content": text})

    def _call(self, call_id: str, name: object, arguments: object) -> ToolCall:
        tool = self._tools.get(name) if isinstance(name, str) else None
        if tool is None:
            return ToolCall(call_id, None, {}, f"there is no tool {name!r}")
        try:
            return ToolCall(call_id, tool, tool.arguments(arguments), "")
        except MismatchError as error:
            return ToolCall(call_id, None, {}, str(error))


class Calls:
    """Executes calls one after the other, in the thread of the loop."""

    def run(self, call: ToolCall) -> Any:
        """The result of a call.

        Raises:
            ToolLoopError: the function is ``async``, which only the asyncio client can call.
        """
        result = call.result()
        if inspect.isawaitable(result):
            if inspect.iscoroutine(result):
                result.close()
            msg = f"The tool {call.tool.name if call.tool else ''!r} is async: use AsyncRunInfra."
            raise ToolLoopError(msg)
        return result


class AsyncCalls:
    """The same for asyncio: awaits ``async`` functions, calls plain ones in the event loop."""

    async def run(self, call: ToolCall) -> Any:
        """The result of a call."""
        result = call.result()
        return await result if inspect.isawaitable(result) else result


def function_tool(
    function: Callable[..., Any], *, name: str | None = None, description: str | None = None
) -> FunctionTool:
    """A function as a tool.

    Its signature gives the parameters, whose types :mod:`.json_shapes` must understand; its
    docstring the description and, from a section ``Args:``, those of the parameters.

    Args:
        function: with named parameters only.
        name: by default the function's own.
        description: by default the first paragraph of the docstring.

    Raises:
        InvalidRequestError: a parameter has no JSON schema, or can't be given by name.
    """
    label = str(name or getattr(function, "__name__", type(function).__name__))
    summary, notes = _documented(inspect.getdoc(function) or "")
    members: list[Member] = []
    problem = ""
    try:
        hints = typing.get_type_hints(function, include_extras=True)
        for parameter in inspect.signature(function).parameters.values():
            if parameter.kind not in {parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY}:
                problem = f"the parameter {parameter.name!r} can't be given by name"
                break
            default = parameter.default is not parameter.empty
            member = member_of(
                parameter.name,
                hints.get(parameter.name, Any),
                required=not default,
                default=default,
            )
            note = member.description or notes.get(parameter.name)
            members.append(member._replace(description=note))
        schema_of_members(members, label)
    except (TypeError, NameError, ValueError) as error:
        problem = str(error)
    if problem:
        msg = f"tools: {label}: {problem}"
        raise InvalidRequestError(msg, param="tools")
    return FunctionTool(label, description or summary, tuple(members), function)


def _documented(doc: str) -> tuple[str, dict[str, str]]:
    """The first paragraph of a docstring, and what its section ``Args:`` says."""
    summary = " ".join(doc.strip().partition("\n\n")[0].split())
    notes: dict[str, str] = {}
    current = ""
    _, _, section = doc.partition("\nArgs:\n")
    for line in section.splitlines():
        if line.strip() and not line.startswith(" "):
            break  # the next section
        match = _ARGUMENT.match(line)
        indent = len(line) - len(line.lstrip())
        if match and indent <= 4:  # deeper lines continue the argument above
            current = match[1]
            notes[current] = match[2].strip()
        elif line.strip() and current:
            notes[current] += " " + line.strip()
    return summary, notes
