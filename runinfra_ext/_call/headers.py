"""Request headers: what this package sends, and what callers may add.

Callers' headers can't smuggle a second credential, break the framing, or stand in for what the
package sets itself: the reserved names are refused with an error, before any request.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Final, cast

from .._ground.checks import KEY_LIMIT, NAME_LIMIT, is_printable, printable, wrong
from .._version import __version__
from ..errors import InvalidRequestError

USER_AGENT: Final = f"runinfra-ext/{__version__} python/{sys.version.split()[0]}"

# Names are compared in lower case. Beyond the gateway's documented list: names that would change
# the framing or the decoding that this client relies on, and those that impersonate a proxy.
RESERVED: Final = frozenset(
    {
        "accept-encoding",
        "api-key",
        "authorization",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "cookie",
        "expect",
        "forwarded",
        "host",
        "idempotency-key",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
        "x-access-token",
        "x-api-key",
        "x-auth-token",
        "x-client-request-id",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-real-ip",
        "x-runinfra-sdk",
        "x-runinfra-sdk-version",
    }
)

# The arguments that set a reserved header, so that the error can name the right way.
_ARGUMENTS: Final = {
    "authorization": "api_key",
    "idempotency-key": "idempotency_key",
    "x-client-request-id": "client_request_id",
}

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")

# What every host gets, also one that is not the gateway.
ANONYMOUS: Final[Mapping[str, str]] = {
    # Compressed answers would need an unbounded amount of memory to check their bounds.
    "accept-encoding": "identity",
    "user-agent": USER_AGENT,
}
STANDARD: Final[Mapping[str, str]] = {
    **ANONYMOUS,
    "x-runinfra-sdk": "runinfra-ext",
    "x-runinfra-sdk-version": __version__,
}


def checked_headers(
    param: str,
    headers: object,
    error: type[InvalidRequestError] = InvalidRequestError,
) -> dict[str, str]:
    """Check a caller's headers and give them with lower-case names.

    Args:
        param: name of the argument, for errors.
        headers: a mapping of names to values; ``None`` counts as empty.
        error: class of the error to raise.

    Raises:
        InvalidRequestError: not a mapping of strings, a reserved name, a name that is not an
            HTTP token, a value beyond printable ASCII or 512 characters, a name twice.
    """
    if headers is None:
        return {}
    if not isinstance(headers, Mapping):
        raise wrong(param, "a mapping of header names to values", headers, error)
    result: dict[str, str] = {}
    for name, value in cast("Mapping[object, object]", headers).items():
        if not isinstance(name, str) or not _TOKEN.match(name):
            raise wrong(param, "header names of letters, digits and -", name, error)
        key = name.lower()
        if key in RESERVED:
            way = f"; use {_ARGUMENTS[key]}=" if key in _ARGUMENTS else ""
            raise error(f"{param}: the header {name} is set by the client{way}", param=param)
        if key in result:
            raise error(f"{param}: the header {name} stands there twice", param=param)
        if not isinstance(value, str) or not is_printable(value) or len(value) > NAME_LIMIT:
            # The value itself is not shown: it may be a secret.
            msg = (
                f"{param}: the value of {name} is not a string of at most {NAME_LIMIT} "
                "printable ASCII characters"
            )
            raise error(msg, param=param)
        result[key] = value
    return result


def checked_idempotency_key(value: object) -> str:
    """An idempotency key: non-blank, printable ASCII, at most 255 characters, trimmed."""
    return printable("idempotency_key", value, limit=KEY_LIMIT)


def checked_client_request_id(value: object) -> str:
    """A client request id: non-blank, printable ASCII, at most 512 characters, trimmed."""
    return printable("client_request_id", value)
