"""The bytes that the server answers with: made once, so that it costs next to nothing."""

from __future__ import annotations

import base64
import json
import struct
from array import array
from typing import Any, Final, NamedTuple

CHUNK: Final = 16 * 1024
VECTORS: Final = 100
DIMENSIONS: Final = 1536
MEDIA_BYTES: Final = 50 * 1024 * 1024
MODEL: Final = "acme-chat-8b"
IDS: Final = (
    "X-Request-Id: req_0123456789abcdef\r\nX-RateLimit-Limit: 600\r\nX-RateLimit-Remaining: 599\r\n"
    "X-RateLimit-Reset: 1790000000\r\nDate: Mon, 05 Jan 2026 10:00:00 GMT\r\nServer: bench\r\n"
)


class Stream(NamedTuple):
    """A streamed answer: its head, and the pieces that are written with a pause between them."""

    head: bytes
    pieces: tuple[bytes, ...]
    pause: float  # seconds
    events: int


def head(status: str, kind: str, *fields: str) -> bytes:
    """The head of an answer."""
    lines = "".join(f"{field}\r\n" for field in fields)
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{IDS}{lines}\r\n".encode()


def whole(body: bytes, kind: str = "application/json", status: str = "200 OK", *more: str) -> bytes:
    """An answer with a body of known length."""
    return head(status, kind, f"Content-Length: {len(body)}", *more) + body


def chat() -> bytes:
    """A chat completion of ordinary size."""
    text = "The quick brown fox jumps over the lazy dog. " * 8
    body = {
        "id": "chatcmpl-0123456789abcdef",
        "object": "chat.completion",
        "created": 1767607200,
        "model": MODEL,
        "system_fingerprint": "fp_0123456789",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text, "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 42, "completion_tokens": 80, "total_tokens": 122},
    }
    return whole(_json(body))


def busy() -> bytes:
    """The gateway is overloaded, and asks for a repeat at once."""
    body = _json({"error": {"message": "overloaded", "type": "server_error", "code": "overloaded"}})
    return whole(body, "application/json", "503 Service Unavailable", "Retry-After: 0")


def embeddings(*, encoded: bool) -> bytes:
    """A hundred vectors, as numbers or as base64 of float32."""
    numbers = array("f", (((i * 7919) % 20011) / 10005.5 - 1.0 for i in range(DIMENSIONS)))
    packed = struct.pack(f"<{DIMENSIONS}f", *numbers)
    vector: Any = base64.b64encode(packed).decode() if encoded else numbers.tolist()
    data = [{"object": "embedding", "index": i, "embedding": vector} for i in range(VECTORS)]
    usage = {"prompt_tokens": 500, "total_tokens": 500}
    return whole(_json({"object": "list", "model": "acme-embed", "data": data, "usage": usage}))


def media_bytes(scenario: str) -> int:
    """How long speech and uploads are: fifty megabytes, or two hundred, or one to warm up."""
    sizes = {"long": 4 * MEDIA_BYTES, "short": 1024 * 1024}
    return sizes.get(scenario, MEDIA_BYTES)


def speech_head(scenario: str) -> bytes:
    """The head of the speech; :func:`speech_body` follows."""
    return head("200 OK", "audio/wav", f"Content-Length: {media_bytes(scenario)}")


def speech_body(scenario: str) -> bytes:
    """Bytes that begin as a WAV file does."""
    size = media_bytes(scenario)
    start = b"RIFF" + struct.pack("<I", size - 8) + b"WAVEfmt "
    return start + bytes(size - len(start))


def transcription() -> bytes:
    """The answer to an upload."""
    return whole(_json({"text": "The train leaves at nine."}))


def streams() -> dict[str, Stream]:
    """The streams by the name of their scenario."""
    return {
        "big": _stream(2000, _in_chunks),
        "framed": _stream(1000, _framed),
        "paced": _stream(100, _framed, pause=0.001, batch=1),
        "short": _stream(10, _framed),
        # Long enough that all of a thousand are open at the same time.
        "many": _stream(60, _framed, pause=0.05, batch=10),
    }


def _stream(count: int, frame: Any, *, pause: float = 0.0, batch: int = 0) -> Stream:
    events = [_event(i, count) for i in range(count)]
    last = b"data: [DONE]\n\n"
    pieces: list[bytes] = frame([*events, last])
    if batch:
        pieces = [b"".join(pieces[i : i + batch]) for i in range(0, len(pieces), batch)]
    else:
        pieces = [b"".join(pieces)]
    pieces[-1] += b"0\r\n\r\n"
    start = head("200 OK", "text/event-stream", "Transfer-Encoding: chunked")
    return Stream(start, tuple(pieces), pause, count)


def _event(number: int, count: int) -> bytes:
    delta = {"content": f" token{number % 97}"}
    if number == 0:
        delta["role"] = "assistant"
    chunk = {
        "id": "chatcmpl-0123456789abcdef",
        "object": "chat.completion.chunk",
        "created": 1767607200,
        "model": MODEL,
        "system_fingerprint": "fp_0123456789",
        "choices": [
            {
                "index": 0,
                "delta": delta if number < count - 1 else {},
                "logprobs": None,
                "finish_reason": None if number < count - 1 else "stop",
            }
        ],
    }
    return b"data: " + _json(chunk) + b"\n\n"


def _framed(events: list[bytes]) -> list[bytes]:
    return [b"%x\r\n%b\r\n" % (len(event), event) for event in events]


def _in_chunks(events: list[bytes]) -> list[bytes]:
    body = b"".join(events)
    return _framed([body[i : i + CHUNK] for i in range(0, len(body), CHUNK)])


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
