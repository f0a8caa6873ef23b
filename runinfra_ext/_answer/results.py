"""Results that are more than the generated model of their answer.

Every result has ``.request_id`` and ``.meta`` beside its own fields, keeps unknown fields, and
converts back by ``.to_dict()`` to exactly what came. Those of this module (and of
:mod:`.completions`, by itself because it is what most programs load) add what callers would
otherwise write again and again: ``Response.output_text``, ``ImageData.image``,
``VoicePipelineResult.audio``. A class here is used for the model of the same name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from runinfra_client import models
from runinfra_client.meta import Described, Slotted

from .._ground.doors import door
from .._ground.files import StrPath, write_atomic
from .._ground.metadata import Meta
from .._media.formats import LONGEST_SNIFF, MIME_TYPES, audio_format, decode_base64
from .._media.pictures import sniff_image
from .._media.vectors import decode_vector, encode_vector
from ..errors import ResponseShapeError
from . import notebook
from .bodies import binary_problem, media_type


class Response(models.Response):
    """A response of the Responses adapter; ``.output_text`` is the text."""

    __slots__ = ("_joined",)
    _joined: bool
    output_text: str  # pyright: ignore[reportIncompatibleVariableOverride] - never None here

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """As the model does; a missing text is joined from ``output``."""
        self = super().from_dict(src_dict)
        # The adapter leaves the text out now and then although `output` has it.
        self._joined = self.output_text is None  # pyright: ignore[reportUnnecessaryComparison] - engines leave it out all the same
        if self._joined:
            self.output_text = _joined_text(self.output)
        return self

    def to_dict(self) -> dict[str, Any]:
        """The response as it came: a text that was joined here is not added."""
        data = super().to_dict()
        if getattr(self, "_joined", False):
            del data["output_text"]
            if "output_text" in self._nulls:
                data["output_text"] = None
        return data

    def _repr_html_(self) -> None:
        """None: a notebook would prefer it to Markdown."""

    def _repr_markdown_(self) -> str:
        calls = [
            item for item in self.output or () if isinstance(item, models.ResponseFunctionToolCall)
        ]
        return notebook.markdown(f"{self.output_text}{notebook.called(calls)}".strip("\n"))


def _joined_text(output: Sequence[Any] | None) -> str:
    return "".join(
        part.text
        for item in output or ()
        if isinstance(item, models.ResponseOutputMessage)
        for part in item.content or ()
        if isinstance(part, models.ResponseOutputText)
    )


class ModelList(models.ModelList):
    """Models."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        rows = (
            (model.id, model.name, model.availability, ", ".join(model.supported_endpoints or ()))
            for model in self.data
        )
        return notebook.table(("model", "name", "availability", "for"), rows)


class RerankResult(models.RerankResult):
    """Documents in the order of their relevance."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        rows = ((item.index, item.score, item.text or item.id) for item in self.results)
        return notebook.table(("document", "score", "text"), rows, self.model)


class EmbeddingData(Slotted, models.EmbeddingData):
    """One vector; ``.embedding`` is a sequence of floats whatever form came."""

    __slots__ = ("_encoded",)
    _encoded: bool
    embedding: Sequence[float]  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleVariableOverride] - base64 is decoded

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """As the model does; base64 is decoded."""
        self = super().from_dict(src_dict)
        value: Any = self.embedding
        self._encoded = isinstance(value, str)
        if self._encoded:
            self.embedding = decode_vector(value)
        elif not isinstance(value, list):
            msg = "The gateway's embedding is neither a list of numbers nor base64 of float32."
            raise ResponseShapeError(msg)
        return self

    def _repr_html_(self) -> str:
        return notebook.table(_VECTOR, [_vector_row(self)])

    def to_dict(self) -> dict[str, Any]:
        """The vector in the form in which it came."""
        data = super().to_dict()
        if getattr(self, "_encoded", False):
            data["embedding"] = encode_vector(self.embedding)
        return data


_VECTOR = ("index", "numbers", "the first of them")


def _vector_row(data: EmbeddingData) -> tuple[object, ...]:
    first = ", ".join(f"{number:.4g}" for number in data.embedding[:4])
    return data.index, len(data.embedding), f"{first}, …"


class EmbeddingList(models.EmbeddingList):
    """Vectors; match ``.data[i]`` to its text by ``.data[i].index``."""

    __slots__ = ()
    data: list[EmbeddingData]  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleVariableOverride] - the richer class

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """As the model does; the vectors are of this module's class."""
        self = super().from_dict(src_dict)
        self.data = [EmbeddingData.from_dict(item) for item in src_dict["data"]]
        return self

    def __iter__(self) -> Iterator[EmbeddingData]:
        """The items of `data`."""
        return iter(self.data)

    def __getitem__(self, index: int) -> EmbeddingData:
        """The item at a place of `data`."""
        return self.data[index]

    def _repr_html_(self) -> str:
        tokens = self.usage.total_tokens if self.usage else None
        note = self.model if tokens is None else f"{self.model}, {tokens} tokens"
        return notebook.table(_VECTOR, map(_vector_row, self.data), note)


