"""The error classes: tree, fields, text, pickling."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import pytest

from runinfra_ext import errors
from runinfra_ext._ground.wire import Headers
from runinfra_ext.errors import FailedAttempt, RunInfraError, WebhookVerificationError


def subclasses(cls: type[RunInfraError]) -> list[type[RunInfraError]]:
    """A class and everything below it."""
    return [cls, *(deep for sub in cls.__subclasses__() for deep in subclasses(sub))]


CLASSES = [cls for cls in subclasses(RunInfraError) if cls.__module__ == errors.__name__]
FIELDS: dict[str, Any] = {
    "status": 503,
    "type": "t",
    "code": "c",
    "param": "p",
    "request_id": "req_1",
    "client_request_id": "mine",
    "idempotency_key": "key-1",
    "operation": "createChatCompletion",
    "attempts": 2,
    "failures": (FailedAttempt(1, "refused", "RateLimitError", "slow", 429, "req_0", 0.5),),
    "phase": "outcome_unknown",
    "reason": "reset",
    "outcome_unknown": True,
    "gave_up": "max_retries is used up",
    "retry_after_seconds": 2.5,
    "body": {"error": {"message": "m"}},
    "headers": Headers([("X-A", "1"), ("x-a", "2")]),
    "partial": ["half"],
    "event_count": 3,
}


def filled(cls: type[RunInfraError]) -> RunInfraError:
    """An error with a value in every field, its own ones too."""
    error = cls("What happened.", **FIELDS)
    for name in own_fields(cls):
        setattr(error, name, f"value of {name}")
    error.add_note("a note")
    return error


def own_fields(cls: type[RunInfraError]) -> set[str]:
    """Fields that a subclass adds."""
    names = {name for base in cls.__mro__ for name in inspect.get_annotations(base)}
    return names - FIELDS.keys()


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle(cls: type[RunInfraError], protocol: int) -> None:
    """Every error comes out of a pickle as it went in: worker pools send them home."""
    error = filled(cls)
    clone = pickle.loads(pickle.dumps(error, protocol))
    assert type(clone) is cls
    assert clone.__dict__ == error.__dict__
    assert clone.headers.all("x-a") == ("1", "2")
    assert (clone.args, str(clone), repr(clone)) == (error.args, str(error), repr(error))


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_copy(cls: type[RunInfraError], duplicate: Any) -> None:
    """A copied error has every field."""
    error = filled(cls)
    clone = duplicate(error)
    assert (type(clone), clone.__dict__) == (cls, error.__dict__)


def test_copy_is_independent() -> None:
    """Changing a copy leaves the original as it was."""
    error = RunInfraError("m", status=500)
    clone = copy.copy(error)
    clone.update(status=503)
    assert error.status == 500


def test_tree_in_the_docstring() -> None:
    """The tree that the module draws is the real one."""
    drawn: dict[str, str] = {}
    path: list[str] = []
    for line in inspect.getdoc(errors).split("\n"):  # type: ignore[union-attr]
        head, mark, tail = line.rpartition("── ")
        if line.strip() == "RunInfraError":
            path = ["RunInfraError"]
        elif mark:
            level = (len(head.strip("\n")) - 4 - 1) // 4 + 1 if line.startswith("    ") else None
            assert level is not None
            name = tail.split()[0]
            drawn[name] = path[level - 1]
            path = [*path[:level], name]
    real = {
        cls.__name__: next(
            base.__name__ for base in cls.__bases__ if issubclass(base, RunInfraError)
        )
        for cls in CLASSES
        if cls is not RunInfraError
    }
    assert drawn == real


def test_every_class_is_public() -> None:
    """Each error class can be imported from the package itself."""
    import runinfra_ext

    missing = {cls.__name__ for cls in CLASSES} - set(runinfra_ext.__all__)
    assert missing == set()


def test_defaults() -> None:
    """Fields that don't apply are empty, and no two errors share a mutable one."""
    error = RunInfraError("m")
    assert {name: getattr(error, name) for name in FIELDS} == {
        **dict.fromkeys(FIELDS),
        "status": 0,
        "type": "api_error",
        "attempts": 0,
        "failures": (),
        "outcome_unknown": False,
        "headers": {},
        "event_count": 0,
    }


def test_test_covers_every_field() -> None:
    """A new field needs its line in these tests."""
    assert set(FIELDS) == set(errors.ErrorFields.__annotations__)
    documented = inspect.getdoc(RunInfraError) or ""
    assert [name for name in FIELDS if f"\n    {name}: " not in documented] == []


@pytest.mark.parametrize("cls", CLASSES)
def test_unknown_field(cls: type[RunInfraError]) -> None:
    """A misspelt field is refused instead of being lost."""
    with pytest.raises(TypeError, match="not a field of an error: requestid"):
        cls("m", requestid="x")


def test_text_shows_what_support_needs() -> None:
    """The text has message, status, code, ids, attempts, and the key when a repeat needs it."""
    assert str(filled(RunInfraError)) == (
        "What happened. (status 503, code c, request id req_1, client request id mine, "
        "idempotency key key-1, 2 attempts, the outcome is unknown: it may have run)"
    )
    assert str(RunInfraError("Plain.")) == "Plain."
    assert "key-1" not in str(RunInfraError("m", idempotency_key="key-1"))


def test_text_shows_no_balance() -> None:
    """Amounts and the top-up address are attributes only."""
    error = errors.InsufficientCreditsError("Not enough credit.", status=402)
    error.current_balance_cents = 317
    error.required_cents = 4242
    error.topup_url = "https://billing.example/topup"
    shown = f"{error} {error!r} {error.args}"
    assert not any(secret in shown for secret in ("317", "4242", "billing"))


@pytest.mark.parametrize(
    ("cls", "builtin"),
    [
        (errors.InvalidRequestError, ValueError),
        (errors.ConfigurationError, ValueError),
        (WebhookVerificationError, ValueError),
        (RunInfraError, Exception),
    ],
)
def test_builtin_bases(cls: type[RunInfraError], builtin: type[Exception]) -> None:
    """Wrong arguments are caught by `except ValueError` too."""
    assert issubclass(cls, builtin)
