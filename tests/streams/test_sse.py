"""The decoder of server-sent events: the grammar, any fragmentation, bounded memory."""

from __future__ import annotations

import itertools

import pytest
from httpx_sse._decoders import SSEDecoder as Reference
from hypothesis import given
from hypothesis import strategies as st

from runinfra_ext.sse import EventTooLarge, ServerSentEvent, SSEDecoder


def decode(*chunks, limit=1_000_000):
    """Events of the chunks, with the one that the end cut off."""
    decoder = SSEDecoder(limit)
    return [e for chunk in chunks for e in decoder.feed(chunk)] + decoder.finish()


def test_the_grammar():
    """Each rule of the standard once."""
    assert decode(b"data: a\n\n") == [ServerSentEvent(b"a")]
    assert decode(b"data:a\ndata: b\r\ndata:\r\r") == [ServerSentEvent(b"a\nb\n")]
    assert decode(b"data:  two\n\n") == [ServerSentEvent(b" two")]
    assert decode(b"\xef\xbb\xbfdata: a\n\n") == [ServerSentEvent(b"a")]
    assert decode(b": beat\n\ndata: a\n\n") == [ServerSentEvent(b"a")]
    assert decode(b"data\n\n") == [ServerSentEvent(b"")]
    assert decode(b"event: x\n\ndata: a\n\n") == [ServerSentEvent(b"a")]
    assert decode(b"event: x\ndata: a\n\ndata: b\n\n") == [
        ServerSentEvent(b"a", "x"),
        ServerSentEvent(b"b"),
    ]
    assert decode(b"id: 7\nretry: 10\ndata: a\n\ndata: b\n\n") == [
        ServerSentEvent(b"a", "", "7", 10),
        ServerSentEvent(b"b", "", "7"),
    ]
    assert decode(b"id: a\0b\nretry: soon\nother: x\ndata: a\n\n") == [ServerSentEvent(b"a")]
    assert decode("data: a\u2028b\n\n".encode()) == [ServerSentEvent("a\u2028b".encode())]
    assert decode(b"data: last") == [ServerSentEvent(b"last")]
    assert decode() == []


CORPUS = [
    b"data: a\n\n",
    b"\xef\xbb\xbf: x\r\ndata: a\r\ndata: b\r\n\r\nevent: e\rdata: c\r\r",
    'data: {"t":"ü\u2028😀"}\n\nid: 1\ndata: z'.encode(),
    b"\r\n\r\ndata:x\r\r\n\n",
]


@pytest.mark.parametrize("text", CORPUS)
def test_every_way_to_cut_it(text):
    """One, two or three pieces, and single bytes: always the same events."""
    whole = decode(text)
    assert decode(*(text[i : i + 1] for i in range(len(text)))) == whole
    for a, b in itertools.combinations(range(len(text) + 1), 2):
        assert decode(text[:a], text[a:b], b"", text[b:]) == whole


LINES = st.lists(
    st.sampled_from(
        ["data: a", "data:", "data: é😀", "event: x", "event", ": c", "id: 5", "", "", "foo: bar"]
    ),
    max_size=12,
)


@given(LINES, st.sampled_from(["\n", "\r\n", "\r"]), st.lists(st.integers(0, 200), max_size=6))
def test_against_an_independent_decoder(lines, end, cuts):
    """The same events as httpx-sse, for whole input, wherever it is cut."""
    reference = Reference()
    expected = []
    for line in [*lines, ""]:
        event = reference.decode(line)
        if event is not None and event.data:
            expected.append((event.data, event.event if event.event != "message" else ""))
    raw = "".join(line + end for line in [*lines, ""]).encode()
    places = sorted({min(cut, len(raw)) for cut in cuts})
    chunks = [raw[a:b] for a, b in zip([0, *places], [*places, len(raw)])]
    events = [(e.data.decode(), e.event) for e in decode(*chunks) if e.data]
    assert events == expected


def test_memory_is_bounded():
    """An event beyond the limit is an error, in one line or in many, also without any line end."""
    for chunks in (
        [b"data: " + b"x" * 101],
        [b"x" * 60, b"x" * 60],
        [b"data: xxxxxxxxxx\n"] * 10,
        [b": beat\n"] * 20,
    ):
        with pytest.raises(EventTooLarge):
            decode(*chunks, limit=100)
    assert len(decode(*[b"data: " + b"x" * 80 + b"\n\n"] * 50, limit=100)) == 50


def test_work_is_linear():
    """A line of a megabyte in single bytes costs one search for each byte, not for each prefix."""
    decoder = SSEDecoder(10_000_000)
    decoder.feed(b"data: ")
    for _ in range(200_000):
        decoder.feed(b"xxxxx")
    (event,) = decoder.feed(b"\n\n")
    assert len(event.data) == 1_000_000
