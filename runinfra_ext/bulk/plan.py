"""What a job does, as ``map``, ``embed`` and ``run`` describe it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .account import Account
from .options import Keyed
from .rows import Row


class Plan(NamedTuple):
    """What a job does.

    Attributes:
        rows: the input.
        request: makes the arguments of a row's call, or a :class:`Ticket` of it.
        operation: the method to call.
        keyed: how rows are named.
        target: of ``parse``.
        identity: what the journal must be of.
        total: how many rows there are, if that is known.
        facts: more to note in the journal.
        before: what earlier rounds have done, if this is one of several.
        unfinished: whether a row that has failed will be tried again in pieces.
    """

    rows: Any
    request: Callable[[Any], Any] | None
    operation: str
    keyed: Keyed
    target: Any = None
    identity: Mapping[str, str | None] = {}
    total: int | None = None
    facts: Mapping[str, str] = {}
    before: Account | None = None
    unfinished: Callable[[Row[Any, Any]], bool] | None = None
