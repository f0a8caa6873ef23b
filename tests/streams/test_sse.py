"""The decoder of server-sent events, against the standard, every cut, and another decoder."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import httpx_sse
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runinfra_ext._stream.sse import ServerSentEvent, SSEDecoder
from runinfra_ext.errors import StreamTooLargeError

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.sse"))


def decode(*pieces: bytes, limit: int = 1 << 20) -> list[ServerSentEvent]:
    decoder = SSEDecoder(limit)
    for piece in pieces:
        decoder.feed(piece)
    last = decoder.end()
    return [*decoder.events, *([last] if last else [])]


def data(*pieces: bytes) -> list[bytes]:
    return [event.data for event in decode(*pieces)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"data: a\n\ndata: b\n\n", [b"a", b"b"]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", [b"a", b"b"]),
        (b"data: a\r\rdata: b\r\r", [b"a", b"b"]),
        (b"data: a\r\n\ndata: b\n\r\n", [b"a", b"b"]),
        (b"data:a\n\n", [b"a"]),
        (b"data:  a\n\n", [b" a"]),
        (b"data: a\ndata: b\n\n", [b"a\nb"]),
        (b"data\n\n", [b""]),
        (b"data:\ndata\n\n", [b"\n"]),
        (b": comment\n\n:\n\ndata: a\n:x\ndata: b\n\n", [b"a\nb"]),
        (b"\xef\xbb\xbfdata: a\n\n", [b"a"]),
        (b"data: \xef\xbb\xbfa\n\n", [b"\xef\xbb\xbfa"]),
        (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n", [b"b"]),
        ("data: a\u2028b\u0085c\n\n".encode(), ["a\u2028b\u0085c".encode()]),
        (b"data: a\x0bb\x0cc\x1cd\n\n", [b"a\x0bb\x0cc\x1cd"]),
        (b"event: x\n\ndata: a\n\n", [b"a"]),
        (b"dat: a\n\ndatax: b\n\n data: c\n\n", []),
        (b"data: a", [b"a"]),
        (b"data: a\n", [b"a"]),
        (b"", []),
        (b"\n\n\n", []),
        (b"\xef\xbb", []),
    ],
)
def test_grammar(body: bytes, expected: list[bytes]) -> None:
    """Line ends, fields, comments and the byte order mark are those of the standard."""
    assert expected == data(body)


def test_name_of_an_event() -> None:
    """It lasts for one event; what the standard has for taking a stream up again says nothing."""
    decoder = SSEDecoder(1000)
    decoder.feed(b"event: x\nid: 1\nretry: 250\ndata: a\n\nid: 2\0\ndata: b\n\n")

    assert [ServerSentEvent(b"a", "x"), ServerSentEvent(b"b", "")] == list(decoder.events)


def test_field_of_an_error() -> None:
    """Engines report an error in a field of that name: it is an event like one that is named so."""
    events = decode(b'error: {"code":500}\n\ndata: [DONE]\n\n')

    assert [ServerSentEvent(b'{"code":500}', "error"), ServerSentEvent(b"[DONE]")] == events


def test_event_comes_with_its_blank_line() -> None:
    """An event is there as soon as the CR of its blank line is, and not once more for the LF."""
    decoder = SSEDecoder(1000)
    decoder.feed(b"data: a\r\n\r")
    assert [b"a"] == [event.data for event in decoder.events]

    decoder.feed(b"\ndata: b\n\n")
    assert [b"a", b"b"] == [event.data for event in decoder.events]


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_every_cut_of_the_corpus(path: Path) -> None:
    """Two pieces, cut anywhere, or single bytes, give the same events as the whole."""
    body = path.read_bytes()
    whole = decode(body)

    assert whole == decode(*(body[i : i + 1] for i in range(len(body))))
    for cut in range(len(body)):
        assert whole == decode(body[:cut], body[cut:])


LINES = st.one_of(
    st.sampled_from(
        ["", "data", "data:", "data: x", "data:y", "event: e", "id: 7", "retry: 5", ": c", "z: 1"]
    ),
    st.text(alphabet="d:ata \u2028\u0085é\x0b\0", max_size=8),
)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])


@given(st.lists(st.tuples(LINES, ENDS), max_size=12), st.data())
def test_any_fragmentation(lines: list[tuple[str, bytes]], draw: st.DataObject) -> None:
    """However a body is cut, the events are the same."""
    body = b"".join(line.encode() + end for line, end in lines)
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(body)), max_size=6)))
    edges = [0, *cuts, len(body)]
    pieces = [body[a:b] for a, b in pairwise(edges)]

    assert decode(body) == decode(*pieces)


@given(st.lists(LINES, max_size=20))
def test_like_another_decoder(lines: list[str]) -> None:
    """httpx-sse, fed with lines, gives the same events.

    It also gives events without data, which the standard drops.
    """
    other = httpx_sse._decoders.SSEDecoder()
    expected = []
    has_data = False
    for line in [*lines, ""]:
        has_data = has_data or line == "data" or line.startswith("data:")
        event = other.decode(line)
        if line == "" and event is not None and has_data:
            name = "" if event.event == "message" else event.event
            expected.append(ServerSentEvent(event.data.encode(), name))
        if line == "":
            has_data = False
    decoder = SSEDecoder(1 << 20)
    decoder.feed("".join(f"{line}\n" for line in [*lines, ""]).encode())

    assert expected == list(decoder.events)


@given(st.text(), st.integers(1, 7))
def test_text_survives(text: str, size: int) -> None:
    """Any text, as JSON with its characters unescaped, comes back, in pieces of any size."""
    body = b"data: " + json.dumps([text], ensure_ascii=False).encode("utf-8", "replace") + b"\n\n"
    expected = [body[6:-2]]

    assert expected == data(*(body[i : i + size] for i in range(0, len(body), size)))


@pytest.mark.parametrize("size", [1, 7, 4096])
@pytest.mark.parametrize(
    "body",
    [b"data: " + b"x" * 95 + b"\n\n", b"data: xxxxxxxxxx\n" * 9, b": " + b"x" * 100],
    ids=["line", "lines", "comment"],
)
def test_limit(size: int, body: bytes) -> None:
    """Beyond the limit there is a typed error, whether or not the event has ended."""
    decoder = SSEDecoder(100)
    first = b"data: first\n\n"
    pieces = [body[i : i + size] for i in range(0, len(body), size)]
    decoder.feed(first)

    with pytest.raises(StreamTooLargeError, match="100 bytes"):
        for piece in pieces:
            decoder.feed(piece)
    assert [b"first"] == [event.data for event in decoder.events]


def test_limit_is_of_one_event() -> None:
    """Events up to the limit, and comments between lines, may go on for ever."""
    event = b"data: " + b"x" * 94 + b"\n\n"

    assert 500 == len(decode(*[event] * 500, limit=100))
    assert [b"a\nb"] == [
        e.data for e in decode(b"data: a\n", *[b": ping\n"] * 500, b"data: b\n\n", limit=100)
    ]


def test_work_is_linear() -> None:
    """A long event that comes in small pieces is joined once, not once for each piece."""
    decoder = SSEDecoder(1 << 22)
    decoder.feed(b"data: ")
    for _ in range(2000):
        decoder.feed(b"x" * 100)
    pieces = decoder._tail

    assert 2001 == len(pieces)
    decoder.feed(b"\n\n")
    assert 200_000 == len(decoder.events[0].data)
