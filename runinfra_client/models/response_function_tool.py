# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..types import absent_or_null


@define(kw_only=True)
class ResponseFunctionTool:
    """A function, in OpenAI's flat shape.

    Attributes:
        type: The only kind of tool.
        name: Its name.
        description: What it does; the model reads it.
        parameters: JSON Schema of its arguments.
        strict: Hold the arguments to the schema.
    """

    type: ResponseFunctionType
    name: str
    description: None | str = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["type"] = self.type
        d["name"] = self.name
        if self.description is not None:
            d["description"] = self.description
        if self.parameters is not None:
            d["parameters"] = self.parameters
        if self.strict is not None:
            d["strict"] = self.strict
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
        self.name = d.pop("name")
        self.description = d.pop("description", None)
        self.parameters = d.pop("parameters", None)
        self.strict = d.pop("strict", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.response_function_type import ResponseFunctionType
