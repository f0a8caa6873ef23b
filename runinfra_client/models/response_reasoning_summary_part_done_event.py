# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define, field

from ..types import absent_or_null, hints_know, plain, short_html, short_repr, tagged


@define(kw_only=True, repr=False)
class ResponseReasoningSummaryPartDoneEvent:
    """A part of the summary is complete.

    Attributes:
        type: Literal['response.reasoning_summary_part.done']
        part: A part of a message or of reasoning.
        sequence_number: Place in the stream.
        item_id: Which item.
        output_index: Which item.
        summary_index: Which part of the summary.
    """

    type: Literal["response.reasoning_summary_part.done"] = "response.reasoning_summary_part.done"
    part: (
        ResponseOutputRefusal
        | ResponseOutputText
        | ResponseReasoningText
        | ResponseSummaryText
        | UnknownResponseContentPart
    )
    sequence_number: int | None = None
    item_id: None | str = None
    output_index: int | None = None
    summary_index: int | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["type"] = self.type
        d["part"] = plain(self.part)
        if self.sequence_number is not None:
            d["sequence_number"] = self.sequence_number
        if self.item_id is not None:
            d["item_id"] = self.item_id
        if self.output_index is not None:
            d["output_index"] = self.output_index
        if self.summary_index is not None:
            d["summary_index"] = self.summary_index
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
        v = d.pop("part")
        self.part = tagged(v, "type", _PART_TAGS, UnknownResponseContentPart)
        self.sequence_number = d.pop("sequence_number", None)
        self.item_id = d.pop("item_id", None)
        self.output_index = d.pop("output_index", None)
        self.summary_index = d.pop("summary_index", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.response_output_refusal import ResponseOutputRefusal
from ..models.response_output_text import ResponseOutputText
from ..models.response_reasoning_text import ResponseReasoningText
from ..models.response_summary_text import ResponseSummaryText
from ..models.unknown_response_content_part import UnknownResponseContentPart

_PART_TAGS: dict[str, Any] = {
    "output_text": ResponseOutputText,
    "refusal": ResponseOutputRefusal,
    "reasoning_text": ResponseReasoningText,
    "summary_text": ResponseSummaryText,
}

hints_know(
    ResponseReasoningSummaryPartDoneEvent,
    ResponseOutputRefusal,
    ResponseOutputText,
    ResponseReasoningText,
    ResponseSummaryText,
    UnknownResponseContentPart,
)
