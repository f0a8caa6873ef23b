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
        against: the contender that the ratios are made to, ``-async`` left out.
        absolute: the goal is a number, not a ratio.
        above: the bare library under the SDK, whose part is taken off the SDK's own.
    """

    title: str
    job: str
    field: str
    unit: str
    scale: float = 1.0
    goal: float | None = None
    against: Literal["openai", "official", "urllib3", "aiohttp", "ext"] = "openai"
    per_unit: bool = True
    absolute: bool = False
    above: Literal["urllib3", "aiohttp", "socket"] | None = None


_STARTING: Final = ("openai", "official", "httpx", "ext", "socket")
_STARTING_ASYNC: Final = ("openai-async", "ext-async")
_WEBHOOKS: Final = ("official", "ext", "socket")

JOBS: Final[tuple[Job, ...]] = (
    Job("start", "start", _STARTING),
    Job("async start", "start", _STARTING_ASYNC),
    Job("program", "program", ("ext",)),
    Job("chat", "chat", ALL_SYNC, 300, 50),
    Job("chat async", "chat", ALL_ASYNC, 300, 50),
    Job("chat 40", "chat40", ALL_SYNC, 100, 10),
    Job("chat tls", "chat", ALL_SYNC, 60, 5, tls=True),
    Job("chat tls async", "chat", ALL_ASYNC, 60, 5, tls=True),
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
    Job("bulk", "bulk", ("openai", "ext"), 1000, 100),
    Job("bulk async", "bulk", ("openai-async", "ext-async"), 1000, 100),
    Job("bulk journal", "journal", ("ext",), 5000, 500),
    Job("journey", "journey", ("ext",), 2000, 500),
    Job("journey retries", "journey with retries", ("ext",), 1000, 200),
    Job("unwatched", "unwatched", ("ext",), 20000, 2000),
    Job("traced", "traced", ("ext", "socket"), 5000, 500),
)

_MICRO: Final = 1e6
_MILLI: Final = 1e3
_MEGA: Final = 1 / 1024 / 1024


def _starting(title: str, field: str, goal: float | None, job: str = "start") -> Row:
    return Row(title, job, field, "ms", _MILLI, goal, per_unit=False)


def _program(title: str, field: str, goal: float | None) -> Row:
    return Row(title, "program", field, "ms", _MILLI, goal, per_unit=False, absolute=True)


def _cpu(title: str, job: str, unit: str, goal: float | None) -> Row:
    return Row(title, job, "cpu", unit, _MICRO if unit == "µs" else _MILLI, goal)


def _bare(title: str, job: str, library: Literal["urllib3", "aiohttp"], goal: float) -> Row:
    # What is the SDK's own in a call: its cost by that of the library that it stands on.
    return _cpu(f"{title}, by bare {library}", job, "µs", goal)._replace(against=library)


def _above(title: str, job: str, library: Literal["urllib3", "aiohttp"]) -> Row:
    # What is the SDK's own in an event, which a bare library has no models for.
    row = _cpu(f"{title}, above bare {library}", job, "µs", 0.05)
    return row._replace(above=library)


def _growth(title: str, job: str, goal: float = 1.0) -> Row:
    # A limit in megabytes: the bodies have fifty, or two hundred.
    return Row(title, job, "memory", "MB", _MEGA, goal, per_unit=False, absolute=True)


def _count(title: str, job: str, field: str, goal: float, *, per_unit: bool = False) -> Row:
    return Row(title, job, field, "", 1.0, goal, per_unit=per_unit, absolute=True)


ROWS: Final[tuple[Row, ...]] = (
    _starting("import, wall", "import", 0.10),
    _starting("import and first client, wall", "client", 0.30),
    _starting("import, two clients and first call, wall", "call", 0.25),
    _starting("import, two clients and first call, async, wall", "call", 0.50, "async start"),
    _starting("first client, wall", "first client", None),
    _starting("second client, wall", "second client", None),
    _program("command line, --help, wall", "help", 150),
    _program("command line, models --help, wall", "command", 150),
    _program("command line, one chat with its call, wall", "chat", None),
    Row("memory, import and client", "start", "resident", "MB", _MEGA, 0.55, per_unit=False),
    _cpu("chat call", "chat", "µs", 0.20),
    _bare("chat call", "chat", "urllib3", 1.5),
    _cpu("chat call, async", "chat async", "µs", 0.17),
    _bare("chat call, async", "chat async", "aiohttp", 2.0),
    _cpu("chat call with 40 messages", "chat 40", "µs", 0.05),
    _cpu("chat call over TLS", "chat tls", "µs", 0.22),
    _bare("chat call over TLS", "chat tls", "urllib3", 1.5),
    _cpu("chat call over TLS, async", "chat tls async", "µs", 0.20),
    _bare("chat call over TLS, async", "chat tls async", "aiohttp", 2.0),
    _cpu("stream in 16 KB chunks, per event", "stream big", "µs", 0.06),
    _cpu("stream, one chunk per event", "stream framed", "µs", 0.09),
    _above("stream, one chunk per event", "stream framed", "urllib3"),
    _cpu("stream, one chunk per event, async", "stream framed async", "µs", 0.08),
    _above("stream, one chunk per event, async", "stream framed async", "aiohttp"),
    _cpu("stream over TLS, one chunk per event", "stream tls", "µs", 0.09),
    _above("stream over TLS, one chunk per event", "stream tls", "urllib3"),
    _cpu("stream over TLS, one chunk per event, async", "stream tls async", "µs", 0.08),
    _above("stream over TLS, one chunk per event, async", "stream tls async", "aiohttp"),
    _cpu("one event every 1 ms", "stream paced", "µs", 0.30),
    _cpu("one event every 1 ms, async", "stream paced async", "µs", 0.30),
    _count("connections for 100 streams", "streams short", "connections", 1),
    _count("connections for 100 streams, async", "streams short async", "connections", 1),
    _cpu("1000 concurrent streams, per event", "concurrent", "µs", 0.09),
    Row(
        "1000 concurrent streams, memory", "concurrent", "memory", "MB", _MEGA, 0.70, per_unit=False
    ),
    _count("1000 concurrent streams, errors", "concurrent", "errors", 0),
    _cpu("200 threads streaming, per event", "threads", "µs", 0.12),
    _count("200 threads streaming, errors", "threads", "errors", 0),
    _cpu("embeddings 100×1536, floats", "floats", "ms", 0.09),
    _cpu("embeddings 100×1536, base64", "base64", "ms", 0.70),
    _cpu("speech 50 MB to file", "speech", "ms", 0.6),
    _cpu("speech 50 MB to file, async", "speech async", "ms", 0.2),
    _cpu("speech 50 MB over TLS to file", "speech tls", "ms", 0.6),
    _cpu("speech 50 MB over TLS to file, async", "speech tls async", "ms", 0.2),
    _growth("speech, memory growth", "speech"),
    _growth("speech, memory growth, async", "speech async"),
    _cpu("upload 50 MB", "upload", "ms", 0.55),
    _cpu("upload 50 MB, async", "upload async", "ms", 0.55),
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
    _cpu("webhook, verify 2 KB", "verify", "µs", 0.78)._replace(against="official"),
    _cpu("webhook, verify and parse", "construct", "µs", 0.70)._replace(against="official"),
    _cpu("bulk job, per row", "bulk", "µs", 0.25),
    _cpu("bulk job, per row, async", "bulk async", "µs", 0.25),
    Row("bulk job, wall per row", "bulk", "wall", "µs", _MICRO),
    Row("bulk job, wall per row, async", "bulk async", "wall", "µs", _MICRO),
    Row("bulk job, the journal per row", "bulk journal", "cpu", "µs", _MICRO, 60, absolute=True),
    _count("two 503s, requests", "busy", "requests", 3, per_unit=True),
    Row("two 503s, wall", "busy", "wall", "ms", _MILLI, 100, absolute=True),
    _count("two 503s, requests, async", "busy async", "requests", 3, per_unit=True),
    Row("two 503s, wall, async", "busy async", "wall", "ms", _MILLI, 100, absolute=True),
    _cpu("retry engine, one attempt", "journey", "µs", None)._replace(against="ext"),
    _cpu("retry engine, two 503s first", "journey retries", "µs", None)._replace(against="ext"),
    Row("a call that nobody watches, its part", "unwatched", "cpu", "µs", _MICRO, 1, absolute=True),
    Row("a call with telemetry, its part", "traced", "cpu", "µs", _MICRO, None, absolute=True),
    Row(
        "a call with telemetry, above OpenTelemetry by hand",
        "traced",
        "cpu",
        "µs",
        _MICRO,
        15,
        absolute=True,
        above="socket",
    ),
)
