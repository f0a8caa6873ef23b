# Generated from runinfra_ext/_async/watching.py by `make gen`; do not edit.
"""Tells a call's middleware, and waits for those that are ``async``; the rules are the watch's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._call.journey import Journey
from .._call.watch import Watch
from ..errors import ConfigurationError
from ._callbacks import check_callback, leaver, settled


def watched(journey: Journey, watch: Watch, make: Callable[[], Any], *, streams: bool) -> Any:
    """Make a call, and tell its watch how it went.

    Args:
        journey: of the call.
        watch: who watches it.
        make: makes the call.
        streams: it gives a stream, which tells its end by itself.

    Raises:
        RunInfraError: as the call itself.
        Exception: what a middleware raised before the call.
    """
    try:
        watch.leave = leaver()
        for middleware in watch.middleware:
            after = settled(middleware(watch.start), "A middleware")
            check_callback("middleware", after, ConfigurationError)
            watch.heard(after)
        if not journey.call.foreign:  # another host gets none of what the gateway gets
            journey.headers.update(watch.start.headers)
        result = make()
    except GeneratorExit:
        # The coroutine is being thrown away and must not wait.
        watch.drop("cancelled")
        raise
    except BaseException as error:  # cancelled too: whoever watches is told each end
        watch.over(error=error)
        told(watch)
        raise
    if not streams:
        watch.over(result=result)
        told(watch)
    return result


def told(watch: Watch) -> None:
    """Wait for what the ``async`` functions of a call's middleware do after it."""
    while watch.pending:
        try:
            settled(watch.pending.pop(0), "A middleware")
        except Exception as error:  # noqa: BLE001 - what was paid for is handed out all the same
            watch.lost(error)
