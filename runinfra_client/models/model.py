# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..meta import Result
from ..types import absent_or_null, hints_know, plain, short_html, short_repr


@define(kw_only=True, repr=False, getstate_setstate=False)
class Model(Result):
    """A model.

    Attributes:
        id: What to give as `model`.
        object: `model`.
        created: Unix time in seconds of this answer.
        owned_by: `runinfra`.
        name: For people.
        availability: `available`, or why not.
        context_window: Tokens.
        context_length: Tokens.
        max_output_tokens: Tokens for each request.
        max_completion_tokens: Tokens for each request.
        pricing: ModelPricing | None
        cached_input_price_usd_per_mtok: US dollars for a million tokens.
        cached_input_price: US dollars for a million tokens.
        supported_endpoints: For example `chat_completions`.
        input_modalities: For example `text` and `image`.
        reasoning_efforts: Accepted values of `reasoning_effort`.
    """

    id: str
    object: str
    created: float | None = None
    owned_by: None | str = None
    name: None | str = None
    availability: None | str = None
    context_window: int | None = None
    context_length: int | None = None
    max_output_tokens: int | None = None
    max_completion_tokens: int | None = None
    pricing: ModelPricing | None = None
    cached_input_price_usd_per_mtok: float | None = None
    cached_input_price: float | None = None
    supported_endpoints: list[str] | None = None
    input_modalities: list[str] | None = None
    reasoning_efforts: list[str] | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["id"] = self.id
        d["object"] = self.object
        if self.created is not None:
            d["created"] = self.created
        if self.owned_by is not None:
            d["owned_by"] = self.owned_by
        if self.name is not None:
            d["name"] = self.name
        if self.availability is not None:
            d["availability"] = self.availability
        if self.context_window is not None:
            d["context_window"] = self.context_window
        if self.context_length is not None:
            d["context_length"] = self.context_length
        if self.max_output_tokens is not None:
            d["max_output_tokens"] = self.max_output_tokens
        if self.max_completion_tokens is not None:
            d["max_completion_tokens"] = self.max_completion_tokens
        if self.pricing is not None:
            d["pricing"] = plain(self.pricing)
        if self.cached_input_price_usd_per_mtok is not None:
            d["cached_input_price_usd_per_mtok"] = self.cached_input_price_usd_per_mtok
        if self.cached_input_price is not None:
            d["cached_input_price"] = self.cached_input_price
        if self.supported_endpoints is not None:
            d["supported_endpoints"] = self.supported_endpoints
        if self.input_modalities is not None:
            d["input_modalities"] = self.input_modalities
        if self.reasoning_efforts is not None:
            d["reasoning_efforts"] = self.reasoning_efforts
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
        self.id = d.pop("id")
        self.object = d.pop("object")
        self.created = d.pop("created", None)
        self.owned_by = d.pop("owned_by", None)
        self.name = d.pop("name", None)
        self.availability = d.pop("availability", None)
        self.context_window = d.pop("context_window", None)
        self.context_length = d.pop("context_length", None)
        self.max_output_tokens = d.pop("max_output_tokens", None)
        self.max_completion_tokens = d.pop("max_completion_tokens", None)
        v = d.pop("pricing", None)
        self.pricing = None if v is None else ModelPricing.from_dict(v)
        self.cached_input_price_usd_per_mtok = d.pop("cached_input_price_usd_per_mtok", None)
        self.cached_input_price = d.pop("cached_input_price", None)
        self.supported_endpoints = d.pop("supported_endpoints", None)
        self.input_modalities = d.pop("input_modalities", None)
        self.reasoning_efforts = d.pop("reasoning_efforts", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.model_pricing import ModelPricing

hints_know(Model, ModelPricing)
