"""Drive both clients over TLS for a while: faults, limits, tools, threads, tasks, and nonces.

    python -m scripts.soak [SECONDS]      300 by default

Whoever asks gets the own words back or an error of the SDK's; what was answered was charged once,
and nothing twice; at the end no connection and no thread is left. Exit code 0: all of that held.
1: it did not.
"""

from __future__ import annotations

import asyncio
import collections
import gc
import itertools
import logging.handlers
import random
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Literal, get_args

import runinfra_ext as sdk
from runinfra_ext.sandbox import Sandbox, Settings

THREADS: Final = 8
TASKS: Final = 16
MODEL: Final = "acme-chat-8b"
# Of every ten calls about four meet one of these.
FAULTS: Final = (
    "reset",
    "reset*1",
    "lost*1",
    "503*1",
    "500*1",
    "cut-body",
    "short-body",
    "no-length",
    "cut-no-length",
    "pieces",
    "hang-up",
    "html",
    "error-first",
    "truncate",
    "cut-stream",
    "stall",
    "torture",
    "never-answer",
)
Kind = Literal["whole", "stream", "tools"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
Answer = tuple[str | None, str | None]  # its text, and the key that it was charged under

_TIMEOUT: Final = sdk.Timeout(connect=10, read=1.5, write=10, pool=30)


class Tally:
    """What came of the calls."""

    def __init__(self) -> None:
        self.outcomes: collections.Counter[str] = collections.Counter()
        self.wrong: list[str] = []
        self.keys: list[str] = []

    def right(self, kind: Kind, nonce: str, answer: Answer) -> None:
        """A call has been answered."""
        text, key = answer
        self.outcomes[f"answered, {kind}"] += 1
        if text is None or nonce not in text:
            self.wrong.append(f"{nonce} was answered with {text!r}")
        if key is not None:
            self.keys.append(key)

    @property
    def answered(self) -> int:
        """How many calls have been answered."""
        return sum(count for name, count in self.outcomes.items() if name.startswith("answered"))

    def failed(self, error: Exception) -> None:
        """A call has failed."""
        self.outcomes[type(error).__name__] += 1
        if not isinstance(error, sdk.RunInfraError):
            self.wrong.append(f"not an error of the SDK: {error!r}")


class Asking:
    """Makes the calls of one worker: what to ask, in which way, with which fault."""

    def __init__(self, number: int) -> None:
        self._random = random.Random(number)
        self._count = itertools.count()
        self._number = number

    def next(self) -> tuple[str, Kind, dict[str, Any]]:
        """A nonce, how to ask, and the arguments of the call."""
        nonce = f"nonce-{self._number}-{next(self._count)}"
        words = " ".join(["word"] * self._random.choice((1, 20, 400)))
        params: dict[str, Any] = {
            "model": MODEL,
            "messages": [{"role": "user", "content": f"Say: {nonce} {words}."}],
            "max_tokens": 2000,
        }
        if self._random.random() < 0.4:
            fault = self._random.choice(FAULTS)
            params["extra_headers"] = {"X-Sandbox-Fault": fault}
        if self._random.random() < 0.05:
            params["deadline"] = 0.05
        kind = self._random.choice(KINDS)
        if kind == "tools":
            params["messages"] = [{"role": "user", "content": f"Look up {nonce!r}."}]
            params["idempotency_key"] = nonce
        return nonce, kind, params


def look_up(word: str) -> str:
    """Look a word up."""
    return f"found {word}"


def answer_of(result: Any) -> Answer:
    """What a completion says, and the key that it was charged under, if it has one."""
    return result.choices[0].message.content, result.meta.idempotency_key


def threaded(gateway: Sandbox, tally: Tally, until: float) -> None:
    """Eight threads that share a client."""
    with sdk.RunInfra(
        api_key=gateway.api_key,
        base_url=gateway.base_url,
        ssl_context=gateway.ssl_context,
        timeout=_TIMEOUT,
        retry_quota=None,
    ) as client:

        def work(number: int) -> None:
            asking = Asking(number)
            while time.monotonic() < until:
                nonce, kind, params = asking.next()
                result: Any
                try:
                    if kind == "stream":
                        with client.chat.completions.create(**params, stream=True) as events:
                            result = events.final()
                    elif kind == "tools":
                        result = client.chat.completions.run_tools([look_up], **params).completion
                    else:
                        result = client.chat.completions.create(**params)
                except Exception as error:  # noqa: BLE001 - it is looked at
                    tally.failed(error)
                else:
                    tally.right(kind, nonce, answer_of(result))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


async def tasked(gateway: Sandbox, tally: Tally, until: float) -> None:
    """Sixteen tasks that share a client; some of their calls are cancelled."""
    async with sdk.AsyncRunInfra(
        api_key=gateway.api_key,
        base_url=gateway.base_url,
        ssl_context=gateway.ssl_context,
        timeout=_TIMEOUT,
        retry_quota=None,
    ) as client:

        async def ask(kind: Kind, params: dict[str, Any]) -> Answer:
            result: Any
            if kind == "tools":
                run = await client.chat.completions.run_tools([look_up], **params)
                result = run.completion
            elif kind == "whole":
                result = await client.chat.completions.create(**params)
            else:
                async with client.chat.completions.create(**params, stream=True) as events:
                    result = await events.final()
            return answer_of(result)

        async def work(number: int) -> None:
            asking, dice = Asking(number), random.Random(number)
            while time.monotonic() < until:
                nonce, kind, params = asking.next()
                patience = dice.random() / 20 if dice.random() < 0.1 else 30
                try:
                    async with asyncio.timeout(patience):
                        answer = await ask(kind, params)
                except TimeoutError:
                    tally.outcomes["cancelled"] += 1
                except Exception as error:  # noqa: BLE001 - it is looked at
                    tally.failed(error)
                else:
                    tally.right(kind, nonce, answer)

        await asyncio.gather(*(work(100 + number) for number in range(TASKS)))


def loops() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The event loops that are installed."""
    found: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {"asyncio": asyncio.new_event_loop}
    try:
        import uvloop  # noqa: PLC0415 - optional
    except ImportError:
        return found
    return {**found, "uvloop": uvloop.new_event_loop}


def descriptors() -> int:
    """How many files and sockets this process has open; 0 where that can't be seen."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def wrong_charges(gateway: Sandbox, answered: list[str]) -> list[str]:
    """Keys that were charged more than once, or not at all although they were answered."""
    charged = collections.Counter(charge.idempotency_key for charge in gateway.charges)
    twice = [f"{key} was charged {n} times" for key, n in charged.items() if key and n > 1]
    return twice + [f"{key} was answered, not charged" for key in answered if key not in charged]


def main() -> int:
    """Run it."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 300.0
    tally = Tally()
    # What asyncio complains about is somebody's fault here.
    complaints = logging.handlers.BufferingHandler(1_000_000)
    logging.getLogger("asyncio").addHandler(complaints)
    # A limit that is reached within a minute, and lets thirty calls a second through from then on.
    settings = Settings(requests_per_minute=1800)
    with Sandbox(tls=True, process=True, settings=settings) as gateway:
        before, alive = descriptors(), threading.active_count()
        until = time.monotonic() + seconds
        blocking = threading.Thread(target=threaded, args=(gateway, tally, until))
        blocking.start()
        found = loops()
        for number, make in enumerate(found.values(), 1):
            share = time.monotonic() + (until - time.monotonic()) / (len(found) - number + 1)
            with asyncio.Runner(loop_factory=make) as runner:
                runner.run(tasked(gateway, tally, share))
        blocking.join()
        gc.collect()
        deadline = time.monotonic() + 10
        while (descriptors() > before + 2 or threading.active_count() > alive) and (
            time.monotonic() < deadline
        ):
            time.sleep(0.1)
        left = descriptors() - before
        if left > 2:
            tally.wrong.append(f"{left} descriptors are left")
        if threading.active_count() > alive:
            tally.wrong.append(f"threads are left: {threading.enumerate()}")
        tally.wrong += wrong_charges(gateway, tally.keys)
    tally.wrong += [f"asyncio says: {record.getMessage()}" for record in complaints.buffer]
    for name, count in tally.outcomes.most_common():
        print(f"{count:8} {name}")
    for line in tally.wrong[:20]:
        print(f"WRONG: {line}")
    print(f"{Path(__file__).name}: {seconds:g} s, {len(tally.wrong)} wrong")
    return 1 if tally.wrong or not tally.answered else 0


if __name__ == "__main__":
    sys.exit(main())
