"""However a worker, the feeding or the writing ends, the one who consumes the rows gets to know."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing

import anyio
import pytest
import uvloop

from runinfra_ext import AsyncRunInfra, BulkStoppedError, JournalError, RunInfra
from runinfra_ext._sync import _crew
from runinfra_ext.bulk import Flow, writer
from runinfra_ext.bulk.journal import Journal, Reading
from runinfra_ext.bulk.lock import FileLock
from tests.bulk.jobs import begun, chat, rows_of
from tests.bulk.test_parts import outcome

BOUND = 30  # seconds after which something hangs


def bounded(work):
    """What a function returns or raises, unless it hangs."""
    ended = []

    def run():
        try:
            ended.append((work(), None))
        except BaseException as error:
            ended.append((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(BOUND)
    assert ended, "it hangs"
    found, error = ended[0]
    if error is not None:
        raise error
    return found


def mapped(both, rows=range(20), request=chat, **options):
    """All rows of a job, unless it hangs."""

    async def scenario():
        async with both.client() as client:
            return await rows_of(client.bulk.map(rows, request, **options))

    return bounded(lambda: both.run(scenario))


def test_the_source_gives_rows_while_the_job_stops(both):
    """What comes then is left for the next run, also when rows are sent faster than taken in."""
    jobs = []

    def waits():
        limit = time.monotonic() + BOUND
        return jobs[0].account.stopped is None and time.monotonic() < limit

    def plain():
        yield 0
        yield 1
        while waits():  # in the consumer's thread; a worker stops the job meanwhile
            time.sleep(0.01)
        yield 2

    async def slow():
        yield 0
        yield 1
        while waits():
            await asyncio.sleep(0.01)
        yield 2

    async def scenario():
        async with both.client() as client:
            rows = slow() if both.kind == "async" else plain()
            jobs.append(await begun(client.bulk.map(rows, chat, max_cost=0.1, price=lambda _: 0.1)))
            return await rows_of(jobs[0])

    with pytest.raises(BulkStoppedError, match="max_cost"):
        bounded(lambda: both.run(scenario))


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, asyncio.CancelledError])
def test_a_worker_that_is_torn_out(both, error):
    """What no worker expects, out of a callback of the application."""

    def price(_):
        raise error

    with pytest.raises(error):
        mapped(both, price=price)


class Moody(Flow):
    """A flow that breaks when a worker asks it, and not for the one who feeds."""

    @property
    def limit(self):
        frame = sys._getframe()
        while frame is not None and frame.f_code.co_name != "_work":
            frame = frame.f_back
        return 2 if frame is None else 1 // 0


def test_a_flow_that_breaks(both):
    """The workers that ask it are no more; the consumer says why."""
    with pytest.raises(ZeroDivisionError):
        mapped(both, flow=Moody())


def no_threads_after(monkeypatch, count):
    """Let so many workers' threads begin."""
    start, begun_threads = threading.Thread.start, []

    def refused(thread):
        if thread.name == "runinfra-bulk":
            if len(begun_threads) >= count:
                raise RuntimeError("can't start new thread")
            begun_threads.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refused)


def test_no_thread_can_be_had(client: RunInfra, monkeypatch, tmp_path):
    """Not one: told, and the journal is let go."""
    no_threads_after(monkeypatch, 0)
    for _ in range(2):
        job = client.bulk.map(range(9), chat, journal=tmp_path / "run.db")
        with pytest.raises(RuntimeError, match="can't start new thread"):
            bounded(lambda job=job: list(job))


def test_few_threads_can_be_had(client: RunInfra, monkeypatch):
    """Then these do all of the work."""
    no_threads_after(monkeypatch, 2)
    rows = bounded(lambda: list(client.bulk.map(range(30), chat)))
    assert sorted(row.item for row in rows) == list(range(30))


def test_work_waits_for_a_thread(monkeypatch):
    """What could have no thread of its own is done by the first that is idle again, once."""
    no_threads_after(monkeypatch, 1)
    crew, gate, done = _crew.Crew(), threading.Event(), []

    def work(number):
        gate.wait(BOUND)
        done.append(number)

    for number in range(3):
        crew.start(work, number, print)
    gate.set()
    limit = time.monotonic() + BOUND
    while len(done) < 3:
        assert time.monotonic() < limit
        time.sleep(0.001)
    assert done == [0, 1, 2]
    crew.dismiss()


@pytest.mark.parametrize("error", [OverflowError, SystemExit])
def test_the_writing_breaks(both, monkeypatch, tmp_path, error):
    """By something that is no error of SQLite's: told all the same, and the journal is free."""

    def add(self, outcomes):
        raise error

    with monkeypatch.context() as patch, pytest.raises(error):
        patch.setattr(Journal, "add", add)
        mapped(both, journal=tmp_path / "run.db")
    assert len(mapped(both, journal=tmp_path / "run.db")) == 20


