"""Answers as engines behind gateways like this one send them: read, or the right class of error."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import runinfra_ext as sdk
from tests.conftest import Both

HELLO = [{"role": "user", "content": "Hi"}]
JSON = "application/json"
EVENTS = "text/event-stream"


class Engine:
    """Gives one answer to whatever it is asked, and keeps the bodies that it was sent."""

    def __init__(self, status: int, kind: str, body: bytes) -> None:
        self.bodies: list[bytes] = []
        self._answer = (
            f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n"
        ).encode() + body
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            with peer:
                data = b""
                while b"\r\n\r\n" not in data:
                    data += peer.recv(65536)
                head, _, rest = data.partition(b"\r\n\r\n")
                length = next(
                    (int(line[15:]) for line in head.lower().split(b"\r\n")
                     if line.startswith(b"content-length:")),
                    0,
                )  # fmt: skip
                while len(rest) < length:
                    rest += peer.recv(65536)
                self.bodies.append(rest)
                peer.sendall(self._answer)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextmanager
def engine(status: int, kind: str, body: object) -> Iterator[Engine]:
    """An engine that gives this answer."""
    made = Engine(status, kind, body if isinstance(body, bytes) else json.dumps(body).encode())
    try:
        yield made
    finally:
        made.close()


def ask(both: Both, answering: Engine, call, **options):
    """What a call to the engine gives."""

    async def scenario():
        async with both.client(base_url=answering.base_url, max_retries=0, **options) as client:
            return await call(client)

    return both.run(scenario)


def chat(client):
    return client.chat.completions.create(model="m", messages=HELLO)


def failing(both: Both, status: int, kind: str, body: object, call=chat) -> sdk.RunInfraError:
    with engine(status, kind, body) as answering, pytest.raises(sdk.RunInfraError) as caught:
        ask(both, answering, call)
    return caught.value


@pytest.mark.parametrize(
    ("body", "kind", "hinted"),
    [
        ({"detail": "Not Found"}, "api_error", True),
        (b"<html>404 page not found</html>", "api_error", True),
        ({"error": {"message": "File Not Found", "type": "not_found_error", "code": 404}},
         "not_found_error", False),
        ({"error": {"message": "No fixture", "type": "invalid_request_error", "param": None}},
         "invalid_request_error", False),
    ],
)  # fmt: skip
def test_a_route_that_is_not_there(both, body, kind, hinted):
    """It is no missing model; where the gateway's form is missing too, base_url is suspected."""
    error = failing(both, 404, JSON, body)
    assert (type(error), error.type) == (sdk.NotFoundError, kind)
    assert ("base_url" in error.message) is hinted


@pytest.mark.parametrize(
    "error",
    [
        {"message": "The model 'm' does not exist.", "type": "invalid_request_error"},
        {"message": "Unknown.", "code": "model_not_found"},
        {"message": "Unknown.", "type": "model_not_found"},
        {"message": "No such thing.", "param": "model"},
        {"message": "Pipeline pipe_1 not found."},
        {"message": "No verified deployment serves this."},
    ],
)
def test_a_model_that_is_not_there(both, error):
    """Whichever member says so."""
    assert type(failing(both, 404, JSON, {"error": error})) is sdk.ModelNotFoundError


def test_a_validators_list(both):
    """FastAPI's ``detail``: each complaint with its place; the first one is the param."""
    detail = [
        {"type": "enum", "loc": ["body", "tool_choice"], "msg": "Input should be 'auto'"},
        {"type": "missing", "loc": ["body", "messages", 0, "role"], "msg": "Field required"},
    ]
    error = failing(both, 422, JSON, {"detail": detail})
    assert type(error) is sdk.UnprocessableEntityError
    assert error.param == "tool_choice"
    assert error.message == ("tool_choice: Input should be 'auto'; messages.0.role: Field required")


@pytest.mark.parametrize(
    ("detail", "message"),
    [
        ({"message": "Nested.", "code": "odd"}, "Nested."),
        ([{"msg": "Placeless"}], "Placeless"),
        (["text"], "The gateway answered with status 422 and no readable error message."),
        (7, "The gateway answered with status 422 and no readable error message."),
    ],
)
def test_other_details(both, detail, message):
    """An object, or a list of something else."""
    assert failing(both, 422, JSON, {"detail": detail}).message == message


