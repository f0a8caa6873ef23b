"""Closes the sockets of a connection that nobody holds any more.

In C from end to end: an interrupt that arrives inside of a finalizer written in Python is swallowed
there, and the application never sees its Ctrl-C. ``socket.SocketType`` is the class below
``socket.socket``; it warns like that one if it is collected open, which this prevents.
"""

from __future__ import annotations

import atexit
import functools
import operator
import weakref
from collections.abc import Callable
from socket import SocketType
from typing import Any, Final


class Closer(weakref.ref[Any]):
    """Closes the descriptors of a wire that nobody holds any more, in C from end to end."""

    __slots__ = ("close",)

    close: Callable[[], object]

    @classmethod
    def of(cls, owner: object, sockets: list[SocketType]) -> Closer:
        """The closer of an object's sockets.

        Args:
            owner: when it goes, they are closed.
            sockets: may still change.
        """
        closer = cls(owner, _close)
        closer.close = functools.partial(any, map(SocketType.close, sockets))
        if len(_closers) > _SWEEP:
            _closers.difference_update([ref for ref in tuple(_closers) if ref() is None])
        _closers.add(closer)
        return closer

    def forget(self) -> None:
        """The sockets are closed."""
        _closers.discard(self)


_close: Final = operator.methodcaller("close")
_closers: Final[set[Closer]] = set()
_SWEEP: Final = 4_000  # closers, more than a client has connections


@atexit.register
def _close_all() -> None:
    # What is still open when the process ends is closed without a warning.
    for closer in tuple(_closers):
        closer.close()
