# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..meta import Result
from ..types import absent_or_null, hints_know, plain, short_html, short_repr, tagged


@define(kw_only=True, repr=False, getstate_setstate=False)
class Response(Result):
    """A response.

    Attributes:
        id: Its id.
        model: The model that answered.
        object: `response`.
        created_at: Unix time in seconds.
        status: `completed`, `incomplete`, `failed`, `in_progress`, `cancelled` or `queued`.
        output_text: The text; may be missing although `output` has it.
        output: The items of the answer.
        usage: None | ResponseUsage
        error: None | ResponseError
        incomplete_details: None | ResponseIncompleteDetails
    """

    id: str
    model: str
    object: None | str = None
    created_at: float | None = None
    status: None | str = None
    output_text: None | str = None
    output: list[
        ResponseFunctionToolCall
        | ResponseOutputMessage
        | ResponseReasoningItem
        | UnknownResponseOutputItem
    ] = field(factory=list)
    usage: None | ResponseUsage = None
    error: None | ResponseError = None
    incomplete_details: None | ResponseIncompleteDetails = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)
    # Keys that came as null or not at all, and read as empty all the same.
    _blank: tuple[str, ...] = field(default=("output",), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["id"] = self.id
        d["model"] = self.model
        if self.object is not None:
            d["object"] = self.object
        if self.created_at is not None:
            d["created_at"] = self.created_at
        if self.status is not None:
            d["status"] = self.status
        if self.output_text is not None:
            d["output_text"] = self.output_text
        v = plain(self.output)
        if v or "output" not in self._blank:
            d["output"] = v
        if self.usage is not None:
            d["usage"] = plain(self.usage)
        if self.error is not None:
            d["error"] = plain(self.error)
        if self.incomplete_details is not None:
            d["incomplete_details"] = plain(self.incomplete_details)
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
        self.id = d.pop("id")
        self.model = d.pop("model")
        self.object = d.pop("object", None)
        self.created_at = d.pop("created_at", None)
        self.status = d.pop("status", None)
        self.output_text = d.pop("output_text", None)
        v = d.pop("output", None)
        if v is None:
            self.output = []
            self._blank += ("output",)
        else:
            self.output = [tagged(i, "type", _OUTPUT_TAGS, UnknownResponseOutputItem) for i in v]
        v = d.pop("usage", None)
        self.usage = None if v is None else ResponseUsage.from_dict(v)
        v = d.pop("error", None)
        self.error = None if v is None else ResponseError.from_dict(v)
        v = d.pop("incomplete_details", None)
        self.incomplete_details = None if v is None else ResponseIncompleteDetails.from_dict(v)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.response_error import ResponseError
from ..models.response_function_tool_call import ResponseFunctionToolCall
from ..models.response_incomplete_details import ResponseIncompleteDetails
from ..models.response_output_message import ResponseOutputMessage
from ..models.response_reasoning_item import ResponseReasoningItem
from ..models.response_usage import ResponseUsage
from ..models.unknown_response_output_item import UnknownResponseOutputItem

_OUTPUT_TAGS: dict[str, Any] = {
    "message": ResponseOutputMessage,
    "function_call": ResponseFunctionToolCall,
    "reasoning": ResponseReasoningItem,
}

hints_know(
    Response,
    ResponseError,
    ResponseFunctionToolCall,
    ResponseIncompleteDetails,
    ResponseOutputMessage,
    ResponseReasoningItem,
    ResponseUsage,
    UnknownResponseOutputItem,
)
