"""How a stream ends: well, cut, with an error inside, or never having been one (faults 1-3, 8-11, 13)."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from runinfra_ext import errors
from runinfra_ext.errors import (
    APIStatusError,
    RateLimitError,
    ReadTimeoutError,
    RunInfraConnectionError,
    RunInfraError,
    RunInfraStreamParseError,
    ServiceUnavailableError,
    StreamConsumedError,
    StreamTooLargeError,
    StreamTruncatedError,
    UnexpectedContentError,
)


def failure(played: Any, cls: type[RunInfraError], after: int = 0) -> Any:
    """The error of a stream after so many events; asking again gives it again."""
    for _ in range(after):
        assert played.next() is not None
    with pytest.raises(cls) as caught:
        played.next()
    error = caught.value

    assert error.event_count == after
    assert error.request_id == "req_1"
    assert error.client_request_id == "client_1"
    assert error.attempts == 2
    assert error.__cause__ is None
    assert error.__context__ is None
    assert played.body.closed == 1
    with pytest.raises(cls) as again:
        played.next()
    assert again.value is error
    with pytest.raises(cls):
        played.call("final")
    return error


def test_clean_end_without_marker(play: Any) -> None:
    """Fault 1: text and then a clean end is a truncated stream with the text in it."""
    played = play(play.chunk("Sev"), play.chunk("en"))
    error = failure(played, StreamTruncatedError, after=2)

    assert error.partial.choices[0].message.content == "Seven"
    assert error.partial.request_id == "req_1"
    assert error.outcome_unknown
    assert error.status == 200
    assert "Seven" == played.stream.text


def test_clean_end_of_responses(play: Any) -> None:
    """Fault 1: a Responses stream ends with its terminal event and nothing else, [DONE] included."""
    delta = {"type": "response.output_text.delta", "item_id": "i", "output_index": 0, "delta": "Se"}
    played = play(play.event(delta), play.DONE, operation=play.RESPONSES)
    error = failure(played, StreamTruncatedError, after=1)

    assert error.partial.output_text == "Se"


def test_one_of_two_choices_unfinished(play: Any) -> None:
    """Fault 1: a finish reason of one choice does not complete the other."""
    played = play(
        play.chunk("a", "stop"),
        play.event({"choices": [{"index": 1, "delta": {"content": "b"}, "finish_reason": None}]}),
    )
    failure(played, StreamTruncatedError, after=2)


def test_empty_finish_reason_is_none(play: Any) -> None:
    """Engines that send "" for "not yet" do not end the stream by it."""
    failure(play(play.chunk("a", "")), StreamTruncatedError, after=1)


def test_allow_truncated(play: Any) -> None:
    """allow_truncated takes a clean end for the end, but not an empty stream, nor a broken one."""
    played = play(play.chunk("Sev"), allow_truncated=True)
    assert 1 == len(played.list())
    assert "Sev" == played.call("final").choices[0].message.content

    failure(play(b": ping\n\n", allow_truncated=True), StreamTruncatedError)
    broken = play(play.chunk("a"), play.lost("truncated"), allow_truncated=True)
    failure(broken, RunInfraConnectionError, after=1)


def test_allow_truncated_drops_half_a_tool_call(play: Any) -> None:
    """With allow_truncated, too, a tool call that is not complete is none."""
    call = {
        "index": 0,
        "id": "a",
        "type": "function",
        "function": {"name": "f", "arguments": '{"x'},
    }
    played = play(play.chunk(tool_calls=[call]), allow_truncated=True)

    assert played.call("final").choices[0].message.tool_calls is None


@pytest.mark.parametrize(
    "rest", [b'data: {"choices": [{"ind', b"data: {", b'data: {"a": 1]', b"data: nope"]
)
def test_end_inside_of_an_event(play: Any, rest: bytes) -> None:
    """Fault 2: a last event that is cut is a truncated stream, not bad JSON."""
    failure(play(play.chunk("a"), rest), StreamTruncatedError, after=1)


@pytest.mark.parametrize("rest", [b"data: [DO", b"data", b"da", b": pi", b"event: x", b"data:"])
def test_end_inside_of_the_marker(play: Any, rest: bytes) -> None:
    """A finished answer stays whole if only the marker behind it is cut."""
    played = play(play.chunk("a"), play.chunk(finish="stop"), rest)

    assert 2 == len(played.list())
    assert "a" == played.call("final").choices[0].message.content


def test_last_event_without_its_blank_line(play: Any) -> None:
    """An event that lacks only its line end is handed out."""
    body = play.chunk("a") + play.chunk(finish="stop").rstrip()

    assert 2 == len(play(body).list())


def test_end_inside_of_a_tool_call(play: Any) -> None:
    """Fault 2: a tool call whose arguments are cut is nowhere: not in the list, not in partial."""
    whole = {
        "index": 0,
        "id": "a",
        "type": "function",
        "function": {"name": "f", "arguments": "{}"},
    }
    half = {
        "index": 1,
        "id": "b",
        "type": "function",
        "function": {"name": "g", "arguments": '{"x": "'},
    }
    played = play(play.chunk(tool_calls=[whole]), play.chunk(tool_calls=[half]))
    error = failure(played, StreamTruncatedError, after=2)

    assert ["a"] == [call.id for call in played.stream.tool_calls]
    assert ["a"] == [call.id for call in error.partial.choices[0].message.tool_calls]


@pytest.mark.parametrize("kind", ["truncated", "reset", "protocol"])
def test_broken_connection(play: Any, kind: str) -> None:
    """Fault 3: a body cut in mid-chunk is a connection error with what had come."""
    error = failure(play(play.chunk("Sev"), play.lost(kind)), RunInfraConnectionError, after=1)

    assert error.partial.choices[0].message.content == "Sev"
    assert error.phase == "outcome_unknown"


@pytest.mark.parametrize(
    ("reason", "cls"), [("reset", RunInfraConnectionError), ("read_timeout", ReadTimeoutError)]
)
def test_broken_behind_white_space(play: Any, reason: str, cls: Any) -> None:
    """White space is no answer yet: how the body ended is told, not that it ended."""
    failure(play(b"\n \n", play.lost(reason)), cls)


def test_broken_after_the_marker(play: Any) -> None:
    """After the terminal marker a broken connection no longer matters."""
    played = play(play.chunk("a", "stop") + play.DONE, play.lost("truncated"))

    assert 1 == len(played.list())
    assert "a" == played.call("final").choices[0].message.content


ERRORS = [
    (
        {"error": {"message": "busy", "type": "overloaded", "code": "overloaded"}},
        ServiceUnavailableError,
        503,
    ),
    ({"error": {"message": "slow down", "code": 429}}, RateLimitError, 429),
    ({"error": {"message": "slow down", "code": "429"}}, RateLimitError, 429),
    ({"error": "it broke"}, errors.InternalServerError, 500),
    ({"error": {"type": "insufficient_quota"}}, errors.QuotaExceededError, 429),
    (
        {"object": "error", "message": "bad", "type": "BadRequestError", "code": 400},
        errors.BadRequestError,
        400,
    ),
    ({"error": {"message": "m", "code": 401}, "choices": []}, errors.AuthenticationError, 401),
    ({"type": "error", "message": "it broke"}, errors.InternalServerError, 500),
    ({"message": "busy", "code": 503}, ServiceUnavailableError, 503),
    ({"detail": "it broke"}, errors.InternalServerError, 500),
]


@pytest.mark.parametrize("after", [0, 2])
@pytest.mark.parametrize(("body", "cls", "status"), ERRORS)
def test_reported_error(play: Any, body: dict[str, Any], cls: Any, status: int, after: int) -> None:
    """Fault 8: an error object raises what its HTTP status would, before and after events."""
    played = play(*[play.chunk("x")] * after, play.event(body) + play.DONE)
    error = failure(played, cls, after=after)

    assert type(error) is cls
    assert error.status == status
    assert error.body == body
    assert error.message in {"busy", "slow down", "it broke", "bad", "m"} or "error" in body
    assert error.outcome_unknown is True
    assert (error.partial is None) == (after == 0)


def test_words_beside_choices_are_no_report(play: Any) -> None:
    """An event that has choices is one, whatever else it holds."""
    chunk = {"id": "c", "model": "m", "choices": [], "message": "warming up", "type": "error"}
    played = play(play.event(chunk), play.chunk("a", "stop") + play.DONE)

    assert len(played.list()) == 2


@pytest.mark.parametrize("data", ['{"message": "gone", "code": 503}', "gone"])
def test_event_named_error(play: Any, data: str) -> None:
    """An event of the name `error` is one, with or without JSON."""
    error = failure(play(play.event(data, "error")), APIStatusError)

    assert error.message == "gone"


@pytest.mark.parametrize(
    ("event", "cls"),
    [
        (
            {"type": "error", "code": "rate_limit_exceeded", "message": "slow", "param": None},
            RateLimitError,
        ),
        ({"type": "error", "error": {"code": 429, "message": "slow"}}, RateLimitError),
        ({"error": {"code": 429, "message": "slow"}}, RateLimitError),
        (
            {
                "type": "response.failed",
                "response": {
                    "id": "r",
                    "model": "m",
                    "status": "failed",
                    "error": {"code": "rate_limit_exceeded", "message": "slow"},
                },
            },
            RateLimitError,
        ),
        (
            {"type": "response.failed", "response": {"id": "r", "model": "m", "error": None}},
            errors.InternalServerError,
        ),
    ],
)
def test_reported_error_of_responses(play: Any, event: dict[str, Any], cls: Any) -> None:
    """Fault 8: `error` and `response.failed` raise, with the whole event as the error's body."""
    error = failure(play(play.event(event), operation=play.RESPONSES), cls)

    assert event.items() <= error.body.items()
    if "response" in event:
        assert error.partial.id == "r"


