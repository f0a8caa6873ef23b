"""The benchmark program, in its smallest form: it runs, and its numbers are where they belong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import rows, runner
from benchmarks.__main__ import PAGE, RESULTS
from benchmarks.report import BEGIN, END, line, table, with_table

ROOT = Path(__file__).parents[2]


def test_smallest_run(tmp_path: Path) -> None:
    """One quick round of a few jobs measures every contender without an error."""
    out = tmp_path / "bench.json"
    jobs = "streams short,verify,journey,busy"
    command = [sys.executable, "-m", "benchmarks", "--quick", "--rounds", "1", "--only", jobs]
    done = subprocess.run(
        [*command, "--out", str(out)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "Traceback" not in done.stderr
    result = json.loads(out.read_text("utf-8"))
    found = {row["work"]: row for row in result["rows"]}
    streams = found["connections for 100 streams"]
    assert (streams["numbers"]["ext"], streams["goal"], streams["met"]) == (1, 1, True)
    assert set(streams["numbers"]) == {"openai", "official", "httpx", "urllib3", "ext", "socket"}
    assert found["two 503s, requests"]["numbers"]["ext"] == 3
    assert found["webhook, verify 2 KB"]["ratios"]["official"] == 1
    assert found["retry engine, one attempt"]["numbers"]["ext"] > 0
    assert table(result) in done.stdout


@pytest.mark.parametrize(
    ("absolute", "goal", "met"), [(False, 0.5, True), (False, 0.2, False), (True, 3.0, True)]
)
def test_goals_are_ratios_of_the_least_times(absolute: bool, goal: float, met: bool) -> None:
    """A goal is held against the ratio of the least times, or against the least itself."""
    row = rows.Row("chat", "chat", "cpu", "µs", 1.0, goal, absolute=absolute)

    def measures(*values: float) -> list[dict[str, float]]:
        return [{"cpu": value * 10, "units": 10} for value in values]

    entry = line(row, {"openai": measures(90, 10, 12), "ext": measures(3, 30, 4)})
    assert entry["numbers"] == {"openai": 10, "ext": 3}
    assert entry["ratios"] == {"openai": 1, "ext": 0.3}
    assert entry["met"] is met


def test_numbers_that_are_no_times_are_medians() -> None:
    """Chance adds to memory and takes from it."""
    row = rows.Row("memory", "chat", "memory", "MB", goal=0.5, per_unit=False)
    measured = {"openai": [{"memory": 10}] * 3, "ext": [{"memory": n} for n in (2, 6, 7)]}
    entry = line(row, measured)
    assert entry["numbers"] == {"openai": 10, "ext": 6}
    assert entry["met"] is False


def test_what_is_above_a_bare_library() -> None:
    """Of the SDK's part of openai's cost that of the library under it is taken off."""
    row = rows.Row("event", "stream", "cpu", "µs", goal=0.05, above="urllib3")

    def cost(value: float) -> list[dict[str, float]]:
        return [{"cpu": value, "units": 1}]

    measured = {"openai": cost(100), "urllib3": cost(5), "ext": cost(9)}
    entry = line(row, measured)
    assert entry["ratios"] == {"openai": 1, "urllib3": 0.05, "ext": pytest.approx(0.04)}
    assert entry["met"] is True
    assert line(row, {**measured, "ext": cost(11)})["met"] is False


def test_rows_name_jobs_and_the_contenders_are_there() -> None:
    """Every line of the table has its job, whose contenders have the one it is compared to."""
    jobs = {job.key: job for job in rows.JOBS}
    for row in rows.ROWS:
        families = {name.removesuffix("-async") for name in jobs[row.job].who}
        # A goal that is a number needs nobody to be compared to.
        needed = {"ext"} | (set() if row.absolute else {row.against})
        assert needed | ({row.above} if row.above else set()) <= families


def test_the_page_has_the_table_of_the_results() -> None:
    """`python -m benchmarks --table` would change nothing."""
    page = PAGE.read_text("utf-8")
    result = json.loads(RESULTS.read_text("utf-8"))
    assert with_table(page, result) == page
    assert table(result) in page


def test_a_table_goes_between_its_marks() -> None:
    """Whatever stands there goes; a page without them is left alone."""
    entry = {"work": "chat", "unit": "µs", "against": "openai", "numbers": {"openai": 2, "ext": 1}}
    entry |= {"ratios": {"openai": 1, "ext": 0.5}, "absolute": False, "goal": 0.6, "met": True}
    result = {"python": "3.11.7", "machine": "M", "versions": {"a": "1"}, "rounds": 1}
    result["rows"] = [entry, {**entry, "goal": None, "met": None}, {**entry, "met": False}]
    page = with_table(f"before\n{BEGIN}\nold\n{END}\nafter", result)
    words = "Python 3.11.7, M; the least time of 1 round; 1 of 2 goals met.\na 1."
    assert page == f"before\n{BEGIN}\n{words}\n\n{table(result)}\n{END}\nafter"
    with pytest.raises(ValueError, match="no place for the table"):
        with_table(f"{END} {BEGIN}", result)


def test_a_contender_that_ends_does_not_end_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its measure is missing, and the next one has a process of its own."""
    server = runner.Server("http://127.0.0.1:1", "https://localhost:1", Path("none.pem"))
    workers = runner.Workers(server)
    job = rows.Job("verify", "verify", ("ext",))
    begin = runner._start
    monkeypatch.setattr(runner, "_start", lambda *_, **__: begin("benchmarks.no_such_module", {}))
    assert workers.measure(job, "ext", 1)["error"].endswith("has ended with 1")
    monkeypatch.setattr(runner, "_start", begin)
    # The server is not there either, which is what the worker says.
    assert workers.measure(job, "ext", 1)["units"] == 1
    workers.close()
