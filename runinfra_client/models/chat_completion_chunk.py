# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..types import absent_or_null, hints_know, plain, short_html, short_repr


@define(kw_only=True, repr=False)
class ChatCompletionChunk:
    """One event of a chat stream.

    Attributes:
        id: The same on all chunks.
        object: `chat.completion.chunk`.
        created: Unix time in seconds.
        model: The model that answers.
        choices: What is new; empty on the usage chunk.
        usage: CompletionUsage | None
        system_fingerprint: Of the engine.
        service_tier: Of the deployment.
    """

    id: None | str = None
    object: None | str = None
    created: float | None = None
    model: None | str = None
    choices: list[ChatCompletionChunkChoice] = field(factory=list)
    usage: CompletionUsage | None = None
    system_fingerprint: None | str = None
    service_tier: None | str = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)
    # Keys that came as null or not at all, and read as empty all the same.
    _blank: tuple[str, ...] = field(default=("choices",), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        if self.id is not None:
            d["id"] = self.id
        if self.object is not None:
            d["object"] = self.object
        if self.created is not None:
            d["created"] = self.created
        if self.model is not None:
            d["model"] = self.model
        v = plain(self.choices)
        if v or "choices" not in self._blank:
            d["choices"] = v
        if self.usage is not None:
            d["usage"] = plain(self.usage)
        if self.system_fingerprint is not None:
            d["system_fingerprint"] = self.system_fingerprint
        if self.service_tier is not None:
            d["service_tier"] = self.service_tier
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
        self.id = d.pop("id", None)
        self.object = d.pop("object", None)
        self.created = d.pop("created", None)
        self.model = d.pop("model", None)
        v = d.pop("choices", None)
        if v is None:
            self.choices = []
            self._blank += ("choices",)
        else:
            self.choices = [ChatCompletionChunkChoice.from_dict(i) for i in v]
        v = d.pop("usage", None)
        self.usage = None if v is None else CompletionUsage.from_dict(v)
        self.system_fingerprint = d.pop("system_fingerprint", None)
        self.service_tier = d.pop("service_tier", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.chat_completion_chunk_choice import ChatCompletionChunkChoice
from ..models.completion_usage import CompletionUsage

hints_know(ChatCompletionChunk, ChatCompletionChunkChoice, CompletionUsage)
