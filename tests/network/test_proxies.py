"""Which proxy a request goes through, by option and environment; no socket is opened."""

from __future__ import annotations

import pickle
import socket
from typing import NamedTuple

import pytest

from runinfra_ext import ConfigurationError
from runinfra_ext._http import proxies
from runinfra_ext._http.options import target_of
from runinfra_ext._http.proxies import Proxies, Proxy, parse_proxy

HTTPS = "https://api.example.com/v1/models"


class Options(NamedTuple):
    """What a client was told."""

    proxy: str | None = None
    trust_env: bool = True


def found(url: str, options: Options = Options()) -> str | None:
    """URL of the proxy on the way to a URL."""
    proxy = Proxies(options).proxy_for(target_of(url))
    return None if proxy is None else proxy.url


@pytest.fixture(autouse=True)
def no_bypass(monkeypatch):
    """Neither NO_PROXY nor CGI of whoever runs the tests."""
    for name in ("NO_PROXY", "no_proxy", "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://proxy.example:3128", "http://proxy.example:3128"),
        ("http://proxy.example", "http://proxy.example:80"),
        ("https://proxy.example/", "https://proxy.example:443"),
        ("HTTP://Proxy.Example:8080", "http://proxy.example:8080"),
        ("proxy.example:3128", "http://proxy.example:3128"),
        ("proxy.example", "http://proxy.example:80"),
        ("user:secret@proxy.example:3128", "http://proxy.example:3128"),
        (" http://10.0.0.1:3128 ", "http://10.0.0.1:3128"),
        ("http://[2001:db8::1]:3128", "http://[2001:db8::1]:3128"),
        ("socks5://proxy.example", "socks5://proxy.example:1080"),
        ("socks5h://proxy.example:9050", "socks5h://proxy.example:9050"),
        ("socks4://proxy.example", "socks4://proxy.example:1080"),
    ],
)
def test_parsed(text, url):
    """The forms in which proxies are written, with the port of their scheme."""
    assert parse_proxy("proxy", text).url == url


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "expected the URL of a proxy"),
        ("http://", "expected the URL of a proxy"),
        ("http://:3128", "expected the URL of a proxy"),
        ("http://proxy.example:0", "expected the URL of a proxy"),
        ("http://proxy.example:99999", "expected the URL of a proxy"),
        ("http://proxy.example:port", "expected the URL of a proxy"),
        ("http://proxy.example/settings.pac", "expected the URL of a proxy"),
        ("http://proxy.example?a=1", "expected the URL of a proxy"),
        ("http://proxy example", "expected the URL of a proxy"),
        ("http://[::1:3128", "expected the URL of a proxy"),
        ("http://proxy\r\nx: y", "expected the URL of a proxy"),
        ("://proxy.example", "expected the URL of a proxy"),
        ("ftp://proxy.example", "expected a proxy of http, https, socks5, socks5h, socks4"),
        ("socks://proxy.example", "got one of 'socks'"),
    ],
)
def test_malformed(text, says):
    """A malformed proxy names its source; the URL, which may hold a password, is not quoted."""
    for secret in ("", "user:hunter2hunter2@"):
        given = text.replace("://", f"://{secret}")
        with pytest.raises(ConfigurationError) as caught:
            parse_proxy("HTTPS_PROXY", given)
        assert caught.value.param == "HTTPS_PROXY"
        assert str(caught.value).startswith("HTTPS_PROXY: ")
        assert says in str(caught.value)
        assert "hunter2" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None


def test_not_a_url():
    """Another type is refused as well."""
    with pytest.raises(ConfigurationError, match="proxy: expected the URL of a proxy.*got 3128"):
        parse_proxy("proxy", 3128)


def test_credentials_stay_inside():
    """The credentials are decoded for the proxy, and shown nowhere."""
    proxy = parse_proxy(
        "proxy", "http://us%40er:p%3Ass%2Fwörd@proxy.example:3128".encode().decode()
    )
    assert (proxy.username, proxy.password) == ("us@er", "p:ss/wörd")
    assert proxy.authorization == "Basic dXNAZXI6cDpzcy93w7ZyZA=="
    shown = [repr(proxy), str(proxy), f"{proxy}", proxy.url]
    shown += [repr(each) for each in (proxy.username, proxy.password, proxy.authorization)]
    for text in shown:
        assert "ss/w" not in text
        assert "us@er" not in text
        assert "dXN" not in text
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(proxy)


