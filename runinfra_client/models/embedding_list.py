# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self

from attrs import define, field

from ..meta import Result
from ..types import absent_or_null, hints_know, plain, short_html, short_repr


@define(kw_only=True, repr=False, getstate_setstate=False)
class EmbeddingList(Result):
    """The vectors.

    Attributes:
        object: `list`.
        data: One for each text; match them by `index`.
        model: The model that answered; may be the upstream name.
        usage: What the call used.
    """

    object: str
    data: list[EmbeddingData]
    model: str
    usage: EmbeddingUsage
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def __iter__(self) -> Iterator[EmbeddingData]:
        """The items of `data`."""
        return iter(self.data)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.data)

    def __getitem__(self, index: int) -> EmbeddingData:
        """The item at a place of `data`."""
        return self.data[index]

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["object"] = self.object
        d["data"] = plain(self.data)
        d["model"] = self.model
        d["usage"] = plain(self.usage)
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
        self.object = d.pop("object")
        v = d.pop("data")
        self.data = [EmbeddingData.from_dict(i) for i in v]
        self.model = d.pop("model")
        v = d.pop("usage")
        self.usage = EmbeddingUsage.from_dict(v)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.embedding_data import EmbeddingData
from ..models.embedding_usage import EmbeddingUsage

hints_know(EmbeddingList, EmbeddingData, EmbeddingUsage)
