"""Charts of the benchmark's own numbers, as SVG that follows the page's colours."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Final

# What is shown, of all that was measured: each in a chart of its own.
CHOSEN: Final = (
    "import and first client, wall",
    "memory, import and client",
    "chat call",
    "chat call, async",
    "stream, one chunk per event",
    "embeddings 100×1536, floats",
    "speech 50 MB to file",
)
_NAMES: Final = {"ext": "this SDK", "official": "runinfra", "socket": "bare socket"}
_ROW, _LEFT, _WIDTH, _RIGHT = 26, 110, 420, 110


def charts(result: Mapping[str, Any]) -> list[str]:
    """A chart for each chosen line that was measured, as HTML."""
    lines = {entry["work"]: entry for entry in result["rows"]}
    return [_chart(lines[work]) for work in CHOSEN if work in lines]


def _chart(entry: Mapping[str, Any]) -> str:
    numbers: Mapping[str, float] = entry["numbers"]
    order = sorted(numbers, key=lambda name: numbers[name])
    longest = max(numbers.values()) or 1.0
    height = _ROW * len(order) + 8
    title = f"{entry['work']}, in {entry['unit']}" if entry["unit"] else entry["work"]
    bars: list[str] = []
    for number, name in enumerate(order):
        y = 4 + number * _ROW
        width = max(1.0, _WIDTH * numbers[name] / longest)
        mark = ' class="ours"' if name == "ext" else ""
        told = f"{numbers[name]:.3g} {entry['unit']}".strip()
        bars.append(
            f'<g{mark}><text x="{_LEFT - 8}" y="{y + 16}" text-anchor="end">'
            f"{escape(_NAMES.get(name, name))}</text>"
            f'<rect x="{_LEFT}" y="{y + 3}" width="{width:.1f}" height="{_ROW - 8}" rx="2"/>'
            f'<text x="{_LEFT + width + 6:.1f}" y="{y + 16}">{escape(told)}</text></g>'
        )
    total = _LEFT + _WIDTH + _RIGHT
    return (
        f'<figure class="chart"><figcaption>{escape(title)}</figcaption>'
        f'<svg viewBox="0 0 {total} {height}" role="img" aria-label="{escape(title)}">'
        f"{''.join(bars)}</svg></figure>"
    )
