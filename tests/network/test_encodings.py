"""Answers that come packed though identity was asked for: unpacked in bounds, or named."""

from __future__ import annotations

import gzip
import itertools
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import runinfra_ext as sdk
from runinfra_ext._ground.wire import TransportFailure
from runinfra_ext._http.encodings import PIECE, Unpacker, unpacker_for
from tests.conftest import Both
from tests.e2e.test_faults import serving

CHAT: dict[str, Any] = {
    "model": "acme-chat-8b",
    "messages": [{"role": "user", "content": "Hi"}],
}


def bare(data: bytes) -> bytes:
    """Deflate without zlib's frame."""
    engine = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return engine.compress(data) + engine.flush()


PACKERS = {
    "gzip": [gzip.compress],
    "x-gzip": [gzip.compress],
    "deflate": [zlib.compress, bare],
}
WAYS = [(coding, pack) for coding, packers in PACKERS.items() for pack in packers]


def unpacked(coding: str, pieces: list[bytes]) -> bytes:
    """All of a body."""
    unpacker = Unpacker(coding)
    out = []
    for piece in pieces:
        unpacker.put(piece)
        while got := unpacker.take():
            assert len(got) <= PIECE
            out.append(got)
    unpacker.finish()
    return b"".join(out)


@pytest.mark.parametrize(("coding", "pack"), WAYS)
@given(data=st.binary(max_size=300), cuts=st.lists(st.integers(0, 400), max_size=6))
def test_any_cut(coding: str, pack: Any, data: bytes, cuts: list[int]) -> None:
    """However the packed bytes are cut, the same bytes come out."""
    packed = pack(data)
    marks = sorted({0, *(cut for cut in cuts if cut < len(packed)), len(packed)})
    pieces = [packed[a:b] for a, b in itertools.pairwise(marks)]
    assert unpacked(coding, pieces) == data


def test_members_and_filling() -> None:
    """gzip may have several members, and zeros behind the last; an empty body is empty."""
    assert (
        unpacked("gzip", [gzip.compress(b"one") + gzip.compress(b"two") + bytes(20)]) == b"onetwo"
    )
    assert unpacked("gzip", []) == b""
    assert unpacked("gzip", [gzip.compress(b"")]) == b""


@pytest.mark.parametrize(("coding", "pack"), WAYS)
def test_broken_bytes(coding: str, pack: Any) -> None:
    """What is not packed as the header says names the encoding; a cut is a cut."""
    for pieces in ([b"<html>not packed</html>"], [pack(b"x" * 99), b"and more of it"]):
        with pytest.raises(TransportFailure, match="that is broken") as caught:
            unpacked(coding, pieces)
        assert (caught.value.reason, caught.value.sent) == ("encoding", True)
    with pytest.raises(TransportFailure) as caught:
        unpacked(coding, [pack(bytes(range(256)))[:-3]])
    assert caught.value.reason == "truncated"


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "x" * 900, "böse\n"])
def test_other_encodings(coding: str) -> None:
    """Any other encoding is named, in bounds, with the first byte; without a body it is no matter."""
    Unpacker(coding).finish()
    with pytest.raises(TransportFailure) as caught:
        Unpacker(coding).put(b"x")
    assert caught.value.reason == "encoding"
    assert len(str(caught.value)) < 200
    if coding in {"br", "zstd"}:
        assert repr(coding) in str(caught.value)


def test_a_bomb_comes_in_pieces() -> None:
    """A thousandfold bomb gives pieces of bounded size, and holds no more than it was given."""
    unpacker = Unpacker("gzip")
    unpacker.put(gzip.compress(bytes(20_000_000)))
    assert [len(unpacker.take()) for _ in range(3)] == [PIECE] * 3
    assert len(unpacker._packed) < 30_000


def test_nothing_without_end() -> None:
    """Empty members for ever are no way around the limits."""
    empty = gzip.compress(b"") * 1000
    unpacker = Unpacker("gzip")
    with pytest.raises(TransportFailure, match="broken"):
        for _ in range(10_000):
            unpacker.put(empty)
            assert unpacker.take() == b""


def test_headers() -> None:
    """The headers of the packed body are gone; identity is no encoding."""
    plain = [("Content-Type", "a/b"), ("Content-Length", "7")]
    headers, unpacker = unpacker_for(plain)
    assert (dict(headers), unpacker) == ({"content-type": "a/b", "content-length": "7"}, None)
    headers, unpacker = unpacker_for([*plain, ("Content-Encoding", "GZip")])
    assert dict(headers) == {"content-type": "a/b"}
    assert unpacker is not None
    assert unpacker_for([*plain, ("Content-Encoding", "identity")])[1] is None


def answering(both: Both, answer: bytes, call: Any, **options: Any) -> Any:
    """Run a call against a server that gives one answer, again and again."""

    async def scenario() -> Any:
        async with both.client(base_url=f"http://127.0.0.1:{port}/v1", **options) as client:
            return await call(client)

    with serving(lambda connection: connection.sendall(answer)) as (port, seen):
        return both.run(scenario), len(seen)


def packed_answer(status: str, body: bytes, coding: str, kind: str = "application/json") -> bytes:
    """An answer with an encoding."""
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Encoding: {coding}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


@pytest.mark.parametrize(("coding", "pack"), WAYS)
def test_an_answer(both: Both, coding: str, pack: Any) -> None:
    """A packed answer is read as if it were not."""
    body = pack(b'{"object":"list","data":[]}')

    async def call(client: Any) -> Any:
        return await client.models.list()

    models, _ = answering(both, packed_answer("200 OK", body, coding), call)
    assert models.data == []


def test_a_stream(both: Both) -> None:
    """A packed stream gives its events."""
    chunk = {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": {"content": "hello"}, "finish_reason": "stop"}],
    }
    body = gzip.compress(f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode())

    async def call(client: Any) -> Any:
        stream = await client.chat.completions.create(**CHAT, stream=True)
        return await stream.final()

    answer = packed_answer("200 OK", body, "gzip", "text/event-stream")
    completion, _ = answering(both, answer, call)
    assert completion.choices[0].message.content == "hello"


def test_a_packed_error_decides_on_retries(both: Both) -> None:
    """A used-up quota is told by the code in the body: never repeated, though packed."""
    error = {"error": {"message": "No.", "type": "x", "code": "insufficient_quota"}}
    body = gzip.compress(json.dumps(error).encode())

    async def call(client: Any) -> Any:
        with pytest.raises(sdk.APIStatusError) as caught:
            await client.chat.completions.create(**CHAT)
        return caught.value

    caught, requests = answering(both, packed_answer("429 No", body, "gzip"), call)
    assert (caught.code, requests) == ("insufficient_quota", 1)


def test_another_encoding(both: Both) -> None:
    """Brotli is named, and the call is not made again for it."""

    async def call(client: Any) -> Any:
        with pytest.raises(sdk.RunInfraConnectionError, match="'br'") as caught:
            await client.chat.completions.create(**CHAT)
        return caught.value

    caught, requests = answering(both, packed_answer("200 OK", b"\x8b\x02\x80", "br"), call)
    assert (caught.reason, caught.outcome_unknown, requests) == ("encoding", True, 1)


def test_a_bomb(both: Both) -> None:
    """A bomb ends at max_response_bytes."""

    async def call(client: Any) -> Any:
        with pytest.raises(sdk.ResponseTooLargeError):
            await client.chat.completions.create(**CHAT)

    answer = packed_answer("200 OK", gzip.compress(bytes(10_000_000)), "gzip")
    answering(both, answer, call, max_response_bytes=1_000_000)
