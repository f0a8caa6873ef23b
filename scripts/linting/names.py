"""Names of the document that become Python's: what the client, or the generated code, has taken."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from keyword import iskeyword
from pathlib import Path
from typing import Any

from generation.answers import kind_of
from generation.document import Schemas, body_of, name_of, operations, types_of
from generation.endpoints import wire_to_keyword
from generation.facts import pascal, snake
from generation.models import attribute_of, class_of, result_models
from generation.public import written

from .schemas import reachable
from .source import Finding, Where
from .walk import behind, walk

_EXT = Path(__file__).resolve().parents[2] / "runinfra_ext"
# What the generated methods and modules call by these names themselves.
MODULE_NAMES = frozenset(
    {"bool", "bytes", "date", "datetime", "float", "int", "models", "nested", "results"}
    | {"str", "types"}
)
# What stands before the methods, in the bodies of their classes.
_BEFORE_METHODS = frozenset({"at_hand", "documented", "door", "overload"})
# What the models call by these names themselves, in the bodies of their classes.
MODEL_NAMES = frozenset(
    {"Any", "Iterator", "Literal", "Mapping", "Self", "UUID", "bool", "classmethod", "dict", "dt"}
    | {"field", "float", "int", "list", "self", "short_html", "short_repr", "str", "tuple"}
)
_OF_RESULTS = frozenset({"meta", "request_id"})
_HEADER = re.compile(r"[A-Za-z0-9-]+")


def names(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Methods, namespaces, ids, tags, headers and fields whose name has a meaning already."""
    methods = {
        data.get("x-runinfra-method"): where
        for where, kind, data in walk(document)
        if kind == "operation" and where[0] == "paths"
    }
    classes: dict[str, str] = {}
    for where, kind, data in walk(document):
        if kind != "operation" or where[0] != "paths":
            continue
        module = snake(data["operationId"])
        if iskeyword(module) or module in MODULE_NAMES:
            yield _taken((*where, "operationId"), "operation-id", data["operationId"])
        if iskeyword(snake(data["tags"][0])):
            yield _taken((*where, "tags"), "tags", data["tags"][0])
        yield from _method(document, where, data, methods, classes)
        for number, given in enumerate(data.get("parameters", ())):
            parameter = behind(document, given)
            place: Where = (*where, "parameters", number)
            if parameter["in"] == "header":
                yield from _header(place, parameter["name"], by_name="$ref" in given)
            yield from _style(Schemas(document), place, parameter)
    yield from _fields(document)
    yield from _public(document)


