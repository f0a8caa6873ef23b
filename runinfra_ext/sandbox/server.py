"""Runs the sandbox: in this process, in a thread of its own, or as a process."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from os import PathLike
from typing import TYPE_CHECKING, Any, Final, Self

import uvicorn

from .app import create_app
from .controls import Controls
from .deliveries import SECRET
from .settings import Settings, arguments_of
from .state import (
    API_KEY,
    EXPIRED_API_KEY,
    OTHER_PIPELINE_ID,
    PIPELINE_API_KEY,
    PIPELINE_ID,
    SandboxState,
)
from .tape import CassetteOptions, check_options, make_tape
from .wire import LOST, TRANSPORT

if TYPE_CHECKING:
    from .tls import Authority

_silent: Final = logging.getLogger(__name__)
_silent.setLevel(logging.CRITICAL + 1)
_THREAD: Final = "runinfra-sandbox"
# Nor is a form that can't be read, which the library for forms warns of.
logging.getLogger("python_multipart.multipart").addFilter(
    lambda record: record.threadName != _THREAD
)
_PATIENCE: Final = 10.0  # seconds for a process to end by itself
_TURNS: Final = 5  # of the event loop, until a connection that was aborted is closed


def _hand_over(connection: Any) -> None:
    """Let the application have a connection of uvicorn's, for faults."""
    connection.logger = _silent  # what goes wrong here is meant to, and stands in the journal
    lost = asyncio.Event()
    inner, closed = connection.app, connection.connection_lost

    async def app(scope: Any, receive: Any, send: Any) -> None:
        own = {TRANSPORT: connection.transport, LOST: lost}
        scope.setdefault("extensions", {}).update(own)
        await inner(scope, receive, send)

    def connection_lost(error: Exception | None) -> None:
        closed(error)
        lost.set()

    connection.app, connection.connection_lost = app, connection_lost


def make_server(state: SandboxState, context: ssl.SSLContext | None = None) -> uvicorn.Server:
    """A server that prints nothing.

    Args:
        state: what it works on.
        context: to serve TLS with.
    """
    config = uvicorn.Config(
        create_app(state),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    config.load()
    config.ssl = context
    make: Any = config.http_protocol_class

    def accept(**facts: Any) -> Any:
        connection = make(**facts)
        _hand_over(connection)
        return connection

    plain: Any = config
    plain.http_protocol_class = accept
    return uvicorn.Server(config)


async def serve(state: SandboxState, server: uvicorn.Server, listener: socket.socket) -> None:
    """Serve until the server is told to end."""
    try:
        await server.serve(sockets=[listener])
    finally:
        # Over TLS an orderly end waits for the other side, and here nobody waits any more.
        for connection in list(server.server_state.connections):
            connection.transport.abort()
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        if state.tape is not None:
            await state.tape.close()


def address(listener: socket.socket, host: str, *, tls: bool) -> str:
    """The base URL of a listening socket."""
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if tls else 'http'}://{name}:{listener.getsockname()[1]}/v1"


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        OSError: the port is taken, or the host is not this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only where the protocol is told, and without it each answer on a
    # connection that is reused waits 40 ms for the acknowledgement of its headers.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


