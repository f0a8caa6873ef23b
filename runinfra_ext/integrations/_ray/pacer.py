"""One pace for all workers: an actor that knows them, and the flow that each of them follows.

Workers report now and then, not for each row: what they did, and whether the gateway refused. The
pacer answers with their share. A worker that is not heard of for a while has died, and its share
goes to the others; without a pacer (its machine died) workers go on with the share they had.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Final, NamedTuple

from ..._ground.metadata import RateLimit
from ...bulk.flow import Flow

EVERY: Final = 0.25  # seconds between a worker's reports
_FORGOTTEN: Final = 20.0  # seconds without a report: the worker has died, or has nothing to do


class Ended(NamedTuple):
    """A request that has ended, as a worker reports it; times are ages in seconds.

    Machines have different clocks, so no moment travels.
    """

    took: float
    ago: float
    refused: bool
    tokens: int
    rate_limit: RateLimit | None


class Share(NamedTuple):
    """What a worker may do until it reports again.

    Attributes:
        limit: requests on their way.
        requests_per_minute: its part of the pace, ``None`` for no limit.
        tokens_per_minute: the same.
        hold: seconds until anything may leave at all.
    """

    limit: int
    requests_per_minute: float | None
    tokens_per_minute: float | None
    hold: float


class Pacer:
    """Shares the pace among workers; runs as an actor.

    Args:
        max_concurrency: requests on their way, in all workers together.
        requests_per_minute: of all workers together.
        tokens_per_minute: of all workers together.
    """

    def __init__(
        self,
        max_concurrency: int,
        requests_per_minute: float | None,
        tokens_per_minute: float | None,
    ) -> None:
        self._flow = Flow(highest=max_concurrency)
        self._requests = requests_per_minute
        self._tokens = tokens_per_minute
        self._seen: dict[str, tuple[float, int]] = {}
        self._held_until = 0.0

    def share(self, worker: str, in_flight: int, hold: float, ended: list[Ended]) -> Share:
        """Take a worker's report and give it its share.

        Args:
            worker: its name.
            in_flight: its requests on their way.
            hold: seconds for which the gateway asked it to wait.
            ended: its requests that have ended since its last report.
        """
        now = time.monotonic()
        self._seen[worker] = (now, in_flight)
        self._seen = {
            name: (seen, flying)
            for name, (seen, flying) in self._seen.items()
            if now - seen < _FORGOTTEN
        }
        self._held_until = max(self._held_until, now + hold)
        flying = sum(flying for _, flying in self._seen.values())
        for one in ended:
            moment = now - one.ago
            self._flow.ended(
                begun=moment - one.took,
                now=moment,
                in_flight=flying,
                refused=one.refused,
                tokens=one.tokens,
                rate_limit=one.rate_limit,
            )
        workers = len(self._seen)
        # Shares differ by one at most, and all of them together are the whole.
        whole, more = divmod(self._flow.limit, workers)
        limit = whole + (sorted(self._seen).index(worker) < more)
        return Share(
            limit=max(limit, 1),
            requests_per_minute=None if self._requests is None else self._requests / workers,
            tokens_per_minute=None if self._tokens is None else self._tokens / workers,
            hold=max(self._held_until - now, 0.0),
        )


class SharedFlow(Flow):
    """The flow of one worker: its share of the pace, as the pacer last told it.

    Args:
        highest: requests on their way at most, in all workers together.
        requests_per_minute: of all workers together, until the pacer tells the share.
        tokens_per_minute: the same.
    """

    def __init__(
        self,
        highest: int,
        requests_per_minute: float | None,
        tokens_per_minute: float | None,
    ) -> None:
        super().__init__(
            highest=highest,
            requests_per_minute=requests_per_minute,
            tokens_per_minute=tokens_per_minute,
        )
        self._share_limit = 1  # until the pacer has told more
        self._batches = 0
        self._news: list[tuple[float, float, bool, int, RateLimit | None]] = []
        self._news_lock = threading.Lock()
        self._hold_for_all = 0.0
        self._flying = 0

    @property
    def limit(self) -> int:
        """How many requests of one batch may be on their way now."""
        return max(self._share_limit // max(self._batches, 1), 1)

    def begin(self) -> None:
        """One more batch shares the share."""
        self._batches += 1

    def end(self) -> None:
        """A batch is finished."""
        self._batches -= 1

    def hold(self, until: float) -> None:
        """Let nothing leave before a moment: of this worker at once, of all by its next report."""
        super().hold(until)
        with self._news_lock:
            self._hold_for_all = max(self._hold_for_all, until)

    def ended(
        self,
        *,
        begun: float,
        now: float,
        in_flight: int,
        refused: bool = False,
        tokens: int = 0,
        rate_limit: RateLimit | None = None,
    ) -> None:
        """A request has ended: its tokens count here, and the pacer learns from the rest."""
        super().ended(
            begun=begun,
            now=now,
            in_flight=in_flight,
            refused=refused,
            tokens=tokens,
            rate_limit=rate_limit,
        )
        with self._news_lock:
            self._flying = in_flight * max(self._batches, 1)
            self._news.append((begun, now, refused, tokens, rate_limit))

    async def report(self, pacer: Any, worker: str) -> None:
        """Tell the pacer what happened, and follow what it says.

        Args:
            pacer: the actor's handle.
            worker: this worker's name.
        """
        now = time.monotonic()
        with self._news_lock:
            news, self._news = self._news, []
            hold, self._hold_for_all = max(self._hold_for_all - now, 0.0), 0.0
        ended = [
            Ended(done - begun, now - done, refused, tokens, limit)
            for begun, done, refused, tokens, limit in news
        ]
        share: Share = await pacer.share.remote(worker, self._flying, hold, ended)
        self._share_limit = share.limit
        self.pace(share.requests_per_minute, share.tokens_per_minute)
        if share.hold:
            super().hold(time.monotonic() + share.hold)