def _public(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Components that would be called as something else of ``runinfra_ext.types`` is."""
    schemas = Schemas(document)
    models = result_models(document)["all"]
    asked = reachable(document, "requestBody")
    taken = written() | {f"{name}Param" for name in asked}
    for _, _, data in operations(document):
        _, body = body_of(data)
        own = name_of(body["$ref"]).removesuffix("Request") if body and "$ref" in body else ""
        for base in filter(None, (own, pascal(data["operationId"]))):
            taken |= {f"{base}{kind}" for kind in ("Call", "Params", "PipelineCall")}
        if "x-runinfra-stream" in data:
            whole = data["x-runinfra-stream"]["assembles"]
            taken |= {f"{whole}Stream", f"Async{whole}Stream"}
    for name in schemas.all:
        if name not in models:
            continue
        place = ("components", "schemas", name)
        if name in taken:
            message = f"{name}: runinfra_ext.types has another {name} already"
            yield Finding(place, "name", message)
        if class_of(name) != name:
            message = f"{name}: expected {class_of(name)}, which the generator makes of it"
            yield Finding(place, "name", message)


def _method(
    document: Mapping[str, Any],
    where: Where,
    data: Mapping[str, Any],
    methods: Mapping[str, Where],
    classes: dict[str, str],
) -> Iterator[Finding]:
    name = data["x-runinfra-method"]
    place = (*where, "x-runinfra-method")
    *path, last = name.split(".")
    if path[0] in _of_client():
        message = f"{name}: the client has a {path[0]} of its own"
        yield Finding(place, "method", message)
    for part in (*path[1:], last):
        if part in MODULE_NAMES | _BEFORE_METHODS:
            yield _taken(place, "method", part)
    for depth in range(1, len(path) + 1):
        space = ".".join(path[:depth])
        made = pascal("_".join(path[:depth]))
        if f"Async{made}" in _drivers() or classes.setdefault(made, space) != space:
            yield _taken(place, "method", f"the class Async{made} of the namespace {space}")
    answer = next(a for status, a in data["responses"].items() if status[0] == "2")
    also = []
    if "x-runinfra-pages" in data:
        also.append(f"{last}_all")
    if kind_of(behind(document, answer).get("content", {})) in {"audio", "binary"}:
        also.append("stream" if last == "create" else f"stream_{last}")
    for other in also:
        twin = ".".join((*path, other))
        if twin in methods:
            message = f"{twin} comes with {name} already"
            yield Finding((*methods[twin], "x-runinfra-method"), "method", message)


def _taken(place: Where, rule: str, name: str) -> Finding:
    return Finding(place, rule, f"{name}: the generated code has another use for this name")


def _header(place: Where, name: str, *, by_name: bool) -> Iterator[Finding]:
    if not _HEADER.fullmatch(name):
        yield Finding(place, "parameter", f"{name!r} is no name of a header")
    # The two ids of a call are components of the document, and options of every call.
    if name.lower() in {"accept", "user-agent"} | _reserved() and not by_name:
        yield Finding(place, "parameter", f"{name} is a header that the client sets itself")


def _style(schemas: Schemas, place: Where, parameter: Mapping[str, Any]) -> Iterator[Finding]:
    """What nothing is made of: it would be sent in another form than the document says."""
    name, known = parameter["name"], ("form", "spaceDelimited", "pipeDelimited", "deepObject")
    allowed = known if parameter["in"] == "query" else ("simple",)
    style = parameter.get("style", allowed[0])
    is_object = "object" in types_of(schemas.resolve(parameter.get("schema", {})))
    if style not in allowed:
        message = f"{name}: style: expected {' or '.join(allowed)}, got {style}"
        yield Finding(place, "parameter", message)
    elif style == "deepObject" and (not is_object or parameter.get("explode") is False):
        message = f"{name}: style: deepObject is for objects, each member by itself"
        yield Finding(place, "parameter", message)
    elif parameter.get("explode") and style in known[1:3]:
        message = f"{name}: explode: {style} divides the items of one value"
        yield Finding(place, "parameter", message)
    if parameter.get("allowReserved"):
        message = f"{name}: allowReserved: everything is percent-encoded here"
        yield Finding(place, "parameter", message)


def _fields(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Fields of answers whose attribute would hide something."""
    schemas = Schemas(document)
    results = result_models(document)
    for name in results["all"]:
        seen: dict[str, str] = {}
        taken = MODEL_NAMES | schemas.all.keys()
        if re.search('"format": "(byte|binary)"', json.dumps(schemas.all[name])):
            taken |= {"bytes"}
        for field in schemas.all[name].get("properties", {}):
            place = ("components", "schemas", name, "properties", field)
            if field in taken or field.startswith("_"):
                yield _taken(place, "name", f"{name}.{field}")
            elif name in results["returned"] and field in _OF_RESULTS:
                message = f"{name}.{field}: every result has a {field} of its own"
                yield Finding(place, "name", message)
            attribute, *same = attribute_of(field)
            # The model's own name of it, and what the generator takes for the same.
            for key in (attribute, " ".join(same)):
                if seen.setdefault(key, field) != field:
                    message = f"{name}: {seen[key]} and {field} both become {attribute}"
                    yield Finding(place, "name", message)
                    break


def pages(document: Mapping[str, Any]) -> Iterator[Finding]:
    """What tells of pages names members of the answer, and an argument."""
    schemas = Schemas(document)
    for where, kind, data in walk(document):
        told = data.get("x-runinfra-pages") if kind == "operation" else None
        if told is None:
            continue
        place = (*where, "x-runinfra-pages")
        good: list[Mapping[str, Any]] = [
            behind(document, answer).get("content", {})
            for status, answer in data["responses"].items()
            if status[0] == "2"
        ]
        content = (next((one for one in good if one), None) or {}).get("application/json", {})
        reference = content.get("schema", {}).get("$ref", "")
        page = schemas.all.get(name_of(reference), {})
        for key in ("items", "next"):
            if told[key] not in page.get("properties", {}):
                message = f"x-runinfra-pages.{key}: the answer has no {told[key]}"
                yield Finding((*place, key), "pages", message)
        items = page.get("properties", {}).get(told["items"], {})
        if page and "array" not in str(schemas.resolve(items).get("type")):
            yield Finding(
                (*place, "items"), "pages", f"x-runinfra-pages.items: {told['items']} is no list"
            )
        given = {p["name"]: p["schema"] for p in map(schemas.parameter, data.get("parameters", ()))}
        for media in data.get("requestBody", {}).get("content", {}).values():
            given |= schemas.resolve(media.get("schema", {})).get("properties", {})
        taken = {wire_to_keyword(name): schema for name, schema in given.items()}
        parameter = wire_to_keyword(told["parameter"])
        if parameter not in taken:
            message = f"x-runinfra-pages.parameter: there is no argument {told['parameter']}"
            yield Finding((*place, "parameter"), "pages", message)
        elif told["next"] in page.get("properties", {}):
            sent = _kinds(schemas, page["properties"][told["next"]]) - {"null"}
            wanted = _kinds(schemas, taken[parameter])
            if not sent <= wanted:
                message = (
                    f"x-runinfra-pages.parameter: {told['parameter']} is {' or '.join(wanted)},"
                    f" and {told['next']} is {' or '.join(sorted(sent))}"
                )
                yield Finding((*place, "parameter"), "pages", message)


def _kinds(schemas: Schemas, schema: Mapping[str, Any]) -> set[str]:
    """The JSON types of a value."""
    parts = map(schemas.resolve, schemas.alternatives(schemas.resolve(schema)))
    return {kind for part in parts for kind in types_of(part)}


@cache
def _of_client() -> frozenset[str]:
    """What the client has by hand: its methods, options and accessories."""
    found = set[str]()
    for path in ("client.py", "raw.py"):
        for node in ast.walk(ast.parse((_EXT / "_async" / path).read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.add(node.name)
            elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self":
                found.add(node.attr)
    return frozenset(found) - _namespaces()


@cache
def _namespaces() -> frozenset[str]:
    tree = ast.parse((_EXT / "_async/namespaces.py").read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@cache
def _drivers() -> frozenset[str]:
    """The classes that generated modules import."""
    return frozenset(
        node.name
        for path in sorted((_EXT / "_async").glob("*.py"))
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef)
    )


@cache
def _reserved() -> frozenset[str]:
    """The headers that callers can't set."""
    for node in ast.parse((_EXT / "_call/headers.py").read_text("utf-8")).body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "RESERVED":
            assert isinstance(node.value, ast.Call)
            return frozenset(ast.literal_eval(node.value.args[0]))
    msg = "runinfra_ext/_call/headers.py has no RESERVED"
    raise LookupError(msg)
