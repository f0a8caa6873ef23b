# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..types import absent_or_null, short_html, short_repr


@define(kw_only=True, repr=False)
class ImageData:
    """An image.

    Attributes:
        b64_json: Its bytes as base64.
        url: Where it is.
        revised_prompt: What was drawn instead of the prompt.
    """

    b64_json: None | str = None
    url: None | str = None
    revised_prompt: None | str = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        if self.b64_json is not None:
            d["b64_json"] = self.b64_json
        if self.url is not None:
            d["url"] = self.url
        if self.revised_prompt is not None:
            d["revised_prompt"] = self.revised_prompt
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
        self.b64_json = d.pop("b64_json", None)
        self.url = d.pop("url", None)
        self.revised_prompt = d.pop("revised_prompt", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
