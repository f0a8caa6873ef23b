"""The part of the document that becomes models: what answers, errors and events are made of.

Requests are TypedDicts, and operations have templates of their own, so the generator sees neither.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from keyword import iskeyword
from typing import Any

from openapi_python_client.strings import ClassName, PythonIdentifier

from .answers import EVENTS
from .document import Schemas, body_of, name_of, operations

_FREE = "FreeObject"  # the templates make a plain dict of it
_FREE_OBJECT = {"type": "object", "additionalProperties": True}
_ANY_OBJECT = {"$ref": f"#/components/schemas/{_FREE}"}
_REFERENCE = re.compile(r'"#/components/schemas/(\w+)"')


def class_of(component: str) -> str:
    """What the generator calls the class of a component."""
    return str(ClassName(component, ""))


def module_of(component: str) -> str:
    """What the generator calls the module of a component's class."""
    return str(PythonIdentifier(ClassName(component, ""), ""))


def attribute_of(field: str) -> tuple[str, str, str]:
    """What a field becomes as an attribute, and the two names by which the generator knows it."""
    plain, exact = (str(PythonIdentifier(field, "field_", exact)) for exact in (False, True))
    own = field if field.isidentifier() and not iskeyword(field) else plain
    return own, plain, exact


def answers_only(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document with nothing but the schemas that answers reach; results are marked as such."""
    schemas = document["components"]["schemas"]
    results = _results(document)
    kept = _closure(schemas, [*results, *_others(document)])
    maps = {
        name
        for name in kept - results - {_FREE}
        if schemas[name].get("type") == "object" and _is_map(schemas[name])
    }
    return {
        "openapi": document["openapi"],
        "info": document["info"],
        "paths": {},
        "components": {
            "schemas": {
                name: _marked(schema, result=name in results, maps=maps)
                for name, schema in ({_FREE: _FREE_OBJECT} | schemas).items()
                if name in kept - maps | {_FREE}
            }
        },
    }


def result_models(document: Mapping[str, Any]) -> dict[str, set[str]]:
    """Which schemas become models: ``all`` of them, and those that calls ``returned``."""
    schemas = document["components"]["schemas"]
    results = _results(document) & schemas.keys()
    kept = _closure(schemas, [*results, *_others(document)])
    return {"all": kept, "returned": results}


def _marked(schema: Any, *, result: bool, maps: Collection[str]) -> Any:
    """A schema as the generator is to see it: it knows one format of bytes, and no mappings."""
    seen = {
        key: json.loads(json.dumps(value), object_hook=lambda part: _plainer(part, maps))
        for key, value in schema.items()
    }
    return {**seen, "x-runinfra-result": True} if result else seen


def _plainer(schema: dict[str, Any], maps: Collection[str]) -> dict[str, Any]:
    """Bytes of one format, and mappings of any names as what they are: dicts."""
    if schema.get("format") == "byte":
        return {**schema, "format": "binary"}
    kinds = schema.get("type")
    named = name_of(schema["$ref"]) if isinstance(schema.get("$ref"), str) else ""
    if named in maps or (kinds == "object" and _is_map(schema)):
        return _ANY_OBJECT
    if isinstance(kinds, list) and {*kinds} == {"object", "null"} and _is_map(schema):
        return {"anyOf": [_ANY_OBJECT, {"type": "null"}]}
    return schema


def _is_map(schema: Mapping[str, Any]) -> bool:
    """Whether it is an object whose members have no names of their own."""
    return schema.get("type") is not None and not (
        schema.keys() & {"properties", "allOf", "anyOf", "oneOf"}
    )


def _results(document: Mapping[str, Any]) -> set[str]:
    """The objects that calls return."""
    schemas = Schemas(document)
    found: set[str] = set()
    for _, _, data in operations(document):
        if "x-runinfra-stream" in data:
            found.add(data["x-runinfra-stream"]["assembles"])
        for status, answer in data["responses"].items():
            if not str(status).startswith("2"):
                continue
            for media in _bodies(schemas.answer(answer)):
                found |= set(_named(schemas, media.get("schema", {})))
    return found


def _bodies(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The bodies of an answer; a stream's schema is that of its framing, which no model has."""
    return [body for kind, body in answer.get("content", {}).items() if kind != EVENTS]


def _named(schemas: Schemas, schema: Mapping[str, Any]) -> Iterable[str]:
    for member in schemas.alternatives(schema):
        if "$ref" in member:
            name = name_of(member["$ref"])
            inner = schemas.all.get(name, {})
            if len(schemas.alternatives(inner)) > 1:
                yield from _named(schemas, inner)
            else:
                yield name


def _others(document: Mapping[str, Any]) -> set[str]:
    """What answers, errors and events name, and what may be given back as it came."""
    schemas = Schemas(document)
    found: set[str] = set()
    for _, _, data in operations(document):
        for answer in data["responses"].values():
            found |= set(_REFERENCE.findall(json.dumps(_bodies(schemas.answer(answer)))))
        if "x-runinfra-stream" in data:
            found.add(data["x-runinfra-stream"]["event"])
        _, body = body_of(data)
        if body is not None:
            reached = _closure(schemas.all, _REFERENCE.findall(json.dumps(body)))
            for name in reached:
                found |= set(schemas.all[name].get("x-runinfra-accepts", ()))
    return found


def _closure(schemas: Mapping[str, Any], names: Iterable[str]) -> set[str]:
    todo, seen = list(names), set[str]()
    while todo:
        name = todo.pop()
        if name in seen or name not in schemas:
            continue
        seen.add(name)
        todo += _REFERENCE.findall(json.dumps(schemas[name]))
    return seen
