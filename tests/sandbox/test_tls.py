"""The sandbox over TLS: what clients have to trust, and faults on the way."""

from __future__ import annotations

import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import httpx
import pytest

from runinfra_ext.sandbox import Sandbox

HELLO = {"model": "acme-chat-8b", "messages": [{"role": "user", "content": "Name one prime."}]}
STREAM = {**HELLO, "stream": True}


@pytest.fixture(scope="module")
def module_gateway():
    """One sandbox over TLS for the tests of this file."""
    with Sandbox(tls=True) as gateway:
        yield gateway


@pytest.fixture
def secure(module_gateway):
    """It, with an empty journal."""
    module_gateway.reset()
    return module_gateway


@pytest.fixture
def http(secure):
    """A client that trusts it."""
    headers = {"authorization": f"Bearer {secure.api_key}"}
    with httpx.Client(
        base_url=secure.base_url, headers=headers, verify=secure.ssl_context
    ) as client:
        yield client


def exchange(gateway, fault, body=HELLO):
    """Everything that a request with a fault is answered with, and how the connection ended."""
    content = json.dumps(body).encode()
    port = int(gateway.root_url.rpartition(":")[2])
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {gateway.api_key}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\nX-Sandbox-Fault: {fault}\r\n\r\n"
    )
    incoming, outgoing, received = ssl.MemoryBIO(), ssl.MemoryBIO(), b""
    connection = gateway.ssl_context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        steps = iter([connection.do_handshake, lambda: connection.write(head.encode() + content)])
        step = next(steps)
        while True:
            try:
                result = step()
                if step == connection.read:
                    if not result:
                        return received, "orderly"
                    received += result
                else:
                    step = next(steps, connection.read)
            except ssl.SSLWantReadError:
                try:
                    raw.sendall(outgoing.read())
                    record = raw.recv(65536)
                except ConnectionResetError:
                    return received, "reset"
                if not record:
                    return received, "cut"
                incoming.write(record)