def test_field_of_an_error_before_the_marker(play: Any) -> None:
    """llama-server reports an error in a field of its own and marks the stream as done: not well."""
    report = b'error: {"code": 503, "message": "Loading model", "type": "unavailable_error"}\n\n'
    error = failure(
        play(play.chunk("a") + report + play.DONE), errors.ServiceUnavailableError, after=1
    )

    assert error.message == "Loading model"
    assert error.partial.choices[0].message.content == "a"


def test_null_error_is_none(play: Any) -> None:
    """`error: null` beside the choices says that all is well."""
    body = {
        "id": "c",
        "model": "m",
        "error": None,
        "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
    }

    assert 1 == len(play(play.event(body)).list())


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ('{"choices": [{]}', "is not a JSON object"),
        ("[1]", "is not a JSON object"),
        ('"text"', "is not a JSON object"),
        ("{'a': 1}", "is not a JSON object"),
        ('{"choices": 5}', "is not a ChatCompletionChunk"),
        ('{"choices": [5]}', "is not a ChatCompletionChunk"),
        ('{"choices": [""]}', "is not a ChatCompletionChunk"),
        ('{"choices": [{"delta": {"tool_calls": [5]}}]}', "is not a ChatCompletionChunk"),
    ],
)
def test_malformed_event(play: Any, data: str, problem: str) -> None:
    """Fault 9: bad JSON between good events: a decode error with its place and a snippet."""
    played = play(play.chunk("a") + play.event(data) + play.chunk("b"))
    error = failure(played, RunInfraStreamParseError, after=1)

    assert f"Event 1 of the stream {problem}" in error.message
    assert repr(data) in error.message
    assert data == error.body
    assert error.partial.choices[0].message.content == "a"