def test_without_credentials():
    """No header without credentials; a name alone has an empty password."""
    assert parse_proxy("proxy", "http://proxy.example").authorization is None
    assert parse_proxy("proxy", "http://user@proxy.example").authorization == "Basic dXNlcjo="


def test_equal_proxies():
    """The same proxy from another source is the same key of a pool; another password is not."""
    one = parse_proxy("proxy", "http://a:b@proxy.example")
    assert one == parse_proxy("HTTPS_PROXY", "a:b@proxy.example")
    assert hash(one) == hash(parse_proxy("HTTPS_PROXY", "a:b@proxy.example"))
    assert one != parse_proxy("proxy", "http://a:c@proxy.example")


@pytest.mark.parametrize(
    ("variables", "https", "http"),
    [
        ({}, None, None),
        ({"HTTPS_PROXY": "http://up:1"}, "http://up:1", None),
        ({"https_proxy": "http://low:1"}, "http://low:1", None),
        ({"https_proxy": "http://low:1", "HTTPS_PROXY": "http://up:1"}, "http://low:1", None),
        ({"https_proxy": " ", "HTTPS_PROXY": "http://up:1"}, "http://up:1", None),
        ({"HTTP_PROXY": "http://up:1"}, None, "http://up:1"),
        ({"http_proxy": "http://low:1"}, None, "http://low:1"),
        ({"ALL_PROXY": "http://up:1"}, "http://up:1", "http://up:1"),
        ({"all_proxy": "http://low:1"}, "http://low:1", "http://low:1"),
        (
            {"ALL_PROXY": "http://all:1", "HTTPS_PROXY": "http://up:1"},
            "http://up:1",
            "http://all:1",
        ),
        ({"ALL_PROXY": "http://all:1", "HTTPS_PROXY": ""}, "http://all:1", "http://all:1"),
        ({"HTTP_PROXY": "http://up:1", "REQUEST_METHOD": "GET"}, None, None),
        ({"http_proxy": "http://low:1", "REQUEST_METHOD": "GET"}, None, "http://low:1"),
        ({"HTTPS_PROXY": "http://up:1", "REQUEST_METHOD": "GET"}, "http://up:1", None),
    ],
)
def test_variables(monkeypatch, variables, https, http):
    """The variables that count, and in which order."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert found(HTTPS) == https
    assert found("http://api.example.com/v1/models") == http
    assert found(HTTPS, Options(trust_env=False)) is None
    assert found(HTTPS, Options(proxy="http://own:1")) == "http://own:1"


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000/v1",
        "http://LOCALHOST:8000/v1",
        "http://localhost.:8000/v1",
        "http://gateway.localhost:8000/v1",
        "http://127.0.0.1:8000/v1",
        "http://127.8.9.1:8000/v1",
        "http://0.0.0.0:8000/v1",
        "http://[::1]:8000/v1",
        "http://[::ffff:127.0.0.1]:8000/v1",
    ],
)
def test_plain_loopback(monkeypatch, url):
    """Plain http to this machine would show the key to the environment's proxy: never through it."""
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example:3128")
    assert found(url) is None
    assert found(url.replace("http:", "https:")) == "http://proxy.example:3128"
    assert found(url, Options(proxy="http://own:1")) == "http://own:1"


