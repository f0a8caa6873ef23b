"""`client.bulk.map`: every row comes out once, with its result or its error."""

from __future__ import annotations

import asyncio
import gc
import math

import pytest

from runinfra_ext import (
    BulkStoppedError,
    InsufficientCreditsError,
    InvalidRequestError,
    JournalError,
    RunInfra,
)
from runinfra_ext.bulk import Account
from runinfra_ext.bulk.journal import Reading
from tests.bulk.jobs import CHAT, EMBED, begun, charges, chat, rows_of


def test_rows_come_with_their_items(both, gateway):
    """Each row has its key, its item and its own answer, whatever the order."""

    async def scenario():
        async with both.client() as client:
            return await rows_of(client.bulk.map(range(40), chat))

    rows = both.run(scenario)
    assert sorted(row.item for row in rows) == list(range(40))
    assert all(row.key == f"row {row.item + 1}" and row.meta.position == row.item for row in rows)
    # The sandbox says the number that it was asked for.
    assert all(str(row.item) in row.unwrap().choices[0].message.content for row in rows)
    assert set(charges(gateway).values()) == {1}
    assert len({row.meta.idempotency_key for row in rows}) == 40


def test_ordered(both, gateway):
    """In the order of the input, though the first row is the last to be answered."""
    gateway.script("503")

    async def scenario():
        async with both.client() as client:
            return await rows_of(client.bulk.map(range(30), chat, ordered=True))

    assert [row.item for row in both.run(scenario)] == list(range(30))


def test_source_is_read_as_it_is_needed(both):
    """A generator without end: only a window of it is ever taken in."""
    taken = []

    def endless():
        number = 0
        while True:
            taken.append(number)
            yield number
            number += 1

    async def scenario():
        async with both.client() as client:
            job = await begun(client.bulk.map(endless(), chat, max_concurrency=2))
            async with job:
                return [row async for row, _ in zip_with(job, range(20))]

    async def zip_with(job, numbers):
        for number in numbers:
            yield await job.__anext__(), number

    assert len(both.run(scenario)) == 20
    assert len(taken) <= 20 + 2 * 2 + 64 + 2


def test_a_row_that_fails_is_a_row(both, gateway):
    """The error of one row stops nobody; the account counts it."""

    def request(item):
        return chat(item) | {"extra_headers": {"X-Sandbox-Fault": "400"} if item == 3 else {}}

    async def scenario():
        async with both.client() as client:
            job = await begun(client.bulk.map(range(10), request, ordered=True))
            async with job:
                rows = [row async for row in job]
                return rows, job.account

    rows, account = both.run(scenario)
    assert [row.ok for row in rows] == [item != 3 for item in range(10)]
    assert type(rows[3].error).__name__ == "BadRequestError"
    with pytest.raises(type(rows[3].error)):
        rows[3].unwrap()
    assert (account.rows, account.done, account.failed, account.total) == (10, 9, 1, 10)
    assert account.input_tokens > 0


@pytest.mark.parametrize(
    ("operation", "request_of", "text_of"),
    [
        (
            "responses.create",
            lambda item: {"model": CHAT, "input": f"Say {item}."},
            lambda result: result.output_text,
        ),
        (
            "embeddings.create",
            lambda item: {"model": EMBED, "input": [f"text {item}"]},
            lambda result: list(result.data[0].embedding),
        ),
        (
            "audio.speech.create",
            lambda item: {"model": "acme-tts", "input": f"Say {item}.", "voice": "alloy"},
            lambda result: result.content,
        ),
        (
            "audio.transcriptions.create",
            lambda item: {
                "model": "acme-asr",
                "file": (f"{item}.wav", b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes([item] * 64)),
            },
            lambda result: result.text,
        ),
        (
            "rerank.create",
            lambda item: {"model": "acme-rerank", "query": f"{item}", "texts": ["a", "b"]},
            lambda result: [score.index for score in result.results],
        ),
    ],
)
def test_operations_resume_from_the_journal(
    both, gateway, tmp_path, operation, request_of, text_of
):
    """What the journal has is the same result as what came, without another request."""

    async def scenario():
        async with both.client() as client:
            return await rows_of(
                client.bulk.map(
                    range(3),
                    request_of,
                    operation=operation,
                    journal=tmp_path / "run.db",
                    ordered=True,
                )
            )

    first = both.run(scenario)
    asked = len(gateway.journal)
    second = both.run(scenario)
    assert [row.error for row in first + second] == [None] * 6
    assert [text_of(row.result) for row in second] == [text_of(row.result) for row in first]
    assert [row.meta.resumed for row in first + second] == [False] * 3 + [True] * 3
    assert [row.result.request_id for row in second] == [row.meta.request_id for row in first]
    assert len(gateway.journal) == asked == 3


