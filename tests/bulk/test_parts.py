"""The parts of a job by themselves: flow, desk, journal, verdicts, display."""

from __future__ import annotations

import pickle
import sqlite3
import sys
from contextlib import closing

import attrs
import numpy as np
import pytest

from runinfra_ext import errors as e
from runinfra_ext._ground.metadata import RateLimit
from runinfra_ext.bulk import Account, Flow, JournalError, Row, RowMeta, Usage, judged, row_key
from runinfra_ext.bulk.desk import Desk
from runinfra_ext.bulk.journal import Journal, Reading
from runinfra_ext.bulk.options import checked_options, key_of
from runinfra_ext.bulk.progress import Display
from runinfra_ext.bulk.rows import Outcome, Ticket, error_facts, error_of, usage_of
from runinfra_ext.bulk.seen import Seen
from runinfra_ext.idempotency import derive
from tests.helpers import Clock


def run_rounds(flow, rounds, *, latency=0.1, refused=False, rate_limit=None, start=0.0):
    """Rounds of as many requests at once as the flow allows."""
    now = start
    for _ in range(rounds):
        many = flow.limit
        for _ in range(many):
            flow.ended(
                begun=now,
                now=now + latency,
                in_flight=flow.limit,
                refused=refused,
                rate_limit=rate_limit,
            )
        now += latency
    return now


def test_flow_doubles_then_adds():
    """Slow start until the first refusal; after it, about one more in each round trip."""
    flow = Flow(highest=1000)
    run_rounds(flow, 3)
    assert flow.limit == 64
    now = run_rounds(flow, 1, refused=True, start=1.0)
    assert flow.limit == 44  # 64 * 0.7, once for all that were in flight together
    run_rounds(flow, 5, start=now + 1)
    assert 47 <= flow.limit <= 50


def test_flow_keeps_its_limits():
    """Never above the highest, never below the lowest."""
    flow = Flow(lowest=3, highest=20)
    run_rounds(flow, 10)
    assert flow.limit == 20
    for number in range(20):
        flow.ended(begun=number + 10.0, now=number + 10.5, in_flight=9, refused=True)
    assert flow.limit == 3


def test_flow_does_not_grow_where_it_is_not_the_limit():
    """Few rows in flight say nothing about many; nor does it grow into a limit that is near."""
    flow = Flow()
    for _ in range(100):
        flow.ended(begun=0.0, now=0.1, in_flight=2)
    assert flow.limit == 8
    run_rounds(flow, 3, rate_limit=RateLimit(100, 5, 0.0, None))
    assert flow.limit == 8


def test_flow_eases_when_answers_are_jammed():
    """Latency that grows with the rows in flight ends the growth, and takes some back."""
    flow = Flow(highest=100)
    run_rounds(flow, 3, latency=0.1)
    before = flow.limit
    run_rounds(flow, 3, latency=0.9, start=10.0)
    assert flow.limit < before


def test_flow_lets_later_rows_be_longer():
    """Rows that are sorted by length: fewer at once would not be faster, and are soon more again."""
    flow = Flow(highest=100)
    now = run_rounds(flow, 3, latency=0.1)
    least = 64
    for _ in range(60):
        now = run_rounds(flow, 1, latency=1.0, start=now)
        least = min(least, flow.limit)
    assert least == 8
    assert flow.limit > 20


def worked(flow, share, rows, *, start=0.0):
    """Rows that end one millisecond after the other, and keep so much of a core busy."""
    for number in range(rows):
        now = start + number / 1000
        flow.worked(share / 1000, now)
        flow.ended(begun=now - 0.01, now=now, in_flight=flow.limit)
    return start + rows / 1000


@pytest.mark.parametrize(("share", "limit"), [(0.3, 64), (0.75, 16), (1.0, 4), (3.0, 64)], ids=str)
def test_flow_does_not_fill_the_interpreter(share, limit):
    """A core that is full is not filled by more threads; many cores, outside of it, are."""
    flow = Flow()
    worked(flow, share, 9)  # until it is known, it grows
    worked(flow, share, 300, start=0.009)
    assert flow.limit == limit


def test_flow_grows_again_when_the_interpreter_is_free():
    """What has kept it busy may pass; and the lowest limit holds whatever does."""
    flow = Flow(lowest=6)
    now = worked(flow, 1.0, 300)
    assert flow.limit == 6
    worked(flow, 0.2, 600, start=now)
    assert flow.limit > 20


def test_flow_paces_requests():
    """Sixty a minute: one a second, after a second's worth at once."""
    flow = Flow(requests_per_minute=60)
    assert [flow.wait(0.0), flow.wait(0.0)] == [0.0, 0.0]
    assert flow.wait(0.0) == pytest.approx(1.0)
    assert flow.wait(1.0) == 0.0