@pytest.mark.parametrize(
    "prefix", [b"data: ", b"event: error\ndata: ", b"\n\nevent:error\r\ndata:"]
)
def test_an_error_framed_as_an_event(both, prefix):
    """LiteLLM sends the error of a stream that never began as its first event, with status 500."""
    body = prefix + b'{"error":{"message":"No start","type":"bad_day","code":"500"}}\n\n'
    error = failing(both, 500, f"{EVENTS}; charset=utf-8", body + b"data: [DONE]\n\n")
    assert type(error) is sdk.InternalServerError
    assert (error.message, error.type, error.code) == ("No start", "bad_day", "500")


def test_a_stream_that_nobody_asked_for(both):
    """It is told as what it is, and what would help."""
    error = failing(both, 200, EVENTS, b"data: {}\n\n")
    assert type(error) is sdk.UnexpectedContentError
    assert "stream=False" in error.message


@pytest.mark.parametrize(("given", "sent"), [({}, None), ({"stream": False}, False)])
def test_stream_false_travels_when_it_is_given(both, given, sent):
    """Some engines stream unless they are told not to."""
    answer = {"id": "1", "object": "response", "created_at": 1, "model": "m", "output": []}

    async def call(client):
        return await client.responses.create(model="m", input="Hi", **given)

    with engine(200, JSON, answer) as answering:
        ask(both, answering, call)
        assert json.loads(answering.bodies[0]).get("stream") is sent


@pytest.mark.parametrize(
    "body",
    [
        [{"index": 1, "score": 0.5}, {"index": 0, "score": -0.25}],
        {"model": "m", "results": [{"index": 1, "relevance_score": 0.5},
                                   {"index": 0, "relevance_score": -0.25}]},
        {"results": [{"index": 1, "score": 0.5, "relevance_score": 9}, {"index": 0, "score": -0.25}]},
    ],
)  # fmt: skip
def test_rerank_as_engines_answer_it(both, body):
    """TEI and llama-server send the bare list; vLLM, Jina and Cohere name the score otherwise."""

    async def call(client):
        return await client.rerank.create(model="m", query="q", texts=["a", "b"])

    with engine(200, JSON, body) as answering:
        result = ask(both, answering, call)
    assert [(item.index, item.score) for item in result.results] == [(1, 0.5), (0, -0.25)]


THOUGHT = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
TEXT = [{"type": "text", "text": "Sev"}, {"type": "text", "text": "en"}]


@pytest.mark.parametrize(
    ("message", "head", "expected"),
    [
        ({"content": "Seven"}, {"id": "c", "model": "m"}, ("Seven", None)),
        ({"role": "assistant", "content": "Seven"}, {}, ("Seven", None)),
        ({"role": "assistant", "content": TEXT}, {"id": "c", "model": "m"}, ("Seven", None)),
        ({"content": [THOUGHT, *TEXT]}, {"id": "c"}, ("Seven", "hm")),
        ({"content": [{**THOUGHT, "thinking": "hm"}, *TEXT]}, {"model": "m"}, ("Seven", "hm")),
        ({"content": [{"type": "odd"}, *TEXT]}, {"model": "m"}, ([{"type": "odd"}, *TEXT], None)),
        ({"content": [{"type": "thinking"}, *TEXT]}, {}, ([{"type": "thinking"}, *TEXT], None)),
    ],
)
@pytest.mark.parametrize("streamed", [False, True])
def test_a_message_as_engines_have_it(both, message, head, expected, streamed):
    """What was paid is not refused for a missing id, model or role; parts are text, if they are."""
    part = {"index": 0, "finish_reason": "stop", ("delta" if streamed else "message"): message}
    whole = {**head, "choices": [part]}
    body = f"data: {json.dumps(whole)}\n\ndata: [DONE]\n\n".encode() if streamed else whole

    async def call(client):
        if not streamed:
            return await chat(client)
        stream = await client.chat.completions.create(model="m", messages=HELLO, stream=True)
        return await stream.final()

    with engine(200, EVENTS if streamed else JSON, body) as answering:
        answered = ask(both, answering, call).choices[0].message
    assert (answered.role, answered.content) == ("assistant", expected[0])
    assert answered.to_dict().get("reasoning_content") == expected[1]


def test_parts_of_a_text_are_its_pieces(both):
    """They reach who reads the text of a stream, too; so does a message that comes at once."""
    pieces = [{"delta": {"content": [part]}, "finish_reason": None} for part in [THOUGHT, TEXT[0]]]
    last = {"message": {"role": "assistant", "content": "en"}, "finish_reason": "stop"}
    chunks = [{"id": "c", "model": "m", "choices": [piece]} for piece in [*pieces, last]]
    body = b"".join(f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks)

    async def call(client):
        stream = await client.chat.completions.create(model="m", messages=HELLO, stream=True)
        async for _ in stream.text_stream:
            pass
        return stream

    with engine(200, EVENTS, body + b"data: [DONE]\n\n") as answering:
        assert ask(both, answering, call).text == "Seven"


