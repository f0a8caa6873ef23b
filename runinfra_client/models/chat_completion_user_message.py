# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define, field

from ..types import absent_or_null, plain, tagged


@define(kw_only=True)
class ChatCompletionUserMessage:
    """What the user says.

    Attributes:
        role: Literal['user']
        content: The text, or parts of several kinds.
        name: Tells participants of one role apart.
    """

    role: Literal["user"] = "user"
    content: (
        list[
            ChatCompletionContentPartFile
            | ChatCompletionContentPartImage
            | ChatCompletionContentPartInputAudio
            | ChatCompletionContentPartText
            | ChatCompletionContentPartVideo
        ]
        | str
    )
    name: str | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["role"] = self.role
        d["content"] = plain(self.content)
        if self.name is not None:
            d["name"] = self.name
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
        self.name = d.pop("name", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.chat_completion_content_part_file import ChatCompletionContentPartFile
from ..models.chat_completion_content_part_image import ChatCompletionContentPartImage
from ..models.chat_completion_content_part_input_audio import (
    ChatCompletionContentPartInputAudio,
)
from ..models.chat_completion_content_part_text import ChatCompletionContentPartText
from ..models.chat_completion_content_part_video import ChatCompletionContentPartVideo

_CONTENT_TAGS: dict[str, Any] = {
    "text": ChatCompletionContentPartText,
    "image_url": ChatCompletionContentPartImage,
    "input_audio": ChatCompletionContentPartInputAudio,
    "video_url": ChatCompletionContentPartVideo,
    "file": ChatCompletionContentPartFile,
}
