"""The options of a job, checked before anything is sent."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, Literal, NamedTuple, TypedDict

from runinfra_client.facts import Operation
from runinfra_client.operations import OPERATIONS

from .._ground import checks
from .._ground.files import StrPath, checked_path
from ..errors import InvalidRequestError
from .account import Account
from .flow import HIGHEST, LOWEST, Flow

OnBadRow = Literal["raise", "record"]
ProgressOption = bool | Callable[[Account], object]
RETRIES: Final = 5  # of each request; what only asks to come back later is beside that


class JobOptions(TypedDict, total=False):
    """Options of every kind of job.

    Attributes:
        journal: path of the job's journal, an SQLite file; made if it is not there. The same call
            with the same journal goes on where the job stopped. Without one, nothing is kept.
        job: name of the job: part of the rows' idempotency keys, so that two jobs of the same name
            share what they paid for. Made up, and kept in the journal, if left out.
        ordered: give the rows in the order of the input, not as they are finished.
        min_concurrency: requests on their way at least (default 1).
        max_concurrency: requests on their way at most (default 64); between the two the job adapts.
        requests_per_minute: pace of requests; without it, the gateway's refusals set it.
        tokens_per_minute: pace of tokens, by what the rows so far took.
        max_cost: US dollars for the whole job, all its runs together. It stops before a row that
            would probably go beyond it.
        max_failures: how many failed rows of this run the job bears.
        deadline: seconds after which nothing more is sent in this run.
        on_bad_row: ``"raise"`` stops at a row that can't be sent: no key, a repeated key, an
            argument that is wrong; ``"record"`` gives it as a row with an error.
        retry_failed: also send the rows again that have failed for good in an earlier run.
        progress: ``True`` shows a live view on a terminal (extra ``cli``), or lines in a log; or a
            function that is given the :class:`Account` now and then.
        max_retries: how many requests may follow a row's failed first one (default 5).
        price: gives the US dollars of a result, where the gateway does not tell its cost.
        flow: a :class:`Flow` of your own, which jobs of one process may share; instead of the
            options of concurrency and pace.
    """

    journal: StrPath | None
    job: str | None
    ordered: bool
    min_concurrency: int
    max_concurrency: int
    requests_per_minute: float | None
    tokens_per_minute: float | None
    max_cost: float | None
    max_failures: int | None
    deadline: float | None
    on_bad_row: OnBadRow
    retry_failed: bool
    progress: ProgressOption
    max_retries: int
    price: Callable[[Any], float] | None
    flow: Flow | None


class Options(NamedTuple):
    """Checked :class:`JobOptions`."""

    journal: StrPath | None = None
    job: str | None = None
    ordered: bool = False
    min_concurrency: int = LOWEST
    max_concurrency: int = HIGHEST
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    max_cost: float | None = None
    max_failures: int | None = None
    deadline: float | None = None
    on_bad_row: OnBadRow = "raise"
    retry_failed: bool = False
    progress: ProgressOption = False
    max_retries: int = RETRIES
    price: Callable[[Any], float] | None = None
    flow: Flow | None = None

    def made_flow(self) -> Flow:
        """The flow of a job with these options.

        Raises:
            InvalidRequestError: a number is wrong.
        """
        return self.flow or Flow(
            lowest=self.min_concurrency,
            highest=self.max_concurrency,
            requests_per_minute=self.requests_per_minute,
            tokens_per_minute=self.tokens_per_minute,
        )


_OF_FLOW: Final = (
    "min_concurrency",
    "max_concurrency",
    "requests_per_minute",
    "tokens_per_minute",
)


def checked_options(given: Mapping[str, Any]) -> Options:
    """The options of a job.

    Raises:
        TypeError: an unknown option.
        InvalidRequestError: a value is wrong.
    """
    for name in given:
        if name not in Options._fields:
            known = ", ".join(sorted(Options._fields))
            msg = f"unexpected option of a bulk job: {name!r} (there are {known})"
            raise TypeError(msg)
    options = Options(**given)
    if options.flow is not None and not isinstance(options.flow, Flow):
        raise checks.wrong("flow", "a Flow", options.flow)
    beside = [name for name in _OF_FLOW if name in given]
    if options.flow is not None and beside:
        msg = f"flow: expected without {', '.join(beside)}, which it has of its own"
        raise InvalidRequestError(msg, param="flow")
    options.made_flow()
    if options.journal is not None:
        checked_path("journal", options.journal)
    if options.job is not None:
        checks.printable("job", options.job)
    for name in ("ordered", "retry_failed"):
        checks.flag(name, getattr(options, name))
    for name in ("max_cost", "deadline"):
        if getattr(options, name) is not None:
            checks.number(name, getattr(options, name), positive=True)
    if options.max_failures is not None:
        checks.count("max_failures", options.max_failures)
    checks.count("max_retries", options.max_retries)
    if options.on_bad_row not in {"raise", "record"}:
        raise checks.wrong("on_bad_row", "'raise' or 'record'", options.on_bad_row)
    if not isinstance(options.progress, bool) and not callable(options.progress):
        raise checks.wrong("progress", "True, False or a function", options.progress)
    if options.price is not None and not callable(options.price):
        raise checks.wrong("price", "a function", options.price)
    return options


@cache
def functions() -> Mapping[str, Operation]:
    """The operations that a job can have, by the SDK's methods."""
    found: dict[str, Operation] = {}
    for operation in OPERATIONS.values():
        if operation.method == "POST":
            found[operation.function] = operation
            space, _, method = operation.function.rpartition(".")
            if method == "create" and operation.operation_id in _PARSED:
                found[f"{space}.parse"] = operation
    return found


_PARSED: Final = ("createChatCompletion", "createResponse")


def checked_operation(name: object) -> str:
    """The name of a method that a job can call.

    Raises:
        InvalidRequestError: there is none of this name; the message has those that are.
    """
    if isinstance(name, str) and name in functions():
        return name
    raise checks.wrong("operation", f"one of {', '.join(sorted(functions()))}", name)


Key = str | Callable[[Any], object] | None


def key_of(value: Any) -> str:
    """What names a row by a value of it; empty if the value can't.

    Whole numbers of other libraries (NumPy's, as rows of tables have them) are as good as Python's.
    """
    try:
        if hasattr(value, "__index__") and not isinstance(value, bool):
            value = str(operator.index(value))
        if isinstance(value, str) and value.strip():
            value.encode()
            return value
    except (TypeError, ValueError):
        pass  # half of a surrogate pair is no character, and no file takes it; or no whole number
    return ""


class Keyed(NamedTuple):
    """How rows are named: by a member, by a function, or by their number.

    Attributes:
        by: as :data:`Key`.
    """

    by: Key

    def of(self, item: Any, position: int) -> str:
        """The key of a row.

        Raises:
            InvalidRequestError: it has none.
        """
        if self.by is None:
            return f"row {position + 1}"
        value: object
        if callable(self.by):
            value = self.by(item)
        else:
            try:
                value = item[self.by]
            except (KeyError, IndexError, TypeError):
                value = None
        key = key_of(value)
        if key:
            return key
        what = "key" if callable(self.by) else f"key {self.by!r}"
        msg = f"{what}: expected a non-blank string or a whole number"
        raise InvalidRequestError(f"{msg}, got {checks.shown(value)}", param="key")


def checked_key(value: object) -> Keyed:
    """How rows are named.

    Raises:
        InvalidRequestError: it is neither a name, nor a function, nor left out.
    """
    if value is None or callable(value) or (isinstance(value, str) and value):
        return Keyed(value)
    raise checks.wrong("key", "the name of a member, or a function", value)
