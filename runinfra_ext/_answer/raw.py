"""The answer of a raw call, and whether it is what the operation promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from runinfra_client.facts import Operation

from .._ground.answer_facts import Facts, facts_of
from .._ground.doors import door
from .._ground.error_fields import fields_of_call
from .._ground.json_codec import decode
from .._ground.metadata import Answered, Meta
from .._ground.redaction import Redactor
from .._media.speech import check_audio_start
from ..errors import UnexpectedContentError
from .bodies import binary_problem, checked_object, media_type
from .error_mapping import BASE_URL_HINT


class RawResponse(Answered):
    """A whole answer, as it came.

    Attributes:
        content: the body's bytes.
        meta: facts about the call: ids, attempts, rate limits, replay.
    """

    __slots__ = ("_facts", "content", "meta")

    def __init__(self, content: bytes, meta: Meta, facts: Facts | None = None) -> None:
        self.content = content
        self.meta = meta
        # For who watches the call: the body is not kept a second time, decoded.
        self._facts = facts

    @property
    def content_type(self) -> str:
        """Media type in lower case, without parameters; ``""`` if the gateway told none."""
        return media_type(self.meta.headers)

    @property
    def text(self) -> str:
        """The body as UTF-8; what is none of it becomes replacement characters."""
        return self.content.decode("utf-8-sig", "replace")

    @door
    def json(self) -> Any:
        """The body as JSON.

        Raises:
            UnexpectedContentError: it is none.
        """
        try:
            return decode(self.content)
        except ValueError as fault:
            msg = f"The gateway's answer is not JSON. {BASE_URL_HINT}"
            error = UnexpectedContentError(msg, **fields_of_call(self.meta))
            error.update(status=self.status, request_id=self.request_id, phase="outcome_unknown")
            raise error from fault

    def __repr__(self) -> str:
        kind = self.content_type or "no media type"
        return f"<RawResponse {self.status}, {len(self.content)} bytes of {kind}>"


def raw_result(
    operation: Operation | None, redactor: Redactor
) -> Callable[[bytes, Meta], RawResponse]:
    """A function that makes a raw answer of a body.

    Args:
        operation: what was called; its answers are refused if they are a page, an error under
            status 200 or of another kind. ``None``: nothing is known of it.
        redactor: blanks secrets in what errors show.
    """

    def made(body: bytes, meta: Meta) -> RawResponse:
        content = None if operation is None else _check(operation, body, meta, redactor)
        return RawResponse(body, meta, None if content is None else facts_of(content))

    return made


def _check(
    operation: Operation, body: bytes, meta: Meta, redactor: Redactor
) -> Mapping[str, Any] | None:
    """Refuse what the operation never answers; the JSON object of an answer that is one."""
    kind = operation.response
    text = media_type(meta.headers).startswith("text/")
    if kind == "audio":
        error = check_audio_start(meta, body, redactor, whole=True)
        if error is not None:
            raise error
    elif kind == "json" or (kind == "json_or_text" and not text):
        return checked_object(body, meta, redactor)
    elif kind != "none":
        problem = binary_problem(operation.accept, meta)
        if problem is not None:
            raise problem
    return None
