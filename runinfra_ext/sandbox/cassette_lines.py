"""A line of a cassette: an exchange as JSON, with no credential in it."""

from __future__ import annotations

import base64
import binascii
import functools
import json
import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import jsonschema_rs

from .reasons import reason_of
from .redaction import Redactor
from .shapes import is_mapping

_DAY: Final = 86_400  # seconds; nothing that was recorded took longer
_LONG: Final = 200  # letters of what is wrong with a line
_BODILESS: Final = frozenset({204, 304})
_SECONDS: Final = {"type": "number", "minimum": 0, "maximum": _DAY}
_BASE64: Final = {
    "type": "object",
    "required": ["base64"],
    "additionalProperties": False,
    "properties": {"base64": {"type": "string"}},
}
_HEADERS: Final = {
    "type": "object",
    "propertyNames": {"pattern": r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"},
    "additionalProperties": {"type": "string", "pattern": r"^[\t -~\x80-\xff]*$"},
}
_EVENT: Final = {
    "type": "array",
    "prefixItems": [_SECONDS, {"anyOf": [{"type": "string"}, _BASE64]}],
    "minItems": 2,
    "maxItems": 2,
}
_SCHEMA: Final = {
    "type": "object",
    "required": ["request", "answer"],
    "additionalProperties": False,
    "properties": {
        "request": {
            "type": "object",
            "required": ["method", "path"],
            "additionalProperties": False,
            "properties": {"method": {"type": "string"}, "path": {"type": "string"}, "body": {}},
        },
        "answer": {
            "type": "object",
            "required": ["status"],
            "additionalProperties": False,
            "properties": {
                "status": {"type": "integer", "minimum": 200, "maximum": 599},
                "headers": _HEADERS,
                "seconds": _SECONDS,
                "json": {},
                "text": {"type": "string"},
                "base64": {"type": "string"},
                "events": {"type": "array", "items": _EVENT},
                "cut": {"type": "boolean"},
            },
        },
    },
}
_CONTENTS: Final = ("json", "text", "base64", "events")


class Exchange(NamedTuple):
    """The parts of a line: the members of a question, and those of a reply."""

    question: dict[str, Any]
    reply: dict[str, Any]


def parsed(content: bytes) -> Any:
    """Decoded JSON, as strict as the format is: no NaN, no number beyond all bounds.

    Raises:
        ValueError: it is none; the message says why.
    """
    try:
        # As text: else bytes of another encoding would pass, and be written down in this one.
        text = content.decode("utf-8")
        return json.loads(text, parse_constant=_number, parse_float=_number)
    except json.JSONDecodeError as error:
        msg = f"no JSON: {error.msg} at column {error.colno}"
    except UnicodeDecodeError:
        msg = "not UTF-8"
    except RecursionError:
        msg = "nested too deeply"
    raise ValueError(msg)


def compact(value: Any, separators: tuple[str, str] = (",", ":")) -> bytes:
    """JSON in UTF-8; half of a surrogate pair, which has no UTF-8, is escaped as it came."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=separators).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=separators).encode()


def encoded(question: Mapping[str, Any], reply: Mapping[str, Any], redactor: Redactor) -> bytes:
    """An exchange as a line.

    Args:
        question: the members of a question, without credentials.
        reply: the members of a reply.
        redactor: of the credentials of both.
    """
    answer: dict[str, Any] = {
        "status": reply["status"],
        "headers": {name: redactor.text(value) for name, value in reply["headers"].items()},
        "seconds": round(reply["seconds"], 3),
    }
    if reply["frames"] is not None:
        answer["events"] = _events(reply["frames"], redactor)
    elif reply["body"]:
        answer |= _as_value(reply["body"], redactor)
    if reply["cut"]:
        answer["cut"] = True
    return compact({"request": dict(question), "answer": answer}, (", ", ": ")) + b"\n"


def decoded(content: bytes) -> Exchange:
    """The exchange of a line.

    Raises:
        ValueError: it is none; the message says where it is wrong.
    """
    line = parsed(content)
    _check(line)
    answer = line["answer"]
    reply: dict[str, Any] = {
        "status": answer["status"],
        "headers": answer.get("headers", {}),
        "seconds": answer.get("seconds", 0.0),
        "cut": answer.get("cut", False),
    }
    if "events" in answer:
        reply["frames"] = [
            (at, _as_bytes(data, f"answer.events.{number}"))
            for number, (at, data) in enumerate(answer["events"])
        ]
    elif "json" in answer:
        reply["body"] = compact(answer["json"])
    elif "text" in answer:
        reply["body"] = _as_bytes(answer["text"], "answer.text")
    elif "base64" in answer:
        reply["body"] = _as_bytes(answer, "answer")
    return Exchange(line["request"], reply)


@functools.cache
def _validator() -> Any:
    return jsonschema_rs.Draft202012Validator(_SCHEMA)


def _check(line: Any) -> None:
    # Without what may be any JSON.
    skeleton = line
    if is_mapping(line):
        skeleton = {
            name: {key: None if key in {"json", "body"} else v for key, v in part.items()}
            if is_mapping(part)
            else part
            for name, part in line.items()
        }
    try:
        reason = reason_of(_validator().iter_errors(skeleton), skeleton)
    except UnicodeEncodeError as error:
        msg = "half of a surrogate pair in a text, which is no character"
        raise ValueError(msg) from error
    if reason is not None:
        place = ".".join(reason.path)
        raise ValueError(f"{place}: {reason.message}"[:_LONG].removeprefix(": "))
    given = [name for name in _CONTENTS if name in line["answer"]]
    if len(given) > 1:
        msg = f"answer: expected one of {', '.join(_CONTENTS)}, got {' and '.join(given)}"
        raise ValueError(msg)
    status = line["answer"]["status"]
    if given and status in _BODILESS:
        msg = f"answer.{given[0]}: an answer with status {status} has no body"
        raise ValueError(msg)


def _as_value(body: bytes, redactor: Redactor) -> dict[str, Any]:
    try:
        return {"json": redactor.value(parsed(body))}
    except (ValueError, RecursionError):
        text = _as_text(body, redactor)
        return {"text": text} if isinstance(text, str) else text


def _as_text(data: bytes, redactor: Redactor) -> Any:
    try:
        return redactor.text(data.decode("utf-8"))
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(redactor.data(data)).decode("ascii")}


def _events(frames: list[tuple[float, bytes]], redactor: Redactor) -> list[list[Any]]:
    times = [round(at, 3) for at, _ in frames]
    try:
        texts = redactor.events([data.decode("utf-8") for _, data in frames])
    except UnicodeDecodeError:
        texts = [_as_text(data, redactor) for _, data in frames]
    return [[at, text] for at, text in zip(times, texts, strict=True)]


def _as_bytes(data: Any, place: str) -> bytes:
    try:
        if isinstance(data, str):
            return data.encode()
        return base64.b64decode(data["base64"], validate=True)
    except UnicodeEncodeError as error:
        msg = f"{place}: half of a surrogate pair, which is no character"
        raise ValueError(msg) from error
    except (binascii.Error, ValueError) as error:
        msg = f"{place}.base64: expected base64"
        raise ValueError(msg) from error


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        msg = f"no JSON: {text[:20]} is no number of it"
        raise ValueError(msg)
    return value
