"""Pictures behind a URL: fetched for the caller, and telling the host nothing about them."""

from __future__ import annotations

import base64
import http.server
import logging
import socket
import threading

import httpx
import pytest

import runinfra_ext as sdk
from runinfra_ext._answer.results import ImageData
from runinfra_ext._media.pictures import data_url_bytes, fetch_call, sniff_image

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


class Store(http.server.BaseHTTPRequestHandler):
    """Keeps pictures; answers what its path says and notes what it was told."""

    def do_GET(self):
        self.server.seen.append(dict(self.headers.items()))
        status, kind, body, more = self.server.answers[self.path.partition("?")[0]]
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("set-cookie", "who=you")
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Say nothing."""


@pytest.fixture
def store():
    """A host that is not the gateway."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Store) as server:
        server.daemon_threads = True
        server.seen = []
        server.url = f"http://127.0.0.1:{server.server_address[1]}"
        server.answers = {
            "/png": (200, "image/png", PNG, {}),
            "/page": (200, "text/html", b"<html>log in</html>", {}),
            "/empty": (200, "image/png", b"", {}),
            "/gone": (403, "application/xml", b"<Error>expired</Error>", {}),
            "/busy": (503, "text/plain", b"", {"retry-after": "0"}),
            "/away": (302, "text/plain", b"", {"location": f"{server.url}/png"}),
        }
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def fetch(both, image, client_options=None, **options):
    """Fetch with a client of either kind."""

    async def scenario():
        async with both.client(**(client_options or {})) as client:
            return await client.images.fetch(image, **options)

    return both.run(scenario)


def test_the_sandbox_gives_urls_that_can_be_fetched(both, tmp_path):
    """``response_format="url"``: fetched and saved they are what base64 would have been."""

    async def scenario():
        async with both.client() as client:
            wanted = {"model": "acme-flux", "prompt": "A paper boat", "size": "8x6"}
            named = await client.images.generate(**wanted, response_format="url")
            whole = await client.images.generate(**wanted, response_format="b64_json")
            with pytest.raises(sdk.ResponseShapeError, match="client.images.fetch"):
                named.data[0].image
            path = await client.images.save(named.data[0], tmp_path / "deep" / "boat.png")
            return (
                await client.images.fetch(named.data[0]),
                await client.images.fetch(named.data[0].url),
                await client.images.fetch(whole.data[0]),
                path.read_bytes(),
                whole.data[0].image,
            )

    pictures = both.run(scenario)
    assert sniff_image(pictures[0]) == "png"
    assert len(set(pictures)) == 1


def test_the_host_is_told_nothing(both, store, caplog):
    """No key, no ids, no headers or cookies of the client; and the URL stays out of the log."""
    options = {"default_headers": {"x-team": "blue"}}
    with caplog.at_level(logging.DEBUG, logger="runinfra_ext"):
        for _ in range(2):
            fetch(both, f"{store.url}/png?signature=secret#part", options)
    assert len(store.seen) == 2
    for headers in store.seen:
        names = {name.lower() for name in headers}
        assert names == {"host", "accept", "accept-encoding", "user-agent"}
        assert both.gateway.api_key not in str(headers)
    assert "fetchImage" in caplog.text
    assert "secret" not in caplog.text


def test_an_applications_own_client_tells_nothing_either(gateway, store):
    """Headers, cookies and credentials of a given HTTP client stay with it."""
    given = httpx.Client(
        headers={"x-team": "blue"}, cookies={"session": "1"}, auth=("user", "password")
    )
    with given, sdk.RunInfra(
        api_key="key", base_url=gateway.base_url, http_client=given
    ) as client:  # fmt: skip
        client.images.fetch(f"{store.url}/png")
    names = {name.lower() for name in store.seen[0]}
    assert names.isdisjoint({"authorization", "cookie", "x-team"})


@pytest.mark.parametrize(
    ("path", "cls", "requests"),
    [
        ("page", sdk.UnexpectedContentError, 1),
        ("empty", sdk.UnexpectedContentError, 1),
        ("gone", sdk.PermissionDeniedError, 1),
        ("away", sdk.RedirectError, 1),
        ("busy", sdk.ServiceUnavailableError, 3),
    ],
)
def test_what_is_no_picture(both, store, tmp_path, path, cls, requests):
    """A page, nothing, an expired URL, a redirect, an outage: typed, and no file is left."""

    async def scenario():
        async with both.client() as client:
            with pytest.raises(sdk.RunInfraError) as caught:
                await client.images.save(f"{store.url}/{path}?signature=secret", tmp_path / "x.png")
            return caught.value

    error = both.run(scenario)
    assert type(error) is cls
    assert error.attempts == len(store.seen) == requests
    assert "secret" not in f"{error} {error!r}"
    assert list(tmp_path.iterdir()) == []


def test_size_and_time_are_limited(both, store):
    """The client's limit of an answer's size holds, and so does the call's deadline."""
    with pytest.raises(sdk.ResponseTooLargeError):
        fetch(both, f"{store.url}/png", {"max_response_bytes": 20})
    both.gateway.script("never-answer")
    slow = f"{both.gateway.base_url}/models"
    with pytest.raises(sdk.RunInfraError):
        fetch(both, slow, timeout=0.1, deadline=0.2, max_retries=0)


