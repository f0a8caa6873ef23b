"""What one piece of work costs this process: CPU, wall time, memory."""

from __future__ import annotations

import contextlib
import gc
import resource
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

_STATUS: Final = Path("/proc/self/status")
_KILO: Final = 1024


class Cost(NamedTuple):
    """A measurement.

    Attributes:
        cpu: seconds of this process, all threads, user and system.
        wall: seconds.
        memory: bytes by which the peak of resident memory exceeded what was resident before.
    """

    cpu: float
    wall: float
    memory: int


class Meter:
    """Measures what happens inside of its ``with`` block; read :attr:`cost` behind it."""

    def __init__(self) -> None:
        self.cost = Cost(0.0, 0.0, 0)

    def __enter__(self) -> Self:
        gc.collect()
        _forget_peak()
        self._resident = _resident()
        self._wall = time.perf_counter()
        self._cpu = time.process_time()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        cpu = time.process_time() - self._cpu
        wall = time.perf_counter() - self._wall
        self.cost = Cost(cpu, wall, max(0, peak() - self._resident))


def peak() -> int:
    """Bytes of resident memory at its highest."""
    if _STATUS.exists():
        # ru_maxrss would begin with the peak of the process that started this one.
        return _status("VmHWM")
    units = 1 if sys.platform == "darwin" else _KILO
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * units


def _resident() -> int:
    return _status("VmRSS") if _STATUS.exists() else peak()


def _forget_peak() -> None:
    # Elsewhere the peak is that of the whole process.
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _status(field: str) -> int:
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * _KILO
    return 0
