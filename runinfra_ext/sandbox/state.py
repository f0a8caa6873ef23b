"""What the sandbox knows: keys, models, idempotency keys, charges, and every request that came."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

API_KEY: Final = "rp_live_sandbox" + "0" * 48
PIPELINE_API_KEY: Final = "rp_live_pipeline" + "0" * 47
EXPIRED_API_KEY: Final = "rp_live_expired0" + "0" * 48
PIPELINE_ID: Final = "pipe_demo"
OTHER_PIPELINE_ID: Final = "pipe_other"
JOURNAL_LIMIT: Final = 10_000  # requests remembered; the oldest are forgotten

_CHAT: Final = ("chat_completions", "responses")
MODELS: Final[Mapping[str, Mapping[str, Any]]] = {
    "acme-chat-8b": {
        "name": "Acme Chat 8B",
        "context_window": 131_072,
        "max_output_tokens": 32_768,
        "pricing": {"input": 0.11, "output": 0.42},
        "supported_endpoints": list(_CHAT),
        "input_modalities": ["text", "image"],
        "reasoning_efforts": ["none", "low", "high"],
    },
    "Qwen/Qwen3-32B": {
        "name": "Qwen3 32B",
        "context_window": 131_072,
        "supported_endpoints": list(_CHAT),
    },
    "acme-embed-m": {"name": "Acme Embed M", "supported_endpoints": ["embeddings"]},
    "acme-rerank": {"name": "Acme Rerank", "supported_endpoints": ["rerank"]},
    "acme-flux": {"name": "Acme Flux", "supported_endpoints": ["images"]},
    "acme-tts": {"name": "Acme TTS", "supported_endpoints": ["audio_speech"]},
    "acme-asr": {"name": "Acme ASR", "supported_endpoints": ["audio_transcriptions"]},
}
# What `default` stands for on a pipeline's URL, by operation.
DEFAULTS: Final = {
    "createChatCompletion": "acme-chat-8b",
    "createResponse": "acme-chat-8b",
    "createEmbedding": "acme-embed-m",
    "createRerank": "acme-rerank",
    "createImage": "acme-flux",
    "createSpeech": "acme-tts",
    "createTranscription": "acme-asr",
}


@dataclass(frozen=True)
class Key:
    """An API key: of the workspace, or of one pipeline."""

    pipeline_id: str | None = None
    expired: bool = False


@dataclass(frozen=True)
class Charge:
    """Work that was done and paid for."""

    request_id: str
    operation: str
    idempotency_key: str | None
    client_request_id: str | None


@dataclass
class Entry:
    """One request as the sandbox saw it; credentials are left out."""

    request_id: str
    method: str
    path: str
    operation: str | None
    headers: Mapping[str, str]
    body: Any = None
    status: int = 0
    charged: bool = False
    replayed: bool = False
    fault: str | None = None
    problems: list[str] = field(default_factory=list[str])

    @property
    def client_request_id(self) -> str | None:
        """The client's own id."""
        return self.headers.get("x-client-request-id")

    @property
    def idempotency_key(self) -> str | None:
        """The key that travelled with it."""
        return self.headers.get("idempotency-key")


@dataclass
class Stored:
    """What is known of an idempotency key."""

    digest: str
    status: int = 0  # 0 while the first request still runs
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    kept: bool = True


class SandboxState:
    """All that changes while the sandbox runs; thread-safe where requests meet.

    Args:
        clock: Unix time in seconds.
        tokens_per_second: pace of streams; 0 sends at once.
        heartbeat_seconds: silence after which a stream sends a comment.
        max_body_bytes: a larger request is answered with 413, as an edge would.
        max_replay_bytes: a larger answer is not kept for replay.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        tokens_per_second: float = 0.0,
        heartbeat_seconds: float = 15.0,
        max_body_bytes: int = 1024 * 1024 * 1024,
        max_replay_bytes: int = 4 * 1024 * 1024,
    ) -> None:
        self.clock = clock
        self.tokens_per_second = tokens_per_second
        self.heartbeat_seconds = heartbeat_seconds
        self.max_body_bytes = max_body_bytes
        self.max_replay_bytes = max_replay_bytes
        self.keys: dict[str, Key] = {
            API_KEY: Key(),
            PIPELINE_API_KEY: Key(pipeline_id=PIPELINE_ID),
            EXPIRED_API_KEY: Key(expired=True),
        }
        self.on_answer: Callable[[Entry], object] | None = None
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget requests, charges, idempotency keys and scripts."""
        with self._lock:
            self.journal: deque[Entry] = deque(maxlen=JOURNAL_LIMIT)
            self.charges: list[Charge] = []
            self.stored: dict[tuple[str, str, str], Stored] = {}
            self.script: deque[str] = deque()
            self.seen: dict[tuple[str, str], int] = {}
            self.balance_cents = 100_000
            self._count = 0

    def next_request_id(self) -> str:
        """A request id; counted, so that runs are alike."""
        with self._lock:
            self._count += 1
            return f"req_{self._count:06d}"

    def next_fault(self, wanted: str | None, client_request_id: str | None) -> str | None:
        """The fault of this request: the script's next, or the wanted one.

        A wanted fault may end with ``*N``: then only the first N requests with the same client
        request id have it, so that ``503*2`` fails twice and then passes.
        """
        with self._lock:
            if self.script:
                name = self.script.popleft()
                return None if name == "ok" else name
            if not wanted:
                return None
            name, star, times = wanted.rpartition("*")
            if not star or not times.isdigit():
                return wanted
            seen = self.seen.get((client_request_id or "", wanted), 0)
            self.seen[client_request_id or "", wanted] = seen + 1
            return name if seen < int(times) else None

    def charge(self, entry: Entry) -> None:
        """Note that work was done and paid for."""
        entry.charged = True
        with self._lock:
            self.charges.append(
                Charge(
                    entry.request_id,
                    entry.operation or "",
                    entry.idempotency_key,
                    entry.client_request_id,
                )
            )

    def claim(self, key: tuple[str, str, str], digest: str) -> Stored | None:
        """Take an idempotency key for a first request; what is known of it otherwise."""
        with self._lock:
            known = self.stored.get(key)
            if known is None:
                self.stored[key] = Stored(digest)
            return known

    def settle(
        self, key: tuple[str, str, str], status: int, headers: dict[str, str], body: bytes
    ) -> None:
        """Keep the answer of a first request; a failed one gives the key back."""
        with self._lock:
            if not 200 <= status < 300:
                self.stored.pop(key, None)
                return
            stored = self.stored[key]
            stored.status, stored.headers = status, headers
            stored.kept = len(body) <= self.max_replay_bytes
            stored.body = body if stored.kept else b""
