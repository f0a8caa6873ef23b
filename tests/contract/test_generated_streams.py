"""Whatever the document allows on a stream is handed out, and nothing leaves the stream but our errors.

Events are generated from the component that ``x-runinfra-stream`` names,
put into a body, which is cut at random places, and read through a real client. Whole streams must
give each event back as it came; with faults in them, every way to use a stream returns or raises a
``RunInfraError``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runinfra_ext import RunInfraError
from tests.contract.exchanges import Exchange
from tests.contract.instances import (
    anything,
    dumped,
    examples,
    spoiled,
    texts,
)
from tests.contract.stream_events import (
    CALLS,
    EVENTS,
    STREAMS,
    cut,
    cuts,
    ending,
    ends,
    play,
    written,
)

by_operation = pytest.mark.parametrize("operation", CALLS)


@pytest.fixture(scope="module", params=["sync", "async"])
def exchange(request: pytest.FixtureRequest) -> Iterator[Exchange]:
    """A client of either kind over answers from memory."""
    made = Exchange(request.param)
    yield made
    made.close()


def test_every_stream_of_the_document_is_called_here():
    """A stream that is added to the document can't be forgotten here."""
    assert STREAMS.keys() == CALLS.keys()


@by_operation
def test_documented_streams_hand_out_what_came(operation: str, exchange: Exchange):
    """Every event comes out as it went in, whatever its neighbours and the cuts; then the result."""
    going_on = EVENTS[operation].filter(lambda event: not ends(operation, event))

    @examples(60)
    @given(st.lists(going_on, min_size=1, max_size=5), st.booleans(), cuts)
    def check(events, with_names, at):
        body = b"".join(
            written(event, event.get("type") if with_names and plain_type(event) else None)
            for event in events
        )
        *came, last = play(exchange, operation, cut(body + ending(operation), at))
        assert [dumped(event.to_dict()) for event in came[: len(events)]] == [
            dumped(event) for event in events
        ]
        # No fault of the stream: what the pieces add up to may still be no result.
        assert not isinstance(last, RunInfraError), last

    check()


def plain_type(event: Any) -> bool:
    """Whether the type can stand on an ``event:`` line: other than JSON, that knows no escapes."""
    kind = event.get("type")
    return isinstance(kind, str) and kind.isprintable() and kind.isascii() and kind.strip() == kind


_NOISE = st.sampled_from(
    [b": ping\n\n", b"\n", b"\r\n", b"data\n\n", b"data: null\n\n", b"data: [DONE]\n\n", b"data: {\n\n",
     b"data: []\n\n", b"event: error\ndata: no\n\n", b"retry: x\n\n", b"id: \x00\n\n", b"\xff\xfe", b"<html>",
     b"data: " + b"[" * 5000 + b"\n\n", b"data: {}\n\n", b'data: {"error": "x"}\n\n', b'data: {"error": []}\n\n']
)  # fmt: skip


@by_operation
def test_spoiled_streams_stay_in_the_tree(operation: str, exchange: Exchange):
    """Faults in events, noise between them, odd names and a cut body: a result, or our error."""
    good = EVENTS[operation]
    name = st.none() | texts.filter(lambda text: "\n" not in text and "\r" not in text)
    piece = st.one_of(
        st.builds(written, good, name),
        st.builds(lambda raw, name: written(None, name, raw=raw), spoiled(good), name),
        st.builds(lambda raw, name: written(None, name, raw=raw), spoiled(good), name),
        st.builds(written, anything, name),
        _NOISE,
    )

    @examples(200)
    @given(st.lists(piece, min_size=1, max_size=5), st.booleans(), cuts)
    def check(parts, ended, at):
        body = b"".join(parts) + (ending(operation) if ended else b"")
        for parse in (False, True) if operation == "createChatCompletion" else (False,):
            for _ in play(exchange, operation, cut(body, at), parse=parse):
                pass

    check()