def test_data_that_says_nothing(play: Any) -> None:
    """null, as some gateways send it, and empty data are no events."""
    played = play(play.event("null"), play.event(" "), b"data\n\n", play.chunk("a", "stop"))

    assert 1 == len(played.list())


def test_malformed_event_of_responses(play: Any) -> None:
    """Fault 9: a known event that lacks a promised field is named."""
    played = play(play.event({"type": "response.output_text.delta"}), operation=play.RESPONSES)
    error = failure(played, RunInfraStreamParseError)

    assert "the field 'delta' is missing" in error.message


def test_snippet_is_short_and_without_secrets(play: Any) -> None:
    """Fault 9: neither a key nor a megabyte stands in an error."""
    played = play(play.event(play.KEY + "x" * 100_000))
    error = failure(played, RunInfraStreamParseError)
    shown = str(error) + repr(error) + repr(error.__dict__) + str(pickle.dumps(error))

    assert play.KEY not in shown
    assert len(error.message) < 250


def test_invalid_utf8_is_replaced(play: Any) -> None:
    """What is not UTF-8 is read as the standard says, as replacement characters."""
    body = play.chunk("a?b", "stop").replace(b"?", b"\xff")

    assert ["a\ufffdb"] == play(body).list(play(body).stream.text_stream)


