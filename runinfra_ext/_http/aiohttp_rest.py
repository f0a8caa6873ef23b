"""What has come on a connection and was not handed on, because its end was seen before."""

from __future__ import annotations

import contextlib
import os
import ssl
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

_READ_BYTES: Final = 64 * 1024


def take_decrypted(tls: ssl.SSLObject, hand_on: Callable[[bytes], None]) -> bool:
    """Hand on what TLS holds; whether the peer's own last word is behind it, and no cut.

    Nothing is there as a rule. But while nobody reads, uvloop drops it when the peer closes, and
    asyncio when the connection breaks: the end of an answer that has come, and was paid.

    Args:
        tls: of the connection.
        hand_on: gets the bytes.
    """
    try:
        while data := tls.read(_READ_BYTES):
            hand_on(data)
    except ssl.SSLZeroReturnError:
        return True
    except (ssl.SSLError, ValueError):
        return False
    return True


def take_received(
    transport: asyncio.Transport, tls: Any, fileno: int, hand_on: Callable[[bytes], None]
) -> None:
    """Hand on what the system has of an answer when a write fails: a server may refuse and close.

    asyncio reads no more of a connection to which it can't write. uvloop closes it at once, so
    that over TLS the answer is lost there if it comes while a piece is being encrypted.

    Args:
        transport: of the connection.
        tls: the event loop's own protocol of TLS, if there is one.
        fileno: of its socket.
        hand_on: gets the bytes.
    """
    if tls is None and transport.get_extra_info("ssl_object") is not None:
        return
    # asyncio's transport of TLS does not know yet that the one below it is closing.
    below = transport if tls is None else getattr(tls, "_transport", None)
    if below is None or not below.is_closing():
        return
    with contextlib.suppress(OSError):
        while data := os.read(fileno, _READ_BYTES):
            if tls is None:
                hand_on(data)
            else:
                tls.get_buffer(len(data))[: len(data)] = data
                tls.buffer_updated(len(data))
