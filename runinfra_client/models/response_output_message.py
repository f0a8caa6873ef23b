# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define, field

from ..types import absent_or_null, hints_know, plain, short_html, short_repr, tagged


@define(kw_only=True, repr=False)
class ResponseOutputMessage:
    """A message.

    Attributes:
        type: Literal['message']
        id: Its id.
        role: `assistant`.
        status: `in_progress`, `completed` or `incomplete`.
        content: Its parts.
    """

    type: Literal["message"] = "message"
    id: None | str = None
    role: None | str = None
    status: None | str = None
    content: list[
        ResponseOutputRefusal
        | ResponseOutputText
        | ResponseReasoningText
        | ResponseSummaryText
        | UnknownResponseContentPart
    ] = field(factory=list)
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)
    # Keys that came as null or not at all, and read as empty all the same.
    _blank: tuple[str, ...] = field(default=("content",), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["type"] = self.type
        if self.id is not None:
            d["id"] = self.id
        if self.role is not None:
            d["role"] = self.role
        if self.status is not None:
            d["status"] = self.status
        v = plain(self.content)
        if v or "content" not in self._blank:
            d["content"] = v
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
        self._blank = ()
        self.type = d.pop("type")
        self.id = d.pop("id", None)
        self.role = d.pop("role", None)
        self.status = d.pop("status", None)
        v = d.pop("content", None)
        if v is None:
            self.content = []
            self._blank += ("content",)
        else:
            self.content = [tagged(i, "type", _CONTENT_TAGS, UnknownResponseContentPart) for i in v]
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.response_output_refusal import ResponseOutputRefusal
from ..models.response_output_text import ResponseOutputText
from ..models.response_reasoning_text import ResponseReasoningText
from ..models.response_summary_text import ResponseSummaryText
from ..models.unknown_response_content_part import UnknownResponseContentPart

_CONTENT_TAGS: dict[str, Any] = {
    "output_text": ResponseOutputText,
    "refusal": ResponseOutputRefusal,
    "reasoning_text": ResponseReasoningText,
    "summary_text": ResponseSummaryText,
}

hints_know(
    ResponseOutputMessage,
    ResponseOutputRefusal,
    ResponseOutputText,
    ResponseReasoningText,
    ResponseSummaryText,
    UnknownResponseContentPart,
)
