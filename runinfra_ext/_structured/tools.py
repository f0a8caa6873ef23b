"""Python functions as tools of a model: their schemas, and the arguments of their calls."""

from __future__ import annotations

import contextlib
import functools
import inspect
import re
import typing
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from .._ground.doors import door
from ..errors import InvalidRequestError
from .schemas import schema_of_members
from .shapes import Member, member_of
from .values import MismatchError, decoded, value_of

_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")
_ARGUMENT: Final = re.compile(r"^\s*(\w+)\s*(?:\([^)]*\))?:\s*(.+)$")


@attrs.frozen
class FunctionTool:
    """A function that a model may call; :func:`function_tool` makes it.

    Attributes:
        name: by which the model calls it.
        description: what the model is told about it.
        function: the function itself, plain or ``async``.
    """

    name: str
    description: str
    _members: tuple[Member, ...] = attrs.field(repr=False)
    function: Callable[..., Any]

    def as_param(self) -> dict[str, Any]:
        """The tool as it stands in a request."""
        function: dict[str, Any] = {
            "name": self.name,
            "parameters": schema_of_members(self._members, self.name),
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
                given = decoded(text) if text.strip() else {}
        if not isinstance(given, dict):
            msg = "the arguments are not a JSON object"
            raise MismatchError(msg)
        try:
            return self._checked(given)  # pyright: ignore[reportUnknownArgumentType] - decoded JSON
        except MismatchError:
            raise
        except Exception as error:  # what a type's own code raises is told to the model too
            msg = f"{type(error).__name__}: {error}"
            raise MismatchError(msg) from error

    def _checked(self, given: dict[str, Any]) -> dict[str, Any]:
        known = {member.key: member for member in self._members}
        for key in given:
            if key not in known:
                msg = f"there is no argument {key!r}"
                raise MismatchError(msg)
        arguments: dict[str, Any] = {}
        for key, member in known.items():
            if key in given:
                arguments[member.name] = value_of(member.type, given[key], key)
            elif member.fill is not None:
                arguments[member.name] = member.fill()
            elif not member.default:
                msg = f"the argument {key!r} is missing"
                raise MismatchError(msg)
        return arguments


@door
def function_tool(
    function: Callable[..., Any], *, name: str | None = None, description: str | None = None
) -> FunctionTool:
    """A function as a tool.

    Its signature gives the parameters, whose types :mod:`.shapes` must understand; its
    docstring the description and, from a section ``Args:``, those of the parameters.

    Args:
        function: with named parameters only.
        name: by default the function's own.
        description: by default the first paragraph of the docstring.

    Raises:
        InvalidRequestError: a parameter has no JSON schema, or can't be given by name.
    """
    written = _written(function)
    label = str(name or getattr(function, "__name__", None) or written.__name__)
    if not _NAME.match(label):
        msg = f"tools: {label!r} is no name that engines take: give one by function_tool(name=)"
        raise InvalidRequestError(msg, param="tools")
    summary, notes = _documented(inspect.getdoc(written) or "")
    try:
        members = _members(function, written, notes)
        schema_of_members(members, label)
    except Exception as error:  # annotations and classes can do anything
        deep = isinstance(error, RecursionError)
        problem = "a type is nested too deeply" if deep else str(error) or type(error).__name__
        msg = f"tools: {label}: {problem}"
        raise InvalidRequestError(msg, param="tools") from error
    return FunctionTool(label, description or summary, members, function)


def _members(
    function: Callable[..., Any], written: Any, notes: Mapping[str, str]
) -> tuple[Member, ...]:
    members: list[Member] = []
    hints = typing.get_type_hints(written, include_extras=True)
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind not in {parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY}:
            msg = f"the parameter {parameter.name!r} can't be given by name"
            raise TypeError(msg)
        default = parameter.default is not parameter.empty
        member = member_of(
            parameter.name,
            hints.get(parameter.name, Any),
            default=default,
            value=parameter.default,
        )
        note = member.description or notes.get(parameter.name)
        members.append(member._replace(description=note, required=not member.default))
    return tuple(members)


def _written(function: Any) -> Any:
    """The function as it was written, with its annotations and its docstring."""
    if isinstance(function, functools.partial):
        return _written(function.func)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - a partial of anything
    if inspect.isroutine(function) or isinstance(function, type):
        return function
    return type(function).__call__


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