def test_a_writer_is_told_to_end_by_itself(tmp_path):
    """As the garbage collector may, in whatever thread: nothing is waited for."""
    journal = Journal(tmp_path / "run.db", {"operation": "o"})
    ended = threading.Event()
    own = writer.Writer(journal, lambda rows: own.end(ended.set), print)
    own.put(outcome())
    assert ended.wait(BOUND)
    own.join()
    journal.close()


def test_a_stop_wakes_those_who_wait_for_their_time(both):
    """A limit that the consumer finds reached; the next row would leave in a minute."""
    flow = Flow(requests_per_minute=1)

    def request(item):
        return chat(item) | {"extra_headers": {"X-Sandbox-Fault": "400"}}

    with pytest.raises(BulkStoppedError, match="max_failures"):
        mapped(both, request=request, flow=flow, max_failures=0)


def test_a_job_that_can_not_begin(both, monkeypatch, tmp_path):
    """It lets go of what it has taken already."""
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr("runinfra_ext.bulk.progress.Display.begin", lambda *_: 1 / 0)
        mapped(both, journal=tmp_path / "run.db")
    assert len(mapped(both, range(2), journal=tmp_path / "run.db")) == 2


def test_finished_rows_are_not_held_back(client: RunInfra):
    """The first row comes long before a slow source has filled the window."""
    taken = []

    def slow():
        for number in range(60):
            taken.append(number)
            time.sleep(0.02)
            yield number

    with client.bulk.map(slow(), chat) as job:
        next(job)
    assert len(taken) < 60


def test_progress_may_be_async(gateway):
    """Its last call is awaited too."""
    told = []

    async def progress(account):
        await asyncio.sleep(0)
        told.append(account.rows)

    async def scenario():
        async with AsyncRunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as client:
            await rows_of(client.bulk.map(range(3), chat, progress=progress))

    asyncio.run(scenario())
    assert told[-1] == 3


def refused_lock(monkeypatch, number):
    """A file system whose locks answer so."""

    def flock(_file, operation):
        if operation != fcntl.LOCK_UN:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)


def test_a_file_system_without_locks(monkeypatch, tmp_path):
    """Told as what it is: nobody else has the journal."""
    refused_lock(monkeypatch, errno.ENOLCK)
    with pytest.raises(JournalError, match=r"can't be locked: No locks available\. Use one on"):
        Journal(tmp_path / "run.db", {"operation": "o"})
    refused_lock(monkeypatch, errno.EAGAIN)
    with pytest.raises(JournalError, match=r"in use by another job \(process unknown\)"):
        Journal(tmp_path / "run.db", {"operation": "o"})