def test_parse(both, gateway, tmp_path):
    """Objects of a class; a text that does not fit is kept, because it was paid."""
    from dataclasses import dataclass

    @dataclass
    class City:
        name: str

    gateway.answer(text='{"nome": 1}', match=lambda asked: "Say 1" in str(asked.body))
    gateway.answer(text='{"name": "Rome"}')

    async def scenario():
        async with both.client() as client:
            return await rows_of(
                client.bulk.map(
                    range(2),
                    chat,
                    operation="chat.completions.parse",
                    target=City,
                    journal=tmp_path / "run.db",
                    ordered=True,
                    max_concurrency=1,
                )
            )

    for _ in range(2):
        good, poor = both.run(scenario)
        assert good.unwrap().parsed == City("Rome")
        assert type(poor.error).__name__ == "StructuredOutputError"
        assert poor.error.text == '{"nome": 1}'
    assert len(gateway.journal) == 2


def test_a_stopped_job_goes_on(both, gateway, tmp_path):
    """The second call sends what the first one left, and nothing else."""

    async def scenario(most):
        async with both.client() as client:
            job = await begun(client.bulk.map(range(30), chat, journal=tmp_path / "run.db"))
            rows = []
            async with job:
                async for row in job:
                    rows.append(row)
                    if len(rows) == most:
                        break
            return rows

    first = both.run(lambda: scenario(5))
    assert len(first) == 5
    kept = len(gateway.charges)
    with Reading(tmp_path / "run.db") as reading:
        assert reading.account().done == kept  # what was on its way was finished and kept
        assert reading.facts()["stopped"] == "asked"
    second = both.run(lambda: scenario(None))
    assert sorted(row.item for row in second) == list(range(30))
    assert sum(row.meta.resumed for row in second) == kept
    assert set(charges(gateway).values()) == {1}
    assert len(gateway.charges) == 30


def test_lost_answers_are_replayed_free(both, gateway, tmp_path):
    """An answer that got lost is asked for again with the same key, and is not charged again."""

    def request(item):
        return chat(item) | {"extra_headers": {"X-Sandbox-Fault": "lost*1"}}

    async def scenario():
        async with both.client() as client:
            job = await begun(client.bulk.map(range(6), request, journal=tmp_path / "run.db"))
            async with job:
                return [row async for row in job], job.account

    rows, account = both.run(scenario)
    assert [row.meta.replayed for row in rows] == [True] * 6
    assert (account.replayed, account.attempts, account.retries) == (6, 12, 6)
    assert set(charges(gateway).values()) == {1}


def test_no_credit_stops_the_job_and_keeps_everything(both, gateway, tmp_path):
    """402 concerns all rows: what was answered is given out, then the error is raised."""
    gateway.configure(balance_cents=4)

    async def scenario():
        async with both.client() as client:
            job = await begun(
                client.bulk.map(range(50), chat, journal=tmp_path / "run.db", max_concurrency=2)
            )
            rows = []
            with pytest.raises(InsufficientCreditsError) as caught:
                async for row in job:
                    rows.append(row)
            return rows, caught.value, job.account

    rows, error, account = both.run(scenario)
    assert [row.ok for row in rows] == [True] * 4
    assert "run.db; the same call goes on" in error.__notes__[0]
    assert account.stopped == "InsufficientCreditsError"
    assert len(gateway.journal) <= 4 + 2
    gateway.configure(balance_cents=None)

    async def again():
        async with both.client() as client:
            return await rows_of(client.bulk.map(range(50), chat, journal=tmp_path / "run.db"))

    assert len(both.run(again)) == 50
    assert set(charges(gateway).values()) == {1}


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        ({"max_failures": 2}, "max_failures"),
        ({"deadline": 0.000001}, "deadline"),
    ],
)
def test_limits_of_the_job(both, gateway, limits, name):
    """A limit that is reached is told, with the account."""

    def request(item):
        return chat(item) | {"extra_headers": {"X-Sandbox-Fault": "400"}}

    async def scenario():
        async with both.client() as client:
            with pytest.raises(BulkStoppedError, match=f"stopped at its {name}") as caught:
                await rows_of(client.bulk.map(range(300), request, max_concurrency=2, **limits))
            return caught.value

    error = both.run(scenario)
    assert error.limit == name
    assert error.account.stopped == name
    assert error.account.failed < 100


