"""Starts the server and the contenders, and lets them take turns.

Every contender lives in a process of its own for the whole run. In each round every job is done by
one contender after the other, beginning with another one each time, so that what slows the machine
down for a while slows all of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import certifi
import trustme

from .rows import Job
from .starting import start, start_program

ROOT: Final = Path(__file__).parents[1]
# Job -> contender -> one measure for each round.
Samples = dict[str, dict[str, list[dict[str, float]]]]


class Server(NamedTuple):
    """Where the server listens, and the certificates that trust it."""

    plain: str
    tls: str
    bundle: Path


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """The server, as long as the block runs.

    Args:
        folder: where its certificates are written.
    """
    authority = trustme.CA()
    certificate = folder / "server.pem"
    authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(
        certificate
    )
    # Beside the usual authorities, because loading these is part of the price of TLS.
    bundle = folder / "authorities.pem"
    own = authority.cert_pem.bytes()
    bundle.write_bytes(Path(certifi.where()).read_bytes() + b"\n" + own)
    with _process("benchmarks.server", {}, str(certificate)) as process:
        ports = json.loads(_line(process))["ports"]
        yield Server(f"http://127.0.0.1:{ports[0]}", f"https://localhost:{ports[1]}", bundle)


class Workers:
    """The processes of the contenders, started when they are first needed."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._running: dict[str, subprocess.Popen[str]] = {}

    def measure(self, job: Job, contender: str, count: int) -> dict[str, Any]:
        """Have a contender do a job.

        Returns:
            Its measure; ``absent`` if it can't do this, ``error`` if it failed.
        """
        if job.work in {"program", "start"}:
            try:
                return _started(job, contender, self._server.plain)
            except subprocess.SubprocessError as error:
                return {"error": f"{error}\n{getattr(error, 'stderr', None) or ''}"}
        order = {
            "contender": contender,
            "work": job.work,
            "base": self._server.tls if job.tls else self._server.plain,
            "scenario": job.scenario,
            "times": count,
            "counts": self._server.plain,
        }
        if job.fresh:
            with _process("benchmarks.worker", self._environment()) as process:
                return self._asked(process, order)
        if contender not in self._running:
            self._running[contender] = _start("benchmarks.worker", self._environment())
        return self._asked(self._running[contender], order)

    def _asked(self, process: subprocess.Popen[str], order: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return _asked(process, order)
        except (RuntimeError, OSError) as error:
            # It has ended itself, because it took too long: the run goes on, with a new one.
            if self._running.get(order["contender"]) is process:
                _end(self._running.pop(order["contender"]))
            return {"error": str(error)}

    def close(self) -> None:
        """End the processes."""
        for process in self._running.values():
            _end(process)

    def _environment(self) -> dict[str, str]:
        return {"SSL_CERT_FILE": str(self._server.bundle)}


def run(
    jobs: tuple[Job, ...],
    server: Server,
    *,
    rounds: int,
    quick: bool,
    tell: Callable[[str], None],
) -> Samples:
    """Measure.

    Args:
        jobs: what.
        server: the running server.
        rounds: how often.
        quick: with the small counts.
        tell: is told how far the run has come.
    """
    samples: Samples = {job.key: {name: [] for name in job.who} for job in jobs}
    workers = Workers(server)
    try:
        for turn in range(rounds):
            for job in jobs:
                tell(f"round {turn + 1} of {rounds}: {job.key}")
                shift = turn % len(job.who)
                for name in job.who[shift:] + job.who[:shift]:
                    measure = workers.measure(job, name, job.quick if quick else job.times)
                    if "error" in measure:
                        tell(f"{name}, {job.key}: {measure['error']}")
                    elif "absent" not in measure:
                        samples[job.key][name].append(measure)
    finally:
        workers.close()
    return samples


def _started(job: Job, contender: str, base: str) -> dict[str, Any]:
    return start_program(base) if job.work == "program" else dict(start(contender, base))


def _asked(process: subprocess.Popen[str], order: Mapping[str, Any]) -> dict[str, Any]:
    assert process.stdin is not None
    process.stdin.write(json.dumps(order) + "\n")
    process.stdin.flush()
    answer: dict[str, Any] = json.loads(_line(process))
    return answer


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        msg = f"a process of the benchmark has ended with {process.wait()}"
        raise RuntimeError(msg)
    return line


@contextmanager
def _process(
    module: str, environment: Mapping[str, str], *arguments: str
) -> Iterator[subprocess.Popen[str]]:
    process = _start(module, environment, *arguments)
    try:
        yield process
    finally:
        _end(process)


def _start(module: str, environment: Mapping[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
    )


def _end(process: subprocess.Popen[str]) -> None:
    with process:
        if process.stdin is not None:
            process.stdin.close()
        process.wait(timeout=30)
