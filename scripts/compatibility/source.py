"""Modules whose framework is not installed here, as lines of the snapshot: read, not imported."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from pathlib import Path

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def module(path: Path) -> Iterator[str]:
    """Each name of its `__all__`, in the form that a module has which was imported.

    Raises:
        ValueError: a name of it is not defined there.
    """
    tree = ast.parse(path.read_text("utf-8"))
    found = {n.name: n for n in tree.body if isinstance(n, ast.ClassDef | _Function)}
    for name in sorted(_listed(tree)):
        node = found.get(name)
        if node is None:
            msg = f"{path}: {name} is in __all__, and neither a class nor a function of it"
            raise ValueError(msg)
        if isinstance(node, ast.ClassDef):
            bases = ", ".join(ast.unparse(base) for base in node.bases)
            yield f"class {name}({bases})"
            yield from (f"    {line}" for line in sorted(_members(node, found).values()))
        else:
            yield f"def {signature(node)}"


def functions(path: Path) -> Iterator[_Function]:
    """The public functions of a module."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, _Function) and not node.name.startswith("_"):
            yield node


def signature(node: _Function) -> str:
    """A function as it is called, written as `inspect` writes it."""
    given = copy.deepcopy(node.args)
    for each in ast.walk(given):
        if isinstance(each, ast.arg) and each.annotation is not None:
            each.annotation = ast.Constant(ast.unparse(each.annotation))
    result = "" if node.returns is None else f" -> {ast.unparse(node.returns)!r}"
    awaited = " (async)" if isinstance(node, ast.AsyncFunctionDef) else ""
    return f"{node.name}({ast.unparse(given)}){result}{awaited}"


def _listed(tree: ast.Module) -> list[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    return []


def _members(cls: ast.ClassDef, known: dict[str, ast.ClassDef | _Function]) -> dict[str, str]:
    """What a class has of its own, or from a base of the module that is not public itself."""
    lines: dict[str, str] = {}
    for base in reversed(cls.bases):
        inherited = known.get(ast.unparse(base))
        if isinstance(inherited, ast.ClassDef) and inherited.name.startswith("_"):
            lines |= _members(inherited, known)
    for node in cls.body:
        if isinstance(node, ast.AnnAssign):
            name = ast.unparse(node.target)
            line = f"{name}: {ast.unparse(node.annotation)}"
        elif isinstance(node, _Function):
            name = node.name
            shows = any(ast.unparse(each) == "property" for each in node.decorator_list)
            kind = "" if node.returns is None else ast.unparse(node.returns)
            line = f"{name}: {kind} (property)" if shows else signature(node)
        else:
            continue
        if name == "__init__" or not name.startswith("_"):
            lines[name] = line
    return lines
