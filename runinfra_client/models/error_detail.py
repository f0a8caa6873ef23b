# Generated from openapi/runinfra.yaml by `make gen`; do not edit.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from ..types import absent_or_null, short_html, short_repr


@define(kw_only=True, repr=False)
class ErrorDetail:
    """What went wrong; treat every member but the first two as optional.

    Attributes:
        message: For people.
        type: Kind of error.
        param: The request field concerned.
        code: Machine-readable code; engines send numbers.
        current_balance_cents: 402: what is left, in US cents.
        required_cents: 402: what the call needs, in US cents.
        topup_url: 402: where to pay.
        balance: 402, newer form: what is left, in US dollars.
        required: 402, newer form: what is needed, in US dollars.
        paused_until: Paused model: ISO 8601 time of its return.
    """

    message: str
    type: str
    param: None | str = None
    code: int | None | str = None
    current_balance_cents: int | None = None
    required_cents: int | None = None
    topup_url: None | str = None
    balance: float | None | str = None
    required: float | None | str = None
    paused_until: None | str = None
    additional_properties: dict[str, Any] = field(factory=dict)
    # Keys that came as null: to_dict() gives them back, and only them.
    _nulls: tuple[str, ...] = field(default=(), init=False, eq=False, repr=False)

    __repr__ = short_repr
    _repr_html_ = short_html

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: exactly what came, for an object that came from one."""
        d: dict[str, Any] = dict.fromkeys(self._nulls)
        d["message"] = self.message
        d["type"] = self.type
        if self.param is not None:
            d["param"] = self.param
        if self.code is not None:
            d["code"] = self.code
        if self.current_balance_cents is not None:
            d["current_balance_cents"] = self.current_balance_cents
        if self.required_cents is not None:
            d["required_cents"] = self.required_cents
        if self.topup_url is not None:
            d["topup_url"] = self.topup_url
        if self.balance is not None:
            d["balance"] = self.balance
        if self.required is not None:
            d["required"] = self.required
        if self.paused_until is not None:
            d["paused_until"] = self.paused_until
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
        self.message = d.pop("message")
        self.type = d.pop("type")
        self.param = d.pop("param", None)
        self.code = d.pop("code", None)
        self.current_balance_cents = d.pop("current_balance_cents", None)
        self.required_cents = d.pop("required_cents", None)
        self.topup_url = d.pop("topup_url", None)
        self.balance = d.pop("balance", None)
        self.required = d.pop("required", None)
        self.paused_until = d.pop("paused_until", None)
        self.additional_properties = d
        return self


# At the bottom, so that models may refer to each other, and no method has to import.
