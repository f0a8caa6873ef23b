"""The examples of docs/frameworks.md run as they stand."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = os.environ["FRAMEWORKS"]  # the environment that this is
# Which environment a section's examples need.
SECTIONS = {
    "openai": "openai3",
    "pydantic-ai": "openai3",
    "LangChain": "openai3",
    "openai-agents": "openai3",
    "litellm": "openai3",
    "Haystack": "openai3",
    "LlamaIndex": "openai2",
    "instructor": "openai2",
}


def examples() -> list[tuple[str, str]]:
    """Title of the section and example, in order."""
    page = (ROOT / "docs/frameworks.md").read_text("utf-8")
    found = []
    for section in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        title = section.partition("\n")[0]
        found += [(title, text) for text in re.findall(r"```python\n(.*?)```", section, re.DOTALL)]
    return found


EXAMPLES = examples()


def test_every_section_has_its_environment():
    """No example is forgotten."""
    assert {title for title, _ in EXAMPLES} == set(SECTIONS)


@pytest.mark.parametrize(
    ("title", "example"),
    [one for one in EXAMPLES if SECTIONS.get(one[0]) == HERE],
    ids=lambda value: value if "\n" not in value else "",
)
def test_example(sandbox, title, example):
    """It asserts what came, and the sandbox has seen it."""
    assert "\nassert " in example or "    assert " in example
    code = compile(example, f"frameworks.md, {title}", "exec", dont_inherit=True)
    exec(code, {"__name__": "__main__"})
    assert sandbox.journal
    assert all(entry.valid for entry in sandbox.journal)
