"""Which proxy a request goes through: the client's own option, or what the environment says.

Promises: the credentials of a proxy stand in no ``repr`` and no error; what is wrong with a proxy
is a :class:`ConfigurationError` that names the option or the variable, before anything is sent;
plain http to this machine never goes through a proxy of the environment.
"""

from __future__ import annotations

import base64
import ipaddress
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NoReturn, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from .._ground.checks import is_printable, wrong
from .._ground.redaction import Credential
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from .options import Target

# By scheme, the port where none is given.
_PORTS: Final = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080, "socks4": 1080}
_EXAMPLE: Final = "the URL of a proxy such as http://proxy.example:3128"
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,19})://")
_LOOPBACK_NAMES: Final = ("localhost", ".localhost")


@dataclass(frozen=True, slots=True, repr=False)
class Proxy:
    """A proxy; equal ones are one key of a pool.

    Attributes:
        scheme: ``http``, ``https``, ``socks5`` (names are looked up here), ``socks5h`` (the proxy
            looks them up) or ``socks4``.
        host: name or address, without brackets.
        port: of the host.
        username: decoded; ``None`` without credentials.
        password: decoded.
        source: the option or the environment variable that names it, for errors.
    """

    scheme: str
    host: str
    port: int
    username: str | None = None
    password: str | None = None
    source: str = field(default="proxy", compare=False)

    @property
    def is_socks(self) -> bool:
        """Whether it speaks SOCKS rather than HTTP."""
        return self.scheme.startswith("socks")

    @property
    def url(self) -> str:
        """Its URL, without credentials."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def authorization(self) -> str | None:
        """Value of the ``Proxy-Authorization`` header, if it wants one."""
        if self.username is None:
            return None
        pair = f"{self.username}:{self.password or ''}".encode()
        return Credential("Basic " + base64.b64encode(pair).decode())

    def require(self, module: str) -> None:
        """Make sure that the package which speaks SOCKS is there.

        Raises:
            ConfigurationError: it is not installed.
        """
        import importlib.util  # noqa: PLC0415 - only for an error: it is no small module

        if importlib.util.find_spec(module) is None:
            msg = (
                f"{self.source}: a {self.scheme} proxy needs a further package; "
                "install runinfra-ext[socks]"
            )
            raise ConfigurationError(msg, param=self.source)

    def __repr__(self) -> str:
        return f"Proxy({self.url!r})"

    def __reduce__(self) -> NoReturn:
        msg = "a proxy is never pickled or copied, because it may hold a password"
        raise TypeError(msg)


class ProxyOptions(Protocol):
    """What a client was told about proxies."""

    @property
    def proxy(self) -> str | None:
        """URL of the proxy of all requests."""
        ...

    @property
    def trust_env(self) -> bool:
        """Whether the environment's proxies count."""
        ...


class Proxies:
    """The proxies of one client.

    The environment is read once, at the first request: later clients see what has changed in it,
    and a request costs no more than a look into a dictionary.

    Args:
        options: what the client was told.

    Raises:
        ConfigurationError: ``proxy`` is malformed or of an unknown scheme.
    """

    def __init__(self, options: ProxyOptions) -> None:
        self._own = None if options.proxy is None else parse_proxy("proxy", options.proxy)
        self._trust_env = options.trust_env
        self._environment: _Environment | None = None
        self._known: dict[tuple[str, str, int], Proxy | None] = {}

    def proxy_for(self, target: Target) -> Proxy | None:
        """The proxy on the way to a target; ``None`` for none.

        Raises:
            ConfigurationError: the environment's is malformed or of an unknown scheme.
        """
        if self._own is not None or not self._trust_env:
            return self._own
        origin = (target.scheme, target.host, target.port)
        try:
            return self._known[origin]
        except KeyError:
            pass
        if self._environment is None:
            self._environment = _Environment(os.environ)
        # Threads that come here together find the same.
        found = self._known[origin] = self._environment.proxy_for(*origin)
        return found


def parse_proxy(source: str, value: object) -> Proxy:
    """The proxy that a URL names; one without a scheme is an HTTP proxy.

    Args:
        source: the option or variable, for errors.
        value: the URL.

    Raises:
        ConfigurationError: it is malformed, or its scheme unknown. It never quotes the URL, which
            may hold a password.
    """
    if not isinstance(value, str):
        raise wrong(source, _EXAMPLE, value, ConfigurationError)
    url = value.strip()
    match = _SCHEME.match(url)
    if match is None and "://" not in url:
        url = f"http://{url}"
    scheme = "http" if match is None else match[1].lower()
    if scheme not in _PORTS:
        msg = f"{source}: expected a proxy of {', '.join(_PORTS)}, got one of {scheme!r}"
        raise ConfigurationError(msg, param=source)
    parts = _split(url)
    # urlsplit drops line breaks and tabs in silence.
    if parts is None or not url.isprintable() or any(mark in url for mark in " \\"):
        hint = " (special characters of a password are percent-encoded)" if "@" in url else ""
        raise ConfigurationError(f"{source}: expected {_EXAMPLE}{hint}", param=source)
    user, secret = parts.username, parts.password
    return Proxy(
        scheme,
        parts.hostname or "",
        parts.port or _PORTS[scheme],
        None if user is None else Credential(unquote(user)),
        None if user is None else Credential(unquote(secret or "")),
        source,
    )