def test_flow_paces_tokens_by_what_rows_took():
    """The first rows are guessed; what they took corrects it."""
    flow = Flow(tokens_per_minute=60_000)
    assert flow.wait(0.0) == 0.0
    flow.ended(begun=0.0, now=0.1, in_flight=1, tokens=10_000)
    assert flow.wait(0.1) == pytest.approx(8.9)


def test_flow_is_held():
    """Nothing leaves before the moment that the gateway named."""
    flow = Flow()
    flow.hold(7.0)
    flow.hold(3.0)
    assert flow.wait(1.0) == 6.0
    assert flow.wait(7.0) == 0.0


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (e.AuthenticationError("m", status=401), ("job", 0.0, False, False)),
        (e.InsufficientCreditsError("m", status=402), ("job", 0.0, False, False)),
        (e.PermissionDeniedError("m", status=403), ("job", 0.0, False, False)),
        (e.ModelPausedError("m", status=503), ("job", 0.0, False, False)),
        (e.QuotaExceededError("m", status=429), ("job", 0.0, False, False)),
        (e.RunInfraConnectionError("m", reason="client_closed"), ("job", 0.0, False, False)),
        (e.ModelNotFoundError("m", status=404), ("row", 0.0, False, False)),
        (e.BadRequestError("m", status=400), ("row", 0.0, False, False)),
        (e.AlreadyCompletedError("m", status=409), ("row", 0.0, False, False)),
        (e.ReadTimeoutError("m"), ("row", 0.0, False, True)),
        (e.InternalServerError("m", status=500), ("row", 0.0, False, True)),
        (
            e.RateLimitError("m", status=429, retry_after_seconds=300.0),
            ("later", 300.0, True, False),
        ),
        (e.ServiceUnavailableError("m", status=503), ("later", 2.0, True, False)),
        (e.RequestInProgressError("m", status=409), ("later", 2.0, False, False)),
        (e.InternalServerError("m", gave_up=e.QUOTA_EMPTY), ("later", 2.0, False, False)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_verdicts(error, expected):
    """What each kind of error means for the job."""
    assert judged(error, rounds=1, succeeded=True) == expected


def test_verdict_of_a_wrong_model():
    """Nothing has succeeded yet: the model is wrong for all rows, and not for one."""
    error = e.ModelNotFoundError("m", status=404)
    assert judged(error, rounds=1, succeeded=False).kind == "job"


def test_verdict_has_an_end():
    """A service that never comes back is a failure in the end; a rate limit is none."""
    assert judged(e.ServiceUnavailableError("m"), rounds=30, succeeded=True).kind == "row"
    assert judged(e.RateLimitError("m"), rounds=30, succeeded=True).kind == "later"


def ticket(key="a"):
    """A row."""
    return Ticket(key, None, 0, "chat.completions.create", {})


def test_desk_waits_for_a_held_row_until_the_deadline():
    """A row that has to wait for longer than the job may take is not sent."""
    clock = Clock()
    desk = Desk(Flow(), checked_options({"deadline": 10.0}), Account(), clock)
    desk.submit(ticket())
    row = desk.claim()
    assert desk.failed(row, e.RateLimitError("m", retry_after_seconds=300.0)) is None
    desk.release()
    row = desk.claim()
    assert desk.until_due(row) == pytest.approx(10.0)
    clock.now += 10.0
    desk.until_due(row)
    assert desk.stopping
    assert desk.error.limit == "deadline"


def test_desk_gives_no_more_than_the_limit():
    """Eight at first; the ninth waits for one of them."""
    desk = Desk(Flow(), checked_options({}), Account(), Clock())
    for number in range(10):
        desk.submit(ticket(str(number)))
    claimed = [desk.claim() for _ in range(9)]
    assert [row.key if row else None for row in claimed] == [*"01234567", None]
    desk.release()
    assert desk.claim().key == "8"


def test_desk_takes_nothing_in_after_a_stop():
    """A worker may stop the job between a look for room and the row: it would be waited for."""
    desk = Desk(Flow(), checked_options({}), Account(), Clock())
    desk.submit(ticket("before"))
    assert desk.room()
    desk.stop(None)
    desk.submit(ticket("after"))
    assert desk.claim() is None
    assert (desk.outstanding, desk.in_flight) == (0, 0)


def outcome(key="a", **fields):
    """A finished row."""
    row = Row(key, None, "result", fields.pop("error", None), RowMeta(position=0, **fields))
    return Outcome(row, digest=b"d" * 16, body=b"{}", status=200)


IDENTITY = {"job": None, "operation": "chat.completions.create"}


def test_another_programs_file_is_left_as_it_is(tmp_path):
    """Not even its mode is changed by a look at it; SQLite would keep that in the file."""
    path = tmp_path / "theirs.db"
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute("CREATE TABLE t(a)")
    before = path.read_bytes()
    for opened in (Reading, lambda path: Journal(path, IDENTITY)):
        with pytest.raises(JournalError, match="but no journal of a bulk job"):
            opened(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("wal", [False, True])
def test_a_job_that_was_killed_as_it_began(client, tmp_path, wal):
    """Its journal is an empty file, or one without tables: the same call begins it."""
    source, journal = tmp_path / "in.jsonl", tmp_path / "out.jsonl.journal"
    source.write_text('{"n": 1}\n')
    with closing(sqlite3.connect(journal)) as begun:
        begun.execute(f"PRAGMA journal_mode={'WAL' if wal else 'DELETE'}")
    journal.touch()
    template = {"model": "acme-chat-8b", "messages": [{"role": "user", "content": "Say {n}."}]}
    account = client.bulk.run(source, output=tmp_path / "out.jsonl", request=template)
    assert account.done == 1
    with Reading(journal) as reading:
        assert reading.account().done == 1


def test_journal_keeps_rows(tmp_path):
    """What was added is there again, with its error."""
    path = tmp_path / "run.db"
    journal = Journal(path, IDENTITY)
    job = journal.job
    error = e.BadRequestError("no", status=400, code="bad", body={"a": 1})
    usage = Usage(input_tokens=3, output_tokens=4, cost=0.5)
    journal.add([outcome("a", usage=usage), outcome("b", error=error, attempts=2)])
    assert journal.find("a").usage == usage
    assert journal.find("c") is None
    journal.close()
    again = Journal(path, IDENTITY)
    assert (journal.has_rows, again.job, again.has_rows) == (False, job, True)
    assert again.spent() == (0.5, 1)
    stored = error_of(again.find("b").facts())
    assert (type(stored), stored.message, stored.status) == (e.BadRequestError, "no", 400)
    assert stored.body == {"a": 1}
    again.close()
    with Reading(path) as reading:
        account = reading.account()
    assert (account.done, account.failed, account.retries, account.cost) == (1, 1, 1, 0.5)


def test_journal_of_another_job(tmp_path):
    """Refused, with what differs."""
    Journal(tmp_path / "run.db", {**IDENTITY, "job": "one"}).close()
    other = {"job": "two", "operation": "responses.create"}
    with pytest.raises(JournalError) as caught:
        Journal(tmp_path / "run.db", other)
    assert "job is 'one' there and 'two' here" in caught.value.message
    assert "operation is 'chat.completions.create' there and 'responses.create' here" in (
        caught.value.message
    )
    Journal(tmp_path / "run.db", IDENTITY).close()  # and it was let go


def test_journal_of_another_version(tmp_path):
    """Refused, with both versions."""
    Journal(tmp_path / "run.db", IDENTITY).close()
    with sqlite3.connect(tmp_path / "run.db") as connection:
        connection.execute("PRAGMA user_version=9")
    connection.close()
    with pytest.raises(JournalError, match="has version 9 and this package writes version 1"):
        Journal(tmp_path / "run.db", IDENTITY)


def test_what_is_no_journal(tmp_path):
    """Another SQLite file, a text, and a folder are left alone."""
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("CREATE TABLE theirs(a)")
    connection.close()
    with pytest.raises(JournalError, match="but no journal of a bulk job"):
        Journal(tmp_path / "other.db", IDENTITY)
    (tmp_path / "text.db").write_text("hello, this is not a database at all" * 100)
    with pytest.raises(JournalError, match="not a database"):
        Journal(tmp_path / "text.db", IDENTITY)
    with pytest.raises(JournalError, match="can't be used: Not a directory"):
        Journal(tmp_path / "text.db" / "run.db", IDENTITY)
    Journal(tmp_path / "none" / "run.db", IDENTITY).close()
    with pytest.raises(JournalError, match="There is no journal"):
        Reading(tmp_path / "absent.db")


def test_journal_without_facts(tmp_path):
    """A journal whose making was cut between its tables and its facts gets them now."""
    path = tmp_path / "run.db"
    Journal(path, IDENTITY).close()
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM facts")
    connection.close()
    journal = Journal(path, IDENTITY)
    assert len(journal.job) == 32
    assert journal.facts()["operation"] == IDENTITY["operation"]
    journal.close()


def test_row_key_is_the_same_everywhere():
    """It follows from job, key and request alone."""
    assert row_key("job", "a", b"1") == derive("bulk", "job", "a", b"1")
    keys = {row_key("job", "a", b"1"), row_key("job", "a", b"2"), row_key("job", "b", b"1")}
    assert len(keys | {row_key("other", "a", b"1")}) == 4


def test_seen():
    """The position of the first row with a key."""
    seen = Seen()
    assert [seen.add("a", 0), seen.add("b", 1), seen.add("a", 2)] == [None, None, 0]
    seen.close()


class UsageOf:
    """Something with usage."""

    def __init__(self, **fields):
        self.usage = type("U", (), fields)()


def test_usage_in_all_its_forms():
    """Both families of names; the cost in dollars or in millionths of a cent."""
    assert usage_of(None) == Usage()
    assert usage_of(UsageOf(prompt_tokens=1, completion_tokens=2, cost=0.25)) == Usage(
        input_tokens=1, output_tokens=2, cost=0.25
    )
    detail = type("D", (), {"cost_microcents": 5_000_000})()
    assert usage_of(UsageOf(input_tokens=3, runinfra=detail)) == Usage(input_tokens=3, cost=0.05)


@pytest.mark.parametrize("count", [-1, 2**70, float("nan")])
def test_usage_that_can_not_be(count):
    """Less than nothing, or more than a journal can hold, is not believed."""
    assert usage_of(UsageOf(input_tokens=count, output_tokens=count, cost=count)) == Usage()


def test_journal_takes_what_a_gateway_may_say(tmp_path):
    """Headers with bytes that are no UTF-8 do not end the writing."""
    journal = Journal(tmp_path / "run.db", IDENTITY)
    journal.add([attrs.evolve(outcome(request_id="req_\udcff"), content_type="text/\udcff")])
    assert journal.find("a").request_id == "req_?"
    journal.close()


@pytest.mark.parametrize(
    ("value", "key"),
    [("a", "a"), (3, "3"), (np.int64(3), "3"), (True, ""), (" ", ""), (1.5, ""), (None, "")],
)
def test_keys(value, key):
    """Texts and whole numbers, those of tables too."""
    assert key_of(value) == key


def test_errors_of_unknown_classes():
    """What a newer version wrote is an error all the same."""
    assert type(error_of({"class": "NewError", "message": "m"})) is e.RunInfraError
    assert type(error_of({"class": "Final", "message": "m"})) is e.RunInfraError
    assert error_facts(e.RunInfraError("m", status=3)) == {
        "class": "RunInfraError",
        "message": "m",
        "status": 3,
    }


def test_rows_and_accounts_can_be_pickled():
    """Workers send them home."""
    row = Row("a", 1, None, e.BadRequestError("m", status=400), RowMeta(position=3))
    back = pickle.loads(pickle.dumps(row))
    assert (back.key, back.error.status, back.meta) == ("a", 400, row.meta)
    account = Account(total=3, done=1, elapsed=2.0)
    assert pickle.loads(pickle.dumps(account)) == account


def test_account_in_a_line():
    """One line for a log: what is zero is left out."""
    account = Account(total=10, done=4, failed=1, elapsed=2.0, input_tokens=7, cost=0.5, priced=4)
    assert str(account) == ("5 of 10 rows, 1 failed, 2.5 rows/s, 7 + 0 tokens, $0.5000, 2 s left")
    assert Account().time_left is None
    assert Account(total=3).time_left is None
    assert account.cost_per_row == 0.125


def test_display_in_a_log(capsys):
    """A line every ten seconds, and one at the end."""
    clock = Clock()
    account = Account(total=4)
    display = Display(True, clock)
    display.begin(lambda: account)
    display.tick()
    clock.now += 10.0
    account.done = 2
    display.tick()
    display.tick()
    account.done = 4
    display.end(account)
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" rows")[0] for line in lines] == ["bulk: 2 of 4", "bulk: 4 of 4"]
    display.interrupted(3)
    assert "finishing 3 rows on their way" in capsys.readouterr().err


def test_display_on_a_terminal(monkeypatch, capsys):
    """A live view, where rich is there; else the lines."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    account = Account(total=4, done=3)
    display = Display(True)
    display.begin(lambda: account)
    display.tick()
    display.interrupted(2)
    display.end(account)
    shown = capsys.readouterr().err
    assert "3 of 4 rows" in shown
    assert "rows on their way; interrupt again to end at once" in shown
    monkeypatch.setitem(sys.modules, "rich.live", None)
    display = Display(True)
    display.begin(lambda: account)
    display.end(account)
    assert capsys.readouterr().err == "bulk: 3 of 4 rows, 0.0 rows/s\n"
