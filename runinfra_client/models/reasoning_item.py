# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define, field

from ..types import absent_or_null


@define(kw_only=True)
class ReasoningItem:
    """What the model thought in an earlier answer.

    Attributes:
        type: Literal['reasoning']
        id: Id of the item.
        summary: In short.
        content: In full.
        encrypted_content: In full, for the gateway only.
        status: Of the item.
    """

    type: Literal["reasoning"] = "reasoning"
    id: None | str = None
    summary: list[dict[str, Any]] | None = None
    content: list[dict[str, Any]] | None = None
    encrypted_content: None | str = None
    status: None | str = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["type"] = self.type
        if self.id is not None:
            d["id"] = self.id
        if self.summary is not None:
            d["summary"] = self.summary
        if self.content is not None:
            d["content"] = self.content
        if self.encrypted_content is not None:
            d["encrypted_content"] = self.encrypted_content
        if self.status is not None:
            d["status"] = self.status
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
        self.summary = d.pop("summary", None)
        self.content = d.pop("content", None)
        self.encrypted_content = d.pop("encrypted_content", None)
        self.status = d.pop("status", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
