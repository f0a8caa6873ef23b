"""What the operations return: the generated models, with the call's metadata on each.

Every result has ``.request_id`` and ``.meta`` beside its own fields, keeps unknown fields, and
converts back by ``.to_dict()`` to exactly what came. A few add what callers would otherwise write
again and again: ``Response.output_text``, ``ImageData.image``, ``VoicePipelineResult.text``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from runinfra_client import models

from .audio import decode_base64_audio, voice_text
from .errors import ResponseShapeError
from .files import write_atomic
from .images import decode_image
from .metadata import Meta
from .vectors import decode_vector, encode_vector


class Result:
    """What every result has."""

    __slots__ = ()
    if TYPE_CHECKING:
        _meta: Meta | None

    @property
    def meta(self) -> Meta:
        """Status, headers, ids, attempts and rate limits of the call.

        Raises:
            AttributeError: the object was not returned by a call.
        """
        meta = getattr(self, "_meta", None)
        if meta is None:
            msg = "this object does not come from a call, so it has no metadata"
            raise AttributeError(msg)
        return meta

    @property
    def request_id(self) -> str | None:
        """The gateway's id of this answer; give it to support."""
        meta = getattr(self, "_meta", None)
        return None if meta is None else meta.request_id


class ChatCompletion(Result, models.ChatCompletion):
    """A chat completion; ``.choices[0].message.content`` is the text."""

    __slots__ = ("_meta",)


class Response(Result, models.Response):
    """A response of the Responses adapter; ``.output_text`` is the text."""

    __slots__ = ("_meta",)

    if TYPE_CHECKING:
        output_text: str  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleVariableOverride] - never None here
    else:

        @property
        def output_text(self) -> str:
            """The text, from the gateway's own field or else joined from ``output``."""
            text = models.Response.output_text.__get__(self)
            return text if text is not None else _joined_text(self.output)

        @output_text.setter
        def output_text(self, value: str | None) -> None:
            models.Response.output_text.__set__(self, value)

    def to_dict(self) -> dict[str, Any]:
        """The response as it came: a text that was only joined here is not added."""
        data = super().to_dict()
        if models.Response.output_text.__get__(self) is None and data.get("output_text"):  # type: ignore[attr-defined]  # pyright: ignore
            del data["output_text"]
        return data


def _joined_text(output: Sequence[Any] | None) -> str:
    parts: list[str] = []
    for item in output or ():
        for part in getattr(item, "content", None) or ():
            if getattr(part, "type", None) == "output_text":
                parts.append(part.text)
    return "".join(parts)
