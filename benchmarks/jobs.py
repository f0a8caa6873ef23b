"""The work that is measured. A job makes its client, warms it up, and then works under the meter.

Every job returns a :class:`Measure`; the counts of the server come from the server itself.
"""

from __future__ import annotations

import asyncio
import json
import socket
import tempfile
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

from . import contenders
from .local_work import LOCAL
from .meters import Cost, Meter
from .prepared import media_bytes

MESSAGES: Final = [
    {"role": "system", "content": "You are a helpful assistant."},
    {"role": "user", "content": "Tell me about the quick brown fox."},
]
MANY_MESSAGES: Final = [
    {"role": "user" if i % 2 else "assistant", "content": f"Message {i}: " + "words " * 20}
    for i in range(40)
]
# Warmed up by little of the same: the first piece of work loads what all others use.
_MEDIA: Final = frozenset({"speech", "upload"})


class Measure(NamedTuple):
    """What a job cost.

    Attributes:
        cost: of all units together.
        units: calls, events, …; what the table divides by.
        connections: opened, the warm-up's too.
        requests: sent under the meter.
        errors: of units that failed.
    """

    cost: Cost
    units: int
    connections: int = 0
    requests: int = 0
    errors: int = 0

    def as_json(self) -> dict[str, float]:
        """All numbers in one flat object."""
        return {**self.cost._asdict(), **{k: v for k, v in self._asdict().items() if k != "cost"}}


class Order(NamedTuple):
    """What a worker is to do."""

    contender: str
    work: str
    base: str  # URL of the server, without a path
    scenario: str
    times: int


def run(order: Order, counts: Callable[[], dict[str, int]]) -> Measure:
    """Do the work of an order.

    Args:
        order: what to do.
        counts: asks the server for its counts.
    """
    if order.work in LOCAL:
        work, units = LOCAL[order.work](order.contender, order.times)
        with Meter() as meter:
            work()
        return Measure(meter.cost, units)
    if order.work == "threads":
        return _threads(order, counts)
    if order.contender.endswith("-async"):
        return asyncio.run(_async(order, counts))
    return _sync(order, counts)


def _url(order: Order) -> str:
    return f"{order.base}/{order.scenario}/v1"


def _sync(order: Order, counts: Callable[[], dict[str, int]]) -> Measure:
    before = counts()
    client = contenders.load(order.contender)(_url(order))
    with tempfile.TemporaryDirectory() as folder:
        step = _step(order, client, Path(folder))
        if order.work in _MEDIA:
            client.chat(MESSAGES)
            small = order._replace(scenario="short")
            other = contenders.load(order.contender)(_url(small))
            _step(small, other, Path(folder))()
            other.close()
        else:
            step()
        warm = counts()
        units = 0
        with Meter() as meter:
            if order.work == "bulk":
                units = client.bulk(order.times, Path(folder))
            for _ in range(order.times if order.work != "bulk" else 0):
                units += step()
    client.close()
    after = counts()
    return Measure(
        meter.cost,
        units,
        after["connections"] - before["connections"],
        after["requests"] - warm["requests"],
    )


async def _async(order: Order, counts: Callable[[], dict[str, int]]) -> Measure:
    before = counts()
    client = contenders.load(order.contender)(_url(order))
    errors = 0
    units = 0
    with tempfile.TemporaryDirectory() as folder:
        step = _async_step(order, client, Path(folder))
        if order.work in _MEDIA:
            await client.chat(MESSAGES)
            small = order._replace(scenario="short")
            other = contenders.load(order.contender)(_url(small))
            await _async_step(small, other, Path(folder))()
            await other.close()
        else:
            await step()
        warm = counts()
        with Meter() as meter:
            if order.work == "concurrent":
                results = await asyncio.gather(
                    *(step() for _ in range(order.times)), return_exceptions=True
                )
                units = sum(result for result in results if isinstance(result, int))
                errors = sum(not isinstance(result, int) for result in results)
            elif order.work == "bulk":
                units = await client.bulk(order.times, Path(folder))
            else:
                for _ in range(order.times):
                    units += await step()
    await client.close()
    after = counts()
    return Measure(
        meter.cost,
        units,
        after["connections"] - before["connections"],
        after["requests"] - warm["requests"],
        errors,
    )


def _threads(order: Order, counts: Callable[[], dict[str, int]]) -> Measure:
    before = counts()
    client = contenders.load(order.contender)(_url(order))
    client.stream()
    done: list[int] = []
    threads = [
        threading.Thread(target=lambda: done.append(client.stream())) for _ in range(order.times)
    ]
    warm = counts()
    with Meter() as meter:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    client.close()
    after = counts()
    return Measure(
        meter.cost,
        sum(done),
        after["connections"] - before["connections"],
        after["requests"] - warm["requests"],
        len(threads) - len(done),
    )


def _step(order: Order, client: Any, folder: Path) -> Callable[[], int]:
    """One unit of blocking work; how many units it was."""

    def one(work: Callable[[], object]) -> Callable[[], int]:
        def step() -> int:
            work()
            return 1

        return step

    steps: dict[str, Callable[[], int]] = {
        "chat": one(lambda: client.chat(MESSAGES)),
        "bulk": one(lambda: client.chat(MESSAGES)),  # to warm up
        "chat40": one(lambda: client.chat(MANY_MESSAGES)),
        "stream": lambda: client.stream(),
        "floats": one(lambda: client.embeddings(encoded=False)),
        "base64": one(lambda: client.embeddings(encoded=True)),
        "speech": one(lambda: client.speech(folder / "speech.wav")),
        "upload": one(lambda: client.upload(media_file(folder, order.scenario))),
    }
    if order.work == "upload":
        media_file(folder, order.scenario)
    return steps[order.work]


def _async_step(order: Order, client: Any, folder: Path) -> Callable[[], Awaitable[int]]:
    """One unit of asynchronous work."""

    def one(work: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[int]]:
        async def step() -> int:
            await work()
            return 1

        return step

    steps: dict[str, Callable[[], Awaitable[int]]] = {
        "chat": one(lambda: client.chat(MESSAGES)),
        "bulk": one(lambda: client.chat(MESSAGES)),  # to warm up
        "chat40": one(lambda: client.chat(MANY_MESSAGES)),
        "stream": lambda: client.stream(),
        "concurrent": lambda: client.stream(),
        "floats": one(lambda: client.embeddings(encoded=False)),
        "base64": one(lambda: client.embeddings(encoded=True)),
        "speech": one(lambda: client.speech(folder / "speech.wav")),
        "upload": one(lambda: client.upload(media_file(folder, order.scenario))),
    }
    if order.work == "upload":
        media_file(folder, order.scenario)
    return steps[order.work]


def media_file(folder: Path, scenario: str) -> Path:
    """A file to upload; made once."""
    path = folder / f"{scenario}.wav"
    if not path.exists():
        piece = b"RIFF" + bytes(1024 * 1024 - 4)
        with path.open("wb") as file:
            for _ in range(media_bytes(scenario) // len(piece)):
                file.write(piece)
    return path


def server_counts(base: str) -> Callable[[], dict[str, int]]:
    """A function that asks the server for its counts, over a connection that is not counted."""
    host, _, port = base.rpartition("/")[2].partition(":")

    def ask() -> dict[str, int]:
        with socket.create_connection((host, int(port))) as sock:
            sock.sendall(b"GET /-/counts HTTP/1.1\r\nHost: bench\r\n\r\n")
            data = b""
            while piece := sock.recv(65536):
                data += piece
        counts: dict[str, int] = json.loads(data.partition(b"\r\n\r\n")[2])
        return counts

    return ask
