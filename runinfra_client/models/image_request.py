# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..types import absent_or_null


@define(kw_only=True)
class ImageRequest:
    """An image to make.

    Attributes:
        model: Id of the model.
        prompt: What to show.
        n: How many; 1 if left out.
        size: `WIDTHxHEIGHT` in pixels; what is possible depends on the deployment.
        response_format: Base64 (the default) or a URL.
        quality: Passed through.
        style: Passed through.
        user: Your own id of the end user, passed through.
    """

    model: str
    prompt: str
    n: int | None = None
    size: None | str = None
    response_format: ImageResponseFormat | None = None
    quality: None | str = None
    style: None | str = None
    user: str | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["model"] = self.model
        d["prompt"] = self.prompt
        if self.n is not None:
            d["n"] = self.n
        if self.size is not None:
            d["size"] = self.size
        if self.response_format is not None:
            d["response_format"] = self.response_format
        if self.quality is not None:
            d["quality"] = self.quality
        if self.style is not None:
            d["style"] = self.style
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
        self.prompt = d.pop("prompt")
        self.n = d.pop("n", None)
        self.size = d.pop("size", None)
        self.response_format = d.pop("response_format", None)
        self.quality = d.pop("quality", None)
        self.style = d.pop("style", None)
        self.user = d.pop("user", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.image_response_format import ImageResponseFormat
