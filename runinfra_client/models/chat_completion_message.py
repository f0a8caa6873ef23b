# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..types import absent_or_null, hints_know, plain, short_html, short_repr


@define(kw_only=True, repr=False)
class ChatCompletionMessage:
    """What the model said.

    Attributes:
        role: `assistant`.
        content: The text; null when there are only tool calls.
        refusal: Why the model refused.
        tool_calls: The calls that it asks for.
        reasoning: What the model thought.
        reasoning_content: The same, in the other spelling.
        tool_call_id: Which call it answers, in the results of tools.
    """

    role: str
    content: None | str = None
    refusal: None | str = None
    tool_calls: list[ChatCompletionMessageToolCall] | None = None
    reasoning: None | str = None
    reasoning_content: None | str = None
    tool_call_id: None | str = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["role"] = self.role
        if self.content is not None:
            d["content"] = self.content
        if self.refusal is not None:
            d["refusal"] = self.refusal
        if self.tool_calls is not None:
            d["tool_calls"] = plain(self.tool_calls)
        if self.reasoning is not None:
            d["reasoning"] = self.reasoning
        if self.reasoning_content is not None:
            d["reasoning_content"] = self.reasoning_content
        if self.tool_call_id is not None:
            d["tool_call_id"] = self.tool_call_id
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
        self.role = d.pop("role")
        self.content = d.pop("content", None)
        self.refusal = d.pop("refusal", None)
        v = d.pop("tool_calls", None)
        self.tool_calls = (
            None if v is None else [ChatCompletionMessageToolCall.from_dict(i) for i in v]
        )
        self.reasoning = d.pop("reasoning", None)
        self.reasoning_content = d.pop("reasoning_content", None)
        self.tool_call_id = d.pop("tool_call_id", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.chat_completion_message_tool_call import ChatCompletionMessageToolCall

hints_know(ChatCompletionMessage, ChatCompletionMessageToolCall)
