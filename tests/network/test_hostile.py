"""Both clients against a server that does what it must not, with a nonce in every question.

Whatever a server does to one caller, no caller gets another one's answer, each gets its own or an
error that says what happened, and no connection is left behind. (Surplus that comes only after the
next question has left is that question's answer to anybody; what comes before is tried elsewhere.)
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

import runinfra_ext as sdk
from runinfra_ext import AsyncRunInfra, RunInfra, Timeout
from tests.network.hostile import Hostile, Peer, answer, chat, chunked, server_context
from tests.network.loops import run

READ = 1.5  # seconds of silence that a caller bears


def good(nonce: str) -> bytes:
    """The right answer to a question."""
    return answer(chat(nonce))


def with_lines(nonce: str, *lines: bytes) -> bytes:
    """The right answer with more lines in its head."""
    head, _, body = good(nonce).partition(b"\r\n\r\n")
    return b"\r\n".join([head, *lines, b"", body])


def halves(nonce: str) -> tuple[bytes, bytes]:
    """The answer, cut within its body."""
    data = good(nonce)
    return data[:-20], data[-20:]


def in_chunks(nonce: str) -> bytes:
    """The answer in chunks."""
    body = chat(nonce)
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        + (chunked(body[:7], body[7:]))
    )


class Behaviours:
    """What the server does; the name of each method is what a question asks for."""

    def right(self, peer: Peer, nonce: str) -> None:
        peer.send(good(nonce))

    def right_in_chunks(self, peer: Peer, nonce: str) -> None:
        peer.send(in_chunks(nonce))

    def right_bytewise(self, peer: Peer, nonce: str) -> None:
        peer.send_bytewise(good(nonce))

    def surplus(self, peer: Peer, nonce: str) -> None:
        peer.send(good(nonce) + good("stolen"))

    def surplus_in_chunks(self, peer: Peer, nonce: str) -> None:
        peer.send(in_chunks(nonce) + good("stolen"))

    def half_closed(self, peer: Peer, nonce: str) -> None:
        peer.send(good(nonce))
        peer.finish()

    def interim_flood(self, peer: Peer, nonce: str) -> None:
        peer.send(b"HTTP/1.1 102 Processing\r\n\r\n" * 20 + good(nonce))

    def dripping(self, peer: Peer, nonce: str) -> None:
        for byte in good(nonce)[:60]:
            peer.send(bytes([byte]))
            time.sleep(0.002)
        peer.send(good(nonce)[60:])

    def two_lengths(self, peer: Peer, nonce: str) -> None:
        peer.send(with_lines(nonce, b"Content-Length: 7"))

    def length_and_chunks(self, peer: Peer, nonce: str) -> None:
        peer.send(with_lines(nonce, b"Transfer-Encoding: chunked"))

    def odd_coding(self, peer: Peer, nonce: str) -> None:
        peer.send(in_chunks(nonce).replace(b": chunked", b": gzip, chunked"))

    def broken_chunk(self, peer: Peer, nonce: str) -> None:
        peer.send(in_chunks(nonce).replace(b"7\r\n", b"x\r\n", 1))

    def gibberish(self, peer: Peer, nonce: str) -> None:
        peer.send(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")

    def giant_head(self, peer: Peer, nonce: str) -> None:
        peer.send(with_lines(nonce, b"X-Big: " + b"x" * 300_000))

    def head_cut(self, peer: Peer, nonce: str) -> None:
        peer.send(good(nonce)[:30])
        peer.finish()

    def nothing(self, peer: Peer, nonce: str) -> None:
        peer.finish()

    def silence(self, peer: Peer, nonce: str) -> None:
        peer.request()

    def body_cut(self, peer: Peer, nonce: str) -> None:
        peer.send(halves(nonce)[0])
        peer.finish()

    def chunk_cut(self, peer: Peer, nonce: str) -> None:
        peer.send(in_chunks(nonce)[:-20])
        peer.finish()

    def body_stalls(self, peer: Peer, nonce: str) -> None:
        peer.send(halves(nonce)[0])
        peer.request()

    def reset_at_once(self, peer: Peer, nonce: str) -> None:
        peer.reset()

    def reset_in_head(self, peer: Peer, nonce: str) -> None:
        peer.send(good(nonce)[:30])
        time.sleep(0.02)
        peer.reset()

    def reset_in_body(self, peer: Peer, nonce: str) -> None:
        peer.send(halves(nonce)[0])
        time.sleep(0.02)
        peer.reset()


RIGHT = ["right", "right_in_chunks", "right_bytewise", "surplus", "surplus_in_chunks"]
RIGHT += ["half_closed", "interim_flood", "dripping"]
ODD = ["two_lengths", "length_and_chunks", "odd_coding", "broken_chunk", "gibberish"]
# What may come of each: the reason of the error, or None for the right answer.
EXPECTED: dict[str, set[str | None]] = {
    **{name: {None} for name in RIGHT},
    **{name: {"protocol"} for name in ODD},
    "giant_head": {"protocol"},
    "head_cut": {"truncated"},
    "nothing": {"closed"},
    "silence": {"read_timeout"},
    "body_cut": {"truncated"},
    "chunk_cut": {"truncated"},
    "body_stalls": {"read_timeout"},
    "reset_at_once": {"reset"},
    "reset_in_head": {"reset"},
    "reset_in_body": {"reset"},
}
# These go on with the connection; after the others it is closed.
GOING_ON = set(RIGHT) - {"half_closed"}


def hostile(peer: Peer) -> None:
    """Does to each question what it asks for."""
    while (request := peer.request()) is not None:
        behaviour, nonce = json.loads(request[1])["messages"][0]["content"].split()
        getattr(Behaviours(), behaviour)(peer, nonce)
        if behaviour not in GOING_ON:
            if behaviour in {"head_cut", "nothing", "body_cut", "chunk_cut", "half_closed"}:
                peer.request()  # until the other side goes too
            return


def questions(rounds: int) -> list[tuple[str, str]]:
    """Behaviours and nonces, mixed; more right ones than others, so that connections are reused."""
    names = [*EXPECTED, *(["right"] * len(EXPECTED))] * rounds
    random.Random(7).shuffle(names)
    return [(name, f"nonce-{number}") for number, name in enumerate(names)]


def judged(behaviour: str, nonce: str, outcome: Any) -> str | None:
    """What is wrong with an outcome, if anything."""
    if isinstance(outcome, sdk.RunInfraConnectionError):
        found, phase = outcome.reason, outcome.phase
        if phase != "outcome_unknown":
            return f"{behaviour}: {found} told as {phase}"
    elif isinstance(outcome, str):
        found = None
        if outcome != nonce:
            return f"{behaviour}: {outcome!r} instead of {nonce!r}"
    else:
        return f"{behaviour}: {outcome!r}"
    return None if found in EXPECTED[behaviour] else f"{behaviour}: {found}"


def params(behaviour: str, nonce: str) -> dict[str, Any]:
    """A question."""
    message = {"role": "user", "content": f"{behaviour} {nonce}"}
    return {"model": "m", "messages": [message]}


def asked_by_threads(server: Hostile) -> list[str]:
    """What goes wrong with twelve threads that share a client."""
    waiting, problems = questions(3), []
    limit = Timeout(5, READ, 5, 20)
    with RunInfra(**server.options(timeout=limit)) as client:

        def work() -> None:
            while True:
                try:
                    behaviour, nonce = waiting.pop()
                except IndexError:
                    return
                try:
                    completion = client.chat.completions.create(**params(behaviour, nonce))
                    outcome: Any = completion.choices[0].message.content
                except Exception as error:
                    outcome = error
                problems.append(judged(behaviour, nonce, outcome))

        threads = [threading.Thread(target=work) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in threads)
    assert len(problems) == len(questions(3))
    return sorted({problem for problem in problems if problem})


def asked_by_tasks(loop: str) -> Callable[[Hostile], list[str]]:
    """The same with twelve tasks."""

    def asked(server: Hostile) -> list[str]:
        waiting, problems = questions(3), []
        limit = Timeout(5, READ, 5, 20)

        async def main() -> None:
            async with AsyncRunInfra(**server.options(timeout=limit)) as client:

                async def work() -> None:
                    while waiting:
                        behaviour, nonce = waiting.pop()
                        try:
                            completion = await client.chat.completions.create(
                                **params(behaviour, nonce)
                            )
                            outcome: Any = completion.choices[0].message.content
                        except Exception as error:
                            outcome = error
                        problems.append(judged(behaviour, nonce, outcome))

                async with asyncio.timeout(60):
                    await asyncio.gather(*(work() for _ in range(12)))

        run(loop, main)
        assert len(problems) == len(questions(3))
        return sorted({problem for problem in problems if problem})

    return asked


WORLDS = {
    "threads": asked_by_threads,
    "asyncio": asked_by_tasks("asyncio"),
    "uvloop": asked_by_tasks("uvloop"),
}


@pytest.mark.parametrize("world", WORLDS)
def test_nothing_crosses(world: str, tls: bool) -> None:
    """Every caller gets its own answer or the right error; all connections end."""
    with Hostile(hostile, tls=server_context() if tls else None) as server:
        assert WORLDS[world](server) == []
        assert server.wait_for_closed(server.opened)
