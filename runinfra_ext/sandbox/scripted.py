"""Answers that a test dictates: what the sandbox's models say next."""

from __future__ import annotations

import base64
import binascii
import functools
import json as json_codec
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypedDict

from . import dictated, encoders, sounds, strict, vectors
from .content import SCRIPTED, Said, digest
from .outcomes import Context, Refused, Result
from .shapes import is_mapping

# What can be dictated to which operations.
_OPERATIONS: Final[Mapping[str, frozenset[str]]] = {
    "text": frozenset({"createChatCompletion", "createResponse", "createVoicePipeline"}),
    "json": frozenset({"createChatCompletion", "createResponse"}),
    "tool_calls": frozenset({"createChatCompletion", "createResponse"}),
    "embedding": frozenset({"createEmbedding"}),
    "scores": frozenset({"createRerank"}),
    "image": frozenset({"createImage"}),
    "audio": frozenset({"createSpeech", "createVoicePipeline"}),
    "transcript": frozenset({"createTranscription", "createVoicePipeline"}),
    "usage": frozenset(
        {"createChatCompletion", "createResponse", "createEmbedding", "createRerank"}
    ),
    "finish_reason": frozenset({"createChatCompletion", "createResponse"}),
}
_CONTENTS: Final = tuple(name for name in _OPERATIONS if name not in {"usage", "finish_reason"})
_BYTES: Final = ("audio", "image")
# OpenAI has two families of names for the same numbers.
_USAGE_TWINS: Final = {
    "prompt_tokens": "input_tokens",
    "completion_tokens": "output_tokens",
    "input_tokens": "prompt_tokens",
    "output_tokens": "completion_tokens",
}
# Dictated bytes may have a format that the sandbox can't make here itself.
_AUDIO_TYPES: Final = {**sounds.MEDIA_TYPES, **encoders.MEDIA_TYPES}