class ImageData(Slotted, models.ImageData):
    """An image; ``.image`` is its bytes."""

    __slots__ = ()

    @property
    @door
    def image(self) -> bytes:
        """The picture's bytes, where the answer holds them.

        Raises:
            ResponseShapeError: it has a URL instead (``.url``), or what it has is not base64.
        """
        if self.b64_json is None:
            msg = (
                "This image came as a URL: use client.images.fetch(image), or ask for "
                "response_format='b64_json'."
            )
            raise ResponseShapeError(msg)
        return decode_base64(self.b64_json, "b64_json")

    @door
    def write_to_file(self, path: StrPath) -> Path:
        """Write the picture to a file, atomically; its path.

        Raises:
            ResponseShapeError: as for :attr:`image`.
            OSError: the file can't be written; nothing is left behind.
        """
        return write_atomic(path, self.image)

    def _repr_html_(self) -> str:
        if self.b64_json is None:
            return notebook.paragraph("image", self.url)
        data = self.image
        kind = sniff_image(data[:16])
        if kind is None:
            return notebook.paragraph("image", f"{len(data)} bytes of no kind that is known")
        return notebook.picture(data, f"image/{kind}")

    def _repr_png_(self) -> bytes | None:
        """The picture itself, for what shows no HTML."""
        data = b"" if self.b64_json is None else self.image
        return data if sniff_image(data[:16]) == "png" else None


class ImageList(models.ImageList):
    """Images."""

    __slots__ = ()
    data: list[ImageData]  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleVariableOverride] - the richer class

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """As the model does; the images are of this module's class."""
        self = super().from_dict(src_dict)
        self.data = [ImageData.from_dict(item) for item in src_dict["data"]]
        return self

    def __iter__(self) -> Iterator[ImageData]:
        """The items of `data`."""
        return iter(self.data)

    def __getitem__(self, index: int) -> ImageData:
        """The item at a place of `data`."""
        return self.data[index]

    def _repr_html_(self) -> str:
        return "".join(image._repr_html_() for image in self.data)  # pyright: ignore[reportPrivateUsage] - Jupyter's name, not a private one


class TextResult(Described, str):
    """An answer that is text, such as a transcript as SubRip: a ``str`` with metadata."""

    __slots__ = ("_meta",)


class BinaryContent(Described):
    """An answer that is a file, whole and in memory.

    Attributes:
        content: its bytes.
        content_type: media type as the gateway says, without parameters.
    """

    __slots__ = ("_meta", "content", "content_type")

    def __init__(self, content: bytes, meta: Meta) -> None:
        self._meta = meta
        self.content = content
        self.content_type = media_type(meta.headers) or "application/octet-stream"

    @door
    def write_to_file(self, path: StrPath) -> Path:
        """Write it to a file, atomically; its path.

        Raises:
            OSError: the file can't be written; nothing is left behind.
        """
        return write_atomic(path, self.content)

    def __repr__(self) -> str:
        size = len(self.content)
        return f"<{type(self).__name__} {self.content_type}, {size} bytes, {self.request_id}>"


def binary_result(make: Callable[..., Any], accept: str) -> Callable[[bytes, Meta], BinaryContent]:
    """A function that makes a file of a body.

    Args:
        make: the ``result()`` of the operation's module.
        accept: the media types that it may have.
    """

    def made(body: bytes, meta: Meta) -> BinaryContent:
        problem = binary_problem(accept, meta)
        if problem is not None:
            raise problem
        return BinaryContent(make(meta.status, body), meta)

    return made


class VoicePipelineResult(models.VoicePipelineResult):
    """The answer of a voice pipeline: ``.transcript`` was heard, ``.text`` is the answer.

    Deployments spell the two in seven ways; the fields as they came are in ``.to_dict()``.
    """

    __slots__ = ("_came",)
    _came: dict[str, str | None]

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """As the model does; text and transcript are found under all their names."""
        self = super().from_dict(src_dict)
        self._came = {"text": self.text, "transcript": self.transcript}
        spellings = (
            self.responseText,
            self.response_text,
            self.response,
            self.outputText,
            self.output_text,
        )
        answer = next((text for text in spellings if text is not None), None)
        if answer is not None:
            # With an answer of its own, a bare `text` is what was heard.
            if self.transcript is None:
                self.transcript = self.text
            self.text = answer
        return self

    def to_dict(self) -> dict[str, Any]:
        """The answer as it came."""
        data = super().to_dict()
        for name, value in getattr(self, "_came", {}).items():
            if value is not None:
                data[name] = value
            elif name not in self._nulls:
                data.pop(name, None)
            else:
                data[name] = None
        return data

    @property
    @door
    def audio(self) -> bytes | None:
        """The spoken answer, decoded; ``None`` if the deployment returned none.

        Raises:
            ResponseShapeError: it is not base64.
        """
        if self.audio_base64 is None:
            return None
        return decode_base64(self.audio_base64, "audio_base64")

    @door
    def _repr_html_(self) -> str:
        told = notebook.paragraph("heard", self.transcript) + notebook.paragraph("said", self.text)
        audio = self.audio
        if audio is None:
            return told
        kind = audio_format(audio[:LONGEST_SNIFF], "")
        return told + notebook.player(audio, MIME_TYPES.get(kind, "audio/mpeg"))

    def write_to_file(self, path: StrPath) -> Path:
        """Write the spoken answer to a file, atomically; its path.

        Raises:
            ResponseShapeError: there is none, or it is not base64.
            OSError: the file can't be written; nothing is left behind.
        """
        audio = self.audio
        if audio is None:
            msg = "The deployment returned no audio."
            raise ResponseShapeError(msg)
        return write_atomic(path, audio)
