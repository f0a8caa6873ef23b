# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..types import absent_or_null, hints_know, plain, short_html, short_repr


@define(kw_only=True, repr=False)
class ChatCompletionChoice:
    """One answer.

    Attributes:
        message: What the model said.
        index: Its place.
        finish_reason: `stop`, `length`, `tool_calls`, `content_filter`, or an engine's own.
        logprobs: ChoiceLogprobs | None
    """

    message: ChatCompletionMessage
    index: int | None = None
    finish_reason: None | str = None
    logprobs: ChoiceLogprobs | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["message"] = plain(self.message)
        if self.index is not None:
            d["index"] = self.index
        if self.finish_reason is not None:
            d["finish_reason"] = self.finish_reason
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
        v = d.pop("message")
        self.message = ChatCompletionMessage.from_dict(v)
        self.index = d.pop("index", None)
        self.finish_reason = d.pop("finish_reason", None)
        v = d.pop("logprobs", None)
        self.logprobs = None if v is None else ChoiceLogprobs.from_dict(v)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.chat_completion_message import ChatCompletionMessage
from ..models.choice_logprobs import ChoiceLogprobs

hints_know(ChatCompletionChoice, ChatCompletionMessage, ChoiceLogprobs)
