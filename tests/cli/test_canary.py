"""`runinfra-ext canary`: the program of `make canary`, wherever it is."""

from __future__ import annotations

import json

import pytest

from runinfra_ext.cli import canary


@pytest.fixture(autouse=True)
def own_path(monkeypatch):
    """What the program adds to the path ends with the test."""
    import sys

    monkeypatch.setattr(sys, "path", list(sys.path))


def test_help_is_its_own(cli):
    """Under the name that it was called by."""
    ran = cli("canary", "--help")
    assert ran.code == 0
    assert ran.out.startswith("usage: runinfra-ext canary ")


def test_it_runs(terminal, tmp_path):
    """On a terminal, against the bundled sandbox; the exit code is its own."""
    shown = terminal("canary", "--sandbox", "--only", "models-list", "--report", "report.json")
    assert shown.code == 0
    assert "models-list" in shown.text
    assert json.loads((tmp_path / "report.json").read_text())["rows"]


def test_without_a_key(cli, monkeypatch):
    """Its own exit code and words."""
    monkeypatch.delenv("RUNINFRA_API_KEY")
    ran = cli("canary", "--only", "models-list")
    assert (ran.code, "--sandbox" in ran.err) == (2, True)


def test_where_it_is_not(cli, monkeypatch, tmp_path):
    """An installation without it says so; one without its extra, too."""
    monkeypatch.setattr(canary, "_PLACES", (tmp_path / "none.py",))
    ran = cli("canary")
    assert (ran.code, "neither in this installation" in ran.err) == (2, True)
    broken = tmp_path / "canary.py"
    broken.write_text("raise ImportError('the sandbox needs its extra')")
    monkeypatch.setattr(canary, "_PLACES", (broken,))
    ran = cli("canary")
    assert (ran.code, ran.err) == (2, "error: the sandbox needs its extra\n")
