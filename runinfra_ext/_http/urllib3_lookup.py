"""The addresses of a host, looked up for no longer than the clock allows."""

from __future__ import annotations

import _thread
import queue
import re
import socket
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .urllib3_clock import Clock

_NUMBER = re.compile(r"[0-9.]+\Z|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%.+)?\Z")


class Address(NamedTuple):
    """One address of a host, as ``socket.getaddrinfo`` tells it."""

    family: int
    kind: int
    protocol: int
    address: Any


def addresses_of(host: str, port: int, clock: Clock) -> list[Address]:
    """The addresses of a host, in the order in which they are tried.

    The system's resolver has no limit of its own that a caller could set, so it runs in a thread
    that is left to itself when it takes too long.

    Raises:
        TransportFailure: there are none, or they were not found in time.
    """
    if _NUMBER.match(host):
        found = look_up(host, port)
    else:
        answers: queue.SimpleQueue[list[Address] | str] = queue.SimpleQueue()
        # Of the two ways to start a thread the one in C: an interrupt can't leave it half-done.
        _thread.start_new_thread(lambda: answers.put(look_up(host, port)), ())
        try:
            found = answers.get(timeout=clock.left())
        except queue.Empty as error:
            raise clock.late() from error
    if isinstance(found, str):
        raise clock.failure("dns", detail=found)
    # The families take turns: one of them may be dead as a whole.
    first = [address for address in found if address.family == found[0].family]
    others = [address for address in found if address.family != found[0].family]
    return [one for one in chain.from_iterable(zip_longest(first, others)) if one is not None]


def look_up(host: str, port: int) -> list[Address] | str:
    """The addresses of a host, or what is wrong; it may take as long as the system likes."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        return "it is no name of a host"
    except OSError as error:
        return error.strerror or type(error).__name__
    return [
        Address(family, kind, protocol, to) for family, kind, protocol, _, to in found
    ] or "it has no address"
