"""`runinfra-ext sandbox`."""

from __future__ import annotations

import contextlib
import http.client
import signal
import socket
import threading
import time

from runinfra_ext.cli import main
from runinfra_ext.sandbox import __main__ as program


def test_help_is_the_sandboxes_own(capfd):
    """With its own options."""
    assert main(["sandbox", "--help"]) == 0
    out = capfd.readouterr().out
    assert out.startswith("usage: runinfra-ext sandbox ")
    assert "--requests-per-minute" in out


def test_options_reach_it(monkeypatch):
    """--json too, which other commands take themselves."""
    given = []
    monkeypatch.setattr(program, "main", lambda arguments, *, prog: given.append(arguments) or 0)
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert main(["sandbox", "--port", "0", "--json", "--tls"]) == 0
    finally:
        signal.signal(signal.SIGTERM, before)
    assert given == [["--port", "0", "--json", "--tls"]]


def test_on_a_terminal(terminal):
    """It tells its addresses, that of the window too, logs requests, and ends by Ctrl-C."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]

    def ask():
        for _ in range(600):
            with contextlib.suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                connection.request("GET", "/v1/models")
                connection.getresponse().read()
                connection.close()
                return
            time.sleep(0.05)

    asking = threading.Thread(target=ask)
    asking.start()
    shown = terminal("sandbox", "--port", str(port), signals=("GET /v1/models", signal.SIGINT))
    asking.join(60)
    assert shown.code in {0, 130}
    facts = dict(line.split(maxsplit=1) for line in shown.text.splitlines() if line[:1].isalpha())
    assert facts["window"] == f"http://127.0.0.1:{port}/"
    assert "Traceback" not in shown.text


def test_without_its_extra(monkeypatch, capfd):
    """The extra is named."""
    import builtins

    real = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name == "sandbox.__main__":
            raise ImportError("the sandbox needs its extra: pip install 'runinfra-ext[sandbox]'")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    assert main(["sandbox"]) == 2
    assert "runinfra-ext[sandbox]" in capfd.readouterr().err
