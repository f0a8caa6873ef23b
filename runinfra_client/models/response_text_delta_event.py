# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define, field

from ..types import absent_or_null, hints_know, plain, short_html, short_repr


@define(kw_only=True, repr=False)
class ResponseTextDeltaEvent:
    """More text.

    Attributes:
        type: Literal['response.output_text.delta']
        delta: What is new.
        sequence_number: Place in the stream.
        item_id: Which item.
        output_index: Which item.
        content_index: Which part.
        logprobs: Log probabilities of the tokens.
    """

    type: Literal["response.output_text.delta"] = "response.output_text.delta"
    delta: str
    sequence_number: int | None = None
    item_id: None | str = None
    output_index: int | None = None
    content_index: int | None = None
    logprobs: list[TokenLogprob] | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["type"] = self.type
        d["delta"] = self.delta
        if self.sequence_number is not None:
            d["sequence_number"] = self.sequence_number
        if self.item_id is not None:
            d["item_id"] = self.item_id
        if self.output_index is not None:
            d["output_index"] = self.output_index
        if self.content_index is not None:
            d["content_index"] = self.content_index
        if self.logprobs is not None:
            d["logprobs"] = plain(self.logprobs)
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
        self.delta = d.pop("delta")
        self.sequence_number = d.pop("sequence_number", None)
        self.item_id = d.pop("item_id", None)
        self.output_index = d.pop("output_index", None)
        self.content_index = d.pop("content_index", None)
        v = d.pop("logprobs", None)
        self.logprobs = None if v is None else [TokenLogprob.from_dict(i) for i in v]
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.token_logprob import TokenLogprob

hints_know(ResponseTextDeltaEvent, TokenLogprob)
