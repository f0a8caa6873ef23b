# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define, field

from ..types import absent_or_null, hints_know, plain, short_html, short_repr, tagged


@define(kw_only=True, repr=False)
class ResponseReasoningItem:
    """What the model thought.

    Attributes:
        type: Literal['reasoning']
        id: Its id.
        status: Of the item.
        summary: In short.
        content: In full.
    """

    type: Literal["reasoning"] = "reasoning"
    id: None | str = None
    status: None | str = None
    summary: (
        list[
            ResponseOutputRefusal
            | ResponseOutputText
            | ResponseReasoningText
            | ResponseSummaryText
            | UnknownResponseContentPart
        ]
        | None
    ) = None
    content: (
        list[
            ResponseOutputRefusal
            | ResponseOutputText
            | ResponseReasoningText
            | ResponseSummaryText
            | UnknownResponseContentPart
        ]
        | None
    ) = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["type"] = self.type
        if self.id is not None:
            d["id"] = self.id
        if self.status is not None:
            d["status"] = self.status
        if self.summary is not None:
            d["summary"] = plain(self.summary)
        if self.content is not None:
            d["content"] = plain(self.content)
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
        self.id = d.pop("id", None)
        self.status = d.pop("status", None)
        v = d.pop("summary", None)
        self.summary = (
            None
            if v is None
            else [tagged(i, "type", _SUMMARY_TAGS, UnknownResponseContentPart) for i in v]
        )
        v = d.pop("content", None)
        self.content = (
            None
            if v is None
            else [tagged(i, "type", _CONTENT_TAGS, UnknownResponseContentPart) for i in v]
        )
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.response_output_refusal import ResponseOutputRefusal
from ..models.response_output_text import ResponseOutputText
from ..models.response_reasoning_text import ResponseReasoningText
from ..models.response_summary_text import ResponseSummaryText
from ..models.unknown_response_content_part import UnknownResponseContentPart

_SUMMARY_TAGS: dict[str, Any] = {
    "output_text": ResponseOutputText,
    "refusal": ResponseOutputRefusal,
    "reasoning_text": ResponseReasoningText,
    "summary_text": ResponseSummaryText,
}

_CONTENT_TAGS: dict[str, Any] = {
    "output_text": ResponseOutputText,
    "refusal": ResponseOutputRefusal,
    "reasoning_text": ResponseReasoningText,
    "summary_text": ResponseSummaryText,
}

hints_know(
    ResponseReasoningItem,
    ResponseOutputRefusal,
    ResponseOutputText,
    ResponseReasoningText,
    ResponseSummaryText,
    UnknownResponseContentPart,
)
