# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..types import absent_or_null, hints_know, plain, short_html, short_repr


@define(kw_only=True, repr=False)
class ChatCompletionDeltaToolCall:
    """A piece of a tool call.

    Attributes:
        index: Which call of the message.
        id: On its first piece.
        type: `function`, on its first piece.
        function: ChatCompletionDeltaFunction | None
    """

    index: int | None = None
    id: None | str = None
    type: None | str = None
    function: ChatCompletionDeltaFunction | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        if self.index is not None:
            d["index"] = self.index
        if self.id is not None:
            d["id"] = self.id
        if self.type is not None:
            d["type"] = self.type
        if self.function is not None:
            d["function"] = plain(self.function)
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
        self.index = d.pop("index", None)
        self.id = d.pop("id", None)
        self.type = d.pop("type", None)
        v = d.pop("function", None)
        self.function = None if v is None else ChatCompletionDeltaFunction.from_dict(v)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.chat_completion_delta_function import ChatCompletionDeltaFunction

hints_know(ChatCompletionDeltaToolCall, ChatCompletionDeltaFunction)
