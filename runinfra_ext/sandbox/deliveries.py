"""Webhooks as the gateway sends them: signed, and repeated until they are taken."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, Final
from urllib.parse import urlsplit

SECRET: Final = "whsec_sandbox"  # noqa: S105 - a secret for tests, known to all
_PAUSE_SECONDS: Final = 0.05
_NOT_IN_URLS: Final = re.compile(r"[^!-~]")


def deliver(
    url: str,
    event: Mapping[str, Any],
    *,
    secret: str = SECRET,
    attempts: int = 3,
    timestamp: int | None = None,
) -> list[int]:
    """Send an event to an endpoint of yours, again until it answers 2xx.

    Args:
        url: of your endpoint, on this machine.
        event: the event; ``id`` stays the same on every delivery.
        secret: what it is signed with.
        attempts: how often it is tried at most.
        timestamp: Unix time of the signature; now if left out.

    Returns:
        The status of each delivery, 0 where there was no answer.

    Raises:
        ValueError: that is no URL of an endpoint.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable or _NOT_IN_URLS.search(url):
        msg = f"url: expected one like http://127.0.0.1:8000/hook, got {url[:200]!r}"
        raise ValueError(msg)
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    statuses: list[int] = []
    for number in range(attempts):
        if number:
            time.sleep(_PAUSE_SECONDS)
        moment = int(time.time()) if timestamp is None else timestamp
        statuses.append(_post(url, body, _signature(secret, moment, body)))
        if 200 <= statuses[-1] < 300:
            break
    return statuses


def _signature(secret: str, moment: int, body: bytes) -> str:
    message = str(moment).encode() + b"." + body
    return f"t={moment},v1={hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()}"


def _post(url: str, body: bytes, signature: str) -> int:
    headers = {"Content-Type": "application/json", "RunInfra-Signature": signature}
    request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except (OSError, HTTPException):  # nobody is there, or nobody who speaks HTTP
        return 0
