"""Which tools a model calls: those that it must, else those that are plainly wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from .conversation import Turn
from .mentions import listed, words_of
from .outcomes import Refused
from .shapes import is_mapping

# Words that say nothing of what a tool is about.
_COMMON: Final = listed(
    "get set find search fetch look lookup create make call run use tool function "
    "current for the and from with this that what which when your their about into "
    "given returns return data info information value values list show tell does will "
    "have"
)


class Function(NamedTuple):
    """A function among the tools."""

    place: str
    name: str
    description: str
    parameters: Mapping[str, Any]


def chosen(request: Mapping[str, Any], turn: Turn) -> list[Function]:
    """The functions to call now, in the order in which they are given.

    Raises:
        Refused: 400, the choice names none of the tools.
    """
    functions = _functions(request)
    choice: Any = request.get("tool_choice") or "auto"
    if choice == "none":
        return []
    if is_mapping(choice):
        name = choice["function"]["name"]
        found = [function for function in functions if function.name == name]
        if not found:
            msg = f"tool_choice: there is no tool {str(name)[:100]}."
            raise Refused(400, msg, code="bad_request", param="tool_choice")
        return found[:1]
    if choice == "required" and not functions:
        raise Refused(
            400, "tool_choice: there are no tools.", code="bad_request", param="tool_choice"
        )
    fresh = [function for function in functions if function.name not in turn.called]
    if choice == "required":
        wanted = _wanted(fresh, turn) or fresh[:1] or functions[:1]
    else:
        wanted = [] if turn.results else _wanted(fresh, turn)
    return wanted[:1] if request.get("parallel_tool_calls") is False else wanted


def _functions(request: Mapping[str, Any]) -> list[Function]:
    found: list[Function] = []
    for number, tool in enumerate(request.get("tools") or []):
        if tool.get("type") == "function":
            given = tool["function"]
            parameters = given.get("parameters") or {"type": "object"}
            description = str(given.get("description") or "")
            place = f"tools.{number}.function.parameters"
            found.append(Function(place, given["name"], description, parameters))
    return found


def _wanted(functions: list[Function], turn: Turn) -> list[Function]:
    """The functions that the user speaks of by name, else the one that sounds most like it."""
    said = {_stem(word) for word in words_of(turn.prompt)} - {""}
    low = turn.prompt.lower()
    plain: list[Function] = []
    partly: list[tuple[float, Function]] = []
    for function in functions:
        words = [_stem(word) for word in words_of(function.name)]
        telling = {word for word in words if len(word) > 2 and word not in _COMMON} or set(words)
        if function.name.lower() in low or (telling and telling <= said):
            plain.append(function)
        elif telling & said:
            partly.append((len(telling & said) / len(telling), function))
    if plain:
        return plain
    if partly:
        return [max(partly, key=lambda one: one[0])[1]]
    for function in functions:
        described = {_stem(word) for word in words_of(function.description)}
        if {word for word in described & said if len(word) > 3 and word not in _COMMON}:
            return [function]
    return []


def _stem(word: str) -> str:
    """The singular of a word, more or less."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
