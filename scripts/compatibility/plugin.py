"""What the package adds to pytest and to pip, as lines of the snapshot."""

from __future__ import annotations

import ast
import importlib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import source

MODULE = "runinfra_ext.testing.plugin"


class Told:
    """Stands in for pytest's own parser and settings, and notes what a plugin tells them."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def getgroup(self, *_: object) -> Told:
        """Options of a group are options."""
        return self

    def addoption(self, *names: str, **given: Any) -> None:
        """An option of pytest's command line."""
        kind = "flag" if given.get("action") else "text"
        self.lines += (f"option {name}: {kind}" for name in names)

    def addini(self, name: str, *_: object, **given: Any) -> None:
        """A setting of pytest's file."""
        self.lines.append(f"setting {name}: {given.get('type') or 'string'}")

    def addinivalue_line(self, kind: str, line: str) -> None:
        """A marker, with what it takes."""
        if kind == "markers":
            self.lines.append(f"marker {line.partition(':')[0]}")

    def getini(self, _: str) -> str:
        """The settings have the value that guards."""
        return "guard"

    def getoption(self, _: str) -> None:
        """No option is given."""


def pytest_names(root: Path) -> list[str]:
    """Fixtures, markers, options and settings."""
    module, told = importlib.import_module(MODULE), Told()
    module.pytest_addoption(told)
    module.pytest_configure(told)
    path = root / f"{MODULE.replace('.', '/')}.py"
    fixtures = (f"fixture {line}" for node in source.functions(path) for line in _fixture(node))
    return sorted([*told.lines, *fixtures])


def _fixture(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """What a test gets, unless the function is none."""
    for each in node.decorator_list:
        text = ast.unparse(each)
        if text.startswith("pytest.fixture"):
            kind = ast.unparse(node.returns) if node.returns else "Any"
            yield f"{node.name}: {kind}{text.removeprefix('pytest.fixture')}"


def extras(root: Path) -> list[str]:
    """What stands in brackets when the package is installed."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return [f"extra {name}" for name in sorted(project["optional-dependencies"])]
