"""What a job has done so far: counts, tokens, cost and pace; accounts of workers can be added."""

from __future__ import annotations

import attrs

from .rows import Row


@attrs.define(kw_only=True)
class Account:
    """The numbers of a job; a plain object that can be copied, pickled and added.

    Attributes:
        total: rows of the input, where that is known.
        done: rows with a result, those of earlier runs too.
        failed: rows with an error.
        bad: rows that were never sent, because something was wrong with the row itself.
        resumed: rows of ``done`` and ``failed`` that an earlier run had finished.
        replayed: rows that the gateway answered from its store, free.
        attempts: requests of this run.
        retries: requests of this run that repeated another.
        refused: of these, how many followed a 429 or 503.
        input_tokens: of all rows.
        output_tokens: of all rows.
        cost: US dollars of all rows, as the gateway tells it.
        priced: rows whose cost was told.
        in_flight: rows on their way now.
        concurrency: rows that may be on their way now.
        waiting: seconds until rows may leave again, where the gateway has asked to wait.
        elapsed: seconds of this run.
        stopped: why the run stopped before its end, if it did.
    """

    total: int | None = None
    done: int = 0
    failed: int = 0
    bad: int = 0
    resumed: int = 0
    replayed: int = 0
    attempts: int = 0
    retries: int = 0
    refused: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    priced: int = 0
    in_flight: int = 0
    concurrency: int = 0
    waiting: float = 0.0
    elapsed: float = 0.0
    stopped: str | None = None

    @property
    def rows(self) -> int:
        """Rows that are finished, in whatever way."""
        return self.done + self.failed + self.bad

    @property
    def rate(self) -> float:
        """Rows of this run in a second."""
        return (self.rows - self.resumed) / self.elapsed if self.elapsed > 0 else 0.0

    @property
    def time_left(self) -> float | None:
        """Seconds that the rest will take at this pace, where that can be told."""
        if self.total is None or not self.rate:
            return None
        return max(self.total - self.rows, 0) / self.rate

    @property
    def cost_per_row(self) -> float:
        """US dollars of a row, of those whose cost was told."""
        return self.cost / self.priced if self.priced else 0.0

    def add(self, row: Row[object, object], *, bad: bool = False, refused: int = 0) -> None:
        """Count a row that is finished.

        Args:
            row: the row.
            bad: it was never sent.
            refused: attempts of it that were answered with 429 or 503.
        """
        meta = row.meta
        if bad:
            self.bad += meta.size
            return
        if row.error is None:
            self.done += meta.size
        else:
            self.failed += meta.size
        self.resumed += meta.size * meta.resumed
        self.replayed += meta.size * meta.replayed
        if not meta.resumed:
            self.attempts += meta.attempts
            self.retries += max(meta.attempts - 1, 0)
            self.refused += refused
        usage = meta.usage
        self.input_tokens += usage.input_tokens
        self.output_tokens += usage.output_tokens
        if usage.cost is not None:
            self.cost += usage.cost
            self.priced += 1

    def __add__(self, other: Account) -> Account:
        """The account of two workers together: counts add up, time passes once."""
        known = self.total is not None and other.total is not None
        names = [field.name for field in attrs.fields(Account)]
        summed = {name: getattr(self, name) for name in names}
        for name in names:
            if name not in {"total", "waiting", "elapsed", "stopped"}:
                summed[name] += getattr(other, name)
        summed["total"] = (self.total or 0) + (other.total or 0) if known else None
        summed["waiting"] = max(self.waiting, other.waiting)
        summed["elapsed"] = max(self.elapsed, other.elapsed)
        summed["stopped"] = self.stopped or other.stopped
        return Account(**summed)

    def __str__(self) -> str:
        """One line for a log."""
        of = "" if self.total is None else f" of {self.total}"
        parts = [f"{self.rows}{of} rows"]
        told = ("failed", "bad", "resumed", "replayed", "retries")
        parts += [f"{getattr(self, name)} {name}" for name in told if getattr(self, name)]
        parts.append(f"{self.rate:.1f} rows/s")
        if self.concurrency:
            parts.append(f"{self.in_flight} of {self.concurrency} in flight")
        if self.waiting >= 1:
            parts.append(f"the gateway asks to wait {self.waiting:.0f} s")
        if self.input_tokens or self.output_tokens:
            parts.append(f"{self.input_tokens} + {self.output_tokens} tokens")
        if self.priced:
            parts.append(f"${self.cost:.4f}")
        left = self.time_left
        if left is not None and self.rows < (self.total or 0):
            parts.append(f"{left:.0f} s left")
        if self.stopped:
            parts.append(f"stopped: {self.stopped}")
        return ", ".join(parts)
