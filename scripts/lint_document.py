"""Our own rules for the document: what the generator, the SDK and the sandbox rely on.

    python scripts/lint_document.py [PATH]

Prints ``openapi/runinfra.yaml:LINE: RULE message`` for each finding; exit code 1 if there is any.
Most rules keep the document within what the generator turns into good code: it drops the rest
without a word.
"""

from __future__ import annotations

import json
import keyword
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))

from generation.document import (
    DocumentError,
    Schemas,
    load,
    name_of,
    operations,
)

Where = tuple[str | int, ...]
_METHOD = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_DATA = re.compile(r"^data: ?(.*)$", re.MULTILINE)
_JSON = "application/json"
_EVENTS = "text/event-stream"


class Finding(NamedTuple):
    """What is wrong, and where."""

    where: Where
    rule: str
    message: str


def lint(document: Mapping[str, Any]) -> list[Finding]:
    """All findings in a document."""
    found = [
        *_schemas(document),
        *_operations(document),
        *_methods(document),
        *_examples(document),
        *_reach(document),
    ]
    return sorted(found, key=lambda finding: [str(part) for part in finding.where])


def _schemas(document: Mapping[str, Any]) -> Iterator[Finding]:
    """R1-R5: named objects, no defaults, no titles, nullable results, open enums, distinct tags."""
    schemas = Schemas(document)
    results = _reachable(document, "responses") - _reachable(document, "requestBody")
    for name, schema in schemas.all.items():
        where: Where = ("components", "schemas", name)
        if "description" not in schema:
            yield Finding(where, "described", f"{name} has no description")
        if name in results and "enum" in schema:
            yield Finding(where, "open-enum", f"{name} is in answers: use a plain string")
        for path, part in _walk(schema, where):
            if "default" in part:
                yield Finding(path, "no-default", "defaults would be sent with every request")
            if "title" in part:
                yield Finding(path, "no-title", "titles rename the generated classes")
            for field in part.get("required", ()):
                if field not in schema.get("properties", {}):
                    yield Finding(path, "required", f"{name} has no property {field}")
            if path != where and "properties" in part:
                yield Finding(path, "named-object", "make it a component of its own")
            if None in part.get("enum", ()):
                yield Finding(path, "no-null-in-enum", "make the field nullable instead")
        required = schema.get("required", ())
        for field, part in schema.get("properties", {}).items():
            place = (*where, "properties", field)
            if name in results and field not in required and not _nullable(schemas, part):
                yield Finding(
                    place, "nullable", f"{name}.{field} may be missing, so it may be null"
                )
        members = [m for m in schemas.alternatives(schema) if "$ref" in m]
        tags = [schemas.tag(schemas.resolve(member)) for member in members]
        known = [tag for tag in tags if tag is not None]
        if len(set(known)) != len(known):
            yield Finding(where, "distinct-tags", f"members of {name} share a tag")
        last = schemas.resolve(members[-1]) if known else {}
        kind = last.get("properties", {}).get("type", {})
        if kind.get("type") == "string" and "const" not in kind:
            excluded = kind.get("not", {}).get("enum", ())
            if set(excluded) != {value for _, value in known}:
                yield Finding(where, "unknown-kinds", f"{name}: the last member takes known kinds")


def _operations(document: Mapping[str, Any]) -> Iterator[Finding]:
    """R6-R7: ids, tags, security, extensions; JSON before events."""
    for path, method, data in operations(document):
        where: Where = ("paths", path, method)
        for key in ("operationId", "summary", "description", "tags", "security"):
            if not data.get(key):
                yield Finding(where, "complete", f"{key} is missing")
        replay = data.get("x-runinfra-replay", {})
        if set(replay) != {"class", "scope", "conservative"}:
            yield Finding(where, "replay", "x-runinfra-replay: give class, scope and conservative")
        content = data["responses"].get("200", {}).get("content", {})
        streams = _EVENTS in content
        if streams and next(iter(content)) != _JSON:
            yield Finding(where, "json-first", "the generator only sees the first media type")
        if streams != ("x-runinfra-stream" in data):
            yield Finding(where, "stream", "events and x-runinfra-stream go together")
        headers = data["responses"].get("200", {}).get("headers", {})
        if "x-request-id" not in headers:
            yield Finding(where, "request-id", "every answer carries x-request-id")


