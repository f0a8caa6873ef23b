"""Ray Data over the gateway: each row once, whatever dies."""

from __future__ import annotations

import json
import os
import pickle
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest
import ray
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, use_span

from runinfra_ext.errors import AuthenticationError, InvalidRequestError
from runinfra_ext.integrations import ray as runinfra
from runinfra_ext.telemetry import Telemetry

CHAT = "acme-chat-8b"
# Workers can't import a file of tests: what is defined here travels by its code.
ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])


@dataclass
class City:
    """What is asked for."""

    name: str
    population: int


def questions(count):
    """Rows of different questions."""
    return ray.data.from_items([{"id": i, "prompt": f"question {i}"} for i in range(count)])


def test_embeddings_keep_their_rows(ledger):
    """Each row has the vector of its own text."""
    texts = ray.data.from_items([{"id": i, "text": f"text {i % 10}"} for i in range(60)])
    found = runinfra.embed(texts, model="acme-embed-m", key="id", batch_size=16).take_all()
    assert len(found) == 60
    assert [row for row in found if row["error"]] == []
    vectors = {}
    for row in found:
        vectors.setdefault(row["text"], set()).add(tuple(row["embedding"]))
    assert len(vectors) == 10
    assert all(len(same) == 1 for same in vectors.values())
    assert len({vector for same in vectors.values() for vector in same}) == 10
    assert set(ledger.by_key().values()) == {1}
    assert len(ledger.by_key()) == 60


