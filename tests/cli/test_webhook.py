"""`runinfra-ext webhook sign | verify | listen`."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import threading
import time

import pytest

from runinfra_ext import webhooks
from runinfra_ext.cli.receiver import Receiver
from runinfra_ext.sandbox.deliveries import deliver
from tests.network.hostile import Hostile, answer

SECRET = "whsec_command_line"
EVENT = {"id": "evt_1", "type": "deployment.verified", "data": {"name": "Grüße"}}
BODY = json.dumps(EVENT).encode()


@pytest.fixture(autouse=True)
def secret(no_variables, monkeypatch):
    monkeypatch.setenv("RUNINFRA_WEBHOOK_SECRET", SECRET)


def test_sign_and_verify(cli, tmp_path):
    """What is signed is verified; from stdin and from a file."""
    header = cli("webhook", "sign", stdin=BODY).out.strip()
    assert webhooks.construct_event(payload=BODY, signature_header=header, secret=SECRET)
    path = tmp_path / "event.json"
    path.write_bytes(BODY)
    ran = cli("webhook", "verify", str(path), "--signature", header)
    assert (ran.code, ran.out) == (0, "verified: deployment.verified, evt_1\n")
    facts = json.loads(cli("webhook", "verify", str(path), "--signature", header, "--json").out)
    assert facts == {"verified": True, "id": "evt_1", "type": "deployment.verified"}
    signed = json.loads(cli("webhook", "sign", str(path), "--timestamp", "7", "--json").out)
    assert signed["header"] == "RunInfra-Signature"
    assert signed["value"].startswith("t=7,v1=")


def test_what_must_not_be_trusted(cli):
    """Exit code 1 and the reason; the secret is shown by none of it."""
    old = webhooks.signature_header(payload=BODY, secret=SECRET, timestamp=7)
    ran = cli("webhook", "verify", "--signature", old, stdin=BODY)
    assert (ran.code, ran.out) == (1, "")
    assert "outside of the tolerance" in ran.err
    ran = cli("webhook", "verify", "--signature", old, "--tolerance", "1e12", stdin=BODY)
    assert ran.code == 0
    ran = cli("webhook", "verify", "--signature", "t=7", "--json", stdin=BODY)
    assert (ran.code, json.loads(ran.out)["reason"]) == (1, "no_signature")
    assert SECRET not in ran.out + ran.err


def test_no_secret(cli, monkeypatch, tmp_path):
    """The variable and the option are named; a file will do."""
    monkeypatch.delenv("RUNINFRA_WEBHOOK_SECRET")
    ran = cli("webhook", "sign", stdin=BODY)
    assert (ran.code, "RUNINFRA_WEBHOOK_SECRET" in ran.err) == (2, True)
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")
    header = cli("webhook", "sign", "--secret-file", str(path), stdin=BODY).out.strip()
    assert webhooks.verify_signature(payload=BODY, signature_header=header, secret=SECRET)


@pytest.fixture
def receiving():
    """Receivers in threads, and what they were told."""
    running = []

    def start(forward_to=None):
        seen = []
        receiver = Receiver("127.0.0.1", 0, SECRET, forward_to, seen.append)
        thread = threading.Thread(target=receiver.run)
        thread.start()
        running.append((receiver, thread))
        return receiver, seen

    yield start
    for receiver, thread in running:
        receiver._server.shutdown()
        thread.join(10)
        receiver.__exit__(None, None, None)


def test_receive(receiving):
    """What is signed is taken; what is not, is refused with its reason."""
    receiver, seen = receiving()
    assert deliver(receiver.url + "hooks", EVENT, secret=SECRET) == [200]
    assert deliver(receiver.url, EVENT, secret="other", attempts=2) == [400, 400]
    assert [(one.status, one.path, one.reason) for one in seen] == [
        (200, "/hooks", None), (400, "/", "no_match"), (400, "/", "no_match"),
    ]  # fmt: skip
    assert seen[0].event == EVENT
    assert seen[0].line().startswith("/hooks deployment.verified evt_1 ")
    assert seen[1].line() == "/ refused: no_match"
    json.dumps(seen[0].as_dict())


def test_forward(receiving):
    """The application gets the raw body and the signature, and its status is the answer."""
    got = []

    def application(peer):
        while (request := peer.request()) is not None:
            got.append(request)
            status = "204 No Content" if len(got) == 1 else "503 Not now"
            peer.send(answer(b"", status=status))

    with Hostile(application) as server:
        receiver, seen = receiving(f"http://localhost:{server.port}/app")
        assert deliver(receiver.url, EVENT, secret=SECRET) == [204]
        assert deliver(receiver.url, EVENT, secret=SECRET, attempts=1) == [503]
        assert deliver(receiver.url, EVENT, secret="other", attempts=1) == [400]
        receiver._http.close()
    assert [one.forwarded for one in seen] == [204, 503, None]
    assert len(got) == 2
    head, body = got[0]
    assert head.startswith(b"POST /app HTTP/1.1")
    signature = next(
        line.partition(b": ")[2]
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"runinfra-")
    )
    assert webhooks.construct_event(
        payload=body, signature_header=signature.decode(), secret=SECRET
    ).id == "evt_1"  # fmt: skip


def test_an_application_that_is_down(receiving):
    """The gateway hears of it, and will deliver again."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    receiver, seen = receiving(f"http://127.0.0.1:{port}/")
    assert deliver(receiver.url, EVENT, secret=SECRET, attempts=1) == [502]
    assert "-> no answer (refused)" in seen[0].line()
    assert seen[0].as_dict()["reason"] == "refused"