def _methods(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Each operation names the SDK's method; no two the same, none a namespace of another."""
    key = "x-runinfra-method"
    owners: dict[str, str] = {}
    for path, method, data in operations(document):
        where: Where = ("paths", path, method)
        if key not in data:
            message = f"{key} is missing: name the SDK's method, such as usage.list"
            yield Finding(where, "method", message)
            continue
        name = data[key]
        if (
            not isinstance(name, str)
            or not _METHOD.fullmatch(name)
            or any(keyword.iskeyword(part) for part in name.split("."))
        ):
            message = f"{key}: expected a dotted Python name such as usage.list, got {name!r}"
            yield Finding((*where, key), "method", message)
            continue
        for other, owner in owners.items():
            if name == other or f"{name}.".startswith(f"{other}.") or other.startswith(f"{name}."):
                message = f"{key}: {name} clashes with {other} of {owner}"
                yield Finding((*where, key), "method", message)
        owners[name] = data.get("operationId", f"{method} {path}")


def _examples(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Every operation, stream and error has an example, and each is valid."""
    for path, method, data in operations(document):
        holders: list[tuple[Where, Any]] = [
            (("paths", path, method, "responses", status), answer)
            for status, answer in data["responses"].items()
            if "$ref" not in answer
        ]
        if "requestBody" in data:
            holders.append((("paths", path, method, "requestBody"), data["requestBody"]))
        for where, holder in holders:
            yield from _media(document, where, holder, data.get("x-runinfra-stream"))
    for name, answer in document["components"].get("responses", {}).items():
        yield from _media(document, ("components", "responses", name), answer, None)


def _media(
    document: Mapping[str, Any], where: Where, holder: Any, stream: Any
) -> Iterator[Finding]:
    for media, body in holder.get("content", {}).items():
        place = (*where, "content", media)
        if body["schema"].get("format") == "binary":
            continue
        if not body.get("examples"):
            yield Finding(place, "example", "give an example")
        for name, example in body.get("examples", {}).items():
            spot = (*place, "examples", name)
            if media == _EVENTS:
                if not stream:
                    continue  # reported by the rule `stream`
                schema = {"$ref": f"#/components/schemas/{stream['event']}"}
                values = [json.loads(d) for d in _DATA.findall(example["value"]) if d != "[DONE]"]
            else:
                schema, values = body["schema"], [example["value"]]
            for value in values:
                error = next(_validator(document, schema).iter_errors(value), None)
                if error is not None:
                    yield Finding(spot, "valid-example", error.message[:200])


def _validator(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    parts = {"components": {"schemas": document["components"]["schemas"]}}
    return jsonschema_rs.Draft202012Validator({**schema, **parts})


def _reach(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Every component is used."""
    text = json.dumps(document)
    for kind, parts in document["components"].items():
        if kind == "securitySchemes":
            continue
        for name in parts:
            used = f'"#/components/{kind}/{name}"' in text or f'event": "{name}"' in text
            if not used:
                yield Finding(("components", kind, name), "used", f"{name} is never used")


def _reachable(document: Mapping[str, Any], side: str) -> set[str]:
    """The schema components that requests or answers of any operation reach."""
    todo = [
        name_of(reference)
        for _, _, data in operations(document)
        for reference in re.findall(r'"(#/components/\w+/\w+)"', json.dumps(data.get(side, {})))
    ]
    schemas, seen = document["components"]["schemas"], set[str]()
    while todo:
        name = todo.pop()
        if name in seen or name not in schemas:
            continue
        seen.add(name)
        todo += re.findall(r'"#/components/schemas/(\w+)"', json.dumps(schemas[name]))
    return seen


def _nullable(schemas: Schemas, schema: Mapping[str, Any]) -> bool:
    if "$ref" in schema:
        return False
    for member in schemas.alternatives(schema):
        kind = member.get("type", ())
        if kind == "null" or "null" in kind:
            return True
    return False


def _walk(schema: Any, where: Where) -> Iterator[tuple[Where, Mapping[str, Any]]]:
    if isinstance(schema, Mapping):
        yield where, schema
        for key in ("items", "additionalProperties", "if", "then", "else", "not"):
            yield from _walk(schema.get(key), (*where, key))
        for key in ("anyOf", "oneOf", "allOf"):
            for number, member in enumerate(schema.get(key, ())):
                yield from _walk(member, (*where, key, number))
        for name, part in schema.get("properties", {}).items():
            yield from _walk(part, (*where, "properties", name))


def line_of(text: str, where: Where) -> int:
    """The line of a place in the YAML, counted from 1."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = 1
    for part in where:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def main(arguments: list[str]) -> int:
    """Run the command line; the exit code."""
    root = Path(__file__).resolve().parent.parent
    path = Path(arguments[0]) if arguments else root / "openapi/runinfra.yaml"
    try:
        document = load(path)
    except DocumentError as error:
        print(error)
        return 1
    text = path.read_text(encoding="utf-8")
    found = lint(document)
    for finding in found:
        line = line_of(text, finding.where)
        print(f"openapi/{path.name}:{line}: {finding.rule} {finding.message}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
