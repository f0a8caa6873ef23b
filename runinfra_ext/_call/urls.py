"""Where requests go: the base URL's rules and the place of the pipeline id in it.

A base URL is refused here, before any key could be sent to it. Only loopback hosts may be spoken to
without TLS. A pipeline id becomes one path segment after the version: ``…/v1/{pipeline_id}``.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final, NamedTuple
from urllib.parse import SplitResult, quote, unquote, urlsplit

from .._ground.checks import is_printable, printable, shown, wrong
from ..errors import ConfigurationError, InvalidRequestError

DEFAULT_BASE_URL: Final = "https://api.runinfra.ai/v1"

# Exact names only: "localhost.example.com" and 127.0.0.2 are somebody else.
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "::1"})  # noqa: S104 - compared, not bound
_VERSION_SEGMENT: Final = "v1"


class BaseURL(NamedTuple):
    """A checked base URL.

    Attributes:
        url: without a trailing slash; the pipeline id, if any, is its last segment.
        pipeline_scoped: whether it addresses one pipeline.
    """

    url: str
    pipeline_scoped: bool

    @property
    def host(self) -> str:
        """The gateway's name or address."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_near(self) -> bool:
        """Whether the gateway itself is on this machine or in a private network, by its address.

        What a name stands for is known only where it is resolved.
        """
        return is_loopback(self.host) or is_public(self.host) is False


def is_public(host: str) -> bool | None:
    """Whether an address is one that the whole internet can reach; ``None`` for a name."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    inner = getattr(address, "ipv4_mapped", None) or address
    return inner.is_global and not inner.is_multicast


def resolve_base_url(base_url: object, pipeline_id: object = None) -> BaseURL:
    """Check a base URL and put the pipeline id into it, once.

    Raises:
        ConfigurationError: with ``param`` ``base_url`` or ``pipeline_id``.
    """
    url = _checked(base_url)
    segments = [segment for segment in urlsplit(url).path.split("/") if segment]
    beyond = _segments_beyond_version(segments)
    if pipeline_id is None:
        return BaseURL(url, bool(beyond))
    raw = path_value("pipeline_id", pipeline_id, error=ConfigurationError)
    encoded = quote(raw, safe="")
    if beyond and (beyond[-1] == encoded or unquote(beyond[-1]) == raw):
        return BaseURL(url, pipeline_scoped=True)
    if beyond and _VERSION_SEGMENT in segments:
        msg = (
            f"pipeline_id: the base URL addresses another pipeline ({shown(unquote(beyond[-1]))}) "
            f"than {shown(raw)}; give one of them"
        )
        raise ConfigurationError(msg, param="pipeline_id")
    return BaseURL(f"{url}/{encoded}", pipeline_scoped=True)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, so that it may be spoken to without TLS."""
    return host.lower() in _LOOPBACK


def is_usable_url(url: str) -> bool:
    """Whether a text is an http(s) URL of a host, without a user name or password."""
    if not is_printable(url) or " " in url or "\\" in url:
        return False
    parts = _split(url)
    if parts is None or parts.scheme.lower() not in {"http", "https"}:
        return False
    return bool(parts.hostname) and "@" not in parts.netloc


def path_value(
    param: str, value: object, *, error: type[InvalidRequestError] = InvalidRequestError
) -> str:
    """A value that becomes one path segment; dot segments would climb out of their place."""
    text = printable(param, value, error=error)
    if text in {".", ".."}:
        raise wrong(param, "an id, not a dot segment", value, error)
    return text


def path_text(param: str, value: str) -> str:
    """A text that becomes one path segment, in any script; as :func:`path_value` otherwise."""
    text = value.strip()
    if not text or text in {".", ".."}:
        raise wrong(param, "an id, not blank and no dot segment", value)
    if not text.isprintable():  # control characters, and halves of surrogate pairs
        raise wrong(param, "printable characters only", value)
    return text


def encode_segment(value: str) -> str:
    """Percent-encode everything, slashes too: ids such as ``Qwen/Qwen3`` stay one segment."""
    return quote(value, safe="")


def _segments_beyond_version(segments: list[str]) -> list[str]:
    if _VERSION_SEGMENT not in segments:
        return segments
    last = len(segments) - 1 - segments[::-1].index(_VERSION_SEGMENT)
    return segments[last + 1 :]


def _checked(base_url: object) -> str:
    if not isinstance(base_url, str):
        raise _unusable(base_url)
    url = base_url.strip().rstrip("/")
    if not url or not is_printable(url) or " " in url or "\\" in url:
        raise _unusable(base_url)
    parts = _split(url)
    if parts is None:
        raise _fault("expected a valid host, and a port from 1 to 65535")
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if scheme not in {"http", "https"} or not host:
        raise _unusable(base_url)
    for broken, expected in (
        ("@" in parts.netloc, "expected no user name or password in it; give the key as api_key"),
        # A bare trailing "?" or "#" is not in parts.query, but would swallow every path after it.
        ("?" in url or "#" in url, "expected no query and no fragment"),
        (_has_dot_segments(parts.path), "expected no dot segments in its path"),
        (
            scheme == "http" and not is_loopback(host),
            "expected https: only loopback hosts may be spoken to without TLS",
        ),
    ):
        if broken:
            raise _fault(expected)
    return url


def _split(url: str) -> SplitResult | None:
    """The parts of a URL whose host and port are possible ones."""
    try:
        parts = urlsplit(url)
        return None if parts.port == 0 else parts
    except ValueError:
        # Not chained: urllib's message quotes the URL, which may hold a password.
        return None


def _has_dot_segments(path: str) -> bool:
    return any(unquote(segment) in {".", ".."} for segment in path.split("/"))


def _unusable(base_url: object) -> InvalidRequestError:
    expected = "an http(s) URL such as " + DEFAULT_BASE_URL
    # What may hold a password or a key is not shown.
    if isinstance(base_url, str) and any(mark in base_url for mark in "@?#"):
        return _fault("expected " + expected)
    return wrong("base_url", expected, base_url, ConfigurationError)


def _fault(what: str) -> ConfigurationError:
    return ConfigurationError(f"base_url: {what}", param="base_url")