def test_the_trace_goes_on(gateway):
    """The workers' requests carry the trace in which the dataset was made."""
    ours = SpanContext(0x5EED, 0xCAFE, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    with use_span(NonRecordingSpan(ours)):
        made = runinfra.chat(
            questions(4), model=CHAT, params={"max_tokens": 5}, client={"telemetry": Telemetry()}
        )
    assert len(made.take_all()) == 4
    sent = {entry.headers["traceparent"].split("-")[1] for entry in gateway.journal}
    assert sent == {f"{ours.trace_id:032x}"}


def test_equal_rows_without_a_key_are_one(ledger):
    """Their request names them: sent once, and each has the answer."""
    rows = ray.data.from_items([{"prompt": f"question {i % 3}"} for i in range(12)])
    found = runinfra.chat(rows, model=CHAT, params={"max_tokens": 5}).take_all()
    assert len(found) == 12
    assert all(row["answer"] for row in found)
    assert len({row["runinfra"]["key"] for row in found}) == 3
    assert sorted(ledger.by_key().values()) == [1, 1, 1]


def test_objects(ledger):
    """JSON texts that fit the target; a request of one's own."""
    done = runinfra.parse(
        questions(4),
        City,
        request=lambda row: {"messages": [{"role": "user", "content": row["prompt"]}]},
        model=CHAT,
        output="city",
    )
    for row in done.take_all():
        city = City(**json.loads(row["city"]))
        assert isinstance(city.population, int)
    assert set(ledger.by_key().values()) == {1}


def test_a_row_that_fails_is_a_row(gateway):
    """Its error is in a column, and can be counted; the others have answers."""

    def request(row):
        size = -1 if row["id"] == 2 else 5
        return {"messages": [{"role": "user", "content": row["prompt"]}], "max_tokens": size}

    done = runinfra.chat(questions(5), request=request, model=CHAT, key="id").materialize()
    failed = [row for row in done.take_all() if row["error"]]
    assert [row["id"] for row in failed] == [2]
    assert failed[0]["answer"] is None
    assert failed[0]["error"]["class"] == "InvalidRequestError"
    assert "max_tokens" in failed[0]["error"]["message"]
    account = runinfra.account(done)
    assert (account.done, account.failed, account.attempts) == (4, 1, 4)
    took = [row["runinfra"]["output_tokens"] for row in done.take_all()]
    assert account.output_tokens == sum(took) > 0


def test_a_wrong_key_ends_the_job(gateway, ledger):
    """What concerns all rows is raised; the error has travelled, and has no secret in it."""
    rows = questions(5)
    with pytest.raises(Exception) as caught:
        runinfra.chat(rows, model="acme-paused", key="id").materialize()
    text = "".join(map(str, chain(caught.value)))
    assert "ModelPausedError" in text
    assert gateway.api_key not in text
    assert ledger.by_key() == {}


def chain(error):
    """An error and what it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def test_errors_travel():
    """Between processes, with what they tell."""
    error = AuthenticationError("no")
    error.request_id = "req_1"
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.request_id, str(again)) == (
        AuthenticationError,
        "req_1",
        str(error),
    )


def test_no_key_is_in_the_plan(gateway):
    """Neither in what is pickled for the workers nor in what is printed of it."""
    done = runinfra.chat(questions(2), model=CHAT)
    assert gateway.api_key not in repr(done)
    assert gateway.api_key.encode() not in ray.cloudpickle.dumps(done._logical_plan)


def test_the_same_job_again_is_free(ledger):
    """The keys come from job, row and request: run again, everything is replayed."""
    work = runinfra.chat(questions(6), model=CHAT, key="id", params={"max_tokens": 3})
    first = work.materialize()
    again = work.materialize()
    assert runinfra.account(first).replayed == 0
    assert runinfra.account(again).replayed == 6
    assert set(ledger.by_key().values()) == {1}
    assert len(ledger.by_key()) == 6
    other = runinfra.chat(
        questions(6), model=CHAT, key="id", params={"max_tokens": 3}, job="another"
    )
    assert runinfra.account(other).replayed == 0


def test_a_worker_that_dies_pays_nothing_twice(ledger, kill_a_worker):
    """Killed in the middle of its rows, which others do again."""
    work = runinfra.chat(
        questions(60),
        model=CHAT,
        key="id",
        params={"max_tokens": 20},
        batch_size=10,
        concurrency=2,
        max_concurrency=6,
    )
    done = interrupted(work, ledger, kill_a_worker)
    assert_once(done, ledger, 60)


def test_a_machine_that_dies_pays_nothing_twice(cluster, ledger):
    """With its workers, its objects and what they had on their way."""
    extra = cluster.add_node(num_cpus=1)
    work = runinfra.chat(
        questions(60),
        model=CHAT,
        key="id",
        params={"max_tokens": 20},
        batch_size=10,
        concurrency=3,
        max_concurrency=6,
        ray_remote_args={"num_cpus": 1},
    )
    done = interrupted(work, ledger, lambda: cluster.remove_node(extra, allow_graceful=False))
    assert_once(done, ledger, 60)


def interrupted(work, ledger, harm):
    """The result of a job to which harm is done after its first rows."""
    done = []
    thread = Thread(target=lambda: done.append(work.materialize()))
    thread.start()
    ledger.wait(12)
    harm()
    thread.join(240)
    assert done, "the job has not ended"
    return done[0]


def assert_once(done, ledger, rows):
    """Nothing is lost, nothing was charged twice, and the account says the same."""
    found = done.take_all()
    assert sorted(row["id"] for row in found) == list(range(rows))
    assert [row["error"] for row in found if row["error"]] == []
    assert all(row["answer"] for row in found)
    assert set(ledger.by_key().values()) == {1}
    assert len(ledger.by_key()) == rows
    account = runinfra.account(done)
    assert (account.done, account.failed) == (rows, 0)


def test_limits_are_shared(gateway, ledger):
    """A gateway that refuses holds all workers back, and every row comes through."""
    gateway.configure(requests_per_minute=240)
    try:
        done = runinfra.embed(
            ray.data.from_items([{"id": i, "text": f"text {i}"} for i in range(40)]),
            model="acme-embed-m",
            key="id",
            batch_size=10,
            concurrency=2,
        ).materialize()
    finally:
        gateway.configure(requests_per_minute=60_000)
    assert runinfra.account(done).done == 40
    assert set(ledger.by_key().values()) == {1}


def test_other_wrong_things():
    """A dataset that is none, an account of what is no result."""
    with pytest.raises(InvalidRequestError, match="dataset: expected"):
        runinfra.chat([1], model=CHAT)
    with pytest.raises(InvalidRequestError, match="there is no column 'error'"):
        runinfra.account(questions(1))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"column": "text"}, "column: there is no column 'text'"),
        ({"key": "number"}, "key: there is no column 'number'"),
        ({"output": "id"}, "the column 'id' is there already"),
        ({"request": lambda row: [row]}, "request: expected a mapping"),
    ],
)
def test_wrong_columns_end_the_job(options, words, ledger):
    """They concern all rows: nothing is sent."""
    with pytest.raises(Exception) as caught:
        runinfra.chat(questions(2), model=CHAT, **options).materialize()
    assert f"ConfigurationError: {words}" in "".join(map(str, chain(caught.value)))
    assert ledger.by_key() == {}


EXAMPLES = re.findall(
    r"```python\n(.*?)```",
    (Path(__file__).parents[3] / "docs/ray.md").read_text("utf-8"),
    re.DOTALL,
)


@pytest.mark.parametrize("example", EXAMPLES, ids=["embeddings", "chat", "dask"])
def test_examples_of_the_docs(example, gateway, ledger, tmp_path):
    """They run as they stand, and nothing is paid twice."""
    script = tmp_path / "example.py"
    # Processes that are spawned import the file anew.
    script.write_text("def main():\n" + textwrap.indent(example, "    ") + GUARD, "utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "RAY_ADDRESS": ray.get_runtime_context().gcs_address},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert ledger.by_key()
    assert set(ledger.by_key().values()) == {1}


GUARD = '\n\nif __name__ == "__main__":\n    main()\n'
