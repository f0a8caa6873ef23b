"""From samples to the table and the JSON."""

from __future__ import annotations

import platform
import statistics
from importlib import metadata
from typing import Any, Final

from .rows import Row
from .runner import Samples

COLUMNS: Final = ("openai", "official", "httpx", "urllib3", "aiohttp", "ext", "socket")
BEGIN: Final = "<!-- python -m benchmarks --table -->"
END: Final = "<!-- the table's end -->"
TITLES: Final = {"ext": "**this SDK**", "socket": "limit"}
_TIMES: Final = frozenset({"µs", "ms"})
_PACKAGES: Final = ("runinfra-ext", "openai", "runinfra", "httpx", "urllib3", "aiohttp", "orjson")


def summary(samples: Samples, rows: tuple[Row, ...], *, rounds: int, quick: bool) -> dict[str, Any]:
    """Everything that was measured, as JSON.

    Args:
        samples: by job and contender.
        rows: the lines of the table; those whose job was not done are left out.
        rounds: how often.
        quick: with the small counts.
    """
    return {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "versions": {name: metadata.version(name) for name in _PACKAGES},
        "rounds": rounds,
        "quick": quick,
        "rows": [line(row, samples[row.job]) for row in rows if row.job in samples],
        "samples": samples,
    }


def line(row: Row, measured: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    """One line: the numbers, their ratios, and whether the goals are met.

    Of times the least counts: what else goes on on a machine only adds to them. Of all other
    numbers it is the median.

    Args:
        row: what the line shows.
        measured: samples of its job by contender.
    """
    decide = min if row.unit in _TIMES else statistics.median
    numbers: dict[str, float] = {}
    for name, measures in measured.items():
        family = name.removesuffix("-async")
        values = [number(row, measure) for measure in measures]
        if values:
            numbers[family] = decide(values)
    base = numbers.get(row.against)
    ratios = {name: value / base for name, value in numbers.items()} if base else {}
    judged = numbers if row.absolute else ratios
    if row.above is not None and {"ext", row.above} <= judged.keys():
        judged["ext"] -= judged[row.above]
    return {
        "work": row.title,
        "unit": row.unit,
        "against": row.against,
        "numbers": numbers,
        "ratios": ratios,
        "absolute": row.absolute,
        "goal": row.goal,
        "met": _met(judged.get("ext"), row.goal),
    }


def number(row: Row, measure: dict[str, float]) -> float:
    """The number of a line in one measure, in the line's unit."""
    value = measure[row.field] * row.scale
    return value / measure["units"] if row.per_unit and measure["units"] else value


def _met(value: float | None, goal: float | None) -> bool | None:
    return None if value is None or goal is None else value <= goal


def table(result: dict[str, Any]) -> str:
    """The lines as a Markdown table: numbers of the first contender, ratios of the others.

    Args:
        result: the :func:`summary`.
    """
    head = ["work", *(TITLES.get(name, name) for name in COLUMNS), "goal", ""]
    lines = [_cells(head), _cells(["---", *["--:" for _ in COLUMNS], "--:", "---"])]
    for entry in result["rows"]:
        cells = [_cell(entry, name) for name in COLUMNS]
        lines.append(_cells([entry["work"], *cells, _goal(entry["goal"]), _mark(entry["met"])]))
    return "\n".join(lines)


def with_table(page: str, result: dict[str, Any]) -> str:
    """A page of the documentation with the table of a result between its two marks.

    Args:
        page: the page's text.
        result: the :func:`summary`.
    """
    before, begun, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not ended:
        msg = f"the page has no place for the table: {BEGIN} and {END}"
        raise ValueError(msg)
    return f"{before}{begun}\n{_words(result)}\n\n{table(result)}\n{ended}{after}"


def _words(result: dict[str, Any]) -> str:
    """Where and how often it was measured."""
    versions = [f"{name} {version}" for name, version in result["versions"].items()]
    rounds = f"{result['rounds']} round{'s' * (result['rounds'] != 1)}"
    judged = [entry["met"] for entry in result["rows"] if entry["met"] is not None]
    return (
        f"Python {result['python']}, {result['machine']}; the least time of {rounds}; "
        f"{sum(judged)} of {len(judged)} goals met.\n{', '.join(versions)}."
    )


def _cell(entry: dict[str, Any], name: str) -> str:
    value = entry["numbers"].get(name)
    if value is None:
        return ""
    if entry["absolute"] or name == entry["against"] or name not in entry["ratios"]:
        return f"{_short(value)} {entry['unit']}".strip()
    return f"{entry['ratios'][name]:.2f}"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def _goal(goal: float | None) -> str:
    return "" if goal is None else f"{goal:g}"


def _mark(met: bool | None) -> str:  # noqa: FBT001 - three-valued
    return "" if met is None else "met" if met else "missed"


def _cells(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
