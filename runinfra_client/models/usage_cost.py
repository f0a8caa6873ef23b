# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..types import absent_or_null, short_html, short_repr


@define(kw_only=True, repr=False)
class UsageCost:
    """The gateway's own accounting.

    Attributes:
        cost_microcents: Millionths of a US cent.
        cached_input_tokens: Billed at the cached rate.
    """

    cost_microcents: int | None = None
    cached_input_tokens: int | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        if self.cost_microcents is not None:
            d["cost_microcents"] = self.cost_microcents
        if self.cached_input_tokens is not None:
            d["cached_input_tokens"] = self.cached_input_tokens
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
        self.cost_microcents = d.pop("cost_microcents", None)
        self.cached_input_tokens = d.pop("cached_input_tokens", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