def test_max_cost_is_not_exceeded(both, gateway, tmp_path):
    """It stops before the row that would go beyond it, over all runs together."""

    async def scenario(limit):
        async with both.client() as client:
            job = await begun(
                client.bulk.map(
                    range(40),
                    chat,
                    journal=tmp_path / "run.db",
                    max_cost=limit,
                    price=lambda result: 0.1,
                )
            )
            with pytest.raises(BulkStoppedError) as caught:
                async for _ in job:
                    pass
            return caught.value.account

    assert both.run(lambda: scenario(1.0)).cost == pytest.approx(1.0)
    assert len(gateway.charges) == 10
    assert both.run(lambda: scenario(1.5)).cost == pytest.approx(1.5)
    assert len(gateway.charges) == 15


def test_max_cost_needs_a_cost(both, gateway):
    """The sandbox tells no cost: a limit that can't be kept is told after one row."""

    async def scenario():
        async with both.client() as client:
            with pytest.raises(InvalidRequestError, match="max_cost: .* give price="):
                await rows_of(client.bulk.map(range(40), chat, max_cost=1.0))

    both.run(scenario)
    assert len(gateway.charges) == 1


def test_rate_limits_are_no_failures(both, gateway):
    """429 is flow control: all rows come, each charged once, and the job slows down."""
    gateway.configure(capacity=2)

    async def scenario():
        async with both.client() as client:
            job = await begun(client.bulk.map(range(24), chat, max_retries=0))
            async with job:
                return [row async for row in job], job.account

    rows, account = both.run(scenario)
    assert [row.error for row in rows if row.error] == []
    assert len(rows) == 24
    assert set(charges(gateway).values()) == {1}
    assert account.stopped is None


def test_a_long_wait_is_told(both, gateway):
    """Rows that wait for hours look like rows on their way: the account says what they wait for."""
    gateway.script("retry-after:7200")
    lines = []

    async def scenario():
        def told(account):
            if account.waiting:
                lines.append(str(account))
                getattr(job, "inner", job).stop()

        async with both.client() as client:
            job = await begun(client.bulk.map(range(3), chat, progress=told))
            await rows_of(job)
            return job.account

    assert both.run(scenario).waiting == 0
    assert "the gateway asks to wait 7" in lines[0]


def test_an_outage_stops_the_job(both, gateway, tmp_path):
    """Nobody answers any row: the job gives up instead of failing them all."""

    def request(item):
        return chat(item) | {"extra_headers": {"X-Sandbox-Fault": "500"}}

    async def scenario():
        async with both.client() as client:
            job = await begun(
                client.bulk.map(range(500), request, journal=tmp_path / "run.db", max_retries=0)
            )
            count = 0
            with pytest.raises(Exception, match="status 500"):
                async for _ in job:
                    count += 1
            return count

    assert 20 <= both.run(scenario) < 200

    async def again():
        async with both.client() as client:
            return await rows_of(client.bulk.map(range(30), chat, journal=tmp_path / "new.db"))

    assert all(row.ok for row in both.run(again))


def test_passing_errors_are_sent_again_and_others_are_not(both, gateway, tmp_path):
    """The next run repeats a row that met a 500, with its key; a 400 only if it is told to."""
    faults = {1: "500*1", 2: "400*1"}

    def request(item):
        fault = faults.get(item)
        return chat(item) | ({"extra_headers": {"X-Sandbox-Fault": fault}} if fault else {})

    async def scenario(**options):
        async with both.client() as client:
            return await rows_of(
                client.bulk.map(
                    range(4),
                    request,
                    journal=tmp_path / "run.db",
                    ordered=True,
                    max_retries=0,
                    **options,
                )
            )

    assert [row.ok for row in both.run(scenario)] == [True, False, False, True]
    faults.clear()
    assert [row.ok for row in both.run(scenario)] == [True, True, False, True]
    again = both.run(lambda: scenario(retry_failed=True))
    assert [row.ok for row in again] == [True] * 4
    assert [row.meta.resumed for row in again] == [True, True, False, True]
    keys = [entry.idempotency_key for entry in gateway.journal]
    assert (len(keys), len(set(keys))) == (6, 4)


