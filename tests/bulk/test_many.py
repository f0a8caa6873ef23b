"""Many rows in flat memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MEGA = 1024 * 1024


@pytest.fixture
def tiny_server() -> Iterator[str]:
    """The base URL of a gateway that is as fast as can be."""
    command = [sys.executable, str(HERE / "tiny_server.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
        process.kill()


def flat(kind, url, rows, growth):
    """Run a job of so many rows; its memory must not have grown."""
    begun = time.monotonic()
    run = subprocess.run(
        [sys.executable, str(HERE / "many.py"), kind, url, str(rows)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (run.returncode, run.stderr) == (0, "")
    done, early, late = map(int, run.stdout.split())
    print(f"{kind}: {rows} rows in {time.monotonic() - begun:.0f} s, from {early} to {late} bytes")
    assert done == rows
    assert late - early < growth


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_memory_of_some_rows(tiny_server):
    """Two thousand rows would show a leak of two kilobytes a row."""
    flat("async", tiny_server, 2_000, 4 * MEGA)


@pytest.mark.bulk_long
@pytest.mark.timeout(0)
@pytest.mark.parametrize("kind", ["async", "sync"])
def test_memory_of_a_million_rows(kind, tiny_server):
    """A million rows (``ROWS``) show a leak of the smallest object."""
    flat(kind, tiny_server, int(os.environ.get("ROWS", "1000000")), 16 * MEGA)