def test_a_chat_that_answers_a_response(both):
    """An object of another kind is no response with an empty text."""
    body = {"id": "c", "model": "m", "object": "chat.completion", "choices": []}

    async def call(client):
        return await client.responses.create(model="m", input="Hi")

    error = failing(both, 200, JSON, body, call)
    assert (type(error), error.outcome_unknown) == (sdk.ResponseShapeError, True)


def events(*items: dict) -> bytes:
    return b"".join(
        f"event: {item['type']}\ndata: {json.dumps(item)}\n\n".encode() for item in items
    )


def test_a_response_stream_that_names_its_model_last(both):
    """llama-server's first events have neither model nor output."""
    head = {"id": "resp_1", "object": "response", "status": "in_progress"}
    part = {"type": "output_text", "text": "5", "annotations": []}
    message = {"type": "message", "id": "m1", "role": "assistant", "content": [part]}
    think = {"type": "reasoning", "id": "r1", "content": [{"type": "output_text", "text": "hm"}]}
    whole = {**head, "status": "completed", "model": "tiny", "output": [think, message]}
    body = events(
        {"type": "response.created", "response": head},
        {"type": "response.in_progress", "response": head},
        {"type": "response.output_text.delta", "item_id": "m1", "delta": "5"},
        {"type": "response.completed", "response": whole},
    )

    async def call(client):
        stream = await client.responses.create(model="m", input="Hi", stream=True)
        return await stream.final()

    with engine(200, EVENTS, body) as answering:
        final = ask(both, answering, call)
    # Only what the assistant says counts into the text, not what it thinks.
    assert (final.model, final.output_text) == ("tiny", "5")


@pytest.mark.parametrize("padding", [b" " * 70_000, b"\n" * 70_000, (b" " * 99 + b"\n") * 700])
def test_white_space_between_events(both, padding):
    """However long it is: it keeps proxies awake, and is no event that grows too large."""
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    one = {**chunk, "choices": [{"index": 0, "delta": {"content": "a"}}]}
    end = {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    datas = [f"data: {json.dumps(item)}\n\n".encode() for item in (one, end)]
    body = padding + b"\n" + datas[0] + padding + b"\n" + datas[1] + b"data: [DONE]\n\n" + padding

    async def call(client):
        stream = await client.chat.completions.create(model="m", messages=HELLO, stream=True)
        return await stream.final()

    with engine(200, EVENTS, body) as answering:
        final = ask(both, answering, call, max_event_bytes=10_000)
    assert final.choices[0].message.content == "a"


@pytest.mark.parametrize(
    ("error", "cls"),
    [
        ({"message": "The work was already completed.", "code": "idempotency_conflict"},
         sdk.AlreadyCompletedError),
        ({"message": "x", "code": "idempotency_completed"}, sdk.AlreadyCompletedError),
        ({"message": "It is still running.", "code": "idempotency_conflict"},
         sdk.RequestInProgressError),
        ({"message": "Used with another body.", "code": "idempotency_conflict"},
         sdk.IdempotencyConflictError),
    ],
)  # fmt: skip
def test_conflicts_of_a_key(both, error, cls):
    """What was done and charged already is told apart from what still runs and what never can."""

    async def speak(client):
        return await client.audio.speech.create(
            model="m", input="x", voice="nova", idempotency_key="k"
        )

    told = failing(both, 409, JSON, {"error": error}, speak)
    assert type(told) is cls
    done = cls is sdk.AlreadyCompletedError
    assert told.phase == ("completed" if done else "refused")
    assert told.outcome_unknown is (cls is sdk.RequestInProgressError)


def test_speech_that_was_charged_before(both):
    """The sandbox's answer to a repeat by hand has that class, too; the ledger has one charge."""

    async def scenario():
        async with both.client() as client:
            given = {"model": "acme-tts", "input": "Hi.", "voice": "nova", "idempotency_key": "k1"}
            await client.audio.speech.create(**given)
            with pytest.raises(sdk.AlreadyCompletedError) as caught:
                await client.audio.speech.create(**given)
            return caught.value

    assert both.run(scenario).idempotency_key == "k1"
    assert len(both.gateway.charges) == 1
