"""What the sandbox knows: keys, models, idempotency keys, charges, and every request that came."""

from __future__ import annotations

import hashlib
import json
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .catalog import price
from .limits import Gate
from .scripted import Answer, Asked
from .settings import Settings, changed
from .shapes import is_mapping
from .tape import Tape

API_KEY: Final = "rp_live_sandbox" + "0" * 48
PIPELINE_API_KEY: Final = "rp_live_pipeline" + "0" * 47
EXPIRED_API_KEY: Final = "rp_live_expired0" + "0" * 48
PIPELINE_ID: Final = "pipe_demo"
OTHER_PIPELINE_ID: Final = "pipe_other"
_SAMPLE: Final = 4096  # letters of a stream's first events
NO_DICTATION: Final = (
    "a sandbox that records or replays gives the gateway's answers, no dictated ones"
)
JOURNAL_LIMIT: Final = 10_000  # requests remembered; the oldest are forgotten
# What a request may meet by chance: each passes when it is tried again.
_PASSING_FAULTS: Final = ("503", "429", "500", "reset", "lost")


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
    cents: int = 0


@dataclass
class Entry:
    """One request as the sandbox saw it, and what became of it; credentials are left out.

    Attributes:
        request_id: as the answer tells it.
        method: of the request.
        path: of the request.
        operation: ``operationId`` of the document; ``None`` if the route is unknown.
        headers: of the request, in small letters.
        body: of the request: decoded JSON, or a form's fields without its files.
        status: of the answer; -1 if there was none.
        answer: the decoded JSON, or a description like ``12 events``.
        charged: whether work was done and paid for.
        replayed: whether the answer came from the store, or from a cassette.
        scripted: whether the answer was dictated; see ``Sandbox.answer``.
        fault: that was asked for, or met by chance.
        at: Unix time of the request.
        model: that was asked for.
        tokens: all that the answer's usage counts; ``None`` if it has none.
        cents: that were charged.
        sample: of a stream's events the first ones, each on a line, about 4 KB.
        problems: where the request breaks the document.
        answer_problems: where the answer does; see ``Settings.check_answers``.
    """

    request_id: str
    method: str
    path: str
    operation: str | None
    headers: Mapping[str, str]
    body: Any = None
    status: int = 0
    answer: Any = None
    charged: bool = False
    replayed: bool = False
    scripted: bool = False
    fault: str | None = None
    at: float = 0.0
    model: str | None = None
    tokens: int | None = None
    cents: int = 0
    sample: str = ""
    problems: list[str] = field(default_factory=list[str])
    answer_problems: list[str] = field(default_factory=list[str])

    def saw(self, value: Any) -> None:
        """Note the usage of an answer, or of an event of a stream."""
        for holder in (value, value.get("response")) if is_mapping(value) else ():
            usage: Any = holder.get("usage") if is_mapping(holder) else None
            if is_mapping(usage) and isinstance(usage.get("total_tokens"), int):
                self.tokens = usage["total_tokens"]

    def saw_event(self, event: Any, number: int) -> None:
        """Note an event of a stream."""
        self.answer = f"{number} events"
        self.saw(event)
        if len(self.sample) < _SAMPLE:
            data = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
            self.sample += data[:_SAMPLE] + "\n"

    @property
    def valid(self) -> bool:
        """Whether the request satisfied the document."""
        return not self.problems

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
        settings: limits, pace and money.
        clock: Unix time in seconds.
    """

    def __init__(
        self, settings: Settings | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        self.initial = Settings() if settings is None else settings
        self.clock = clock
        self.keys: dict[str, Key] = {
            API_KEY: Key(),
            PIPELINE_API_KEY: Key(pipeline_id=PIPELINE_ID),
            EXPIRED_API_KEY: Key(expired=True),
        }
        self.tape: Tape | None = None
        self.on_answer: Callable[[Entry], object] | None = None
        self._lock = threading.Lock()
        self.age = 0  # counts resets; what began before one belongs to what is forgotten
        self.reset()

    def reset(self) -> None:
        """Forget all that happened, and go back to the settings of the beginning."""
        if self.tape is not None:
            self.tape.rewind()
        with self._lock:
            self.age += 1
            self.settings = self.initial
            self.journal: deque[Entry] = deque(maxlen=JOURNAL_LIMIT)
            self.charges: list[Charge] = []
            self.stored: dict[tuple[str, str, str], Stored] = {}
            self.script: deque[str] = deque()
            self.answers: list[Answer] = []
            self.pictures: dict[str, bytes] = {}
            self.seen: dict[tuple[str, str], int] = {}
            self.gate = Gate(self.settings, self.clock)
            self._luck = random.Random(self.settings.seed)  # noqa: S311 - repeatable, not secret
            self._count = 0

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Change settings; what was used of the limits is forgotten.

        Raises:
            TypeError: there is no such setting.
            ValueError: a value makes no sense.
        """
        fresh = changed(self.settings, changes)
        with self._lock:
            self.settings = fresh
            self.gate = Gate(fresh, self.clock)
            self._luck = random.Random(fresh.seed)  # noqa: S311 - repeatable, not secret

    def next_request_id(self) -> str:
        """A request id; counted, so that runs are alike."""
        with self._lock:
            self._count += 1
            return f"req_{self._count:06d}"

    def chance(self) -> str | None:
        """A passing fault, for as many requests as ``error_rate`` says."""
        with self._lock:
            unlucky = self._luck.random() < self.settings.error_rate
            return self._luck.choice(_PASSING_FAULTS) if unlucky else None

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

    def dictate(self, answer: Answer) -> None:
        """Add a dictated answer.

        Raises:
            ValueError: the sandbox records or replays, so that no answer is its own.
        """
        if self.tape is not None:
            raise ValueError(NO_DICTATION)
        self.answers.append(answer)

    def take_answer(self, asked: Asked) -> Answer | None:
        """The dictated answer of a request; the oldest that fits."""
        # Without the lock, as a test's own function may look at the sandbox: only the event loop
        # takes, and others only add.
        for answer in list(self.answers):
            if answer.fits(asked):
                answer.used += 1
                return answer
        return None

    def keep_picture(self, data: bytes) -> str:
        """Keep a dictated picture; the name under which it can be fetched."""
        name = f"scripted-{hashlib.sha256(data).hexdigest()[:12]}"
        self.pictures[name] = data
        return name

    def charge(self, entry: Entry, age: int) -> None:
        """Note that work was done and paid for.

        Args:
            entry: of the request.
            age: of the state when it came.
        """
        cents = price(entry.operation or "")
        entry.charged, entry.cents = True, cents
        with self._lock:
            if age != self.age:
                return
            self.gate.spent_cents += cents
            self.charges.append(
                Charge(
                    entry.request_id,
                    entry.operation or "",
                    entry.idempotency_key,
                    entry.client_request_id,
                    cents,
                )
            )

    def has_paid(self, entry: Entry) -> bool:
        """Whether the same work was paid for before: it has the same idempotency key."""
        key, operation = entry.idempotency_key, entry.operation
        with self._lock:
            return key is not None and any(
                (charge.idempotency_key, charge.operation) == (key, operation)
                for charge in self.charges
            )

    def claim(self, key: tuple[str, str, str], age: int, digest: str) -> Stored | None:
        """Take an idempotency key for a first request; what is known of it otherwise.

        Args:
            key: to claim.
            age: of the state when the request came.
            digest: of its body.
        """
        with self._lock:
            if age != self.age:
                return None
            known = self.stored.get(key)
            if known is None:
                self.stored[key] = Stored(digest)
            return known

    def settle(
        self, key: tuple[str, str, str], age: int, status: int, headers: dict[str, str], body: bytes
    ) -> None:
        """Keep the answer of a first request; a failed one gives the key back.

        Args:
            key: that was claimed.
            age: of the state when the request came.
            status: of the answer.
            headers: of the answer.
            body: of the answer.
        """
        with self._lock:
            if age != self.age:
                return
            if not 200 <= status < 300:
                self.stored.pop(key, None)
                return
            stored = self.stored[key]
            stored.status, stored.headers = status, headers
            stored.kept = len(body) <= self.settings.max_replay_bytes
            stored.body = body if stored.kept else b""
