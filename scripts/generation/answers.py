"""What the answers of an operation are: by their statuses, media types and schemas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from .document import DocumentError, Schema, Schemas, name_of

JSON: Final = "application/json"
EVENTS: Final = "text/event-stream"
_USUAL_ERROR: Final = "models.ErrorEnvelope"


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


def answers_of(schemas: Schemas, data: Mapping[str, Any], place: str) -> dict[str, Any]:
    """What a row says of the answers.

    Raises:
        DocumentError: there is no success, or a JSON answer is no component.
    """
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
