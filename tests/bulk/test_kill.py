"""A job that is killed, interrupted, or out of disk: nothing is lost, nothing is paid twice."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runinfra_ext.bulk.journal import Reading
from runinfra_ext.sandbox import Sandbox, Settings
from tests.bulk.jobs import charges

WORKER = Path(__file__).with_name("worker.py")
ROOT = Path(__file__).parents[2]


def started(kind, gateway, journal, rows, **options):
    """The job in a process of its own."""
    return subprocess.Popen(
        [
            sys.executable,
            str(WORKER),
            kind,
            gateway.base_url,
            gateway.api_key,
            str(journal),
            str(rows),
        ],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        **options,
    )


def wait_for_work(gateway, process, more):
    """Wait until so many more rows were paid, or the job has ended."""
    before = len(gateway.charges)
    limit = time.monotonic() + 60
    while len(gateway.charges) < before + more and process.poll() is None:
        assert time.monotonic() < limit
        time.sleep(0.01)


def kill_until_done(kind, journal, *, kills, rows, seed):
    """Kill a job so many times, let it end, and hold the ledger against the journal."""
    chance = random.Random(seed)
    # Faults of all passing kinds, and fewer places than the job would like to have.
    settings = Settings(error_rate=0.1, capacity=12, seed=seed)
    with Sandbox(process=True, settings=settings) as gateway:
        killed = 0
        while True:
            process = started(kind, gateway, journal, rows)
            if killed < kills:
                wait_for_work(gateway, process, 1)
                time.sleep(chance.uniform(0.0, 0.25))
            else:
                process.wait(900)
            over = process.poll() is not None
            process.kill()
            _, said = process.communicate()
            if over and process.returncode == 0:
                break
            assert not said, said
            killed += 1
        ledger = charges(gateway)
    assert killed >= min(kills, 1)
    assert len(ledger) == rows
    assert set(ledger.values()) == {1}
    with Reading(journal) as reading:
        kept = list(reading.rows())
        assert reading.account().stopped is None
    assert [row.position for row in kept] == list(range(rows))
    assert all(row.done for row in kept)
    assert {row.idempotency_key for row in kept} == set(ledger)
    return killed


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_killed_at_any_moment(kind, tmp_path):
    """`kill -9` at some random moments: the ledger has each row once, and the journal all."""
    assert kill_until_done(kind, tmp_path / "run.db", kills=2, rows=60, seed=7) >= 2


@pytest.mark.bulk_long
@pytest.mark.timeout(0)
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_killed_at_fifty_moments(kind, tmp_path):
    """The same, fifty times, at other moments each time."""
    seed = int(os.environ.get("SEED", time.time_ns() % 10_000))
    print("seed", seed)
    # More rows than a fast machine does in fifty lives of the job.
    assert kill_until_done(kind, tmp_path / "run.db", kills=50, rows=10_000, seed=seed) == 50


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_interrupted_once_finishes_what_is_on_its_way(kind, tmp_path):
    """Ctrl-C: what was paid is kept, and the process ends as an interrupted one does."""
    journal = tmp_path / "run.db"
    with Sandbox(process=True) as gateway:
        process = started(kind, gateway, journal, 100_000)
        wait_for_work(gateway, process, 20)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        assert process.returncode in {1, -signal.SIGINT, 130}
        assert "KeyboardInterrupt" in said
        with Reading(journal) as reading:
            assert reading.account().done == len(gateway.charges)
            assert reading.account().stopped == "asked"


@pytest.mark.slow
def test_interrupted_twice_ends_at_once(tmp_path):
    """The second Ctrl-C does not wait for what is on its way."""
    with Sandbox(process=True) as gateway:
        for _ in range(40):
            gateway.script("never-answer")
        process = started("sync", gateway, tmp_path / "run.db", 30)
        limit = time.monotonic() + 60
        while len(gateway.journal) < 8:
            assert time.monotonic() < limit
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        assert process.poll() is None  # it waits for the answers
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        assert process.returncode != 0


@pytest.mark.slow
def test_disk_full(tmp_path):
    """A journal that can't grow stops the job with a clear error; with more room it goes on."""
    journal, rows = tmp_path / "run.db", 120
    with Sandbox(process=True) as gateway:
        full = started(
            "sync",
            gateway,
            journal,
            rows,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
        )
        _, said = full.communicate(timeout=60)
        assert full.returncode == 1
        assert f"JournalError: The journal {journal} can't be used: " in said
        assert "the same call goes on where the job stopped" in said
        paid = len(gateway.charges)
        with Reading(journal) as reading:
            kept = reading.account().done
        assert 0 < kept < paid < rows
        whole = started("async", gateway, journal, rows)
        _, said = whole.communicate(timeout=60)
        assert (whole.returncode, said) == (0, "")
        assert len(charges(gateway)) == rows
        assert set(charges(gateway).values()) == {1}
        with Reading(journal) as reading:
            assert reading.account().done == rows
            assert reading.account().replayed >= 1