def test_a_client_trusts_it_by_its_context(secure, http):
    """The context of the sandbox is all that a client needs, and URLs in answers are https too."""
    assert secure.base_url.startswith("https://127.0.0.1:")
    assert http.post("/chat/completions", json=HELLO).status_code == 200
    image = {"model": "acme-flux", "prompt": "a cat", "response_format": "url"}
    url = http.post("/images/generations", json=image).json()["data"][0]["url"]
    assert url.startswith("https://")
    assert http.get(url).content.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_the_authority_is_a_file(secure, monkeypatch, name):
    """SSL_CERT_FILE takes it, for each name of this machine."""
    monkeypatch.setenv("SSL_CERT_FILE", secure.ca_file)
    url = secure.base_url.replace("127.0.0.1", name) + "/models"
    request = urllib.request.Request(url, headers={"authorization": f"Bearer {secure.api_key}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def test_nobody_else_trusts_it(secure):
    """Neither a client with the system's authorities, nor one of another sandbox."""
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(secure.base_url + "/models")
    with (
        Sandbox(tls=True) as other,
        pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        httpx.get(secure.base_url + "/models", verify=other.ssl_context)


def test_over_ipv6():
    """The certificate is also that of ::1."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with Sandbox(tls=True, host="::1") as gateway:
        assert gateway.base_url.startswith("https://[::1]:")
        headers = {"authorization": f"Bearer {gateway.api_key}"}
        answer = httpx.get(
            gateway.base_url + "/models", headers=headers, verify=gateway.ssl_context
        )
        assert answer.status_code == 200


def test_files_go_with_it():
    """The authority's file lives as long as the sandbox; there is no other file, and no key."""
    gateway = Sandbox(tls=True)
    assert (gateway.ca_file, gateway.ssl_context) == ("", None)
    with gateway:
        file = Path(gateway.ca_file)
        assert [path.name for path in file.parent.iterdir()] == ["ca.pem"]
        assert "PRIVATE" not in file.read_text()
    assert not file.parent.exists()
    assert (gateway.ca_file, gateway.ssl_context) == ("", None)
    with gateway:  # again, with another authority
        assert Path(gateway.ca_file).exists()


def test_without_tls_there_is_nothing_to_trust(gateway):
    """So that the same code is right for both."""
    assert (gateway.ca_file, gateway.ssl_context) == ("", None)


def test_as_a_process():
    """The process tells its authority, and takes its file with it."""
    with Sandbox(tls=True, process=True) as gateway:
        file = Path(gateway.ca_file)
        headers = {"authorization": f"Bearer {gateway.api_key}"}
        answer = httpx.get(
            gateway.base_url + "/models", headers=headers, verify=gateway.ssl_context
        )
        assert answer.status_code == 200
        assert [entry.path for entry in gateway.journal] == ["/v1/models"]  # over TLS as well
    assert not file.parent.exists()


def test_command_line_names_the_file():
    """One of its facts; and the file is gone after SIGTERM."""
    command = [sys.executable, "-m", "runinfra_ext.sandbox", "--tls", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        facts = dict(process.stdout.readline().split() for _ in range(6))
        context = ssl.create_default_context(cafile=facts["ca_file"])
        assert httpx.get(facts["base_url"], verify=context).status_code == 404
        process.terminate()
        process.wait(10)
    assert facts["base_url"].startswith("https://")
    assert not os.path.exists(facts["ca_file"])


@pytest.mark.parametrize(
    ("fault", "end"),
    [
        ("reset", "reset"),
        ("lost", "cut"),
        ("cut-body", "cut"),
        ("cut-no-length", "cut"),
        ("short-body", "orderly"),
        ("no-length", "orderly"),
        ("hang-up", "orderly"),
    ],
)
def test_ends_of_answers(secure, fault, end):
    """What breaks says no close_notify; what is meant to end does."""
    received, ended = exchange(secure, fault)
    assert ended == end
    body = received.partition(b"\r\n\r\n")[2]
    whole = {"short-body", "no-length", "hang-up"}
    assert (b"total_tokens" in body) == (fault in whole)
    if fault in {"cut-body", "cut-no-length"}:
        assert b"chat.completion" in body
    if "no-length" in fault:
        assert b"content-length" not in received.lower()
        assert b"chunked" not in received.lower()
    assert len(secure.charges) == (fault != "reset")


@pytest.mark.parametrize(
    ("fault", "end", "texts"),
    [
        ("cut-stream:1", "cut", 1),
        ("lost", "cut", 0),
        ("cut-no-length", "cut", 1),
        ("no-length", "orderly", 3),
    ],
)
def test_ends_of_streams(secure, fault, end, texts):
    """The same of streams."""
    received, ended = exchange(secure, fault, STREAM)
    assert ended == end
    assert received.count(b"chat.completion.chunk") >= texts
    assert (b"[DONE]" in received) == (fault == "no-length")


@pytest.mark.parametrize("size", [1, 1000])
def test_answers_in_pieces(secure, http, size):
    """Whole answers and streams in pieces, each a record of its own, are what they would be."""
    wanted = http.post("/chat/completions", json=HELLO)
    headers = {"X-Sandbox-Fault": f"pieces:{size}"}
    answer = http.post("/chat/completions", json=HELLO, headers=headers)
    assert answer.json()["choices"] == wanted.json()["choices"]
    whole = http.post("/chat/completions", json=STREAM)
    answer = http.post("/chat/completions", json=STREAM, headers=headers)
    assert answer.text.count("data: ") == whole.text.count("data: ")
    assert answer.text.endswith("data: [DONE]\n\n")


def test_a_client_that_leaves(secure):
    """A silent request ends when its client goes, with and without a close_notify."""
    port = int(secure.root_url.rpartition(":")[2])
    request = (
        f"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secure.api_key}\r\n"
        "X-Sandbox-Fault: never-answer\r\n\r\n"
    )
    for orderly in (True, False):
        raw = socket.create_connection(("127.0.0.1", port), timeout=10)
        connection = secure.ssl_context.wrap_socket(raw, server_hostname="localhost")
        connection.sendall(request.encode())
        if orderly:
            connection.settimeout(10)
            connection.unwrap()
        connection.close()
    headers = {"authorization": f"Bearer {secure.api_key}"}
    with httpx.Client(verify=secure.ssl_context) as client:
        assert client.get(secure.base_url + "/models", headers=headers).status_code == 200


def begin(gateway, body, *headers):
    """A connection over which a request has been sent."""
    content = json.dumps(body).encode()
    raw = socket.create_connection(("127.0.0.1", int(gateway.root_url.rpartition(":")[2])))
    connection = gateway.ssl_context.wrap_socket(raw, server_hostname="localhost")
    connection.settimeout(30)
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {gateway.api_key}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(content)}"
    )
    connection.sendall("\r\n".join([head, *headers, "", ""]).encode() + content)
    return connection


@pytest.fixture
def ended(secure):
    """An event that is set when an exchange has ended on the sandbox's side.

    A request of the test before may end as late as this one: it asked for something else.
    """
    event = threading.Event()

    def ends(entry):
        if entry.operation == "createChatCompletion":
            event.set()

    secure.state.on_answer = ends
    yield event
    secure.state.on_answer = None


def read_until(connection, wanted, times=1):
    """What comes until a text has come so often; each read is at most a record."""
    received, records = b"", 0
    while received.count(wanted) < times:
        part = connection.recv(65536)
        assert part, received
        received, records = received + part, records + 1
    return received, records


@pytest.mark.parametrize(
    ("fault", "body", "wanted", "times"),
    [
        ("drip-headers", HELLO, b"a", 3),
        ("drip-body", HELLO, b'{"id"', 1),
        ("heartbeats:1", STREAM, b": heartbeat\n\n", 3),
        ("stall:2", STREAM, b"data: {", 2),
    ],
)
def test_answers_without_an_end(secure, ended, fault, body, wanted, times):
    """They come record by record, go on until the client goes, and end then."""
    with begin(secure, body, f"X-Sandbox-Fault: {fault}") as connection:
        received, records = read_until(connection, wanted, times)
        assert records >= (1 if fault == "stall:2" else 3)
        assert (b"[DONE]" in received, b"total_tokens" in received) == (False, False)
        assert not ended.is_set()
        if fault == "stall:2":
            connection.settimeout(0.1)
            with pytest.raises(TimeoutError):
                while connection.recv(65536):
                    pass
    assert ended.wait(30)
    assert len(secure.charges) == (fault != "drip-headers")


@pytest.mark.parametrize("orderly", [True, False])
def test_a_client_that_leaves_a_long_stream(secure, ended, caplog, orderly):
    """The stream ends soon, and nothing complains that nobody reads it."""
    letters = {"role": "user", "content": "Say: " + "a " * 10_000}
    with begin(secure, {**STREAM, "messages": [letters]}) as connection:
        read_until(connection, b"data: {")
        if not orderly:
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    assert ended.wait(60)
    assert secure.journal[-1].answer != "10003 events"
    told = [record for record in caplog.records if record.name in {"asyncio", "uvicorn.error"}]
    assert [one.getMessage() for one in told if one.threadName == "runinfra-sandbox"] == []


@pytest.mark.parametrize("process", [False, True])
def test_nothing_on_standard_error(process):
    """Handshakes that fail, cuts, and connections that are still open at the end are no news."""
    code = f"""
import httpx, socket, ssl
from runinfra_ext.sandbox import Sandbox
with Sandbox(tls=True, process={process}) as gateway:
    for context in (ssl.create_default_context(), gateway.ssl_context):
        try:
            httpx.get(gateway.base_url + "/models", verify=context)
        except httpx.ConnectError:
            pass
    port = int(gateway.root_url.rpartition(":")[2])
    socket.create_connection(("127.0.0.1", port)).close()
    silent = socket.create_connection(("127.0.0.1", port))
    headers = {{"authorization": "Bearer " + gateway.api_key}}
    client = httpx.Client(verify=gateway.ssl_context, headers=headers)
    body = {HELLO!r}
    for fault in ("reset", "lost", "cut-body", "short-body", "hang-up", "ok"):
        try:
            client.post(gateway.base_url + "/chat/completions", json=body,
                        headers={{"X-Sandbox-Fault": fault}})
        except httpx.TransportError:
            pass
client.close()
silent.close()
"""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60
    )
    assert (run.returncode, run.stderr) == (0, "")
