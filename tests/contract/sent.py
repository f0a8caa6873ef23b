"""Holds requests against the document, without the sandbox's own validation of them.

:class:`Tap` keeps every request that reaches an in-process sandbox, as bytes; :func:`problems_of`
says how one breaks the document. It shares no code with the sandbox: the YAML is read here, bodies
are validated by another library, and multipart forms are taken apart by the standard library.
The document's objects are open to unknown members, since a gateway may take more than it tells;
what the SDK itself sends must all be documented, so here they are closed.
"""

from __future__ import annotations

import email.parser
import email.policy
import functools
import json
import re
import threading
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

ROOT = Path(__file__).resolve().parent.parent.parent
AHEAD = 64 * 1024  # bytes of a JSON body that is read before the application asks for it
KEPT = 1024 * 1024  # bytes of a body; of a larger one only the head is held against the document
SDK = "runinfra-ext"

_VERBS = ("get", "put", "post", "delete", "patch")
_DIVIDERS = {"form": ",", "simple": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
_SEGMENT = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+\Z")


class Sent(NamedTuple):
    """A request as it came; ``body`` is ``None`` if it was too large, or was not read whole."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None

    def header(self, name: str) -> str | None:
        """The only value of a header."""
        values = [value for key, value in self.headers if key == name]
        return values[0] if len(values) == 1 else None


class Tap:
    """Stands before the application of each sandbox, and keeps what comes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: list[_Seen] = []

    def before(self, app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        """The application, with the tap before it."""

        async def tapped(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            seen = _Seen(scope, receive)
            with self._lock:
                self._seen.append(seen)
            await seen.read_ahead()
            await app(scope, seen.receive, send)

        return tapped

    def take(self) -> list[Sent]:
        """What has come since this was asked last."""
        with self._lock:
            taken, self._seen = self._seen, []
        return [seen.request() for seen in taken]


class _Seen:
    """One request while it comes."""

    def __init__(self, scope: Any, receive: Callable[[], Awaitable[Any]]) -> None:
        self._scope = scope
        self._receive = receive
        self._headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in scope["headers"]
        )
        names = dict(self._headers)
        self._size = int(names.get("content-length", 0))
        self._whole = self._size == 0 and "transfer-encoding" not in names
        self._json = names.get("content-type") == "application/json"
        self._body = bytearray()
        self._ahead: deque[Any] = deque()

    async def read_ahead(self) -> None:
        """Take a short JSON body at once, because a fault answers without reading it."""
        if self._json and 0 < self._size <= AHEAD:
            while not self._whole and (
                not self._ahead or self._ahead[-1]["type"] == "http.request"
            ):
                self._ahead.append(await self._next())

    async def receive(self) -> Any:
        """The application's next message."""
        return self._ahead.popleft() if self._ahead else await self._next()

    async def _next(self) -> Any:
        message = await self._receive()
        if message["type"] == "http.request":
            if len(self._body) <= KEPT:
                self._body.extend(message.get("body", b""))
            self._whole = not message.get("more_body", False)
        return message

    def request(self) -> Sent:
        """What has come of it."""
        return Sent(
            method=self._scope["method"],
            path=self._scope["raw_path"].decode("ascii", "replace"),
            query=self._scope["query_string"].decode("ascii", "replace"),
            headers=self._headers,
            body=bytes(self._body) if self._whole and len(self._body) <= KEPT else None,
        )


def invalid(requests: list[Sent]) -> list[str]:
    """What is wrong with those of these requests that the SDK has sent."""
    return [
        f"{request.method} {request.path}: {problem}"
        for request in requests
        if request.header("x-runinfra-sdk") == SDK
        for problem in problems_of(request)
    ]


# ---- the document ----


@functools.cache
def document() -> Any:
    """The document with its objects closed."""
    loaded = yaml.safe_load((ROOT / "openapi/runinfra.yaml").read_text("utf-8"))
    parts = {part["$ref"] for part in _composed(loaded["components"]["schemas"])}
    for name, schema in loaded["components"]["schemas"].items():
        if f"#/components/schemas/{name}" in parts or "additionalProperties" in schema:
            continue  # it is the whole that is closed
        if "properties" in schema or len(schema.get("allOf", ())) > 1:
            schema["unevaluatedProperties"] = False
    for item in loaded["paths"].values():
        shared = item.get("parameters", [])
        for operation in (item[verb] for verb in _VERBS if verb in item):
            own = operation.get("parameters", [])
            operation["parameters"] = [*own, *(part for part in shared if part not in own)]
    return loaded


def _composed(node: Any) -> Iterator[Any]:
    """The references of every ``allOf`` that has more than one part."""
    if isinstance(node, dict):
        parts = node.get("allOf", [])
        if isinstance(parts, list) and (len(parts) > 1 or "properties" in node):
            yield from (part for part in parts if "$ref" in part)
        for value in node.values():
            yield from _composed(value)
    elif isinstance(node, list):
        for value in node:
            yield from _composed(value)


def _resolved(node: Any) -> Any:
    while "$ref" in node:
        place = document()
        for part in node["$ref"].removeprefix("#/").split("/"):
            place = place[part]
        node = place
    return node


def _schema_problem(schema: Mapping[str, Any], value: Any) -> str | None:
    whole = {"allOf": [schema], "components": document()["components"]}
    error = best_match(Draft202012Validator(whole).iter_errors(value))
    if error is None:
        return None
    # Of a union the deepest reason, which names the member.
    while error.context:
        error = best_match(error.context)
    return f"{error.json_path}: {error.message[:300]}"


class Route(NamedTuple):
    """An operation, and the values that the path has for it."""

    operation: Any
    values: Mapping[str, str]


def _routes(request: Sent) -> Iterator[Route]:
    path = request.path.removeprefix("/v1")
    if path == request.path:
        return
    segments = path[1:].split("/")
    # The most fixed paths first: `/models/last` is none of `/models/{model}`.
    paths = sorted(
        document()["paths"].items(), key=lambda pair: [s[:1] == "{" for s in pair[0].split("/")]
    )
    for template, item in paths:
        operation = item.get(request.method.lower())
        if operation is None:
            continue
        wanted = template[1:].split("/")
        # The second server has the pipeline's id before the path.
        for skipped in (0, 1):
            if skipped and operation["x-runinfra-scope"] != "any":
                continue
            values = _matched(wanted, segments[skipped:])
            if values is not None:
                yield Route(operation, values)


def _matched(wanted: list[str], segments: list[str]) -> dict[str, str] | None:
    if len(wanted) != len(segments):
        return None
    values = {}
    for name, segment in zip(wanted, segments, strict=True):
        if name.startswith("{"):
            values[name[1:-1]] = segment
        elif name != segment:
            return None
    return values


# ---- the request ----


def problems_of(request: Sent) -> list[str]:
    """How a request breaks the document; empty if it does not."""
    routes = list(_routes(request))
    if not routes:
        return ["the document has no such path and method"]
    operation, values = routes[0]
    found = _query_problems(operation, request)
    found += [
        f"path: {part!r} is not encoded"
        for part in request.path[1:].split("/")
        if not _SEGMENT.match(part)
    ]
    found += [
        f"header {name}: sent {n} times"
        for name, n in Counter(k for k, _ in request.headers).items()
        if n > 1
    ]
    found += _parameter_problems(operation, request, values)
    found += _accept_problems(operation, request)
    if not re.fullmatch(r"Bearer \S+", request.header("authorization") or ""):
        found.append("header authorization: no bearer token")
    found += _body_problems(operation, request)
    return found


def _query_problems(operation: Any, request: Sent) -> list[str]:
    declared = {
        part["name"]: part
        for part in map(_resolved, operation.get("parameters", ()))
        if part["in"] == "query"
    }
    given = parse_qs(request.query, keep_blank_values=True) if request.query else {}
    found: list[str] = []
    known: set[str] = set()
    for name, part in declared.items():
        names, value = _value(part, given)
        known |= names
        if value is None:
            if part.get("required"):
                found.append(f"query {name}: missing")
            continue
        problem = _schema_problem(part["schema"], value)
        if problem:
            found.append(f"query {name}: {problem}")
    return [f"query {name}: none is documented" for name in given if name not in known] + found


def _value(part: Any, given: Mapping[str, list[str]]) -> tuple[set[str], Any]:
    """The names in a query that are a parameter's, and its value."""
    name, schema = part["name"], _resolved(part["schema"])
    style = part.get("style", "form")
    explode = part.get("explode", style == "form")
    if _is_a(schema, "object") and (explode or style == "deepObject"):
        deep = {f"{name}[{key}]": key for key in schema.get("properties", {})}
        deep |= {key: key[len(name) + 1 : -1] for key in given if key.startswith(f"{name}[")}
        names = deep if style == "deepObject" else {key: key for key in schema["properties"]}
        members = {own: given[key][-1] for key, own in names.items() if key in given}
        return {*names}, _members(schema, members) or None
    if name not in given:
        return {name}, None
    if _is_a(schema, "array") and explode:
        return {name}, [_typed(text, _list(schema)["items"]) for text in given[name]]
    return {name}, _divided(part, given[name][-1])


def _divided(part: Any, text: str) -> Any:
    """The value that one text stands for."""
    schema = _resolved(part["schema"])
    pieces = text.split(_DIVIDERS[part.get("style", "simple")])
    if _is_a(schema, "array"):
        return [_typed(piece, _list(schema)["items"]) for piece in pieces]
    if not _is_a(schema, "object"):
        return _typed(text, schema)
    if part.get("explode"):
        return _members(schema, dict(piece.split("=", 1) for piece in pieces))
    return _members(schema, dict(zip(pieces[::2], pieces[1::2], strict=True)))


def _members(schema: Any, texts: Mapping[str, str]) -> dict[str, Any]:
    rules = schema.get("properties", {})
    others = schema.get("additionalProperties")
    others = others if isinstance(others, dict) else {}
    return {name: _typed(text, rules.get(name, others)) for name, text in texts.items()}


def _kinds(schema: Any) -> set[str]:
    """The types that a value may have."""
    schema = _resolved(schema)
    kind = schema.get("type", [])
    values = [schema["const"]] if "const" in schema else schema.get("enum", [])
    found = {kind} if isinstance(kind, str) else {*kind}
    found |= {"integer" for value in values if type(value) is int}
    return found.union(*(_kinds(m) for key in ("anyOf", "oneOf") for m in schema.get(key, ())))


def _is_a(schema: Any, kind: str) -> bool:
    return kind in _kinds(schema)


def _list(schema: Any) -> Any:
    """The member that is a list, of a schema that may be one."""
    members = [_resolved(m) for key in ("anyOf", "oneOf") for m in schema.get(key, ())]
    return next((member for member in members if _is_a(member, "array")), schema)


def _typed(text: str, schema: Any) -> Any:
    if _kinds(schema) & {"integer", "number", "boolean"}:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _parameter_problems(operation: Any, request: Sent, values: Mapping[str, str]) -> Iterator[str]:
    declared = [_resolved(parameter) for parameter in operation.get("parameters", ())]
    names = {parameter["name"].lower() for parameter in declared}
    for parameter in document()["components"]["parameters"].values():
        name = parameter["name"].lower()
        if name not in names and request.header(name) is not None:
            yield f"header {name}: this operation has none"
    for parameter in declared:
        name = parameter["name"]
        if parameter["in"] == "query":
            continue
        value = values.get(name) if parameter["in"] == "path" else request.header(name.lower())
        if value is None:
            if parameter.get("required"):
                yield f"{parameter['in']} {name}: missing"
            continue
        text = unquote(value) if parameter["in"] == "path" else value
        problem = _schema_problem(parameter["schema"], _divided(parameter, text))
        if problem:
            yield f"{parameter['in']} {name}: {problem}"


def _accept_problems(operation: Any, request: Sent) -> Iterator[str]:
    offered = [
        kind.strip().partition(";")[0] for kind in (request.header("accept") or "").split(",")
    ]
    status = next(status for status in operation["responses"] if status[0] == "2")
    answers = _resolved(operation["responses"][status]).get("content", {})
    for kind in offered if answers else []:
        pattern = re.compile(re.escape(kind).replace(r"\*", "[^/]+") + r"\Z")
        if not any(map(pattern.match, answers)):
            yield f"header accept: the operation never answers with {kind!r}"


def _body_problems(operation: Any, request: Sent) -> Iterator[str]:
    body = operation.get("requestBody")
    body = body and _resolved(body)
    kind = (request.header("content-type") or "").partition(";")[0]
    if body is None:
        if kind or request.body:
            yield "body: this operation has none"
        return
    ((documented, media),) = body["content"].items()
    if documented.startswith("audio/"):
        # The prose names the types that may stand here; the generated client can't have them all.
        if not re.fullmatch(r"audio/[a-z0-9.+-]+|application/octet-stream", kind):
            yield f"header content-type: {kind!r} is no audio"
        if request.body == b"":
            yield "body: missing"
    elif kind != documented:
        yield f"header content-type: {kind!r} instead of {documented}"
    elif request.body is not None:
        read = _json if documented == "application/json" else _form
        try:
            value = read(request, _resolved(media["schema"]))
        except ValueError as error:
            yield f"body: {error}"
        else:
            problem = _schema_problem(media["schema"], value)
            if problem:
                yield f"body: {problem}"


def _json(request: Sent, schema: Any) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a member stands twice")
        return dict(pairs)

    def no_constant(name: str) -> Any:
        raise ValueError(f"{name} is not JSON")

    text = (request.body or b"").decode("utf-8")
    return json.loads(text, object_pairs_hook=once, parse_constant=no_constant)


def _form(request: Sent, schema: Any) -> Any:
    head = f"Content-Type: {request.header('content-type')}\r\n\r\n".encode("latin-1")
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
        head + (request.body or b"")
    )
    if message.defects or not message.is_multipart():
        raise ValueError(f"not a form: {message.defects}")
    form: dict[str, Any] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        wanted = schema["properties"].get(name, {})
        item = _resolved(wanted.get("items", wanted))
        binary = item.get("format") == "binary"
        if binary is not (part.get_filename() is not None):
            raise ValueError(f"{name}: {'a file' if binary else 'no file'} was expected")
        data = part.get_payload(decode=True)
        text = "" if binary else data.decode("utf-8")
        if name in form and wanted.get("type") != "array":
            raise ValueError(f"{name}: stands twice")
        if wanted.get("type") == "array":
            form.setdefault(name, []).append(_of_form(item, text))
        else:
            form[name] = _of_form(item, text)
    return form


def _of_form(schema: Any, text: str) -> Any:
    plain = schema.get("type") not in {"number", "integer", "object"}
    return text if plain else json.loads(text)