def test_an_application_without_an_end(receiving, monkeypatch):
    """The sender does not wait for ever."""
    monkeypatch.setattr("runinfra_ext.cli.receiver._WHOLE", 0.3)

    def application(peer):
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            peer.send(b"more")
            time.sleep(0.02)

    with Hostile(application) as server:
        receiver, seen = receiving(f"http://localhost:{server.port}/app")
        assert deliver(receiver.url, EVENT, secret=SECRET, attempts=1) == [502]
        receiver._http.close()
    assert seen[0].reason == "deadline"


def sent(receiver, body):
    """What a raw request is answered."""
    with socket.create_connection(("127.0.0.1", receiver._server.server_port)) as sock:
        sock.settimeout(30)
        sock.sendall(body)
        sock.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: sock.recv(65536), b"")).partition(b"\r\n")[0]


@pytest.mark.parametrize(
    ("chunks", "line"),
    [
        (b"%x;a=b\r\n" % len(BODY) + BODY + b"\r\n0\r\n\r\n", b"HTTP/1.0 200 OK"),
        (b"".join(b"1\r\n%c\r\n" % byte for byte in BODY) + b"0\r\n\r\n", b"HTTP/1.0 200 OK"),
        (b"fffffff\r\n", b"HTTP/1.0 413 Request Entity Too Large"),
        (b"%x\r\n" % len(BODY) + BODY[:9], b""),
        (b"9\r\n" + BODY, b""),
        (b"none\r\n", b""),
    ],
)
def test_a_body_in_chunks(receiving, chunks, line):
    """It is read as it is meant, within the same limit."""
    receiver, seen = receiving()
    header = webhooks.signature_header(payload=BODY, secret=SECRET)
    head = f"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nRunInfra-Signature: {header}\r\n\r\n"
    assert sent(receiver, head.encode() + chunks) == line
    assert [one.event or one.reason for one in seen] == {
        b"200": [EVENT], b"413": ["too_large"], b"": []
    }[line[9:12]]  # fmt: skip


def test_what_is_no_delivery(receiving):
    """A browser gets no page, and a body that is too large is heard out."""
    receiver, seen = receiving()
    assert sent(receiver, b"GET / HTTP/1.1\r\n\r\n") == b"HTTP/1.0 405 Method Not Allowed"
    large = b"x" * (5 * 1024 * 1024)
    head = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(large)
    assert sent(receiver, head + large) == b"HTTP/1.0 413 Request Entity Too Large"
    assert [one.line() for one in seen] == ["/ refused: too_large"]


@pytest.mark.parametrize(
    ("length", "status"), [("x", 411), (None, 411), ("99999999", 413), ("9" * 30, 413)]
)
def test_bodies_have_a_limit(receiving, length, status):
    """Nothing of them is read."""
    receiver, seen = receiving()
    host = receiver.url.removeprefix("http://").rstrip("/")
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.putrequest("POST", "/")
    if length is not None:
        connection.putheader("Content-Length", length)
    connection.endheaders()
    assert connection.getresponse().status == status
    connection.close()
    assert [one.status for one in seen] == [status]


def test_a_sender_that_leaves(receiving):
    """Half a body is no delivery, and no trouble for the next one."""
    receiver, seen = receiving()
    with socket.create_connection(("127.0.0.1", receiver._server.server_port)) as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf")
    assert deliver(receiver.url, EVENT, secret=SECRET) == [200]
    assert len(seen) == 1


def test_listen_options(cli):
    """What can't be is said at once."""
    assert cli("webhook", "listen", "--port", "0", "--forward-to", "gopher://x").code == 2
    assert cli("webhook", "listen", "--port", "99999").code == 2
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = cli("webhook", "listen", "--port", str(port))
    assert ran.code == 7
    assert f"can't listen on 127.0.0.1, port {port}: Address already in use" in ran.err


@pytest.mark.parametrize("as_json", [True, False])
def test_listen(cli, capfdbinary, as_json):
    """It tells where it listens, and each delivery; --count ends it."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]

    def send():
        for _ in range(100):
            if deliver(f"http://127.0.0.1:{port}/", EVENT, secret=SECRET, attempts=1) != [0]:
                break
            time.sleep(0.05)
        deliver(f"http://127.0.0.1:{port}/", EVENT, secret="other", attempts=1)

    sender = threading.Thread(target=send)
    sender.start()
    options = ["--json"] if as_json else ["--show"]
    ran = cli("webhook", "listen", "--port", str(port), "--count", "2", *options)
    sender.join(10)
    assert ran.code == 0
    if as_json:
        told, first, second = map(json.loads, ran.out.splitlines())
        assert told == {"url": f"http://127.0.0.1:{port}/"}
        assert (first["event"], second["reason"]) == (EVENT, "no_match")
    else:
        assert (
            f"listening on http://127.0.0.1:{port}/; Ctrl-C ends it\n200  / deployment" in ran.out
        )
        assert '"name": "Grüße"' in ran.out
        assert ran.out.endswith("400  / refused: no_match\n")


def test_on_a_terminal(terminal):
    """Until Ctrl-C."""
    shown = terminal("webhook", "listen", "--port", "0", signals=("Ctrl-C ends", signal.SIGINT))
    assert shown.code == 130
    assert "Traceback" not in shown.text