def test_a_file_system_without_shared_memory(client: RunInfra, monkeypatch, tmp_path):
    """SQLite has no WAL on it, and locks by files beside the journal: all goes on, if slower."""
    connect = sqlite3.connect

    def remote(path, **options):
        if not path:
            return connect(path, **options)
        return connect(f"file:{path}?vfs=unix-dotfile", uri=True, **options)

    monkeypatch.setattr(sqlite3, "connect", remote)
    journal = tmp_path / "run.db"
    with client.bulk.map(range(20), chat, journal=journal) as job:
        next(job)
        with Reading(journal) as reading:
            assert reading.account().done >= 1
            assert reading.facts()["stopped"] == "unfinished"
    rows = list(client.bulk.map(range(20), chat, journal=journal))
    assert sorted(row.item for row in rows) == list(range(20))
    assert sum(row.meta.resumed for row in rows) == job.account.done
    with closing(remote(journal)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_one_journal_by_two_names(tmp_path):
    """A symbolic link is no other journal."""
    journal = Journal(tmp_path / "run.db", {"operation": "o"})
    (tmp_path / "link.db").symlink_to("run.db")
    with pytest.raises(JournalError, match="in use by another job"):
        Journal(tmp_path / "link.db", {"operation": "o"})
    journal.close()
    Journal(tmp_path / "link.db", {"operation": "o"}).close()


def test_a_forked_process_does_not_keep_the_journal(tmp_path):
    """It has inherited the lock's file, which its parent lets go."""
    lock = FileLock(tmp_path / "lock", tmp_path / "run.db")
    inherited = os.dup(lock._file)
    lock.release()
    FileLock(tmp_path / "lock", tmp_path / "run.db").release()
    os.close(inherited)


def timeout(job_of):
    """Cancelled by a limit of asyncio's."""

    async def run():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(None) as limit:
                await job_of(lambda: limit.reschedule(0))

    return run()


def task_group(job_of):
    """Cancelled because another task has failed."""

    async def fails(event):
        await event.wait()
        raise ZeroDivisionError

    async def run():
        event = asyncio.Event()
        with pytest.raises(ExceptionGroup):
            async with asyncio.TaskGroup() as group:
                group.create_task(job_of(event.set))
                group.create_task(fails(event))

    return run()


def scope(job_of):
    """Cancelled by anyio, which cancels all waits in a scope anew."""

    async def run():
        with anyio.CancelScope() as own:
            await job_of(own.cancel)
        assert own.cancelled_caught

    return run()


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
@pytest.mark.parametrize("way", [timeout, task_group, scope])
@pytest.mark.parametrize("where", ["inside", "outside"])
def test_cancelled_once(gateway, tmp_path, way, loop, where):
    """What is on its way is finished and kept, whoever cancels, and wherever the task is."""
    journal = tmp_path / "run.db"

    async def scenario():
        async with AsyncRunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as client:

            async def consume(cancel):
                async with client.bulk.map(range(200), chat, journal=journal) as job:
                    async for _ in job:
                        if len(gateway.charges) > 10:
                            cancel()
                            if where == "outside":
                                await asyncio.sleep(BOUND)

            await asyncio.wait_for(way(consume), BOUND)

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(scenario())
    with Reading(journal) as reading:
        assert reading.account().done == len(gateway.charges) < 200


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_cancelled_twice(gateway, tmp_path, loop):
    """The second time what is on its way is given up; the journal is let go."""
    for _ in range(8):
        gateway.script("never-answer")

    async def scenario():
        async with AsyncRunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as client:
            job = client.bulk.map(range(8), chat, journal=tmp_path / "run.db")
            task = asyncio.create_task(rows_of(job))
            while len(gateway.journal) < 8:
                await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.sleep(0.05)
            assert not task.done()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(task, BOUND)
            assert job.account.in_flight == 0
        Journal(tmp_path / "run.db", {}).close()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(asyncio.wait_for(scenario(), BOUND))


def test_an_interrupt_while_rows_are_taken_in(both, gateway, tmp_path):
    """As in a notebook: what was on its way is kept, and the next cell can go on."""

    def interrupted():
        yield from range(5)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mapped(both, interrupted(), journal=tmp_path / "run.db")
    with Reading(tmp_path / "run.db") as reading:
        assert reading.account().done == len(gateway.charges) <= 5
    assert len(mapped(both, journal=tmp_path / "run.db")) == 20
    assert len(gateway.charges) == 20


@pytest.mark.parametrize("replaced", [False, True])
def test_a_journal_that_vanishes(both, gateway, tmp_path, replaced):
    """The job stops: what is kept in a file without a name is lost with the process."""
    path = tmp_path / "sub" / "run.db"
    taken = []

    def rows():
        for number in range(3000):
            taken.append(number)
            if number == 20:
                shutil.rmtree(path.parent)
                if replaced:
                    path.parent.mkdir()
                    path.write_bytes(b"")
            yield number

    with pytest.raises(JournalError, match="was removed or replaced while its job ran"):
        mapped(both, rows(), journal=path)
    assert len(taken) < 3000


def test_no_room_for_the_keys(both, monkeypatch):
    """SQLite's error is told as one of this package's."""
    monkeypatch.setattr(sqlite3, "connect", lambda *_, **__: Full())
    with pytest.raises(JournalError, match="keys of the rows can't be kept in a temporary file"):
        mapped(both, key=str)


class Full:
    """A connection to a disk that is full."""

    def execute(self, statement, *_):
        if statement.startswith("INSERT"):
            raise sqlite3.OperationalError("database or disk is full")

    def close(self):
        pass


def test_a_job_in_a_forked_process(gateway, tmp_path):
    """The child ends at once, and takes nothing from the job: it waited for workers without end."""
    program = (
        "import os, sys, warnings\n"
        "from runinfra_ext import RunInfra\n"
        "from tests.bulk.jobs import chat\n"
        "warnings.simplefilter('ignore')\n"
        "parent = os.getpid()\n"
        "with RunInfra() as client:\n"
        "    with client.bulk.map(range(20), chat, journal=sys.argv[1], max_concurrency=2) as job:\n"
        "        for row in job:\n"
        "            if row.meta.position == 5 and os.fork() == 0:\n"
        "                try:\n"
        "                    next(job)\n"
        "                except RuntimeError as error:\n"
        "                    print(error)\n"
        "                sys.exit()\n"
        "    assert os.wait()[1] == 0\n"
        "print(job.account.done)\n"
    )
    variables = {"RUNINFRA_API_KEY": gateway.api_key, "RUNINFRA_BASE_URL": gateway.base_url}
    ran = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "run.db")],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told, done = ran.stdout.splitlines()
    assert "and not in one that was forked" in told
    assert done == "20"
    with Reading(tmp_path / "run.db") as reading:
        assert (reading.account().done, reading.account().stopped) == (20, None)
