"""The public doors: what leaves through them shows nothing of the inside.

Inside, an error is raised where it happens, also in the middle of an ``except``: what it came from
stands behind it (``from``). What a parser or a library says may quote a prompt, an answer or a URL,
and the frames on the way hold more of them; so a door takes both away before the application, its
log or a service that collects errors sees them.

What is not ours passes unchanged: cancellation, interrupts, and what the application's own code
raises in a hook, a tool or a source of data, even if its class is of this package.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable
from functools import wraps
from types import FrameType
from typing import Any, Final, ParamSpec, TypeVar, cast
from weakref import WeakSet

from ..errors import RunInfraError

P = ParamSpec("P")
R = TypeVar("R")

_OURS: Final = frozenset({"runinfra_ext", "runinfra_client"})
_left: Final[WeakSet[RunInfraError]] = WeakSet()


def door(method: Callable[P, R]) -> Callable[P, R]:
    """Make a function, plain or ``async``, a public door.

    The error is raised again outside of the ``except``: what the application was handling when it
    called stays the error's context, as of any exception.
    """

    @wraps(method)
    def through(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except RunInfraError as error:
            leaving = error
        raise bare(leaving)

    function: Any = method

    @wraps(method)
    async def through_awaiting(*args: P.args, **kwargs: P.kwargs) -> Any:
        try:
            return await function(*args, **kwargs)
        except RunInfraError as error:
            leaving = error
        raise bare(leaving)

    if inspect.iscoroutinefunction(method):
        awaiting: Any = through_awaiting
        return cast("Callable[P, R]", awaiting)
    return through


def bare(error: RunInfraError) -> RunInfraError:
    """The error without what it came from, and without what the frames on its way hold.

    Those of the application are left alone, and so is all of an error that left through a door
    before: what hangs on it since then is the application's.
    """
    trace = error.__traceback__
    frames: list[FrameType] = []
    while trace is not None:
        frames.append(trace.tb_frame)
        trace = trace.tb_next
    ours = [f for f in frames if str(f.f_globals.get("__name__")).partition(".")[0] in _OURS]
    if error not in _left and frames[-1:] == ours[-1:]:
        _left.add(error)
        error.__cause__ = error.__context__ = None
        error.__suppress_context__ = False
    for frame in ours:
        with contextlib.suppress(RuntimeError):  # it still runs
            frame.clear()
    return error
