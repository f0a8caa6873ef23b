"""Python functions as tools of a model: their schemas, and the arguments of their calls."""

from __future__ import annotations

import contextlib
import inspect
import re
import typing
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from .._ground.json_codec import decode_exactly
from ..errors import InvalidRequestError
from .schemas import schema_of_members
from .shapes import Member, member_of
from .values import MismatchError, value_of

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
