"""The table: which work is measured, of whom, and what this SDK is meant to reach."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

ALL_SYNC: Final = ("openai", "official", "httpx", "urllib3", "ext", "socket")
ALL_ASYNC: Final = (
    "openai-async",
    "httpx-async",
    "aiohttp-async",
    "ext-async",
    "socket-async",
)
MEDIA_ASYNC: Final = ALL_ASYNC[:-1]  # the limit is that of the blocking row


class Job(NamedTuple):
    """Work that is measured once for each contender and round.

    Attributes:
        key: its name in the JSON.
        work: what the worker does, see ``jobs``; ``start`` for a new process.
        who: the contenders.
        times: how often.
        quick: how often in a quick run.
        scenario: what the server answers with.
        tls: over TLS.
        fresh: in a process of its own, so that memory is not that of the work before.
    """

    key: str
    work: str
    who: tuple[str, ...]
    times: int = 1
    quick: int = 1
    scenario: str = "plain"
    tls: bool = False
    fresh: bool = False


class Row(NamedTuple):
    """A line of the table: one number of a job.

    Attributes:
        title: what it is.
        job: key of the job.
        field: of the measure.
        per_unit: divide by the units of the job.
        unit: for the reader.
        scale: what the number is multiplied with for that unit.
        goal: the ratio to ``against`` that is to be reached; with ``absolute`` the number itself.
        stretch: a ratio beyond the goal.
        against: the contender that the ratios are made to, ``-async`` left out.
        absolute: the goal is a number, not a ratio.
    """

    title: str
    job: str
    field: str
    unit: str
    scale: float = 1.0
    goal: float | None = None
    stretch: float | None = None
    against: Literal["openai", "official", "ext"] = "openai"
    per_unit: bool = True
    absolute: bool = False


_STARTING: Final = ("openai", "official", "httpx", "ext", "socket")
_WEBHOOKS: Final = ("official", "ext", "socket")

JOBS: Final[tuple[Job, ...]] = (
    Job("start", "start", _STARTING),
    Job("chat", "chat", ALL_SYNC, 300, 50),
    Job("chat async", "chat", ALL_ASYNC, 300, 50),
    Job("chat 40", "chat40", ALL_SYNC, 100, 10),
    Job("chat tls", "chat", ALL_SYNC, 60, 5, tls=True),
    Job("stream big", "stream", ALL_SYNC, 2, 1, scenario="big"),
    Job("stream framed", "stream", ALL_SYNC, 4, 1, scenario="framed"),
    Job("stream framed async", "stream", ALL_ASYNC, 4, 1, scenario="framed"),
    Job("stream tls", "stream", ALL_SYNC, 4, 1, scenario="framed", tls=True),
    Job("stream tls async", "stream", ALL_ASYNC, 4, 1, scenario="framed", tls=True),
    Job("stream paced", "stream", ALL_SYNC, 3, 1, scenario="paced"),
    Job("stream paced async", "stream", ALL_ASYNC, 3, 1, scenario="paced"),
    Job("streams short", "stream", ALL_SYNC, 99, 99, scenario="short"),
    Job("streams short async", "stream", ALL_ASYNC, 99, 99, scenario="short"),
    Job("concurrent", "concurrent", ALL_ASYNC, 1000, 100, scenario="many", fresh=True),
    Job("threads", "threads", ALL_SYNC[:-1], 200, 40, scenario="many"),
    Job("floats", "floats", ALL_SYNC, 2, 1),
    Job("base64", "base64", ALL_SYNC, 10, 3),
    Job("speech", "speech", ALL_SYNC, 1, 1, fresh=True),
    Job("speech async", "speech", MEDIA_ASYNC, 1, 1, fresh=True),
    Job("speech tls", "speech", ALL_SYNC, 1, 1, tls=True, fresh=True),
    Job("speech tls async", "speech", MEDIA_ASYNC, 1, 1, tls=True, fresh=True),
    Job("upload", "upload", ALL_SYNC, 1, 1, fresh=True),
    Job("upload async", "upload", MEDIA_ASYNC, 1, 1, fresh=True),
    Job("long speech", "speech", ("ext",), scenario="long", fresh=True),
    Job("long speech async", "speech", ("ext-async",), scenario="long", fresh=True),
    Job("long upload", "upload", ("ext",), scenario="long", fresh=True),
    Job("long upload async", "upload", ("ext-async",), scenario="long", fresh=True),
    Job("verify", "verify", _WEBHOOKS, 20000, 1000),
    Job("construct", "construct", _WEBHOOKS, 20000, 1000),
    Job("busy", "chat", ("openai", "ext"), 3, 1, scenario="busy"),
    Job("busy async", "chat", ("openai-async", "ext-async"), 3, 1, scenario="busy"),
    Job("journey", "journey", ("ext",), 2000, 500),
    Job("journey retries", "journey with retries", ("ext",), 1000, 200),
)

_MICRO: Final = 1e6
_MILLI: Final = 1e3
_MEGA: Final = 1 / 1024 / 1024


def _starting(title: str, field: str, goal: float | None, stretch: float | None) -> Row:
    return Row(title, "start", field, "ms", _MILLI, goal, stretch, per_unit=False)


def _cpu(title: str, job: str, unit: str, goal: float | None, stretch: float | None) -> Row:
    return Row(title, job, "cpu", unit, _MICRO if unit == "µs" else _MILLI, goal, stretch)


def _growth(title: str, job: str, goal: float = 1.0) -> Row:
    # A limit in megabytes: the bodies have fifty, or two hundred.
    return Row(title, job, "memory", "MB", _MEGA, goal, per_unit=False, absolute=True)


def _count(title: str, job: str, field: str, goal: float, *, per_unit: bool = False) -> Row:
    return Row(title, job, field, "", 1.0, goal, per_unit=per_unit, absolute=True)


ROWS: Final[tuple[Row, ...]] = (
    _starting("import, wall", "import", 0.10, 0.05),
    _starting("import and first client, wall", "client", 0.30, 0.12),
    _starting("import, two clients and first call, wall", "call", None, None),
    _starting("first client, wall", "first client", None, None),
    _starting("second client, wall", "second client", None, None),
    Row("memory, import and client", "start", "resident", "MB", _MEGA, 0.55, 0.45, per_unit=False),
    _cpu("chat call", "chat", "µs", 0.33, 0.12),
    _cpu("chat call, async", "chat async", "µs", 0.46, 0.28),
    _cpu("chat call with 40 messages", "chat 40", "µs", 0.10, 0.05),
    _cpu("chat call over TLS", "chat tls", "µs", 0.38, 0.20),
    _cpu("stream in 16 KB chunks, per event", "stream big", "µs", 0.06, 0.03),
    _cpu("stream, one chunk per event", "stream framed", "µs", 0.12, 0.04),
    _cpu("stream, one chunk per event, async", "stream framed async", "µs", 0.13, 0.05),
    _cpu("stream over TLS, one chunk per event", "stream tls", "µs", None, None),
    _cpu("stream over TLS, one chunk per event, async", "stream tls async", "µs", None, None),
    _cpu("one event every 1 ms", "stream paced", "µs", 0.33, 0.15),
    _cpu("one event every 1 ms, async", "stream paced async", "µs", 0.65, 0.30),
    _count("connections for 100 streams", "streams short", "connections", 1),
    _count("connections for 100 streams, async", "streams short async", "connections", 1),
    _cpu("1000 concurrent streams, per event", "concurrent", "µs", 0.19, 0.07),
    Row(
        "1000 concurrent streams, memory", "concurrent", "memory", "MB", _MEGA, 0.25, per_unit=False
    ),
    _count("1000 concurrent streams, errors", "concurrent", "errors", 0),
    _cpu("200 threads streaming, per event", "threads", "µs", 0.22, 0.06),
    _count("200 threads streaming, errors", "threads", "errors", 0),
    _cpu("embeddings 100×1536, floats", "floats", "ms", 0.09, 0.05),
    _cpu("embeddings 100×1536, base64", "base64", "ms", 0.70, 0.35),
    _cpu("speech 50 MB to file", "speech", "ms", 1.0, 0.7),
    _cpu("speech 50 MB to file, async", "speech async", "ms", 0.5, 0.35),
    _cpu("speech 50 MB over TLS to file", "speech tls", "ms", None, None),
    _cpu("speech 50 MB over TLS to file, async", "speech tls async", "ms", None, None),
    _growth("speech, memory growth", "speech"),
    _growth("speech, memory growth, async", "speech async"),
    _cpu("upload 50 MB", "upload", "ms", 0.7, 0.5),
    _cpu("upload 50 MB, async", "upload async", "ms", None, None),
    _growth("upload, memory growth", "upload"),
    _growth("upload, memory growth, async", "upload async"),
    *(
        _growth(f"{title}, memory growth", title.replace(" 200 MB", "").replace(",", ""), 8.0)
        for title in (
            "long speech 200 MB",
            "long speech 200 MB, async",
            "long upload 200 MB",
            "long upload 200 MB, async",
        )
    ),
    _cpu("webhook, verify 2 KB", "verify", "µs", 0.78, 0.65)._replace(against="official"),
    _cpu("webhook, verify and parse", "construct", "µs", 0.70, 0.60)._replace(against="official"),
    _count("two 503s, requests", "busy", "requests", 3, per_unit=True),
    Row("two 503s, wall", "busy", "wall", "ms", _MILLI, 100, absolute=True),
    _count("two 503s, requests, async", "busy async", "requests", 3, per_unit=True),
    Row("two 503s, wall, async", "busy async", "wall", "ms", _MILLI, 100, absolute=True),
    _cpu("retry engine, one attempt", "journey", "µs", None, None)._replace(against="ext"),
    _cpu("retry engine, two 503s first", "journey retries", "µs", None, None)._replace(
        against="ext"
    ),
)
