"""Which gateway can vouch for a release."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import urlsplit

GATEWAY: Final = "https://api.runinfra.ai/v1"  # the server of the document


def _resolved(host: str) -> Iterable[str]:
    return {str(found[4][0]) for found in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)}


def unfit(base_url: str, resolve: Callable[[str], Iterable[str]] = _resolved) -> str | None:
    """Why a gateway can't vouch for a release; None if it can.

    Args:
        base_url: its address.
        resolve: the IP addresses of a host.
    """
    if base_url.rstrip("/") != GATEWAY:
        return f"only {GATEWAY} can"
    try:
        addresses = list(resolve(urlsplit(base_url).hostname or ""))
    except OSError:
        return "its name can't be resolved"
    inside = [text for text in addresses if not ipaddress.ip_address(text).is_global]
    if inside:
        # A line in a hosts file makes any machine the gateway, by name.
        return f"its name leads to {', '.join(inside)}, which is in no public network"
    return None