@pytest.mark.parametrize(
    "headers", [{"content-type": "text/html"}, {}, {"content-type": "text/event-stream"}]
)
def test_web_page(play: Any, headers: dict[str, str]) -> None:
    """Fault 10: a web page is no stream, whatever it is labelled as; the error hints at base_url."""
    error = failure(play(b"<!doctype html><p>Sign in</p>", headers=headers), UnexpectedContentError)

    assert "base_url" in error.message
    assert "Sign in" in error.body


def test_web_page_that_never_ends(play: Any) -> None:
    """Fault 10: what came of it says more than the silence behind it."""
    played = play(b"<html>", play.EVER, headers={"content-type": "text/html"}, idle_timeout=5.0)
    failure(played, UnexpectedContentError)


def test_web_page_without_limit(play: Any) -> None:
    """Fault 10: no more than a megabyte of it is read."""
    played = play(*[b"<p>" * 100_000] * 100, headers={"content-type": "text/html"})
    failure(played, UnexpectedContentError)

    assert len(played.body.left) > 90


@pytest.mark.parametrize("kind", ["application/json", "text/event-stream", ""])
def test_json_error_instead_of_a_stream(play: Any, kind: str) -> None:
    """Fault 11: a JSON error under status 200 raises what it says."""
    body = b'{"error": {"message": "slow down", "code": "rate_limit_exceeded"}}'
    error = failure(play(body[:9], body[9:], headers={"content-type": kind}), RateLimitError)

    assert error.message == "slow down"


@pytest.mark.parametrize("kind", ["text/event-stream", "", "text/plain"])
def test_a_mark_before_json_in_two_pieces(play: Any, kind: str) -> None:
    """However a byte order mark is cut, what follows is what it is."""
    body = b'\xef\xbb\xbf{"error": {"message": "slow down", "code": "rate_limit_exceeded"}}'
    for cut in range(1, 6):
        played = play(body[:cut], body[cut:], headers={"content-type": kind})
        assert failure(played, RateLimitError).message == "slow down"


def test_a_first_line_that_is_no_field(play: Any) -> None:
    """A blank before its name makes another field of it, whether both come together or not."""
    whole = b" " + play.chunk("lost") + play.chunk("a", "stop") + play.DONE
    for pieces in ([whole], [whole[:1], whole[1:]], [whole[:3], whole[3:]]):
        played = play(*pieces)
        assert played.call("final").choices[0].message.content == "a"


def test_json_completion_instead_of_a_stream(play: Any) -> None:
    """Fault 11: a whole completion instead of a stream is an error that keeps it."""
    body = b'{"id": "c", "model": "m", "choices": []}'
    error = failure(
        play(body, headers={"content-type": "application/json"}), UnexpectedContentError
    )

    assert error.body == {"id": "c", "model": "m", "choices": []}


@pytest.mark.parametrize("steps", [[], [b"\n"], [b"\xef\xbb\xbf"]])
@pytest.mark.parametrize(
    ("status", "kind", "cls"),
    [
        (200, "text/event-stream", StreamTruncatedError),
        (204, "text/event-stream", UnexpectedContentError),
        (200, "", StreamTruncatedError),
        (200, "text/plain", UnexpectedContentError),
        (200, "application/json", UnexpectedContentError),
    ],
)
def test_empty_body(play: Any, steps: list[bytes], status: int, kind: str, cls: Any) -> None:
    """Fault 11: nothing at all is an error, never a stream without events."""
    failure(play(*steps, status=status, headers={"content-type": kind}), cls)


