# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..meta import Result
from ..types import absent_or_null, hints_know, plain, short_html, short_repr


@define(kw_only=True, repr=False, getstate_setstate=False)
class ChatCompletion(Result):
    """A completion.

    Attributes:
        id: Its id.
        model: The model that answered; may be the upstream name.
        choices: The answers.
        object: `chat.completion`.
        created: Unix time in seconds.
        usage: CompletionUsage | None
        system_fingerprint: Of the engine.
        service_tier: Of the deployment.
    """

    id: str
    model: str
    choices: list[ChatCompletionChoice]
    object: None | str = None
    created: float | None = None
    usage: CompletionUsage | None = None
    system_fingerprint: None | str = None
    service_tier: None | str = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["id"] = self.id
        d["model"] = self.model
        d["choices"] = plain(self.choices)
        if self.object is not None:
            d["object"] = self.object
        if self.created is not None:
            d["created"] = self.created
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
        self.id = d.pop("id")
        self.model = d.pop("model")
        v = d.pop("choices")
        self.choices = [ChatCompletionChoice.from_dict(i) for i in v]
        self.object = d.pop("object", None)
        self.created = d.pop("created", None)
        v = d.pop("usage", None)
        self.usage = None if v is None else CompletionUsage.from_dict(v)
        self.system_fingerprint = d.pop("system_fingerprint", None)
        self.service_tier = d.pop("service_tier", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.chat_completion_choice import ChatCompletionChoice
from ..models.completion_usage import CompletionUsage

hints_know(ChatCompletion, ChatCompletionChoice, CompletionUsage)