@pytest.mark.parametrize(
    ("value", "url", "through"),
    [
        ("api.example.com", HTTPS, False),
        ("API.Example.com", HTTPS, False),
        ("example.com", HTTPS, False),
        (".example.com", HTTPS, False),
        ("*.example.com", HTTPS, False),
        (".example.com", "https://example.com", False),
        ("example.com.", HTTPS, False),
        ("example.com", "https://api.example.com./v1", False),
        ("ample.com", HTTPS, True),
        ("example.com", "https://example.com.evil", True),
        ("pi.example.com", HTTPS, True),
        ("*", HTTPS, False),
        ("other, example.com", HTTPS, False),
        ("other example.com", HTTPS, False),
        ("other,,", HTTPS, True),
        ("api.example.com:443", HTTPS, False),
        ("api.example.com:8443", HTTPS, True),
        (".example.com:8443", "https://api.example.com:8443/v1", False),
        ("[::1]", "https://[::1]:8443/v1", False),
        ("::1", "https://[::1]:8443/v1", False),
        ("0:0:0:0:0:0:0:1", "https://[::1]:8443/v1", False),
        ("[::1]:8443", "https://[::1]:8443/v1", False),
        ("[::1]:8444", "https://[::1]:8443/v1", True),
        ("2001:db8::/32", "https://[2001:db8:1::9]/v1", False),
        ("[2001:db8::]/32", "https://[2001:db8:1::9]/v1", False),
        ("2001:db8::/32", "https://[2001:db9:1::9]/v1", True),
        ("10.1.2.3", "https://10.1.2.3/v1", False),
        ("10.1.2.3:443", "https://10.1.2.3/v1", False),
        ("10.1.2.3:80", "https://10.1.2.3/v1", True),
        ("10.0.0.0/8", "https://10.1.2.3/v1", False),
        ("10.0.0.1/8", "https://10.1.2.3/v1", False),
        ("10.0.0.0/8", "https://[::ffff:10.1.2.3]/v1", False),
        ("10.0.0.0/8", "https://11.1.2.3/v1", True),
        ("10.0.0.0/8", "https://10.example.com/v1", True),
        ("0.0.0.0/0", "https://[2001:db8::1]/v1", True),
        ("10.0.0.0/99, [::1, a:b:c, :443, ., *x*", HTTPS, True),
        ("2.3", "https://10.1.2.3/v1", True),
        ("localhost", "https://localhost:8443/v1", False),
    ],
)
def test_no_proxy(monkeypatch, value, url, through):
    """Hosts, suffixes, ports, addresses and networks in NO_PROXY; in either case."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    for name in ("NO_PROXY", "no_proxy"):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert found(url) == ("http://proxy.example:3128" if through else None)
            assert found(url, Options(proxy="http://own:1")) == "http://own:1"


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_malformed_variable(monkeypatch, name):
    """What is wrong with the environment's proxy names the variable, each time anew."""
    monkeypatch.setenv(name, "gopher://user:hunter2hunter2@proxy.example")
    chosen = Proxies(Options())
    for _ in range(2):
        with pytest.raises(ConfigurationError, match=f"^{name}: .*'gopher'") as caught:
            chosen.proxy_for(target_of(HTTPS))
        assert caught.value.param == name
    monkeypatch.setenv("NO_PROXY", "example.com")
    assert found(HTTPS) is None  # it does not matter to this host
    assert found(HTTPS, Options(trust_env=False)) is None


def test_changed_environment(monkeypatch):
    """A client keeps what it found first; a new one sees what has changed."""
    monkeypatch.setenv("HTTPS_PROXY", "http://one:1")
    old = Proxies(Options())
    first = old.proxy_for(target_of(HTTPS))
    monkeypatch.setenv("HTTPS_PROXY", "http://two:2")
    assert old.proxy_for(target_of(HTTPS)) is first
    assert found(HTTPS) == "http://two:2"


def test_own_proxy_is_checked_first():
    """A wrong option fails where it is given, not at the first request."""
    with pytest.raises(ConfigurationError, match="proxy: expected a proxy of") as caught:
        Proxies(Options(proxy="ftp://proxy.example"))
    assert caught.value.param == "proxy"


def test_system_settings(monkeypatch):
    """Windows and macOS have proxies in their settings; the variables come first."""
    monkeypatch.setattr(proxies.sys, "platform", "darwin")
    monkeypatch.setattr("urllib.request.getproxies", lambda: {"https": "http://office:8080"})
    monkeypatch.setattr("urllib.request.proxy_bypass", lambda host: host == "intern.example")
    assert found(HTTPS) == "http://office:8080"
    assert found("https://intern.example/v1") is None
    assert found("http://api.example.com/v1") is None
    monkeypatch.setenv("HTTPS_PROXY", "http://one:1")
    assert found(HTTPS) == "http://one:1"


def test_socks_package():
    """SOCKS without its package says what to install, and who asked for it."""
    proxy = parse_proxy("ALL_PROXY", "socks5://proxy.example")
    assert proxy.is_socks
    assert not parse_proxy("ALL_PROXY", "http://proxy.example").is_socks
    proxy.require("socket")
    with pytest.raises(ConfigurationError, match=r"ALL_PROXY: a socks5 .*runinfra-ext\[socks\]"):
        proxy.require("no_such_package_of_socks")


def test_nothing_is_looked_up(monkeypatch):
    """Choosing a proxy asks no name server."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: pytest.fail("looked up"))
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "intern.example,10.0.0.0/8")
    assert found(HTTPS) == Proxy("http", "proxy.example", 3128).url
