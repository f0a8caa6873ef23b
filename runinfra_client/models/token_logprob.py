# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..types import absent_or_null, hints_know, plain, short_html, short_repr


@define(kw_only=True, repr=False)
class TokenLogprob:
    """One token.

    Attributes:
        token: The token.
        logprob: Its log probability.
        bytes: Its UTF-8 bytes.
        top_logprobs: The likeliest alternatives.
    """

    token: str
    logprob: float | None
    bytes: list[int] | None = None
    top_logprobs: list[TopLogprob] | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["token"] = self.token
        if self.logprob is not None:
            d["logprob"] = self.logprob
        if self.bytes is not None:
            d["bytes"] = self.bytes
        if self.top_logprobs is not None:
            d["top_logprobs"] = plain(self.top_logprobs)
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
        self.token = d.pop("token")
        self.logprob = d.pop("logprob")
        self.bytes = d.pop("bytes", None)
        v = d.pop("top_logprobs", None)
        self.top_logprobs = None if v is None else [TopLogprob.from_dict(i) for i in v]
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.top_logprob import TopLogprob

hints_know(TokenLogprob, TopLogprob)
