"""Server-sent events that the document allows, put into bodies, and the use of streams of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from runinfra_ext import RunInfraError
from tests.contract.by_document import described
from tests.contract.exchanges import HELLO, Exchange, look, look_at_error
from tests.contract.instances import SCHEMAS, component, dumped, named, tags_beside

CALLS = {
    "createChatCompletion": lambda c: c.chat.completions.create(
        model="m", messages=HELLO, stream=True
    ),
    "createResponse": lambda c: c.responses.create(model="m", input="Hi", stream=True),
}


def parsed_chat(client: Any) -> Any:
    """The call of a chat stream whose text is to be an object."""
    target: Any = {"type": "object"}
    return client.chat.completions.parse(target, model="m", messages=HELLO, stream=True)


# Those that are put together from their events; the others amount to their last one.
STREAMS = {
    operation.operation_id: spec
    for operation in described()
    if (spec := operation.data.get("x-runinfra-stream")) and spec["assembles"] != spec["event"]
}


def small(name: str, **members: Any) -> Any:
    """Instances of a component with certain members, which tie the events of a stream together."""
    return st.builds(
        lambda value, more: {**value, **{k: v for k, v in more.items() if v is not ...}},
        component(name),
        st.fixed_dictionaries(members),
    )


# Few values, so that events of one stream meet: the same choice, item, part and call.
_index = st.sampled_from([0, 0, 0, 1, None, ..., -1, 2**63])
_id = st.sampled_from(["a", "b", "", None, ...])
_chunk_choice = small(
    "ChatCompletionChunkChoice",
    index=_index,
    delta=small(
        "ChatCompletionDelta",
        tool_calls=st.lists(small("ChatCompletionDeltaToolCall", index=_index, id=_id), max_size=2)
        | st.just(...),
    )
    | st.none(),
    finish_reason=st.sampled_from([None, None, "stop", "tool_calls", "length", "", ...]),
)


def _event(name: str) -> Any:
    """Events of one kind, whose places are a few."""
    known = {
        "output_index": _index,
        "content_index": _index,
        "summary_index": _index,
        "item_id": _id,
    }
    properties = SCHEMAS[name]["properties"]
    return small(name, **{key: value for key, value in known.items() if key in properties})


_KINDS = [named(member["$ref"]) for member in SCHEMAS["ResponseStreamEvent"]["anyOf"]]
_UNKNOWN = component("UnknownResponseStreamEvent", tags_beside(SCHEMAS["ResponseStreamEvent"]))
EVENTS = {
    "createChatCompletion": small(
        "ChatCompletionChunk", choices=st.lists(_chunk_choice, max_size=2) | st.none()
    )
    | component("ChatCompletionChunk"),
    "createResponse": st.one_of(
        [_UNKNOWN if name.startswith("Unknown") else _event(name) for name in _KINDS]
    ),
}


def ends(operation: str, event: Any) -> bool:
    """Whether an event ends its stream: by its type, or because it reports an error."""
    markers = STREAMS[operation]
    kind = event.get("type") if operation == "createResponse" else None
    return (
        kind in markers["terminal-events"] + markers["error-events"]
        or bool(event.get("error"))
        or event.get("object") == "error"
    )


cuts = st.lists(st.integers(0, 1000), max_size=4).map(sorted)


def cut(body: bytes, at: list[int]) -> list[bytes]:
    """A body in pieces; the places are in thousandths of its length."""
    places = [len(body) * place // 1000 for place in at]
    return [body[a:b] for a, b in zip([0, *places], [*places, len(body)], strict=True)]


def written(event: Any, name: str | None, *, raw: bytes | None = None) -> bytes:
    """An event as it stands on the wire."""
    head = b"" if name is None else b"event: " + name.encode("utf-8", "replace") + b"\n"
    return head + b"data: " + (json.dumps(event).encode() if raw is None else raw) + b"\n\n"


def ending(operation: str) -> bytes:
    """What ends a stream well."""
    if operation == "createChatCompletion":
        return b"data: [DONE]\n\n"
    whole = {"type": "response.completed", "response": {"id": "r", "model": "m"}}
    return written(whole, "response.completed")


def play(
    exchange: Exchange, operation: str, pieces: list[bytes], *, parse: bool = False, **headers: str
) -> Iterator[Any]:
    """What a stream gives: its events, and at its end the result or the error, each looked at.

    With ``parse``, a chat's text is to be an object.
    """
    exchange.set(200, {"content-type": "text/event-stream", **headers}, *pieces)
    stream = exchange.call(parsed_chat if parse else CALLS[operation])
    assert not isinstance(stream, RunInfraError)
    while True:
        event = exchange.call(lambda _: step(stream, exchange.kind))
        look_at_stream(stream)
        if event is None:
            break
        if isinstance(event, RunInfraError):
            look_at_error(event)
            again = exchange.call(lambda _: stream.final())
            assert isinstance(again, RunInfraError)
            yield event
            return
        look(event)
        yield event
    result = exchange.call(lambda _: stream.final())
    if isinstance(result, RunInfraError):
        look_at_error(result)
    else:
        look(result)
        dumped(result.to_dict())
    yield result


def step(stream: Any, kind: str) -> Any:
    """The next event, or None; awaitable if the stream is."""
    if kind == "sync":
        return next(stream, None)

    async def next_one() -> Any:
        return await anext(stream, None)

    return next_one()


def look_at_stream(stream: Any) -> None:
    """Use what a stream offers while it runs."""
    assert isinstance(stream.text, str)
    for name in ("usage", "tool_calls", "request_id", "event_count"):
        try:
            look(getattr(stream, name))
        except RunInfraError as error:
            look_at_error(error)
    repr(stream)