@pytest.mark.parametrize("kind", ["", "text/plain; charset=utf-8", "application/octet-stream"])
def test_events_without_their_label(play: Any, kind: str) -> None:
    """A stream under a content type that says nothing is known by its first field."""
    body = play.chunk("a", "stop")

    assert 1 == len(play(b"d", body[1:], headers={"content-type": kind}).list())


def test_text_that_is_no_stream(play: Any) -> None:
    """Plain text that only begins like a field is none."""
    played = play(b"identity required", headers={"content-type": "text/plain"})
    failure(played, UnexpectedContentError)


def test_done_without_events(play: Any) -> None:
    """Fault 11: a stream of nothing but its end is an error."""
    assert failure(play(play.DONE), UnexpectedContentError).status == 200


def test_only_heartbeats_and_the_end(play: Any) -> None:
    """Fault 11: comments are no events."""
    failure(play(b": ping\n\n: ping\n\n"), StreamTruncatedError)


@pytest.mark.parametrize("size", [10, 1 << 20])
def test_event_beyond_the_limit(play: Any, size: int) -> None:
    """Fault 12: the events before it come first; then the typed error."""
    body = play.chunk("a") + play.chunk("x" * 2000)
    played = play(*(body[i : i + size] for i in range(0, len(body), size)), max_event_bytes=1000)
    failure(played, StreamTooLargeError, after=1)


@pytest.mark.parametrize("size", [10, 1 << 20])
def test_stream_beyond_the_limit(play: Any, size: int) -> None:
    """A stream that is only iterated can't grow without bound; what came before is handed out."""
    body = b"".join(play.chunk(f"{number} ") for number in range(100))
    limit = len(play.chunk("0 ")) * 7 + 20
    played = play(*(body[i : i + size] for i in range(0, len(body), size)), max_bytes=limit)
    error = failure(played, StreamTooLargeError, after=7)
    assert error.partial.choices[0].message.content == "0 1 2 3 4 5 6 "
    assert f"({limit} bytes)" in error.message


def test_a_stream_of_just_the_limit(play: Any) -> None:
    """Exactly as much as is allowed is allowed."""
    body = play.chunk("a", "stop") + play.DONE
    assert play(body, max_bytes=len(body)).call("final").choices[0].message.content == "a"


def crowd(play: Any, kind: str, count: int) -> Any:
    """A stream whose third event brings its parts to a number."""

    def choice(index: int) -> Any:
        return {"index": index, "delta": {}}

    def call(index: int) -> Any:
        function = {"name": "f", "arguments": "{}"}
        return {"index": index, "id": f"c{index}", "function": function}

    def chunk(choices: list[Any]) -> bytes:
        return play.event({"id": "c", "created": 1, "model": "m", "choices": choices})

    if kind == "choices":
        numbers = [range(1), range(1, 2), range(2, count)]
        return play(*(chunk([choice(n) for n in some]) for some in numbers))
    if kind == "calls":
        numbers = [range(1), range(1, 2), range(2, count - 1)]  # one is their choice
        calls = [[call(n) for n in some] for some in numbers]
        return play(*(chunk([{"index": 0, "delta": {"tool_calls": some}}]) for some in calls))
    added = {"type": "response.output_item.added", "output_index": 0}
    parts = [{"type": "output_text", "text": ""}] * (count - 3)
    items: list[Any] = [
        {**added, "item": {"type": "message", "id": "m", "role": "assistant", "content": []}},
        {**added, "item": {"type": "message", "id": "n"}, "output_index": 1},
        {**added, "item": {"type": "message", "id": "o", "content": parts}, "output_index": 2},
    ]
    return play(*(play.event(item, item["type"]) for item in items), operation=play.RESPONSES)


