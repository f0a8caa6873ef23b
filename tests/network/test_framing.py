"""Where an answer begins and ends, byte by byte; no socket is opened."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runinfra_ext._http.heads import HEAD_BYTES, Heads, Unframed
from runinfra_ext._http.urllib3_framing import (
    ChunkedBody,
    CutHead,
    Head,
    OpenBody,
    SizedBody,
    body_of,
)
from tests.network.hostile import chunked


def lines_of(data: bytes, *more: bytes) -> list[bytes]:
    """All lines of one head; further pieces come when they are asked for."""
    pieces = iter([*more, b""])
    head = Head(lambda: next(pieces), data)
    lines = [head.readline()]
    while lines[-1] not in (b"\r\n", b"\n"):
        lines.append(head.readline())
    return [*lines, head.rest]


def pieces_of(data: bytes, cuts: list[int]) -> list[bytes]:
    """The data cut at these places."""
    places = [0, *sorted({cut % (len(data) + 1) for cut in cuts}), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(places)]


def test_a_head_is_read_line_by_line_however_it_comes() -> None:
    data = b"HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\nrest"
    expected = [b"HTTP/1.1 200 OK\r\n", b"A: b\r\n", b" folded\r\n", b"\r\n", b"rest"]
    assert lines_of(data) == expected
    bytewise = lines_of(b"", *(data[i : i + 1] for i in range(len(data))))
    assert bytewise == [*expected[:-1], b""]


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/0.9 200 OK\r\n",
        b"HTTP/2 200 OK\r\n",
        b"HTTP/1.1 2000 OK\r\n",
        b"HTTP/1.1 +20 OK\r\n",
        b"HTTP/1.1  200 OK\r\n",
        b" HTTP/1.1 200 OK\r\n",
        b"\r\nHTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\rContent-Length: 5\r\n",
        b"ICY 200 OK\r\n",
        b"HTTP/1.1 099 x\r\n",
        b"SSH-2.0-OpenSSH_9\r\n",
    ],
)
def test_what_is_no_status_line_is_refused(data: bytes) -> None:
    with pytest.raises(Unframed):
        lines_of(data)


@pytest.mark.parametrize(
    "line",
    [
        b"Content-Length : 5\r\n",
        b"A: b\rContent-Length: 5\r\n",
        b"A: b\0c\r\n",
        b"no colon\r\n",
        b": no name\r\n",
        b"n\xc3\xa4me: x\r\n",
        b"A: b\r\r\n",
    ],
)
def test_what_is_no_field_is_refused(line: bytes) -> None:
    """Whatever could be read as two different heads is none."""
    with pytest.raises(Unframed):
        lines_of(b"HTTP/1.1 200 OK\r\n" + line + b"\r\n")


@pytest.mark.parametrize(
    ("data", "begun"),
    [
        (b"", False),
        (b"HTT", True),
        (b"HTTP/1.1 200 OK\r\nA: b", True),
        (b"HTTP/1.1 200 OK\r\n", True),
        (b"HTTP/1.1 100 Continue\r\n\r\n", False),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2", True),
    ],
)
def test_a_head_that_is_cut_is_told(data: bytes, *, begun: bool) -> None:
    with pytest.raises(CutHead) as caught:
        lines_of(data)
    assert caught.value.begun is begun


INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n folded\r\n\r\n"
FINAL = b"HTTP/1.0 200\nA: b\r\n\t folded \r\nB:c\n\r\n"


@given(cuts=st.lists(st.integers(0, 500), max_size=8))
def test_a_head_is_the_same_however_it_is_cut(cuts: list[int]) -> None:
    """Interim ones are dropped, folded lines joined; both readers find the same end of it."""
    for data in (INTERIM * 2 + FINAL + b"rest\n\n", FINAL.replace(b"\r\n", b"\n") + b"\n"):
        heads, found, rest = Heads(), None, b""
        cut = [piece for piece in pieces_of(data, cuts) if piece]
        for piece in cut:
            if found is None:
                found = heads.feed(piece)
            else:
                rest += piece
        assert found is not None
        plain, behind = found
        assert b"A: b folded " in plain
        assert b"\n\t" not in plain
        pieces = iter([*cut, b""])
        head = Head(lambda pieces=pieces: next(pieces))
        lines = [head.readline()]
        while lines[-1] not in (b"\r\n", b"\n"):
            lines.append(head.readline())
        assert lines[0].startswith(b"HTTP/1.0 200")
        assert (head.rest + b"".join(pieces)) == behind + rest


def test_interim_heads_have_a_limit() -> None:
    """A server that sends nothing but them is not listened to for ever."""
    with pytest.raises(Unframed):
        lines_of(b"", *[INTERIM] * 5000)
    heads = Heads()
    with pytest.raises(Unframed):
        for _ in range(5000):
            heads.feed(INTERIM)


def test_a_head_has_a_limit() -> None:
    """Of its lines together, and of one that never ends."""
    with pytest.raises(Unframed):
        lines_of(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * HEAD_BYTES)
    with pytest.raises(Unframed):
        lines_of(b"H" * (HEAD_BYTES + 1), b"T")


@pytest.mark.parametrize(
    ("headers", "version"),
    [
        ([("Content-Length", "5"), ("content-length", "6")], 11),
        ([("Content-Length", "5"), ("Content-Length", "5")], 11),
        ([("Content-Length", "5, 5")], 11),
        ([("Content-Length", "+5")], 11),
        ([("Content-Length", "-5")], 11),
        ([("Content-Length", "0x5")], 11),
        ([("Content-Length", "5_0")], 11),
        ([("Content-Length", "")], 11),
        ([("Content-Length", "٥")], 11),
        ([("Content-Length", "9" * 30)], 11),
        ([("Content-Length", "5"), ("Transfer-Encoding", "chunked")], 11),
        ([("Transfer-Encoding", "gzip, chunked")], 11),
        ([("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")], 11),
        ([("Transfer-Encoding", "identity")], 11),
        ([("Transfer-Encoding", "xchunked")], 11),
        ([("Transfer-Encoding", "chunked")], 10),
    ],
)
def test_framing_that_is_not_certain_is_refused(
    headers: list[tuple[str, str]], version: int
) -> None:
    with pytest.raises(Unframed):
        body_of("POST", 200, version, headers, defects=False)


def test_defects_are_refused() -> None:
    with pytest.raises(Unframed):
        body_of("POST", 200, 11, [], defects=True)


@pytest.mark.parametrize(
    ("method", "status", "headers", "kind"),
    [
        ("POST", 200, [("content-LENGTH", " 5\t")], SizedBody),
        ("POST", 200, [("transfer-encoding", "Chunked")], ChunkedBody),
        ("POST", 200, [("x-content-length-", "5"), ("other-header-x", "1")], OpenBody),
        ("POST", 204, [], SizedBody),
        ("POST", 304, [("Content-Length", "5")], SizedBody),
        ("HEAD", 200, [("Content-Length", "5")], SizedBody),
    ],
)
def test_framing_that_is_certain(
    method: str, status: int, headers: list[tuple[str, str]], kind: type
) -> None:
    body = body_of(method, status, 11, headers, defects=False)
    assert type(body) is kind
    assert body.over is (status != 200 or method == "HEAD")


@given(st.lists(st.binary(min_size=1, max_size=40)), st.lists(st.integers(0, 10**6)), st.booleans())
def test_chunks_are_the_same_however_they_are_cut(
    chunks: list[bytes], cuts: list[int], trailer: bool
) -> None:
    """Any chunks in any pieces give the body, its end, and no byte more."""
    data = chunked(*chunks)
    if trailer:
        data = data[:-2] + b"X-Sum: 1\r\nY: 2\r\n\r\n"
    body = ChunkedBody()
    assert b"".join(body.feed(piece) for piece in pieces_of(data, cuts)) == b"".join(chunks)
    assert (body.over, body.surplus) == (True, False)


@given(st.binary(max_size=60), st.lists(st.integers(0, 10**6)), st.integers(1, 20))
def test_sized_bodies_end_where_they_end(data: bytes, cuts: list[int], more: int) -> None:
    body = SizedBody(len(data))
    got = b""
    for piece in pieces_of(data + b"!" * more, cuts):
        if not body.over:
            got += body.feed(piece)
    assert got == data
    assert body.over


def test_surplus_is_told() -> None:
    for body, data in ((SizedBody(2), b"abc"), (ChunkedBody(), chunked(b"ab") + b"c")):
        assert body.feed(data) == b"ab"
        assert (body.over, body.surplus) == (True, True)


def test_extensions_of_chunks_are_passed_over() -> None:
    body = ChunkedBody()
    assert body.feed(b'2 ; a="b"\r\nab\r\n0;x\r\n\r\n') == b"ab"
    assert body.over


@pytest.mark.parametrize(
    "data",
    [
        b"+2\r\nab\r\n",
        b"-2\r\nab\r\n",
        b"0x2\r\nab\r\n",
        b"2_0\r\nab\r\n",
        b" 2\r\nab\r\n",
        b"2\nab\r\n",
        b"\r\n2\r\nab",
        b"ffffffffffffffff\r\nab",
        b"2;" + b"x" * 3000,
        b"zz\r\n",
        b"\r\n",
    ],
)
def test_a_broken_size_of_a_chunk_is_refused(data: bytes) -> None:
    body = ChunkedBody()
    with pytest.raises(Unframed):
        body.feed(data)
    with pytest.raises(Unframed):
        body.feed(b"")


@pytest.mark.parametrize("behind", [b"XY2\r\nab\r\n", b"\rX", b"\n2\r\nab", b"\r\nzz\r\n"])
def test_what_stands_before_a_broken_chunk_is_handed_out_first(behind: bytes) -> None:
    body = ChunkedBody()
    assert body.feed(b"2\r\nab" + behind) == b"ab"
    with pytest.raises(Unframed):
        body.feed(b"")
    assert not body.over


def test_trailers_have_a_limit() -> None:
    body = ChunkedBody()
    with pytest.raises(Unframed):
        body.feed(b"0\r\n" + b"X: y\r\n" * 3000)
    body = ChunkedBody()
    assert body.feed(b"2\r\nab\r\n0\r\n" + b"X: y\r\n" * 3000) == b"ab"
    with pytest.raises(Unframed):
        body.feed(b"X: y\r\n")
