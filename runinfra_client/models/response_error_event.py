# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define, field

from ..types import absent_or_null, short_html, short_repr


@define(kw_only=True, repr=False)
class ResponseErrorEvent:
    """The stream failed; its end.

    Attributes:
        type: Literal['error']
        sequence_number: Place in the stream.
        code: Machine-readable.
        message: For people.
        param: The request field concerned.
    """

    type: Literal["error"] = "error"
    sequence_number: int | None = None
    code: int | None | str = None
    message: None | str = None
    param: None | str = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["type"] = self.type
        if self.sequence_number is not None:
            d["sequence_number"] = self.sequence_number
        if self.code is not None:
            d["code"] = self.code
        if self.message is not None:
            d["message"] = self.message
        if self.param is not None:
            d["param"] = self.param
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
        self.type = d.pop("type")
        self.sequence_number = d.pop("sequence_number", None)
        self.code = d.pop("code", None)
        self.message = d.pop("message", None)
        self.param = d.pop("param", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