@pytest.mark.parametrize(
    "url",
    [
        *("http://media.example/a.png", "ftp://media.example/a.png", "https://", "a.png", "", 7),
        *("https://user:password@media.example/a.png", "https://media.example/a b.png", None),
        *("https://media.example:0/a.png", "file:///etc/passwd"),
    ],
)
def test_urls_that_are_not_fetched(both, url):
    """Refused before anything is sent; the URL, which may hold a signature, is not shown."""
    with pytest.raises(sdk.InvalidRequestError) as caught:
        fetch(both, url)
    assert caught.value.param == "image"
    assert "media.example" not in str(caught.value)


def test_unknown_options_are_told(both):
    """A misspelt option is a TypeError with the nearest real one."""
    with pytest.raises(TypeError, match=r"images.fetch\(\).*'deadlin'; did you mean 'deadline'"):
        fetch(both, "https://media.example/a.png", deadlin=1)


def test_pictures_inside_the_answer(both):
    """Base64 and data URLs need no network; what is broken in them is the gateway's mistake."""
    text = base64.b64encode(PNG).decode()
    for image in (ImageData(b64_json=text), ImageData(url=f"data:image/png;base64,{text}")):
        assert fetch(both, image) == PNG
    for image in (ImageData(b64_json="%"), ImageData(url="data:image/png,x"), ImageData()):
        with pytest.raises(sdk.ResponseShapeError):
            fetch(both, image)
    assert data_url_bytes("https://media.example/a.png") is None


@pytest.mark.parametrize(
    ("start", "form"),
    [
        (PNG, "png"),
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "webp"),
        (b"RIFF\x10\0\0\0WAVEfmt ", None),
        (b"GIF89a", "gif"),
        (b"\0\0\0\x20ftypavif", "avif"),
        (b"\0\0\0\x20ftypM4A ", None),
        (b"<svg", None),
        (b"", None),
    ],
)
def test_formats_by_their_bytes(start, form):
    """What the first bytes tell."""
    assert sniff_image(start) == form


def test_the_call_is_a_free_get():
    """It may be repeated, and carries no body."""
    call = fetch_call("https://media.example/a.png?x=1#y", {})
    assert (call.foreign, call.content, call.operation.replay) == (True, None, "safe")
    assert call.path == "https://media.example/a.png?x=1"


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.9", "172.16.4.4", "169.254.169.254", "100.64.0.1", "::1",
     "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "0.0.0.0", "224.0.0.1"],
)  # fmt: skip
def test_addresses_of_private_networks(address):
    """Whatever is not reached by the whole internet is private; a name is neither."""
    from runinfra_ext._call.urls import is_public

    assert is_public(address) is False
    assert is_public("93.184.216.34") is True
    assert is_public("2606:2800:220:1::1") is True
    assert is_public("gateway.example") is None


def gateway_at(monkeypatch, *addresses):
    """Let the gateway be known by a name that stands for these addresses."""
    from runinfra_ext._call import urls

    real = socket.getaddrinfo

    def lookup(host, *arguments, **options):
        if host not in {"gateway.example", b"gateway.example"}:
            return real(host, *arguments, **options)
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [
            (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, 0))
            for address in addresses
        ]

    monkeypatch.setattr(urls.BaseURL, "is_near", False)
    monkeypatch.setattr(urls.BaseURL, "host", "gateway.example")
    monkeypatch.setattr(socket, "getaddrinfo", lookup)


@pytest.mark.parametrize(
    "addresses",
    [("93.184.216.34",), ("10.1.2.3", "93.184.216.34"), ()],
    ids=["public", "two", "none"],
)
def test_a_picture_in_a_private_network_is_not_fetched(both, monkeypatch, addresses):
    """Where the gateway is not there itself: nothing is sent, whatever the name resolves to."""

    async def scenario():
        async with both.client() as client:
            url = both.gateway.base_url.replace("127.0.0.1", "localhost") + "/models"
            with pytest.raises(sdk.InvalidRequestError) as caught:
                await client.images.fetch(url)
            return caught.value

    gateway_at(monkeypatch, *addresses)
    error = both.run(scenario)
    assert error.param == "image"
    assert "private network" in error.message
    assert both.gateway.journal == []


def test_a_picture_beside_a_private_gateway_is_fetched(both, monkeypatch):
    """A gateway that is known by a name is in a private network if its name leads there."""
    if both.leg.loop == "uvloop":
        pytest.skip("uvloop looks names up below Python, where no test can give them an address")
    starts = []

    async def scenario():
        hooks = sdk.Hooks(before_attempt=starts.append)
        async with both.client(max_retries=0, hooks=hooks) as client:
            url = both.gateway.base_url.replace("127.0.0.1", "localhost") + "/models"
            with pytest.raises(sdk.AuthenticationError):
                await client.images.fetch(url)

    gateway_at(monkeypatch, "10.1.2.3", "127.0.0.1")
    both.run(scenario)
    assert len(both.gateway.journal) == len(starts) == 1


def test_errors_keep_nothing_of_what_another_host_says(both):
    """Its body may be anything that it can reach; and its limits concern nobody else."""

    async def scenario():
        async with both.client(max_retries=0) as client:
            with pytest.raises(sdk.RunInfraError) as caught:
                await client.images.fetch(both.gateway.base_url + "/models")
            assert getattr(client, "inner", client)._settings.pace.held_until == 0
            return caught.value

    error = both.run(scenario)
    assert error.status == 401
    assert not error.body
    assert "key" not in error.message
