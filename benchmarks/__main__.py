"""``python -m benchmarks``: measure, print the table, write the JSON.

With ``--record`` the results become those of the project: ``benchmarks/results.json``, and the
table of ``docs/performance.md``. ``--table`` only writes that table anew.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Final

from .report import summary, table, with_table
from .rows import JOBS, ROWS
from .runner import run, serving

RESULTS: Final = Path(__file__).parent / "results.json"
PAGE: Final = Path(__file__).parents[1] / "docs/performance.md"


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--record", action="store_true", help="make the results the project's")
    parser.add_argument("--table", action="store_true", help="only renew the page's table")
    parser.add_argument("--rounds", type=int, default=5, help="how often all is measured (5)")
    parser.add_argument("--quick", action="store_true", help="little work, for a first look")
    parser.add_argument("--only", default="", help="jobs whose names begin so, separated by commas")
    parser.add_argument("--out", type=Path, default=Path("out/bench.json"), help="the JSON")
    given = parser.parse_args()
    if given.table:
        _renew_page()
        return
    wanted = tuple(name.strip() for name in given.only.split(","))
    jobs = tuple(job for job in JOBS if job.key.startswith(wanted))
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server:
        samples = run(jobs, server, rounds=given.rounds, quick=given.quick, tell=_tell)
    result = summary(samples, ROWS, rounds=given.rounds, quick=given.quick)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(result, indent=1), encoding="utf-8")
    if given.record:
        kept = {name: value for name, value in result.items() if name != "samples"}
        RESULTS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        _renew_page()
    print(table(result))
    missed = [entry["work"] for entry in result["rows"] if entry["met"] is False]
    print(f"\n{len(missed)} goals missed" + "".join(f"\n- {work}" for work in missed))


def _renew_page() -> None:
    result = json.loads(RESULTS.read_text(encoding="utf-8"))
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), result), encoding="utf-8")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
