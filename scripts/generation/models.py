"""The part of the document that becomes models: what answers, errors and events are made of.

Requests are TypedDicts, and operations have templates of their own, so the generator sees neither.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from .document import Schemas, body_of, name_of, operations
from .endpoints import EVENTS

_REFERENCE = re.compile(r'"#/components/schemas/(\w+)"')


def answers_only(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document with nothing but the schemas that answers reach; results are marked as such."""
    schemas = document["components"]["schemas"]
    results = _results(document)
    kept = _closure(schemas, [*results, *_others(document)])
    return {
        "openapi": document["openapi"],
        "info": document["info"],
        "paths": {},
        "components": {
            "schemas": {
                name: _marked(schema, result=name in results)
                for name, schema in schemas.items()
                if name in kept
            }
        },
    }


def result_models(document: Mapping[str, Any]) -> dict[str, set[str]]:
    """Which schemas become models: ``all`` of them, and those that calls ``returned``."""
    schemas = document["components"]["schemas"]
    results = _results(document) & schemas.keys()
    kept = _closure(schemas, [*results, *_others(document)])
    return {"all": kept, "returned": results}


def _marked(schema: Any, *, result: bool) -> Any:
    """A schema as the generator is to see it: of the formats of bytes it knows only `binary`."""
    seen = json.loads(json.dumps(schema), object_hook=_bytes)
    return {**seen, "x-runinfra-result": True} if result else seen


def _bytes(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "format": "binary"} if schema.get("format") == "byte" else schema


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
