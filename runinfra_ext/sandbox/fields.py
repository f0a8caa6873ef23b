"""Fields that the document does not know; to ignore them would be to answer something else."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import jsonschema_rs

from .outcomes import Refused
from .shapes import is_array, is_mapping
from .strict import document

_REF: Final = "#/components/schemas/"
_UNIONS: Final = ("anyOf", "oneOf")
# The hosted side names these itself.
_HOSTED: Final = frozenset(
    {"prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "store"}
)
# Values of unknown fields that ask for what is done anyway.
_IDLE: Final[Mapping[str, tuple[object, ...]]] = {
    "stream": (False, "false"),
    "stream_format": ("audio",),
    "include": ([],),
}


def check_known(component: str, value: Mapping[str, Any]) -> None:
    """See that a valid request has no field that would be ignored.

    ``null`` in such a field is as good as nothing, and so is a value that changes nothing.

    Args:
        component: of the document.
        value: that satisfies it.

    Raises:
        Refused: 400, it has one; the first is named.
    """
    for place in _unknown({"$ref": _REF + component}, value, ()):
        name = place[0]
        if len(place) == 1 and value[name] in _IDLE.get(name, ()):
            continue
        hosted = name in _HOSTED and component == "ChatCompletionRequest"
        code = "hosted_parameter_not_supported" if hosted else "unsupported_parameter"
        whole = ".".join(place)
        raise Refused(400, f"{whole} is not supported here.", code=code, param=whole)


def _unknown(schema: Any, value: object, place: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    schema, more = _resolved(schema)
    members = next((schema[key] for key in _UNIONS if key in schema), None)
    if members is not None:
        fitting = [member for member in members if _fits(json.dumps(member), value)]
        found = [[*_unknown(_with(member, more), value, place)] for member in fitting]
        if found:
            yield from min(found, key=len)
        return
    if is_array(value) and "items" in schema:
        for number, item in enumerate(value):
            yield from _unknown(schema["items"], item, (*place, str(number)))
    properties: Any = schema.get("properties")
    if not is_mapping(value) or not is_mapping(properties):
        return
    for name, item in value.items():
        if name in properties:
            yield from _unknown(properties[name], item, (*place, name))
        elif is_mapping(schema.get("additionalProperties")):
            yield from _unknown(schema["additionalProperties"], item, (*place, name))
        elif item is not None and name not in more:
            yield (*place, name)


def _resolved(schema: Any) -> tuple[Mapping[str, Any], frozenset[str]]:
    """A schema without references, and the fields that objects may have besides its own."""
    more: frozenset[str] = frozenset(schema.get("x-more", ()))
    while "$ref" in schema or len(schema.get("allOf", ())) == 1:
        schema = _component(schema["$ref"]) if "$ref" in schema else schema["allOf"][0]
    for name in schema.get("x-runinfra-accepts", ()):
        # An answer's message may come back as it was, with all that it has.
        more |= frozenset(_component(_REF + name)["properties"])
    return schema, more


def _with(schema: Any, more: frozenset[str]) -> Any:
    return {**schema, "x-more": sorted(more)} if more else schema


def _component(reference: str) -> Any:
    return document()["components"]["schemas"][reference.removeprefix(_REF)]


def _fits(schema: str, value: object) -> bool:
    return bool(_validator(schema).is_valid(value))


@functools.lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    components = {"components": {"schemas": document()["components"]["schemas"]}}
    return jsonschema_rs.Draft202012Validator({**json.loads(schema), **components})
