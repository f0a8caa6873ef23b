"""One row for each operation: everything that the templates print of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from keyword import iskeyword
from typing import Any, Final

from .answers import answers_of
from .document import (
    DocumentError,
    Located,
    Schema,
    Schemas,
    body_of,
    name_of,
    operations,
    types_of,
)
from .facts import field_of, one_line, pascal, snake
from .params import Member, ParamsWriter

FORM: Final = "multipart/form-data"
# Headers that every call may carry: they are call options, not parameters of an operation.
CALL_HEADERS: Final = frozenset({"idempotency-key", "x-client-request-id"})
# What the methods, or the functions over httpx, have of their own.
TAKEN: Final = frozenset(
    {
        "allow_truncated",
        "client",
        "client_request_id",
        "deadline",
        "extra_body",
        "extra_headers",
        "headers",
        "idempotency_key",
        "idle_timeout",
        "max_retries",
        "on_progress",
        "params",
        "progress_timeout",
        "retry_streams",
        "self",
        "timeout",
    }
)
_REQUIRED: Final = re.compile(r"^Field\(types=\([^)]*\), required=True")
# What the functions of an operation's module call by these names themselves.
LOCAL: Final = frozenset(
    {"answer", "arguments", "ask", "described", "event", "given", "models", "nested", "request"}
    | {"result", "results", "segment", "stream", "whole"}
    | {"AsyncPages", "OPERATION", "Pages", "Request", "headers_of", "query_of", "renamed"}
)
_PLAIN_DIVIDERS: Final = {"spaceDelimited": " ", "pipeDelimited": "|"}
_DIVIDERS: Final = {"spaceDelimited": "%20", "pipeDelimited": "%7C", "deepObject": "[]"}


def operation_rows(document: Mapping[str, Any], params: ParamsWriter) -> list[dict[str, Any]]:
    """One row for each operation.

    Raises:
        DocumentError: an operation lacks a fact.
    """
    located = list(operations(document))
    rows = [_row(document, params, operation) for operation in located]
    # Operations that take the same object have arguments of their own all the same.
    shared = Counter(row["base"] for row in rows)
    for row in rows:
        if shared[row["base"]] > 1:
            row["base"] = pascal(row["operation_id"])
    return rows


def wire_to_keyword(name: str) -> str:
    """A field's name as a keyword argument.

    ``timestamp_granularities[]`` loses its brackets; what is a word of Python's own, such as
    ``from``, gets an underscore, as the fields of models do.
    """
    text = name.removesuffix("[]")
    text = text if text.isidentifier() else snake(text)
    return f"{text}_" if iskeyword(text) else text


def _row(document: Mapping[str, Any], params: ParamsWriter, located: Located) -> dict[str, Any]:
    path, method, data = located
    place = f"openapi/runinfra.yaml: {method} {path}"
    for key in ("operationId", "x-runinfra-method", "x-runinfra-replay", "x-runinfra-scope"):
        if key not in data:
            raise DocumentError(f"{place}: {key} is missing")
    replay = data["x-runinfra-replay"]
    if replay.get("class") not in {"safe", "keyed", "never"}:
        raise DocumentError(f"{place}: x-runinfra-replay.class: expected safe, keyed or never")
    schemas = Schemas(document)
    scope = data["x-runinfra-scope"]
    row = {
        "operation_id": data["operationId"],
        "function": data["x-runinfra-method"],
        "module": snake(data["operationId"]),
        "tag": snake(data["tags"][0]),
        "method": method.upper(),
        # A client of a pipeline has the id in its base URL already.
        "path": path.removeprefix("/{pipeline_id}") if scope == "pipeline" else path,
        "scope": scope,
        "replay": replay["class"],
        "replay_scope": replay.get("scope", "any"),
        "replay_conservative": bool(replay.get("conservative", False)),
        "summary": one_line(data.get("summary", data["operationId"])).rstrip("."),
        "description": data.get("description", ""),
        "deprecated": bool(data.get("deprecated", False)),
        "stream": _stream(data.get("x-runinfra-stream"), place),
        "pages": _pages(data.get("x-runinfra-pages")),
    }
    row |= answers_of(schemas, data, place)
    row |= _arguments(schemas, params, data, row)
    return row


# --- arguments


def _arguments(
    schemas: Schemas, params: ParamsWriter, data: Mapping[str, Any], row: Mapping[str, Any]
) -> dict[str, Any]:
    body, schema = body_of(data)
    base = pascal(row["operation_id"])
    if schema is not None and "$ref" in schema:
        base = name_of(schema["$ref"]).removesuffix("Request")
    fields: dict[str, str] = {}
    members: list[Member] = []  # keyword arguments of the methods
    explicit: list[Member] = []  # those that hand-written methods declare themselves
    path_members: list[Member] = []
    query: list[tuple[str, str, str]] = []
    headers: list[tuple[str, str, bool]] = []
    exploded: set[str] = set()  # parameters of the path whose members are name=value
    names: dict[str, str] = {}
    for parameter in map(schemas.parameter, data.get("parameters", ())):
        wire, where = parameter["name"], parameter["in"]
        if wire.lower() in CALL_HEADERS or where == "cookie":
            continue
        if where == "path" and "{" + wire + "}" not in row["path"]:
            continue  # the pipeline's id
        keyword = wire_to_keyword(wire)
        doc = one_line(parameter.get("description", ""))
        required = bool(parameter.get("required", False))
        value = {**parameter["schema"]}
        if parameter.get("deprecated"):
            value["deprecated"] = True
        _check_free(keyword, fields, row)
        divider = "," if where == "header" else _PLAIN_DIVIDERS.get(parameter.get("style", ""))
        more = {"divider": divider} if divider and _is_divided(schemas, value) else {}
        fields[keyword] = field_of(
            schemas, value, required=required, place=where, doc=doc, more=more
        )
        member = params.member(keyword, parameter["schema"], required=required, doc=doc)
        (path_members if where == "path" else members).append(member)
        if where == "query":
            query.append((keyword, wire, _divider(parameter)))
        elif where == "header":
            headers.append((keyword, wire, bool(parameter.get("explode"))))
        elif parameter.get("explode"):
            exploded.add(wire)
    if schema is not None:
        resolved = schemas.resolve(schema)
        needed = resolved.get("required", ())
        encoding = data["requestBody"]["content"].get(FORM, {}).get("encoding", {})
        for wire, property_ in resolved["properties"].items():
            keyword = wire_to_keyword(wire)
            _check_free(keyword, fields, row)
            names[keyword] = wire
            member = params.member(keyword, property_, required=wire in needed)
            own = schemas.resolve(property_)
            if own.get("x-runinfra-method-parameter"):
                explicit.append(member)
            else:
                members.append(member)
            # The stream flag belongs to the methods: it decides what they return.
            if keyword != "stream" or member not in explicit:
                more = {}
                if wire != keyword:
                    more["wire"] = wire
                if wire in encoding:
                    more["media"] = encoding[wire]["contentType"]
                fields[keyword] = field_of(schemas, property_, required=wire in needed, more=more)
    elif body == "binary":
        doc = one_line(data["requestBody"].get("description", "The file."))
        fields["content"] = (
            "Field(types=('string',), required=True, format='binary', special=True, "
            f"description={doc!r})"
        )
        explicit.append(Member("content", "FileInput", required=True, doc=doc))
    types = [member.type for member in (*members, *explicit, *path_members)]
    return {
        "body": body,
        "base": base,
        "fields": fields,
        "required": tuple(name for name, text in fields.items() if _REQUIRED.search(text)),
        "members": members,
        "explicit": sorted(explicit, key=lambda member: not member.required),
        "path_members": path_members,
        "query": query,
        "headers": headers,
        "names": names,
        "plain_body": not query and not headers and all(k == w for k, w in names.items()),
        "target": _target(row["path"], [member.name for member in path_members], exploded),
        "param_imports": params.used(types),
        "files": [name for name, text in fields.items() if "file=True" in text],
        "text": " ".join(types),
    }


def _is_divided(schemas: Schemas, schema: Schema) -> bool:
    """Whether a parameter is a list or an object."""
    parts = map(schemas.resolve, schemas.alternatives(schemas.resolve(schema)))
    return any({"array", "object"} & {*types_of(part)} for part in parts)


def _check_free(keyword: str, taken: Mapping[str, str], row: Mapping[str, Any]) -> None:
    if keyword in taken:
        raise DocumentError(f"{row['operation_id']}: two parameters become {keyword!r}")
    if keyword in TAKEN:
        raise DocumentError(f"{row['operation_id']}: {keyword!r} is an option of every call")


def _target(path: str, names: list[str], exploded: Collection[str]) -> str:
    if not names:
        return repr(path)

    def placed(match: re.Match[str]) -> str:
        keyword = wire_to_keyword(match[1])
        how = ", explode=True" if match[1] in exploded else ""
        return f"{{segment('{keyword}', {keyword}{how})}}"

    return 'f"' + re.sub(r"{([^}]+)}", placed, path) + '"'


def _divider(parameter: Mapping[str, Any]) -> str:
    style = parameter.get("style", "form")
    if style == "form":
        return "&" if parameter.get("explode", True) else ","
    return _DIVIDERS.get(style, "&")


def _pages(data: Mapping[str, str] | None) -> Mapping[str, str] | None:
    return data and {**data, "parameter": wire_to_keyword(data["parameter"])}


def _stream(data: Mapping[str, Any] | None, place: str) -> dict[str, Any] | None:
    if data is None:
        return None
    try:
        return {
            "event": data["event"],
            "assembles": data["assembles"],
            "spec": (
                f"StreamSpec(event={data['event']!r}, assembles={data['assembles']!r}, "
                f"done_ends={data['done-sentinel'] == 'ends'}, "
                f"terminal_events={_frozen(data['terminal-events'])}, "
                f"error_events={_frozen(data['error-events'])}, "
                f"finish_reason_completes={data['complete-without-sentinel'] == 'finish_reason'})"
            ),
        }
    except KeyError as error:
        raise DocumentError(f"{place}: x-runinfra-stream: {error} is missing") from error


def _frozen(values: list[str]) -> str:
    return f"frozenset({tuple(sorted(values))!r})" if values else "frozenset()"
