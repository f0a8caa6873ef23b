"""The screens of docs/cli.md are what the program shows."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from runinfra_ext.cli.page import COMMANDS

ROOT = Path(__file__).resolve().parents[2]


def test_the_screens_are_what_is_shown(monkeypatch, capsys):
    """Each command of the page is run against the sandbox."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    monkeypatch.delitem(sys.modules, "screens", raising=False)
    import screens

    code = screens.main(["--check"])
    assert capsys.readouterr().out.strip() == ""
    assert code == 0


def test_every_command_has_a_section():
    """None is left out."""
    text = (ROOT / "docs/cli.md").read_text("utf-8")
    sections = " ".join(re.findall(r"^## (.*)$", text, re.MULTILINE))
    assert [name for name in COMMANDS if not re.search(rf"\b{name}\b", sections)] == []
