"""`runinfra-ext bulk run | status | retry | export`."""

from __future__ import annotations

import csv
import json

import pytest

ROWS = [{"id": f"row-{number}", "word": word} for number, word in enumerate(("red", "blue"))]


@pytest.fixture
def desk(configured, tmp_path, monkeypatch):
    """A folder with rows and a template."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    question = {"role": "user", "content": "Say {word}."}
    template = {"model": "acme-chat-8b", "messages": [question]}
    (tmp_path / "request.json").write_text(json.dumps(template))
    return configured


RUN = ("bulk", "run", "rows.jsonl", "-o", "out.csv", "--request", "request.json", "--key", "id")


def test_a_job(cli, desk, tmp_path):
    """What comes is in the file; the same command again pays nothing."""
    for _ in range(2):
        ran = cli(*RUN, "--max-concurrency", "2")
        assert (ran.code, ran.out) == (0, "")
        assert "2 of 2 rows" in ran.err
        with open(tmp_path / "out.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [(row["key"], row["text"]) for row in rows] == [
            ("row-0", "red."),
            ("row-1", "blue."),
        ]
    assert len(desk.charges) == 2


def test_status_and_export(cli, desk, tmp_path):
    """By the journal alone: nothing is sent."""
    assert cli(*RUN).code == 0
    desk.reset()
    facts = dict(
        line.split("\t") for line in cli("bulk", "status", "out.csv.journal").out.splitlines()
    )
    assert (facts["operation"], facts["done"], facts["failed"], facts["state"]) == (
        "chat.completions.create", "2", "0", "ended",
    )  # fmt: skip
    told = json.loads(cli("bulk", "status", "out.csv.journal", "--json").out)
    assert told["account"]["done"] == 2
    ran = cli("bulk", "export", "out.csv.journal", "-o", "more.jsonl")
    assert (ran.code, ran.err) == (0, "more.jsonl, 2 rows\n")
    assert len((tmp_path / "more.jsonl").read_text().splitlines()) == 2
    ran = cli("bulk", "export", "out.csv.journal", "-o", "more.jsonl", "--json")
    assert json.loads(ran.out) == {"output": "more.jsonl", "rows": 2}
    assert desk.journal == []


def test_a_limit_of_cost(cli, desk, tmp_path):
    """By the models' prices, where the gateway tells no cost; without a price it is an error."""
    ran = cli(*RUN, "--max-cost", "5", "--json")
    told = json.loads(ran.out)
    assert (ran.code, told["done"], told["priced"]) == (0, 2, 2)
    assert 0 < told["cost"] < 0.01
    assert cli("bulk", "retry", "out.csv.journal", "--max-cost", "5").code == 0
    for path in tmp_path.glob("out.csv*"):
        path.unlink()
    ran = cli(*RUN, "--max-cost", "0.0000001", "--max-concurrency", "1")
    assert ran.code == 1
    template = json.loads((tmp_path / "request.json").read_text())
    (tmp_path / "request.json").write_text(json.dumps({**template, "model": "Qwen/Qwen3-32B"}))
    ran = cli("bulk", "run", "rows.jsonl", "-o", "b.csv", "--request", "request.json",
              "--max-cost", "5", "--max-concurrency", "1")  # fmt: skip
    assert ran.code == 2
    assert "nor a price of 'Qwen/Qwen3-32B'" in ran.err


def test_rows_that_fail(cli, desk):
    """Exit code 1; `retry` does those again, and those only."""
    desk.script("400")
    ran = cli(*RUN, "--max-concurrency", "1", "--json")
    told = json.loads(ran.out)
    assert (ran.code, told["done"], told["failed"]) == (1, 1, 1)
    assert told["output"] == "out.csv"
    shown = cli("bulk", "status", "out.csv.journal").out
    assert "failed by " in shown
    before = len(desk.charges)
    ran = cli("bulk", "retry", "out.csv.journal")
    assert ran.code == 0
    assert len(desk.charges) == before + 1
    assert cli("bulk", "status", "out.csv.journal").out.count("failed by ") == 0


def test_bad_rows(cli, desk, tmp_path):
    """They are told before anything is sent, or recorded if that is wished."""
    with open(tmp_path / "rows.jsonl", "a") as file:
        file.write("no JSON\n")
    ran = cli(*RUN)
    assert (ran.code, desk.journal) == (2, [])
    assert "line 3" in ran.err
    ran = cli(*RUN, "--skip-bad-rows", "--json")
    assert (ran.code, json.loads(ran.out)["bad"]) == (1, 1)


def test_what_concerns_all_rows(cli, desk, monkeypatch):
    """A wrong key stops the job, with the key's exit code."""
    monkeypatch.setenv("RUNINFRA_API_KEY", desk.expired_api_key)
    ran = cli(*RUN, "--max-concurrency", "1")
    assert ran.code == 3
    assert "error: " in ran.err


def test_no_journal(cli, desk):
    """It is a file's fault."""
    for command in (["status"], ["retry"], ["export", "-o", "x.csv"]):
        ran = cli("bulk", command[0], "none.journal", *command[1:])
        assert (ran.code, ran.out) == (7, "")
        assert "none.journal" in ran.err


def test_on_a_terminal(terminal, desk, tmp_path):
    """Live while it runs, a table for its state."""
    shown = terminal(*RUN)
    assert (shown.code, "out.csv" in shown.text) == (0, True)
    shown = terminal("bulk", "status", "out.csv.journal")
    assert shown.code == 0
    assert "chat.completions.create" in shown.text