class Sandbox(Controls):
    """A local gateway on a free loopback port, as long as the ``with`` block lasts.

    Args:
        host: loopback address to listen on.
        port: 0 for a free one.
        settings: pace, limits and money; see :class:`~runinfra_ext.sandbox.Settings`.
        clock: Unix time in seconds, for limits that pass by themselves; not in process mode.
        process: run it in a process of its own; then ``journal`` and ``charges`` are fetched.
        tls: serve https, with a certificate of an authority that is made at the start; clients
            trust it by ``ssl_context`` or ``ca_file``.
        record: file to write a cassette to: every request is sent on to ``upstream`` with the
            caller's own key, and what is answered is kept without any credential. What the file
            had is replaced.
        upstream: base URL of the gateway to record, ending in ``/v1``.
        replay: file of a cassette to answer from; a request that is not in it is an error (400,
            ``cassette_miss``) that shows the nearest one. Keys are not looked at.

    Attributes:
        base_url: what to give a client, ending in ``/v1``.
        ca_file: with TLS the path of the authority's certificate (PEM), as ``SSL_CERT_FILE`` takes
            it, until the sandbox stops; without TLS empty.
        ssl_context: with TLS a client's context that trusts that authority only; else ``None``,
            so that ``RunInfra(ssl_context=gateway.ssl_context)`` is right for both.
        api_key: key of the workspace.
        pipeline_id: id of the demo pipeline.
        pipeline_api_key: key of that pipeline only.
        other_pipeline_id: another pipeline, which that key may not use.
        expired_api_key: a key that is refused.
        webhook_secret: what webhooks are signed with.
    """

    api_key = API_KEY
    pipeline_id = PIPELINE_ID
    pipeline_api_key = PIPELINE_API_KEY
    other_pipeline_id = OTHER_PIPELINE_ID
    expired_api_key = EXPIRED_API_KEY
    webhook_secret = SECRET

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        settings: Settings | None = None,
        clock: Callable[[], float] = time.time,
        process: bool = False,
        tls: bool = False,
        record: str | PathLike[str] | None = None,
        upstream: str | None = None,
        replay: str | PathLike[str] | None = None,
    ) -> None:
        self.state = SandboxState(settings, clock=clock)
        self._host, self._port = host, port
        self._as_process = process
        self._tls = tls
        self._cassette: CassetteOptions = {
            "record": record,
            "upstream": upstream,
            "replay": replay,
        }
        check_options(**self._cassette)
        self._taped = record is not None or replay is not None
        self._authority: Authority | None = None
        self._process: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None
        self._server: uvicorn.Server | None = None
        self.base_url = ""
        self.ca_file = ""
        self.ssl_context: ssl.SSLContext | None = None

    def start(self) -> Self:
        """Start it; returns when it listens.

        Raises:
            OSError: the port is taken, or the cassette can't be read or written.
            RuntimeError: its process did not start.
            ValueError: a line of the cassette makes no sense.
        """
        if self._as_process:
            self._start_process()
            return self
        listener = listen(self._host, self._port)
        try:
            self.state.tape = make_tape(**self._cassette)
        except (OSError, ValueError):
            listener.close()
            raise
        self.base_url = address(listener, self._host, tls=self._tls)
        context = None
        if self._tls:
            from .tls import Authority  # noqa: PLC0415 - it takes a while to load

            self._authority = Authority(self._host)
            context = self._authority.server_context
            self._trust(self._authority.ca_file)
        server = self._server = make_server(self.state, context)
        ready = threading.Event()

        async def work() -> None:
            asyncio.get_running_loop().call_soon(ready.set)
            await serve(self.state, server, listener)

        def run() -> None:
            # Whatever the application's event loops are: the faults know this one.
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(work())
            listener.close()

        self._thread = threading.Thread(target=run, name=_THREAD, daemon=True)
        self._thread.start()
        ready.wait(10)
        return self

    def stop(self) -> None:
        """Stop it and wait until it has stopped."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:  # it is stopped, or the machine has no time for it
                self._process.kill()
                self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None
        if self._thread is not None and self._server is not None:
            self._server.should_exit = True
            self._server.force_exit = True
            self._thread.join(10)
            self._thread = self._server = None
        if self._authority is not None:
            self._authority.close()
            self._authority = None
        self.ca_file, self.ssl_context = "", None

    def _trust(self, ca_file: str) -> None:
        from .tls import trusting  # noqa: PLC0415 - it takes a while to load

        self.ca_file, self.ssl_context = ca_file, trusting(ca_file)

    def _start_process(self) -> None:
        command = [
            sys.executable,
            "-m",
            __package__ or "",
            "--port",
            str(self._port),
            "--json",
            "--quiet",
            *(["--tls"] if self._tls else []),
            *(f"--{name}={value}" for name, value in self._cassette.items() if value is not None),
        ]
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, this package
            [*command, "--host", self._host, *arguments_of(self.state.initial)],
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._process.stdout is None:
            return
        line = self._process.stdout.readline()
        facts: dict[str, str] = json.loads(line) if line else {}
        if "base_url" not in facts:
            self._process.stdout.close()
            code, self._process = self._process.wait(10), None
            msg = f"the sandbox did not start: {facts.get('error', f'exit code {code}')}"
            raise RuntimeError(msg)
        self.base_url = facts["base_url"]
        if self._tls:
            self._trust(facts["ca_file"])

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_details: object) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(self, *_details: object) -> None:
        await asyncio.to_thread(self.stop)

    def __repr__(self) -> str:
        return f"<Sandbox {self.base_url or 'stopped'}>"
