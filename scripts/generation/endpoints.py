"""One row for each operation: everything that the templates print of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

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

JSON: Final = "application/json"
EVENTS: Final = "text/event-stream"
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
)
_USUAL_ERROR: Final = "models.ErrorEnvelope"
_PLAIN_DIVIDERS: Final = {"spaceDelimited": " ", "pipeDelimited": "|"}
_DIVIDERS: Final = {"spaceDelimited": "%20", "pipeDelimited": "%7C", "deepObject": "[]"}


class Answer(NamedTuple):
    """What a status of the 2xx or a documented error means.

    Attributes:
        status: as the document has it, such as ``200`` or ``4XX``.
        type: of the result.
        expression: makes it of ``content``.
    """

    status: str
    type: str
    expression: str

    @property
    def condition(self) -> str:
        """Whether a status is this one."""
        if self.status == "default":
            return "True"
        if self.status.upper().endswith("XX"):
            return f"status // 100 == {self.status[0]}"
        return f"status == {self.status}"


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
    """A field's name as a keyword argument: ``timestamp_granularities[]`` loses its brackets."""
    text = name.removesuffix("[]")
    return text if text.isidentifier() else snake(text)


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
        "pages": data.get("x-runinfra-pages"),
    }
    row |= _answers(schemas, data, place)
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
                if body == "multipart" and wire != keyword:
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


# --- answers


def _answers(schemas: Schemas, data: Mapping[str, Any], place: str) -> dict[str, Any]:
    good = {s: schemas.answer(a) for s, a in data["responses"].items() if str(s)[0] == "2"}
    if not good:
        raise DocumentError(f"{place}: it has no success answer (2xx)")
    # A success without content beside one with it is a result that may be None.
    first = next((a for a in good.values() if a.get("content")), next(iter(good.values())))
    content = first.get("content", {})
    kind = kind_of(content)
    results = [
        _answer(schemas, str(status), answer, kind_of(answer.get("content", {})))
        for status, answer in good.items()
    ]
    errors = [
        _answer(schemas, str(status), answer, "json")
        for status, answer in sorted(
            ((str(s), schemas.answer(a)) for s, a in data["responses"].items()), key=_specific
        )
        if status[0] != "2" and any(map(_is_json, answer.get("content", {})))
    ]
    own = [error for error in errors if error.type != _USUAL_ERROR]
    kinds = list(dict.fromkeys([*(error.type for error in own), _USUAL_ERROR]))
    return {
        "response": kind,
        "accept": _accept(content, kind),
        "results": results,
        "result_type": " | ".join(dict.fromkeys(result.type for result in results)),
        "answer_doc": first.get("description", "The answer."),
        # The usual ones too where others stand for more than one status.
        "errors": own if all(error.status.isdigit() for error in own) else errors,
        "error_type": " | ".join(kinds),
        "own_errors": _own_errors(errors, {str(status) for status in data["responses"]}),
        "streams_only": kind == "events",
    }


def _own_errors(errors: list[Answer], documented: set[str]) -> str:
    """The expression of the statuses whose answers have a schema of their own."""
    parts: list[str] = []
    taken = {int(error.status) for error in errors if error.status.isdigit()}
    taken |= {int(status) for status in documented if status.isdigit()}
    ranges = {int(status[0]) for status in documented if status[1:].upper() == "XX"}
    for error in errors:
        if error.type == _USUAL_ERROR:
            continue
        if error.status.isdigit():
            parts.append(error.status)
            taken.discard(int(error.status))
        else:
            rest = {3, 4, 5} - ranges
            hundreds = rest if error.status == "default" else {int(error.status[0])}
            parts += [f"*range({each}00, {each + 1}00)" for each in sorted(hundreds)]
    others = ", ".join(str(status) for status in sorted(taken) if status >= 300)
    text = f"frozenset(({', '.join(parts)},))" if parts else ""
    return f"{text} - {{{others}}}" if others and "range" in text else text


def _specific(item: tuple[str, Any]) -> tuple[bool, str]:
    return not item[0].isdigit(), item[0]


def kind_of(content: Mapping[str, Any]) -> str:
    """What an answer is, by its media types."""
    if not content:
        return "none"
    texts = any(media.startswith("text/") and media != EVENTS for media in content)
    if any(_is_json(media) for media in content):
        return "json_or_text" if texts else "json"
    if EVENTS in content:
        return "events"
    if texts:
        return "text"
    audio = [m for m in content if m.startswith("audio/") or m == "application/octet-stream"]
    if len(audio) == len(content) and any(m.startswith("audio/") for m in content):
        return "audio"
    return "binary"


def _is_json(media: str) -> bool:
    return media == JSON or media.endswith("+json")


def _accept(content: Mapping[str, Any], kind: str) -> str:
    if kind == "audio":
        return "audio/*, application/octet-stream"
    wanted = [media for media in content if media != EVENTS or kind == "events"]
    return ", ".join(wanted) or "*/*"


def _answer(schemas: Schemas, status: str, answer: Mapping[str, Any], kind: str) -> Answer:
    if kind == "none":
        return Answer(status, "None", "None")
    if kind in {"audio", "binary"}:
        return Answer(status, "bytes", "bytes(content)")
    if kind == "text":
        return Answer(status, "str", "str(content)")
    if kind == "events":
        return Answer(status, "None", "None")
    media = next((m for m in answer["content"] if _is_json(m)), JSON)
    type_, expression = _made(schemas, answer["content"][media]["schema"])
    if kind == "json_or_text":
        type_ += " | str"
        expression = f"content if isinstance(content, str) else {expression}"
    return Answer(status, type_, expression)


def _made(schemas: Schemas, schema: Schema) -> tuple[str, str]:
    """Type of a JSON answer, and the expression that makes it."""
    if "$ref" in schema:
        name = name_of(schema["$ref"])
        inner = schemas.resolve(schema)
        if len(schemas.alternatives(inner)) > 1:
            return _made(schemas, inner)
        return f"models.{name}", f"models.{name}.from_dict(content)"
    members = [name_of(m["$ref"]) for m in schemas.alternatives(schema) if "$ref" in m]
    if not members:
        raise DocumentError(
            "openapi/runinfra.yaml: a JSON answer has to be a component, or one of several"
        )
    classes = [f"models.{name}" for name in members]
    made = f"first_of(content, ({', '.join(classes)},))"
    return " | ".join(classes), made


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
