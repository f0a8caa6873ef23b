"""What workers of a Ray cluster do, without a cluster; `make frameworks` has one."""

from __future__ import annotations

import asyncio
from collections import Counter
from types import SimpleNamespace

import pyarrow as pa
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from runinfra_ext import telemetry
from runinfra_ext._ground.metadata import RateLimit
from runinfra_ext.bulk import Flow
from runinfra_ext.errors import ConfigurationError, DeploymentError, InvalidRequestError
from runinfra_ext.integrations import ray as runinfra
from runinfra_ext.integrations._ray.columns import added_up
from runinfra_ext.integrations._ray.pacer import Ended, Pacer, SharedFlow
from runinfra_ext.integrations._ray.tracing import carrier
from runinfra_ext.integrations._ray.work import Columns, FromColumn, Work
from runinfra_ext.integrations._ray.worker import Worker
from runinfra_ext.sandbox import Sandbox

COLUMNS = Columns("output", "error", "meta")


class Handle:
    """A pacer as an actor's handle shows it."""

    def __init__(self, pacer):
        self.pacer = pacer
        self.share = SimpleNamespace(remote=self._share)

    async def _share(self, *arguments):
        if self.pacer is None:
            raise ConnectionError("its machine has died")
        return self.pacer.share(*arguments)


@pytest.fixture
def gateway(monkeypatch):
    with Sandbox() as sandbox:
        monkeypatch.setenv("RUNINFRA_BASE_URL", sandbox.base_url)
        monkeypatch.setenv("RUNINFRA_API_KEY", sandbox.api_key)
        yield sandbox


def chatting(column="prompt", **params):
    params = {"model": "acme-chat-8b", "max_tokens": 4, **params}
    return Work("chat.completions.create", FromColumn(column, question=True), params)


def batches(work, *tables, key="id", pacer=True, trace=None):
    """What a worker makes of batches, all at the same time."""

    async def run():
        handle = Handle(Pacer(8, None, None) if pacer else None)
        worker = Worker(work, COLUMNS, key, "job", {}, (8, None, None), handle, trace or {})

        async def one(table):
            return [made async for made in worker(table)]

        try:
            return [made for [made] in await asyncio.gather(*map(one, tables))]
        finally:
            await worker._client.close()

    return asyncio.run(run())


def table(rows):
    return pa.Table.from_pylist(rows)


def prompts(*numbers):
    return table([{"id": number, "prompt": f"question {number}"} for number in numbers])


@pytest.mark.parametrize("pacer", [True, False])
def test_batches_are_done_side_by_side(gateway, pacer):
    """Each row has its answer, in order; also when there is no pacer any more."""
    found = batches(chatting(), prompts(1, 2, 3), prompts(4, 5), pacer=pacer)
    assert [made["id"].to_pylist() for made in found] == [[1, 2, 3], [4, 5]]
    assert all(made["output"].null_count == 0 for made in found)
    assert all(made["error"].null_count == len(made) for made in found)
    assert len({charge.idempotency_key for charge in gateway.charges}) == 5


def test_a_batch_again_is_replayed(gateway):
    """As when Ray runs a task again."""
    batches(chatting(), prompts(1, 2))
    [again] = batches(chatting(), prompts(1, 2))
    assert [meta["replayed"] for meta in again["meta"].to_pylist()] == [True, True]
    assert set(Counter(charge.idempotency_key for charge in gateway.charges).values()) == {1}


