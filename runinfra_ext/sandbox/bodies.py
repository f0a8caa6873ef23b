"""Reads requests' bodies, and refuses what the document does not allow."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from .outcomes import Refused
from .shapes import is_mapping
from .strict import resolved, types_of, value_of

_FORM: Final = "multipart/form-data"
_SURROGATE: Final = b"\\ud"
_EXACT: Final = 2**53  # beyond it a float is no exact integer


class TooLarge(Exception):
    """The body is larger than the sandbox takes."""


async def read_bytes(request: Request, limit: int) -> bytes:
    """The body as it came.

    Args:
        request: whose body is wanted.
        limit: bytes that are taken at most.

    Raises:
        TooLarge: there are more.
    """
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > limit:
            raise TooLarge
    return bytes(data)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_json(request: Request, limit: int) -> dict[str, Any]:
    """A JSON object.

    Raises:
        Refused: it is none, or it is not called one.
        TooLarge: it is beyond the limit.
    """
    if _media_type(request) != "application/json":
        raise Refused(400, "Send Content-Type: application/json.", code="invalid_content_type")
    data = await read_bytes(request, limit)
    body: Any = None
    problem = ""
    try:
        # As text: else bytes of another encoding would pass.
        text = data.decode("utf-8-sig")
        body = json.loads(text, parse_constant=_no_constant, parse_float=_number_of)
        if _SURROGATE in data.lower():
            # A half of a surrogate pair is no character; most JSON parsers refuse it.
            json.dumps(body, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        problem = f"{error.msg} (line {error.lineno}, column {error.colno})"
    except UnicodeDecodeError as error:
        problem = f"it is not UTF-8 (byte {error.start})"
    except UnicodeEncodeError:
        problem = "half of a surrogate pair is no character"
    except RecursionError:
        problem = "it is nested too deeply"
    except ValueError as error:  # a number
        problem = str(error).partition(";")[0]
    if problem:
        raise Refused(400, f"The body is not JSON: {problem}.", code="invalid_json")
    if not is_mapping(body):
        raise Refused(400, "The body is not a JSON object.", code="invalid_json")
    if any(name.startswith("runinfra") for name in body):
        raise Refused(400, "Fields starting with runinfra are reserved.")
    return dict(body)


def _number_of(text: str) -> float:
    """A number; 2.0 is the integer 2, as JSON Schema has it."""
    value = float(text)
    if not math.isfinite(value):
        _no_constant(text)
    return int(value) if value.is_integer() and abs(value) < _EXACT else value


def _no_constant(name: str) -> Any:
    msg = f"{name[:20]} is no number of it"
    raise ValueError(msg)


async def read_form(
    request: Request, properties: Mapping[str, Mapping[str, Any]], limit: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A form's fields, and the same as the document would see them.

    Args:
        request: whose body is wanted.
        properties: the schemas of the fields, where they are known.
        limit: bytes that are taken at most.

    Raises:
        Refused: it is no form, what should be a file is none, or a field that is no list comes
            more than once.
        TooLarge: it is beyond the limit.
    """
    if _media_type(request) != _FORM:
        raise Refused(400, f"Send {_FORM}.", code="invalid_content_type")
    left, ended = limit, dict[str, Any]()

    async def receive() -> Message:
        # What ends it early is raised later: at any other exception than its own the form's parser
        # would leave its files open.
        nonlocal left, ended
        message = await request.receive()
        left -= len(message.get("body", b""))
        if left >= 0 and message["type"] == "http.request":
            return message
        ended = dict(message)
        msg = "cut"
        raise MultiPartException(msg)

    def check() -> None:
        if left < 0:
            raise TooLarge
        if ended:
            raise ClientDisconnect

    try:
        form = await Request(request.scope, receive).form(max_part_size=limit)
    except Exception as error:  # of the form's parser: whatever a client sends is a 400
        check()
        raise Refused(400, "The form can't be read.", code="invalid_form") from error
    try:
        check()
        return await _fields(form, properties)
    finally:
        await form.close()


async def _fields(
    form: FormData, properties: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of a form, and what the document would see of them."""
    body: dict[str, Any] = {}
    checked: dict[str, Any] = {}
    for name, value in form.multi_items():
        schema = properties.get(name, {})
        many = name.endswith("[]") or "array" in types_of(schema)
        item = resolved(schema.get("items", {})) if many else schema
        is_file = isinstance(value, UploadFile)
        if (item.get("format") == "binary") is not is_file and schema:
            what = "no file" if is_file else "a file part"
            raise Refused(400, f"{name}: expected {what}.", param=name)
        if name in body and schema and not many:
            raise Refused(400, f"{name}: expected it once.", param=name)
        found: Any = await value.read() if isinstance(value, UploadFile) else value
        seen = "" if is_file else _value(name, item, value)
        if many:
            body.setdefault(name, []).append(seen if is_mapping(seen) else found)
            checked.setdefault(name, []).append(seen)
        else:
            body[name] = seen if is_mapping(seen) else found
            checked[name] = seen
    return body, checked


def _value(name: str, schema: Mapping[str, Any], text: Any) -> Any:
    """A part that is no file, as its schema says; objects are JSON."""
    if "object" not in types_of(schema):
        return value_of(schema, text)
    try:
        return json.loads(text)
    except ValueError:
        raise Refused(400, f"{name}: expected JSON.", param=name) from None
