# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define, field

from ..types import absent_or_null, plain, tagged


@define(kw_only=True)
class ChatCompletionAssistantMessage:
    """What the model said before.

    Attributes:
        role: Literal['assistant']
        content: The text; may be left out when there are tool calls.
        name: Tells participants of one role apart.
        refusal: Why the model refused.
        reasoning: What the model thought.
        reasoning_content: The same, in the other spelling.
        tool_calls: The calls that it asked for.
    """

    role: Literal["assistant"] = "assistant"
    content: list[ChatCompletionContentPartRefusal | ChatCompletionContentPartText] | None | str = (
        None
    )
    name: str | None = None
    refusal: None | str = None
    reasoning: None | str = None
    reasoning_content: None | str = None
    tool_calls: list[ChatCompletionMessageToolCall] | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["role"] = self.role
        if self.content is not None:
            d["content"] = plain(self.content)
        if self.name is not None:
            d["name"] = self.name
        if self.refusal is not None:
            d["refusal"] = self.refusal
        if self.reasoning is not None:
            d["reasoning"] = self.reasoning
        if self.reasoning_content is not None:
            d["reasoning_content"] = self.reasoning_content
        if self.tool_calls is not None:
            d["tool_calls"] = plain(self.tool_calls)
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
        v = d.pop("content", None)
        self.content = (
            None
            if v is None
            else [tagged(i, "type", _CONTENT_TAGS, None) for i in v]
            if isinstance(v, list)
            else v
        )
        self.name = d.pop("name", None)
        self.refusal = d.pop("refusal", None)
        self.reasoning = d.pop("reasoning", None)
        self.reasoning_content = d.pop("reasoning_content", None)
        v = d.pop("tool_calls", None)
        self.tool_calls = (
            None if v is None else [ChatCompletionMessageToolCall.from_dict(i) for i in v]
        )
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.chat_completion_content_part_refusal import (
    ChatCompletionContentPartRefusal,
)
from ..models.chat_completion_content_part_text import ChatCompletionContentPartText
from ..models.chat_completion_message_tool_call import ChatCompletionMessageToolCall

_CONTENT_TAGS: dict[str, Any] = {
    "text": ChatCompletionContentPartText,
    "refusal": ChatCompletionContentPartRefusal,
}