def test_the_trace_goes_on(gateway):
    """The job of a batch is a child of the span in which the dataset was made, wherever it runs."""
    ended = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(ended))
    with provider.get_tracer("app").start_as_current_span("application") as application:
        trace = carrier()
    telemetry.enable(telemetry.Telemetry(tracer_provider=provider))
    try:
        batches(chatting(), prompts(1, 2), trace=trace)
        batches(chatting(), prompts(3))
    finally:
        telemetry.disable()
    ours = application.get_span_context()
    _, *first, second_row, second_job = ended.get_finished_spans()
    job = first.pop()
    assert job.parent.span_id == ours.span_id
    assert [span.parent.span_id for span in first] == [job.context.span_id] * 2
    assert {span.context.trace_id for span in (job, *first)} == {ours.trace_id}
    # Where no trace is carried it begins with the batch.
    assert second_job.parent is None
    assert second_row.parent.span_id == second_job.context.span_id
    traces = [entry.headers["traceparent"].split("-")[1] for entry in gateway.journal]
    assert traces[:2] == [f"{ours.trace_id:032x}"] * 2
    assert traces[2] != traces[0]


def test_rows_without_a_key_are_named_by_their_request(gateway):
    [found] = batches(chatting(), table([{"prompt": text} for text in ("a", "b", "a")]), key=None)
    answers = found["output"].to_pylist()
    assert answers[0] == answers[2]
    assert len(gateway.charges) == 2


def test_embeddings_and_errors_are_columns(gateway):
    work = Work(
        "embeddings.create", FromColumn("text"), {"model": "acme-embed-m", "dimensions": 64}
    )
    [found] = batches(work, table([{"id": 1, "text": "a"}, {"id": 2, "text": ""}]))
    vector, nothing = found["output"].to_pylist()
    assert len(vector) == 64
    assert nothing is None
    assert found["output"].type == pa.list_(pa.float32())
    told = found["error"].to_pylist()
    assert told[0] is None
    assert told[1]["class"] == "InvalidRequestError"
    account = added_up(Dataset(found), error="error", meta="meta")
    assert (account.done, account.failed, account.attempts) == (1, 1, 1)
    assert account.input_tokens > 0


class Dataset:
    """As much of Ray's as the account needs."""

    def __init__(self, *tables):
        self._tables = tables

    def iter_batches(self, **_):
        return iter(self._tables)


@pytest.mark.parametrize(
    ("error", "meta", "param"), [("e", "meta", "error"), ("error", "m", "meta")]
)
def test_an_account_needs_its_columns(error, meta, param):
    made = Dataset(table([{"id": 1, "error": None, "meta": None}]))
    with pytest.raises(InvalidRequestError, match="there are id, error, meta") as caught:
        runinfra.account(made, error=error, meta=meta)
    assert caught.value.param == param


def test_what_concerns_all_rows_is_raised(gateway):
    with pytest.raises(DeploymentError):
        batches(chatting(model="acme-unverified"), prompts(1))


@pytest.mark.parametrize(
    ("work", "key", "words"),
    [
        (chatting("text"), "id", "column: there is no column 'text'"),
        (chatting(), "number", "key: there is no column 'number'"),
        (
            Work("chat.completions.create", lambda row: [row], {}),
            "id",
            "request: expected a mapping",
        ),
    ],
)
def test_wrong_columns(gateway, work, key, words):
    with pytest.raises(ConfigurationError, match=words):
        batches(work, prompts(1), key=key)
    assert not gateway.charges


def test_columns_that_are_there_already(gateway):
    with pytest.raises(ConfigurationError, match="'output' is there already"):
        batches(chatting(), table([{"id": 1, "prompt": "a", "output": 1}]))


def test_ray_is_asked_for():
    """The base installation has none."""
    with pytest.raises(ConfigurationError, match=r"pip install 'runinfra-ext\[ray\]'"):
        runinfra.chat(object(), model="acme-chat-8b")


def test_workers_share_the_pace():
    """All shares together are the whole; a worker that is silent has none."""
    pacer = Pacer(64, 600.0, 6000.0)
    shares = [pacer.share(name, 0, 0.0, []) for name in ("a", "b", "c")]
    assert shares[0].requests_per_minute == 600.0
    shares = [pacer.share(name, 0, 0.0, []) for name in ("a", "b", "c")]
    assert sum(share.limit for share in shares) == Flow().limit
    assert {share.requests_per_minute for share in shares} == {200.0}
    assert {share.tokens_per_minute for share in shares} == {2000.0}
    for name in ("a", "b"):  # have not been heard of for long
        pacer._seen[name] = (float("-inf"), 0)
    assert pacer.share("c", 0, 0.0, []).requests_per_minute == 600.0


