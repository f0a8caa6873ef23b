"""Streams as engines and gateways send them, quirks included, come to the expected objects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from runinfra_ext.errors import RunInfraError

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.sse"))
GOOD = [
    path for path in CORPUS if "final" in json.loads(path.with_suffix(".json").read_text("utf-8"))
]
BAD = [path for path in CORPUS if path not in GOOD]


def load(path: Path) -> tuple[bytes, dict[str, Any]]:
    return path.read_bytes(), json.loads(path.with_suffix(".json").read_text("utf-8"))


def operation(path: Path) -> str:
    return "createChatCompletion" if path.stem.startswith("chat") else "createResponse"


def comparable(result: Any) -> Any:
    # NaN is not equal to itself; as JSON text it is. Sorted, because order means nothing.
    return json.dumps(result.to_dict(), sort_keys=True)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_stream(play: Any, path: Path) -> None:
    """Events, text, complete tool calls and the final object are those of the expectation."""
    body, expected = load(path)
    played = play(body, operation=operation(path))
    events = played.list()

    assert expected["events"] == len(events)
    assert expected["text"] == played.stream.text
    assert expected.get("tool_calls", []) == [call.id for call in played.stream.tool_calls]
    assert json.dumps(expected["final"], sort_keys=True) == comparable(played.call("final"))
    assert played.body.closed == 1


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_pieces_of_text(play: Any, path: Path) -> None:
    """The text stream gives the same text, in pieces none of which is empty."""
    body, expected = load(path)
    played = play(body, operation=operation(path))
    pieces = played.list(played.stream.text_stream)

    assert expected["text"] == "".join(pieces)
    assert "" not in pieces


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_events_come_back_as_they_came(play: Any, path: Path) -> None:
    """No event loses a field, known or not, on its way through the models."""
    body, _ = load(path)
    sent = [
        json.loads(line[6:]) for line in body.decode().splitlines() if line.startswith("data: {")
    ]
    for event in sent:
        if operation(path) == "createResponse":
            event.setdefault("type", "response.created")
    events = play(body, operation=operation(path)).list()

    assert [json.dumps(e, sort_keys=True) for e in sent] == [comparable(e) for e in events]


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_fragments(play: Any, path: Path, size: int) -> None:
    """Bytes in pieces of any size come to the same object."""
    body, expected = load(path)
    pieces = [body[i : i + size] for i in range(0, len(body), size)]
    played = play(*pieces, operation=operation(path))

    assert json.dumps(expected["final"], sort_keys=True) == comparable(played.call("final"))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_reported_error(play: Any, path: Path) -> None:
    """An error in the stream comes after the events before it, with all of them as partial."""
    body, expected = load(path)
    played = play(body, operation=operation(path))
    for _ in range(expected["events"]):
        assert played.next() is not None
    with pytest.raises(RunInfraError) as caught:
        played.next()

    assert expected["error"] == type(caught.value).__name__
    assert expected["events"] == caught.value.event_count
    assert expected["text"] == played.stream.text
    assert "req_1" == caught.value.request_id
    assert played.body.closed == 1
