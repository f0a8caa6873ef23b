# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..types import absent_or_null, hints_know, plain, short_html, short_repr


@define(kw_only=True, repr=False)
class ResponseUsage:
    """What the call used; the gateway uses either family of names.

    Attributes:
        prompt_tokens: Tokens of the input.
        completion_tokens: Tokens of the answer.
        input_tokens: Tokens of the input, OpenAI's name.
        output_tokens: Tokens of the answer, OpenAI's name.
        total_tokens: Both.
        input_tokens_details: None | PromptTokensDetails
        output_tokens_details: CompletionTokensDetails | None
    """

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    input_tokens_details: None | PromptTokensDetails = None
    output_tokens_details: CompletionTokensDetails | None = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        if self.prompt_tokens is not None:
            d["prompt_tokens"] = self.prompt_tokens
        if self.completion_tokens is not None:
            d["completion_tokens"] = self.completion_tokens
        if self.input_tokens is not None:
            d["input_tokens"] = self.input_tokens
        if self.output_tokens is not None:
            d["output_tokens"] = self.output_tokens
        if self.total_tokens is not None:
            d["total_tokens"] = self.total_tokens
        if self.input_tokens_details is not None:
            d["input_tokens_details"] = plain(self.input_tokens_details)
        if self.output_tokens_details is not None:
            d["output_tokens_details"] = plain(self.output_tokens_details)
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
        self.prompt_tokens = d.pop("prompt_tokens", None)
        self.completion_tokens = d.pop("completion_tokens", None)
        self.input_tokens = d.pop("input_tokens", None)
        self.output_tokens = d.pop("output_tokens", None)
        self.total_tokens = d.pop("total_tokens", None)
        v = d.pop("input_tokens_details", None)
        self.input_tokens_details = None if v is None else PromptTokensDetails.from_dict(v)
        v = d.pop("output_tokens_details", None)
        self.output_tokens_details = None if v is None else CompletionTokensDetails.from_dict(v)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
from ..models.completion_tokens_details import CompletionTokensDetails
from ..models.prompt_tokens_details import PromptTokensDetails

hints_know(ResponseUsage, CompletionTokensDetails, PromptTokensDetails)