def test_what_one_worker_meets_holds_all():
    """A refusal shrinks the whole; a pause is for all."""
    pacer = Pacer(64, None, None)
    before = pacer.share("a", 8, 0.0, []).limit
    limit = RateLimit(limit=100, remaining=0, reset=None)
    refused = Ended(took=0.1, ago=0.0, refused=True, tokens=0, rate_limit=limit)
    after = pacer.share("a", 8, 5.0, [refused])
    assert after.limit < before
    assert 4.0 < after.hold <= 5.0
    assert pacer.share("b", 0, 0.0, []).hold > 4.0


def test_a_worker_follows_its_share():
    """Also with several batches at once, and it tells what it met."""

    async def run():
        pacer = Pacer(8, 60.0, None)
        pacer.share("other", 0, 0.0, [])
        flow = SharedFlow(8, 60.0, None)
        assert flow.limit == 1
        flow.begin()
        await flow.report(Handle(pacer), "me")
        assert flow.limit == 4
        flow.begin()
        assert flow.limit == 2
        flow.end()
        now = asyncio.get_running_loop().time()
        flow.hold(now + 5)
        flow.ended(begun=now - 0.1, now=now, in_flight=1, refused=True)
        await flow.report(Handle(pacer), "me")
        assert pacer.share("other", 0, 0.0, []).hold > 4
        assert flow.wait(now) > 4

    asyncio.run(run())


def test_jobs_can_share_a_flow(gateway):
    """`flow=` instead of the options of pace."""
    from runinfra_ext import RunInfra

    with RunInfra.from_env() as client:
        rows = [{"model": "acme-chat-8b", "messages": [{"role": "user", "content": "a"}]}]
        flow = Flow(highest=2)
        assert [row.ok for row in client.bulk.map(rows, flow=flow)] == [True]
        with pytest.raises(InvalidRequestError, match="without max_concurrency"):
            client.bulk.map(rows, flow=flow, max_concurrency=3)
        with pytest.raises(InvalidRequestError, match="expected a Flow"):
            client.bulk.map(rows, flow=3)


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"key": 3}, "key"),
        ({"job": "ä"}, "job"),
        ({"batch_size": 0}, "batch_size"),
        ({"concurrency": 0}, "concurrency"),
        ({"concurrency": (2, 1)}, "concurrency"),
        ({"concurrency": (1, 2, 3)}, "concurrency"),
        ({"model": 3}, "model"),
        ({"concurrency": (1, "two")}, "concurrency"),
        ({"requests_per_minute": -1}, "requests_per_minute"),
        ({"client": {"api_key": "secret"}}, "client"),
        ({"client": "x"}, "client"),
        ({"output": ""}, "output"),
        ({"output": "error"}, "output"),
        ({"params": ["x"]}, "params"),
        ({"params": {"model": "y"}}, "params"),
        ({"request": "x"}, "request"),
        ({"column": None}, "column"),
    ],
)
def test_bad_options(options, param):
    """Told before Ray is asked for anything."""
    with pytest.raises(InvalidRequestError) as caught:
        runinfra.chat(None, **{"model": "acme-chat-8b", **options})
    assert caught.value.param == param
    assert "secret" not in str(caught.value)


def test_more_bad_options():
    with pytest.raises(InvalidRequestError, match="target: expected"):
        runinfra.parse(None, None, model="acme-chat-8b")
    with pytest.raises(TypeError, match="unexpected option: 'keys'"):
        runinfra.embed(None, model="acme-embed-m", keys="id")
    with pytest.raises(ConfigurationError, match="Ray Data is needed"):
        runinfra.parse(None, {"type": "object"}, request=dict, key="id", batch_size=3)
