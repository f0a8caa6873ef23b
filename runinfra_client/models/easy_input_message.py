# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..types import absent_or_null, plain, tagged


@define(kw_only=True)
class EasyInputMessage:
    """A message.

    Attributes:
        role: Who says it.
        content: The text, or parts of several kinds.
        type: May be left out.
        id: Id of the item of an earlier answer.
        status: Of that item.
    """

    role: InputRole
    content: (
        list[
            ResponseInputAudio
            | ResponseInputFile
            | ResponseInputImage
            | ResponseInputOutputText
            | ResponseInputRefusal
            | ResponseInputText
        ]
        | str
    )
    type: EasyInputMessageType | None = None
    id: None | str = None
    status: None | str = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["role"] = self.role
        d["content"] = plain(self.content)
        if self.type is not None:
            d["type"] = self.type
        if self.id is not None:
            d["id"] = self.id
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
        self.role = d.pop("role")
        v = d.pop("content")
        self.content = (
            [tagged(i, "type", _CONTENT_TAGS, None) for i in v] if isinstance(v, list) else v
        )
        self.type = d.pop("type", None)
        self.id = d.pop("id", None)
        self.status = d.pop("status", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.easy_input_message_type import (
    EasyInputMessageType,
)
from ..models.input_role import InputRole
from ..models.response_input_audio import ResponseInputAudio
from ..models.response_input_file import ResponseInputFile
from ..models.response_input_image import ResponseInputImage
from ..models.response_input_output_text import ResponseInputOutputText
from ..models.response_input_refusal import ResponseInputRefusal
from ..models.response_input_text import ResponseInputText

_CONTENT_TAGS: dict[str, Any] = {
    "input_text": ResponseInputText,
    "input_image": ResponseInputImage,
    "input_audio": ResponseInputAudio,
    "input_file": ResponseInputFile,
    "output_text": ResponseInputOutputText,
    "refusal": ResponseInputRefusal,
}