def test_a_changed_request_is_told(both, gateway, tmp_path):
    """The same key with another request is neither sent nor mixed with what is there."""

    async def scenario(request, **options):
        async with both.client() as client:
            return await rows_of(
                client.bulk.map(
                    range(3), request, journal=tmp_path / "run.db", ordered=True, **options
                )
            )

    def changed(item):
        return chat("something else" if item == 1 else item)

    both.run(lambda: scenario(chat))
    with pytest.raises(InvalidRequestError, match=r"row 'row 2': its request is not the one"):
        both.run(lambda: scenario(changed))
    rows = both.run(lambda: scenario(changed, on_bad_row="record"))
    assert [row.ok for row in rows] == [True, False, True]
    assert len(gateway.journal) == 3


BAD = [{"id": "a"}, {"id": "b"}, {"id": "a"}, {"no": 1}, {"id": "c"}]


def test_bad_rows_stop_the_job(both):
    """A repeated key is told with the row that had it first."""

    async def scenario():
        async with both.client() as client:
            with pytest.raises(InvalidRequestError, match="'a' is the key of row 1") as caught:
                await rows_of(client.bulk.map(BAD, lambda row: chat(row["id"]), key="id"))
            return caught.value.__notes__

    assert both.run(scenario) == ["row 3 of the input"]


def test_bad_rows_are_recorded(both, gateway, tmp_path):
    """With on_bad_row="record" they are rows with an error, also in the journal."""

    async def scenario():
        async with both.client() as client:
            job = await begun(
                client.bulk.map(
                    BAD,
                    lambda row: (
                        chat(row["id"]) | ({"temperature": "hot"} if row["id"] == "b" else {})
                    ),
                    key="id",
                    on_bad_row="record",
                    journal=tmp_path / "run.db",
                    ordered=True,
                )
            )
            async with job:
                return [row async for row in job], job.account

    rows, account = both.run(scenario)
    assert [row.ok for row in rows] == [True, False, False, False, True]
    assert "temperature: expected" in rows[1].error.message
    assert "key 'id': expected a non-blank string or a whole number" in rows[3].error.message
    assert (account.done, account.bad) == (2, 3)
    assert len(gateway.journal) == 2
    with Reading(tmp_path / "run.db") as reading:
        assert [position for position, _, _ in reading.bad()] == [1, 2, 3]


def test_an_error_of_the_request_function(both):
    """The application's own error comes as it is, and says of which row."""

    async def scenario():
        async with both.client() as client:
            with pytest.raises(ZeroDivisionError) as caught:
                await rows_of(client.bulk.map(range(3), lambda item: chat(1 / item)))
            return caught.value.__notes__

    assert both.run(scenario) == ["in the request of row 1, 'row 1'"]


