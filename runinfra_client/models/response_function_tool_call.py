# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define, field

from ..types import absent_or_null, short_html, short_repr


@define(kw_only=True, repr=False)
class ResponseFunctionToolCall:
    """A function call that the model asks for.

    Attributes:
        type: Literal['function_call']
        id: Id of the item.
        call_id: Give it back with the result.
        name: Name of the function.
        arguments: JSON text; check it before you trust it.
        status: `in_progress`, `completed` or `incomplete`.
    """

    type: Literal["function_call"] = "function_call"
    id: None | str = None
    call_id: None | str = None
    name: None | str = None
    arguments: None | str = None
    status: None | str = None
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
        if self.call_id is not None:
            d["call_id"] = self.call_id
        if self.name is not None:
            d["name"] = self.name
        if self.arguments is not None:
            d["arguments"] = self.arguments
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
        self.call_id = d.pop("call_id", None)
        self.name = d.pop("name", None)
        self.arguments = d.pop("arguments", None)
        self.status = d.pop("status", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