@pytest.mark.parametrize("kind", ["choices", "calls", "items"])
def test_a_crowd_of_parts(play: Any, kind: str) -> None:
    """A few bytes begin what takes a hundred times the memory: of these there is a limit too."""
    assert all(crowd(play, kind, 10_000).next() is not None for _ in range(3))
    played = crowd(play, kind, 10_001)
    error = failure(played, StreamTooLargeError, after=2)
    assert "more than 10000" in error.message
    assert error.partial is not None


def test_unknown_things(play: Any) -> None:
    """Fault 13: unknown events, finish reasons and fields come through; no choices is no error."""
    played = play(
        play.event({"id": "c", "model": "m", "choices": []}),
        play.chunk("a", "vendor_reason", mood="glad"),
        play.event({"choices": [], "usage": {"prompt_tokens": 1}, "vendor": {"x": 1}}),
        play.DONE,
        play.chunk("b"),
    )
    events = played.list()
    final = played.call("final")

    assert 3 == len(events)
    assert [] == events[0].choices
    assert "glad" == events[1].choices[0].delta.additional_properties["mood"]
    assert "a" == final.choices[0].message.content
    assert "vendor_reason" == final.choices[0].finish_reason
    assert "glad" == final.choices[0].message.additional_properties["mood"]
    assert {"x": 1} == final.additional_properties["vendor"]
    assert 1 == final.usage.prompt_tokens


def test_unknown_event_of_responses(play: Any) -> None:
    """Fault 13: an event that only looks terminal is none; what comes after the end is ignored."""
    done = {
        "type": "response.completed",
        "response": {"id": "r", "model": "m", "status": "completed"},
    }
    played = play(
        play.event({"type": "response.web_search_call.completed", "x": 1})
        + play.event(done)
        + play.event({"type": "response.output_text.delta", "delta": "late"}),
        operation=play.RESPONSES,
    )
    events = played.list()

    assert ["response.web_search_call.completed", "response.completed"] == [e.type for e in events]
    assert "" == played.stream.text


def test_type_from_elsewhere(play: Any) -> None:
    """An event without a type has that of its name, or of the status of its response."""
    done = {"response": {"id": "r", "model": "m", "status": "completed"}}
    played = play(
        play.event({"x": 1}, "response.vendor"),
        play.event({"x": 2}),
        play.event(done),
        operation=play.RESPONSES,
    )

    assert ["response.vendor", "message", "response.completed"] == [e.type for e in played.list()]


def test_second_loop(play: Any) -> None:
    """A second loop raises; it is never silently empty. What came is still there."""
    played = play(play.chunk("a", "stop"), play.DONE)
    played.list()
    with pytest.raises(StreamConsumedError):
        played.list()
    with pytest.raises(StreamConsumedError):
        _ = played.stream.text_stream

    assert None is played.next()
    played.call("until_done")
    assert "a" == played.call("final").choices[0].message.content
    assert played.call("final") is played.call("final")


def test_final_has_the_metadata(play: Any) -> None:
    """The final object carries the call's metadata as an unstreamed one does."""
    final = play(play.chunk("a", "stop")).call("final")

    assert "req_1" == final.request_id
    assert 2 == final.meta.attempts


def test_facts_before_the_first_event(play: Any) -> None:
    """Ids and headers are there before anything was read; nothing was read to have them."""
    played = play(play.chunk("a", "stop"))
    stream = played.stream

    assert ("req_1", "text/event-stream") == (stream.request_id, stream.headers["content-type"])
    assert ("", None, []) == (stream.text, stream.usage, stream.tool_calls)
    assert stream.meta.request_id == "req_1"
    assert [] == played.body.timeouts
    assert "0 events, open" in repr(stream)


def test_events_come_one_by_one(play: Any) -> None:
    """Nothing is read that nobody asked for."""
    played = play(play.chunk("a") + play.chunk("b"), play.chunk("c", "stop"))
    played.next()
    played.next()

    assert 1 == len(played.body.left)
    assert "ab" == played.stream.text