def test_a_request_that_can_not_be_made_is_recorded(both, gateway):
    """With on_bad_row="record" the function's own error becomes the row's."""

    async def scenario():
        async with both.client() as client:
            return await rows_of(
                client.bulk.map(
                    [0, 1], lambda item: chat(1 // item), on_bad_row="record", ordered=True
                )
            )

    bad, good = both.run(scenario)
    assert "row 1: its request can't be made: ZeroDivisionError" in bad.error.message
    assert good.ok


def test_an_error_of_the_key_function(both):
    """As of the request's: it says of which row, or is a bad row's own."""

    def key(item):
        return f"row {1 // item}"

    async def scenario(**options):
        async with both.client() as client:
            return await rows_of(client.bulk.map([0, 1], chat, key=key, ordered=True, **options))

    with pytest.raises(ZeroDivisionError) as caught:
        both.run(scenario)
    assert caught.value.__notes__ == ["in the key of row 1"]
    bad, good = both.run(lambda: scenario(on_bad_row="record"))
    assert "row 1: its key can't be made: ZeroDivisionError" in bad.error.message
    assert good.ok


def test_time_counts_from_the_first_row_on(both):
    """A job that is made, and iterated over later, has all of its deadline."""

    async def scenario():
        async with both.client() as client:
            made = await begun(client.bulk.map(range(3), chat, deadline=50.0))
            desk = getattr(made, "inner", made)._desk
            clock = desk._clock
            desk._clock = lambda: clock() + 1000.0
            async with made:
                return len([row async for row in made])

    assert both.run(scenario) == 3


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"timeout": -1}, "timeout: expected a finite number above 0"),
        ({"stream": True}, "stream: a bulk job reads whole answers"),
        ({"temprature": 1}, "unexpected keyword argument 'temprature'"),
    ],
)
def test_arguments_that_no_row_can_have(both, gateway, more, message):
    """Nothing is sent; the error says of which row."""

    async def scenario():
        async with both.client() as client:
            with pytest.raises(InvalidRequestError, match=message) as caught:
                await rows_of(client.bulk.map([5], lambda item: chat(item) | more))
            return caught.value.__notes__

    assert both.run(scenario) == ["row 1 of the input, 'row 1'"]
    assert len(gateway.journal) == 0


@pytest.mark.parametrize("where", ["request", "price", "key", "progress"])
def test_a_function_that_ends_a_loop(both, where):
    """StopIteration of one's own `next()` is an error, and no silent end of the job."""

    def broken(_given):
        return next(iter(()))

    async def scenario():
        options = {"request": chat, where: broken}
        async with both.client() as client:
            return await rows_of(client.bulk.map(range(3), **options))

    with pytest.raises(RuntimeError, match="raised StopIteration"):
        both.run(scenario)


@pytest.mark.parametrize("made", [None, [1], {1: 2}])
def test_a_request_that_is_no_mapping(both, gateway, made):
    """Told as what it is, made by a function or given as the row."""

    async def told(rows, request):
        async with both.client() as client:
            with pytest.raises(InvalidRequestError) as caught:
                await rows_of(client.bulk.map(rows, request))
            return str(caught.value).partition(", got")[0]

    expected = "expected a mapping of names to the arguments of a row's call"
    assert both.run(lambda: told([1], lambda _: made)) == f"request: {expected}"
    assert both.run(lambda: told([made], None)) == f"rows: {expected}"
    assert gateway.journal == []


def test_an_error_of_the_price_function(both):
    """The application's own error in a worker ends the job, and comes as it is; so does no price."""

    async def scenario():
        async with both.client() as client:
            with pytest.raises(ZeroDivisionError):
                await rows_of(client.bulk.map([5], chat, price=lambda result: 1 / 0))
            with pytest.raises(InvalidRequestError, match="price: expected a finite number"):
                await rows_of(client.bulk.map([5], chat, price=lambda result: math.nan))

    both.run(scenario)


def test_two_jobs_on_one_journal(both, tmp_path):
    """The second is refused, and told which process has it."""

    async def scenario():
        async with both.client() as client:
            job = await begun(client.bulk.map(range(30), chat, journal=tmp_path / "run.db"))
            async with job:
                await job.__anext__()
                with pytest.raises(JournalError, match=r"in use by another job \(process [0-9]+\)"):
                    await rows_of(client.bulk.map(range(3), chat, journal=tmp_path / "run.db"))

    both.run(scenario)


def test_a_job_that_is_forgotten(both, gateway, tmp_path):
    """Left by ``break`` without a word, its workers end, and its journal is free again."""

    async def scenario():
        async with both.client() as client:
            async for _ in await begun(
                client.bulk.map(range(300), chat, journal=tmp_path / "run.db", max_concurrency=2)
            ):
                break
            for _ in range(200):
                gc.collect()
                try:
                    return await rows_of(
                        client.bulk.map(range(5), chat, journal=tmp_path / "run.db")
                    )
                except JournalError:
                    await asyncio.sleep(0.1)
        return []

    assert len(both.run(scenario)) == 5
    assert len(gateway.charges) < 300
    assert set(charges(gateway).values()) == {1}