def _split(url: str) -> SplitResult | None:
    """The parts of a proxy's URL, if it names a host, a possible port, and nothing more."""
    try:
        parts = urlsplit(url)
        if parts.port == 0 or parts.path not in {"", "/"} or parts.query or parts.fragment:
            return None
        return parts if is_printable(parts.hostname or "") and parts.hostname else None
    except ValueError:
        # Not chained: urllib's message quotes the URL, which may hold a password.
        return None


class _Environment:
    """What the variables of a process say about proxies, taken at one moment.

    As with curl, lower case comes before upper case, and a blank variable counts as not set.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = {
            name: variables[name].strip()
            for upper in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
            for name in (upper.lower(), upper)
            if variables.get(name, "").strip()
        }
        if "REQUEST_METHOD" in variables:
            # A CGI script's HTTP_PROXY is a header of whoever asks it. Windows knows no case.
            for name in ("HTTP_PROXY", *(("http_proxy",) if os.name == "nt" else ())):
                self._variables.pop(name, None)
        self._bypass = _Bypass(self._variable("NO_PROXY")[1])

    def _variable(self, upper: str) -> tuple[str, str]:
        """Name and value of a variable in either case; both blank if there is none."""
        for name in (upper.lower(), upper):
            if name in self._variables:
                return name, self._variables[name]
        return "", ""

    def proxy_for(self, scheme: str, host: str, port: int) -> Proxy | None:
        if scheme == "http" and _is_this_machine(host):
            return None
        name, url = self._variable(f"{scheme.upper()}_PROXY")
        if not url:
            name, url = self._variable("ALL_PROXY")
        if not url:
            name, url = _of_the_system(scheme, host)
        if not url or self._bypass.covers(host, port):
            return None
        return parse_proxy(name, url)


class _Bypass:
    """The value of ``NO_PROXY``; an entry that makes no sense covers nothing."""

    def __init__(self, value: str) -> None:
        self._everything = False
        self._networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
        self._addresses: list[tuple[str, int | None]] = []
        self._names: list[tuple[str, int | None]] = []
        for entry in value.lower().replace(",", " ").split():
            if entry == "*":
                self._everything = True
            else:
                self._add(entry)

    def _add(self, entry: str) -> None:
        if "/" in entry:
            network = _network(entry)
            if network is not None:
                self._networks.append(network)
            return
        host, port = entry, None
        match = re.fullmatch(r"\[([^\]]*)\](?::(\d{1,5}))?|([^:]*):(\d{1,5})", entry)
        if match:
            host = match[1] or match[3] or ""
            digits = match[2] or match[4]
            port = int(digits) if digits else None
        address = _address(host)
        if address is not None:
            self._addresses.append((address, port))
            return
        host = host.removeprefix("*").strip(".")
        if host and not set(host) & set("*:[]"):
            self._names.append((host, port))

    def covers(self, host: str, port: int) -> bool:
        """Whether a host is reached without a proxy."""
        if self._everything:
            return True
        host = host.lower().rstrip(".")
        address = _address(host)
        if address is None:
            return any(
                limit in {None, port} and (host == name or host.endswith(f".{name}"))
                for name, limit in self._names
            )
        if any(limit in {None, port} and address == own for own, limit in self._addresses):
            return True
        number = ipaddress.ip_address(address)
        return any(number in network for network in self._networks)


def _address(host: str) -> str | None:
    """An IP address in its one canonical form, and an IPv4 one as such; ``None`` for a name."""
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return None
    mapped = number.ipv4_mapped if isinstance(number, ipaddress.IPv6Address) else None
    return str(mapped or number)


def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(entry.replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        return None


def _is_this_machine(host: str) -> bool:
    host = host.lower().rstrip(".")
    address = _address(host)
    if address is None:
        return host == _LOOPBACK_NAMES[0] or host.endswith(_LOOPBACK_NAMES[1])
    number = ipaddress.ip_address(address)
    return number.is_loopback or number.is_unspecified


def _of_the_system(scheme: str, host: str) -> tuple[str, str]:
    """What Windows or macOS have in their settings; both blank elsewhere."""
    if sys.platform not in {"win32", "darwin"}:
        return "", ""
    import urllib.request  # noqa: PLC0415 - at the first request, not at import

    url = urllib.request.getproxies().get(scheme, "")
    if not url or urllib.request.proxy_bypass(host):
        return "", ""
    return "the system's proxy settings", url
