# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self

from attrs import define, field

from ..meta import Result
from ..types import absent_or_null, hints_know, plain, short_html, short_repr


@define(kw_only=True, repr=False, getstate_setstate=False)
class ImageList(Result):
    """The images.

    Attributes:
        created: Unix time in seconds.
        data: The images.
        usage: CompletionUsage | None
    """

    created: float
    data: list[ImageData]
    usage: CompletionUsage | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def __iter__(self) -> Iterator[ImageData]:
        """The items of `data`."""
        return iter(self.data)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.data)

    def __getitem__(self, index: int) -> ImageData:
        """The item at a place of `data`."""
        return self.data[index]

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["created"] = self.created
        d["data"] = plain(self.data)
        if self.usage is not None:
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
        self.created = d.pop("created")
        v = d.pop("data")
        self.data = [ImageData.from_dict(i) for i in v]
        v = d.pop("usage", None)
        self.usage = None if v is None else CompletionUsage.from_dict(v)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.completion_usage import CompletionUsage
from ..models.image_data import ImageData

hints_know(ImageList, CompletionUsage, ImageData)
