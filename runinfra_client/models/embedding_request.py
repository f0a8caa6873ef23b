# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..types import absent_or_null


@define(kw_only=True)
class EmbeddingRequest:
    """Texts to embed.

    Attributes:
        model: Id of the model.
        input: One text, or up to 2048 of them.
        encoding_format: Form of the vectors on the wire; `float` if left out.
        dimensions: Length of the vectors, where the deployment can choose it.
        user: Your own id of the end user, passed through.
    """

    model: str
    input: list[str] | str
    encoding_format: EmbeddingEncodingFormat | None = None
    dimensions: int | None = None
    user: str | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["model"] = self.model
        d["input"] = self.input
        if self.encoding_format is not None:
            d["encoding_format"] = self.encoding_format
        if self.dimensions is not None:
            d["dimensions"] = self.dimensions
        if self.user is not None:
            d["user"] = self.user
        d.update(self.additional_properties)
        return d

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Make the object of a decoded JSON object; unknown members are kept.

        Raises:
            KeyError: a required member is missing.
            TypeError, ValueError, AttributeError: a member is of another shape than promised.
        """
        d = dict(src_dict)
        self = cls.__new__(cls)
        self._nulls = absent_or_null(d) if None in d.values() else ()
        self.model = d.pop("model")
        self.input = d.pop("input")
        self.encoding_format = d.pop("encoding_format", None)
        self.dimensions = d.pop("dimensions", None)
        self.user = d.pop("user", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.embedding_encoding_format import EmbeddingEncodingFormat
