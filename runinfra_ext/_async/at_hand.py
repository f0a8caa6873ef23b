"""What the methods of the async client give: an awaitable that says what to write where none is.

A call is a coroutine in all that asyncio asks of one (``await``, tasks, ``gather``, ``wait_for``).
One that opens a stream is an async context manager and an async iterable too, so that all of these
work, with and without an ``await`` before the call::

    stream = await client.chat.completions.create(..., stream=True)
    async with client.chat.completions.create(..., stream=True) as stream: ...
    async for chunk in client.chat.completions.create(..., stream=True): ...

Whatever else is tried on a call that was not awaited is an error, or a warning, that names the
missing word. The blocking client needs none of this: its methods are plain doors.

The call is a public door too (:mod:`runinfra_ext._ground.doors`), without a further coroutine.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
import warnings
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Coroutine, Generator
from contextlib import AbstractAsyncContextManager
from functools import wraps
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, NoReturn, ParamSpec, TypeVar

from .._ground.doors import bare
from ..errors import RunInfraError

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
T = TypeVar("T")


class AsyncCall(Coroutine[Any, Any, R_co]):
    """A call that is made when it is awaited, entered or iterated.

    Args:
        coroutine: makes the call.
        name: of the method, for messages.
        opens: whether its result is a stream.
    """

    __slots__ = ("__weakref__", "_begun", "_coroutine", "_name", "_opens", "_stream")

    def __init__(
        self,
        coroutine: Coroutine[Any, Any, R_co],
        name: str,
        opens: bool,  # noqa: FBT001 - an implementation detail of the decorator below
    ) -> None:
        self._coroutine = coroutine
        self._name = name
        self._opens = opens
        self._begun = False
        self._stream: Any = None

    def __await__(self) -> Generator[Any, Any, R_co]:
        # Noted here: `await` lets go of this object before it takes the coroutine's first step.
        self._begun = True
        return _through(self._coroutine)

    def send(self, value: Any, /) -> Any:
        """As of any coroutine: go on until it waits for something."""
        self._begun = True
        try:
            return self._coroutine.send(value)
        except RunInfraError as error:
            leaving = error
        raise bare(leaving)

    def throw(self, *error: Any) -> Any:
        """As of any coroutine: raise an exception where it waits."""
        self._begun = True
        try:
            return self._coroutine.throw(*error)
        except RunInfraError as given:
            leaving = given
        raise bare(leaving)

    def close(self) -> None:
        """As of any coroutine: give it up. One that was never awaited sends nothing."""
        self._begun = True
        self._coroutine.close()

    async def __aenter__(self: AsyncCall[AbstractAsyncContextManager[T]]) -> T:
        self._check_opens("async with")
        self._stream = await self
        entered: T = await self._stream.__aenter__()
        return entered

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stream.__aexit__(exc_type, exc_value, traceback)

    def __aiter__(self: AsyncCall[AsyncIterable[T]]) -> AsyncIterator[T]:
        self._check_opens("async for")
        return AsyncOpening(self)

    def __repr__(self) -> str:
        return f"<call of {self._name}(), {'' if self._begun else 'not '}awaited>"

    def __del__(self, _warn: Callable[..., None] = warnings.warn) -> None:
        if not self._begun:
            self.close()  # or the interpreter would warn once more, in other words
            _warn(
                f"{self._name}() was never awaited, so nothing was sent:"
                f" write `await client.….{self._method}(...)`",
                RuntimeWarning,
                source=self,
            )

    @property
    def _method(self) -> str:
        return self._name.rpartition(".")[2]

    def _check_opens(self, used: str) -> None:
        # Before anything is sent: what is not a stream would be paid for, and then thrown away.
        if not self._opens:
            self.close()
            takes = "give it stream=True for" if self._method != "stream" else "there is no"
            msg = (
                f"{self._name}() opens no stream: {takes} `{used}`, or write"
                f" `await client.….{self._method}(...)`"
            )
            raise TypeError(msg)

    # Not for type checkers, which say by themselves that a call has none of these.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name.startswith("cr_") or name in {"__name__", "__qualname__"}:
                return getattr(self._coroutine, name)  # what asyncio shows of a task
            raise AttributeError(
                f"{self._name}() was not awaited, so it has no {name!r}: write"
                f" `(await client.….{self._method}(...)).{name}`",
                name=name,
                obj=self,
            )

        def __iter__(self) -> NoReturn:
            self._refuse("`for` over it", "async for … in" if self._opens else "await")

        def __getitem__(self, key: object) -> NoReturn:
            self._refuse("an index", "await")

        def __enter__(self) -> NoReturn:
            self._refuse("`with`", "async with" if self._opens else "await")

        def __exit__(self, *details: object) -> None:
            """Never called: a `with` statement looks for it before it enters."""

        def _refuse(self, used: str, word: str) -> NoReturn:
            self.close()
            raise TypeError(
                f"{self._name}() was not awaited, so it does not take {used}: write"
                f" `{word} client.….{self._method}(...)`"
            )


def _through(coroutine: Coroutine[Any, Any, R]) -> Generator[Any, Any, R]:
    try:
        return (yield from coroutine.__await__())
    except RunInfraError as error:
        leaving = error
    raise bare(leaving)


class AsyncOpening(Generic[T]):
    """The iterator of a loop over a call: makes the call first, then gives what the stream gives.

    It holds the stream's own iterator, so that leaving the loop closes the stream as ever.
    """

    def __init__(self, call: Awaitable[AsyncIterable[T]]) -> None:
        self._call = call
        self._events: AsyncIterator[T] | None = None

    def __aiter__(self) -> AsyncOpening[T]:
        return self

    def __anext__(self) -> Awaitable[T]:
        return self._first() if self._events is None else self._events.__anext__()

    async def _first(self) -> T:
        self._events = aiter(await self._call)
        return await anext(self._events)


def at_hand(method: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, AsyncCall[R]]:
    """Make an ``async`` method give an :class:`AsyncCall` instead of a bare coroutine.

    A call opens a stream if it is told so (``stream=True``), or if it does nothing else.
    """
    always = method.__name__.startswith("stream") or getattr(method, "opens", False)

    @wraps(method)
    def call(*args: P.args, **kwargs: P.kwargs) -> AsyncCall[R]:
        opens = always or bool(kwargs.get("stream"))
        return AsyncCall(method(*args, **kwargs), method.__qualname__, opens)

    # What asks whether to await a function must hear yes, also of one that is not `async def`.
    if sys.version_info >= (3, 12):
        inspect.markcoroutinefunction(call)
    else:
        marked: Any = call
        marked._is_coroutine = asyncio.coroutines._is_coroutine  # type: ignore[attr-defined]  # noqa: SLF001 - the only way before Python 3.12
    return call