class Match(TypedDict, total=False):
    """Which requests an answer is for; all that is given must hold.

    Attributes:
        operation: ``createChatCompletion`` as the document has it, or ``chat.completions.create``.
        model: as the request names it, or the one that answers.
        contains: a text somewhere in the request's body.
    """

    operation: str
    model: str
    contains: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request that looks for an answer.

    Attributes:
        operation: ``operationId`` of the document.
        model: that answers.
        headers: of the request, in small letters, without credentials.
        body: decoded JSON, or a form's fields without its files.
    """

    operation: str
    model: str
    headers: Mapping[str, str]
    body: Any


@dataclass(kw_only=True)
class Answer:
    """A dictated answer, how often it is given, and for which requests.

    The parameters are those of :meth:`Sandbox.answer`.

    Raises:
        TypeError: a value has the wrong type.
        ValueError: nothing is dictated, or what no operation answers together.
    """

    text: str | None = None
    json: Any = None
    tool_calls: Sequence[Mapping[str, Any]] | None = None
    embedding: Sequence[float] | Sequence[Sequence[float]] | None = None
    scores: Sequence[float] | None = None
    transcript: str | None = None
    audio: bytes | None = None
    image: bytes | None = None
    usage: Mapping[str, Any] | None = None
    finish_reason: str | None = None
    match: Match | Callable[[Asked], bool] | None = None
    times: int | None = 1
    required: bool = True
    used: int = field(default=0, init=False)
    trouble: str = field(default="", init=False)

    def __post_init__(self) -> None:
        contents = [name for name in _CONTENTS if getattr(self, name) is not None]
        if not contents:
            msg = f"dictate at least one of {', '.join(_CONTENTS)}"
            raise ValueError(msg)
        given = [name for name in _OPERATIONS if getattr(self, name) is not None]
        self._operations = _able(given)
        if not self._operations or {"text", "json"} <= set(contents):
            msg = f"no operation answers with all of {', '.join(given)}"
            raise ValueError(msg)
        for name in ("text", "transcript", "finish_reason"):
            self._check(name, str, "a text")
        for name in _BYTES:
            self._check(name, bytes, "bytes")
        self._check("usage", Mapping, "a mapping of names to numbers")
        if self.times is not None and (type(self.times) is not int or self.times < 1):
            msg = f"times: expected a number from 1, or None for always, got {self.times!r}"
            raise ValueError(msg)
        if type(self.required) is not bool:
            msg = f"required: expected True or False, got {self.required!r}"
            raise TypeError(msg)
        if self.embedding is not None:
            self._vectors = dictated.vectors_of(self.embedding)
        if self.scores is not None:
            dictated.numbers("scores", self.scores)
        self._calls = dictated.calls_of(self.tool_calls)
        for name, value in (("text", self.text), ("transcript", self.transcript)):
            dictated.json_of(name, value)
        dictated.json_of("json", self.json)
        if self.usage is not None:
            dictated.check_usage("usage", self.usage)
        self._check_match()

    def _check(self, name: str, kind: type, wanted: str) -> None:
        value = getattr(self, name)
        if value is not None and not isinstance(value, kind):
            msg = f"{name}: expected {wanted}, got {type(value).__name__}"
            raise TypeError(msg)

    def _check_match(self) -> None:
        match: Any = self.match
        if match is None or callable(match):
            return
        if not is_mapping(match):
            msg = f"match: expected a mapping or a function, got {type(match).__name__}"
            raise TypeError(msg)
        for name, value in match.items():
            if name not in Match.__annotations__ or not isinstance(value, str):
                names = ", ".join(Match.__annotations__)
                msg = f"match: expected {names}, each a text, got {name}={value!r}"
                raise ValueError(msg)
        wanted = match.get("operation")
        if wanted is not None and _names().get(wanted) not in self._operations:
            able = ", ".join(sorted(self._operations))
            msg = f"match: {wanted} has no such answer; {able} can have it"
            raise ValueError(msg)

    @property
    def left(self) -> int | None:
        """How often it is still given; ``None`` is always."""
        return None if self.times is None else self.times - self.used

    @property
    def missed(self) -> bool:
        """Whether it waits in vain: it is required, and was not given as often as it should."""
        return self.required and (self.used == 0 if self.times is None else self.left != 0)

    def fits(self, asked: Asked) -> bool:
        """Whether it is for this request."""
        if self.left == 0 or asked.operation not in self._operations:
            return False
        if self.match is None:
            return True
        match: Any = self.match
        if not is_mapping(match):
            try:
                return bool(match(asked))
            except Exception as error:  # of the test's own function: its author has to know
                self.trouble = f"its match function raised {type(error).__name__}: {error}"
                msg = f"The dictated answer ({self.what()}) can't be matched: {self.trouble}"
                headers = {"x-should-retry": "false"}
                raise Refused(400, msg, code="match_failed", headers=headers) from error
        body: Any = asked.body if is_mapping(asked.body) else {}
        if "operation" in match and _names()[match["operation"]] != asked.operation:
            return False
        if "model" in match and match["model"] not in {asked.model, body.get("model")}:
            return False
        text = json_codec.dumps(body, ensure_ascii=False, default=str)
        wanted = json_codec.dumps(match.get("contains", ""), ensure_ascii=False)[1:-1]
        return wanted in text

    def prepared(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The request as the operation has to see it to give this answer."""
        changed = dict(body)
        if self.text is not None or self.json is not None or self.tool_calls is not None:
            changed[SCRIPTED] = self._said()
        if self.scores is not None:
            changed.pop("top_n", None)  # the best are others
        if self.transcript is not None:
            # What the sandbox itself spoke it can hear, in every form of a transcript.
            heard = sounds.speak(self.transcript, "mp3")
            changed["file" if "file" in body else "audio"] = heard
        if self.audio is not None and body.get("response_format") not in sounds.MEDIA_TYPES:
            changed["response_format"] = "mp3"
        return changed

    def _said(self) -> Said:
        text = self.text
        if self.json is not None:
            text = json_codec.dumps(self.json, ensure_ascii=False)
        usual = "tool_calls" if self._calls else "stop"
        calls = [{**call, "id": call["id"] or f"call_{digest(call)}"} for call in self._calls]
        return Said(text, calls, self.finish_reason or usual)

    def applied(
        self,
        result: Result,
        body: Mapping[str, Any],
        context: Context,
        keep: Callable[[bytes], str],
    ) -> Result:
        """An operation's result with what is dictated in it.

        Args:
            result: of the operation.
            body: of the request.
            context: of the operation.
            keep: gives a picture's name under which it can be fetched.
        """
        if result.events is not None:
            return result._replace(events=self._with_usage(result.events))
        value: Any = result.json
        if self.audio is not None and result.content is not None:
            form = body.get("response_format") or "mp3"
            return result._replace(content=self.audio, media_type=_AUDIO_TYPES[form])
        if not is_mapping(value):
            return result
        value = dict(value)
        if self.embedding is not None:
            encoded = body.get("encoding_format") == "base64"
            given, wanted = len(self._vectors), len(value["data"])
            if given not in {1, wanted}:
                msg = f"{given} vectors are dictated for a request with {wanted} inputs."
                self.trouble = msg
                headers = {"x-should-retry": "false"}
                raise Refused(400, msg, code="dictated_mismatch", headers=headers)
            for number, item in enumerate(value["data"]):
                vector = self._vectors[number % given]
                item["embedding"] = vectors.encode(vector) if encoded else vector
        if self.scores is not None:
            _rank(value, self.scores, body.get("top_n"))
        if self.image is not None:
            for item in value["data"]:
                if "url" in item:
                    item["url"] = f"{context.base_url}sandbox/pictures/{keep(self.image)}"
                else:
                    item["b64_json"] = base64.b64encode(self.image).decode("ascii")
        if value.get("object") == "voice.pipeline":
            self._voice(value)
        self._use(value)
        return result._replace(json=value)

    def _voice(self, value: dict[str, Any]) -> None:
        if self.text is not None:
            value["responseText"] = self.text
            spoken = sounds.speak(self.text, "wav")
            value["audio_base64"] = base64.b64encode(spoken).decode("ascii")
        if self.audio is not None:
            value["audio_base64"] = base64.b64encode(self.audio).decode("ascii")

    def _with_usage(self, events: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for event in events:
            self._use(event)
            inner: Any = event.get("response")
            if is_mapping(inner):
                event["response"] = {**inner}
                self._use(event["response"])
            yield event

    def _use(self, value: dict[str, Any]) -> None:
        own: Any = value.get("usage")
        if self.usage is None or not is_mapping(own):
            return
        usage = {**own, **self.usage}
        for name, twin in _USAGE_TWINS.items():
            if name in self.usage and twin in own and twin not in self.usage:
                usage[twin] = self.usage[name]
        if "total_tokens" not in self.usage:
            spent = usage.get("completion_tokens", usage.get("output_tokens", 0))
            usage["total_tokens"] = usage.get("prompt_tokens", usage.get("input_tokens", 0)) + spent
        value["usage"] = usage

    def what(self) -> str:
        """What is dictated, in a few words."""
        shown = {name: getattr(self, name) for name in _CONTENTS if getattr(self, name) is not None}
        return ", ".join(f"{name}: {_short(value)}" for name, value in shown.items())

    def __str__(self) -> str:
        match = f" for {self.match}" if is_mapping(self.match) else ""
        wanted = "always" if self.times is None else f"{self.times} times"
        trouble = f"; {self.trouble}" if self.trouble else ""
        return f"{self.what()}{match}: expected {wanted}, given {self.used} times{trouble}"

    def order(self) -> dict[str, Any]:
        """As JSON, for the control route; see :func:`from_order`."""
        order: dict[str, Any] = {"times": self.times, "required": self.required}
        for name in (*_OPERATIONS, "match"):
            value = getattr(self, name)
            if isinstance(value, bytes):
                value = base64.b64encode(value).decode("ascii")
            if value is not None and not callable(value):
                order[name] = value
        return order

    def state(self) -> dict[str, Any]:
        """As JSON, with what became of it."""
        return {**self.order(), "used": self.used, "missed": self.missed, "summary": str(self)}


def from_order(order: Mapping[str, Any]) -> Answer:
    """An answer from a control request; sound and pictures come in base64.

    Raises:
        TypeError: there is no such parameter, or its value has the wrong type.
        ValueError: it makes no sense.
    """
    values = dict(order)
    known = [*_OPERATIONS, "match", "times", "required"]
    for name in values.keys() - set(known):
        msg = f"{name}: there is no such parameter; there are {', '.join(known)}"
        raise TypeError(msg)
    for name in _BYTES:
        if isinstance(values.get(name), str):
            try:
                values[name] = base64.b64decode(values[name], validate=True)
            except binascii.Error as error:
                msg = f"{name}: expected base64"
                raise ValueError(msg) from error
    return Answer(**values)


def _able(given: Sequence[str]) -> frozenset[str]:
    """The operations that answer with all that is given."""
    able = _OPERATIONS[given[0]]
    for name in given[1:]:
        able &= _OPERATIONS[name]
    return able


def _short(value: object) -> str:
    text = f"<{len(value)} bytes>" if isinstance(value, bytes) else repr(value)
    return text if len(text) <= 80 else text[:79] + "…"


@functools.cache
def _names() -> Mapping[str, str]:
    """Names of operations as the SDK and the document have them -> the document's."""
    found: dict[str, str] = {}
    for route in strict.routes():
        found[route.operation_id] = route.operation_id
        found[route.data["x-runinfra-method"]] = route.operation_id
    return found


def _rank(value: dict[str, Any], scores: Sequence[float], best: int | None) -> None:
    """Put the dictated scores into a reranking, and its order."""
    count = value["document_count"]
    given = [scores[number] if number < len(scores) else 0.0 for number in range(count)]
    order = sorted(range(count), key=lambda number: (-given[number], number))
    results = {result["index"]: result for result in value["results"]}
    value["scores"] = [{"index": number, "score": given[number]} for number in range(count)]
    value["results"] = [{**results[number], "score": given[number]} for number in order][:best]
    value["rankings"] = value["results"]