def test_stop(both):
    """A job that is told to stop ends after what was on its way."""

    async def scenario():
        async with both.client() as client:
            job = await begun(client.bulk.map(range(500), chat, max_concurrency=2))
            rows = []
            async for row in job:
                rows.append(row)
                if len(rows) == 3:
                    stopped = job.stop()
                    if stopped is not None:
                        await stopped
            return len(rows), job.account.stopped

    count, stopped = both.run(scenario)
    assert 3 <= count < 100
    assert stopped == "asked"


def test_progress_is_told(both):
    """A function is given the account."""
    told = []

    async def scenario():
        async with both.client() as client:
            await rows_of(client.bulk.map(range(5), chat, progress=lambda a: told.append(a.rows)))

    both.run(scenario)
    assert told[-1] == 5


def test_async_source_that_is_slow(gateway):
    """Finished rows don't wait for the next row of a slow source; here it waits for them."""
    from runinfra_ext import AsyncRunInfra

    async def scenario():
        answered = asyncio.Event()

        async def slow():
            yield 1
            await answered.wait()
            yield 2

        async with AsyncRunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as client:
            found = []
            async for row in client.bulk.map(slow(), chat):
                found.append(row.item)
                answered.set()
            return found

    assert asyncio.run(asyncio.wait_for(scenario(), 30)) == [1, 2]


def test_cancelled_once_finishes_what_is_on_its_way(gateway, tmp_path):
    """A task that is cancelled keeps the rows that were on their way; then it is cancelled."""
    from runinfra_ext import AsyncRunInfra

    async def scenario():
        async with AsyncRunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as client:
            job = client.bulk.map(range(200), chat, journal=tmp_path / "run.db")

            async def consume():
                async for _ in job:
                    if len(gateway.charges) > 10:
                        asyncio.current_task().cancel()

            with pytest.raises(asyncio.CancelledError):
                await asyncio.create_task(consume())

    asyncio.run(scenario())
    with Reading(tmp_path / "run.db") as reading:
        assert reading.account().done == len(gateway.charges) < 200


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"operation": "models.list"}, "operation: expected one of "),
        ({"operation": "chat.completions.parse"}, "target: expected together with"),
        ({"max_concurrency": 0}, "max_concurrency: expected a whole number of at least 1"),
        ({"min_concurrency": 9, "max_concurrency": 3}, "min_concurrency: expected at most max_con"),
        ({"requests_per_minute": -1}, "requests_per_minute: expected a finite number above 0"),
        ({"max_cost": 0}, "max_cost: expected a finite number above 0"),
        ({"deadline": "soon"}, "deadline: expected a finite number above 0"),
        ({"max_failures": -1}, "max_failures: expected a whole number"),
        ({"on_bad_row": "skip"}, "on_bad_row: expected 'raise' or 'record'"),
        ({"progress": 3}, "progress: expected True, False or a function"),
        ({"price": 3}, "price: expected a function"),
        ({"key": 3}, "key: expected the name of a member, or a function"),
        ({"job": " "}, "job: expected a non-blank string"),
        ({"ordered": 1}, "ordered: expected True or False"),
        ({"request": 3}, "request: expected a function"),
    ],
)
def test_wrong_options(client: RunInfra, arguments, message):
    """Told before anything is sent or made, with the option's name."""
    given = {"request": chat, **arguments}
    with pytest.raises(InvalidRequestError, match=message):
        client.bulk.map([1], **given)


def test_unknown_option(client: RunInfra):
    """A misspelt option is a TypeError that shows those that there are."""
    with pytest.raises(TypeError, match="unexpected option of a bulk job: 'jurnal'"):
        client.bulk.map([1], chat, jurnal="run.db")


def test_rows_that_are_none(both):
    """What can't be iterated over is told, as the argument that it is."""

    async def scenario():
        async with both.client() as client:
            with pytest.raises(InvalidRequestError, match="rows: expected an iterable"):
                await rows_of(client.bulk.map(3, chat))

    both.run(scenario)


def test_accounts_add_up():
    """The account of a cluster is the sum of its workers'."""
    one = Account(total=10, done=4, cost=0.5, priced=4, elapsed=2.0)
    two = Account(total=10, done=2, failed=1, elapsed=3.0, stopped="deadline")
    both = one + two
    assert (both.total, both.done, both.failed, both.cost) == (20, 6, 1, 0.5)
    assert (both.elapsed, both.stopped, both.rows) == (3.0, "deadline", 7)
