"""The public doors: what an error shows of the inside when it leaves, and what passes unchanged."""

from __future__ import annotations

import asyncio
import inspect
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from runinfra_ext import RunInfra
from runinfra_ext._answer.bodies import json_result
from runinfra_ext._answer.completions import ChatCompletion
from runinfra_ext._async.client import AsyncRunInfra
from runinfra_ext._ground.doors import door
from runinfra_ext._ground.metadata import Meta
from runinfra_ext._ground.redaction import Redactor
from runinfra_ext._ground.wire import Headers
from runinfra_ext._structured.parsing import parse_text
from runinfra_ext.errors import RunInfraError, StructuredOutputError

PROMPT = "what only the caller may know"
META = Meta(
    operation="createChatCompletion",
    status=200,
    headers=Headers(),
    request_id="req_1",
    client_request_id="mine",
    idempotency_key=None,
    replayed=False,
    attempts=1,
    failures=(),
    elapsed=0.1,
)


def inside() -> Any:
    """An error of ours, raised in the middle of an ``except`` whose exception quotes a prompt."""
    make = json_result(lambda *_: None, ChatCompletion, Redactor())
    return make(f'"{PROMPT}'.encode(), META)


async def inside_async() -> Any:
    """The same in a coroutine."""
    await asyncio.sleep(0)
    return inside()


def leave(function: Callable[[], Any]) -> RunInfraError:
    """The error that leaves through a door."""
    with pytest.raises(RunInfraError) as caught:
        if inspect.iscoroutinefunction(function):
            asyncio.run(door(function)())
        else:
            door(function)()
    return caught.value


def shown(error: BaseException) -> str:
    """What a service that collects errors shows: the chain, and the locals of all frames."""
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


def test_inside_an_error_tells_where_it_came_from() -> None:
    """Behind the doors the chain is there, for those who work on this package."""
    with pytest.raises(RunInfraError) as caught:
        inside()
    assert isinstance(caught.value.__cause__, ValueError)
    assert PROMPT in shown(caught.value)


@pytest.mark.parametrize("function", [inside, inside_async])
def test_error_leaves_bare(function: Callable[[], Any]) -> None:
    """No chain, no locals; the lines that it was raised at stay."""
    error = leave(function)
    assert (error.__cause__, error.__context__) == (None, None)
    assert PROMPT not in shown(error)
    assert "bodies.py" in shown(error)


@pytest.mark.parametrize("function", [inside, inside_async])
def test_context_of_the_application_stays(function: Callable[[], Any]) -> None:
    """What the application was handling when it called is still the error's context."""
    try:
        raise LookupError("mine")
    except LookupError as mine:
        error = leave(function)
        assert error.__context__ is mine
    assert "LookupError: mine" in shown(error)


def test_error_that_was_kept_is_raised_again() -> None:
    """A stream tells its error again: it stays bare, and has the context of that moment."""
    error = leave(inside)

    def again() -> None:
        raise error.with_traceback(None)

    assert leave(again) is error
    assert (error.__cause__, error.__context__, PROMPT in shown(error)) == (None, None, False)


def stop() -> None:
    """What an application's own hook may do."""
    raise RunInfraError("stop") from KeyError("mine")


def nested() -> None:
    """A tool that calls the client itself, and says more about what went wrong."""
    try:
        door(inside)()
    except RunInfraError as error:
        raise error from KeyError("mine")


@pytest.mark.parametrize("function", [stop, nested])
def test_errors_of_the_application_pass_unchanged(function: Callable[[], Any]) -> None:
    """An error that the application raised, or raised again, keeps what it hung on it."""
    error = leave(function)
    assert isinstance(error.__cause__, KeyError)


@pytest.mark.parametrize("cls", [KeyboardInterrupt, asyncio.CancelledError, OSError])
def test_what_is_not_ours_passes_unchanged(cls: type[BaseException]) -> None:
    """Interrupts, cancellation and foreign exceptions are handed on as they are."""
    cause = KeyError("why")

    @door
    def function() -> None:
        raise cls from cause

    with pytest.raises(cls) as caught:
        function()
    assert caught.value.__cause__ is cause


@dataclass
class Wanted:
    """A target whose own code raises what it was given."""

    text: str

    def __post_init__(self) -> None:
        raise LookupError(self.text)


def test_target_that_raises() -> None:
    """What a target's own code raises is told in words, and not chained."""
    with pytest.raises(StructuredOutputError, match="LookupError") as caught:
        parse_text(Wanted, '{"text": "x"}')
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def methods(client: Any) -> Iterator[tuple[str, Any]]:
    """The public methods of a client's namespaces, by their places."""
    waiting = [(name, getattr(client, name)) for name in dir(client) if name[0] != "_"]
    while waiting:
        name, value = waiting.pop()
        kind = type(value).__module__
        if ".resources." in kind:
            waiting += [(f"{name}.{n}", getattr(value, n)) for n in dir(value) if n[0] != "_"]
        elif inspect.ismethod(value) and isinstance(value.__self__, object):
            yield name, value


@pytest.mark.parametrize("cls", [RunInfra, AsyncRunInfra])
def test_every_method_is_a_door(cls: Any) -> None:
    """No method of a namespace is left out; those of the async client are doors by their calls."""
    client = cls(api_key="rp_not_a_key")
    found = dict(methods(client))
    assert {"chat.completions.parse", "models.list", "images.fetch"} <= found.keys()
    plain = {"close", "aclose", "from_env"}  # nothing of ours is raised in the middle of another
    missing = [name for name, method in found.items() if not hasattr(method, "__wrapped__")]
    assert sorted(set(missing) - plain) == []
