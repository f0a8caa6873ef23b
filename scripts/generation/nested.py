"""The models that hold one for which the SDK has a richer class: a class for each, with that in it.

The models are read as the generator made them, so that an annotation here is the model's own with
other names in it.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any


class Richer:
    """What the SDK has its own classes for.

    Args:
        results: the modules of the written ones, which have the names of their models.
        models: the folder of the generated models.
        unions: the unions of the document.

    Attributes:
        written: the models with a written class, and the name of its module.
        nested: one row for each other model that holds one of these, the innermost first.
        unions: one row for each union with a member of either kind, by its name.
    """

    def __init__(
        self, results: Iterable[Path], models: Path, unions: Iterable[Mapping[str, Any]]
    ) -> None:
        self.written = {
            node.name: path.stem
            for path in results
            for node in _classes(path)
            if f"models.{node.name}" in {ast.unparse(base) for base in node.bases}
        }
        found = [node for path in sorted(models.glob("*.py")) for node in _classes(path)]
        self._models = {node.name: node for node in found}
        self._nested: dict[str, dict[str, Any]] = {}
        while more := self._holders():
            self._nested |= more
        self.nested = list(self._nested.values())
        self.unions = {
            union["name"]: {
                **union,
                "members": [self.name(name, "") for name in union["members"]],
                "tags": [(tag, self.name(name, "")) for tag, name in union["tags"] if name in self],
            }
            for union in unions
            if any(name in self for name in union["members"])
        }

    def __contains__(self, name: str) -> bool:
        return name in self.written or name in self._nested

    def name(self, model: str, own: str = "nested.") -> str:
        """What a model is called where its richest class is wanted.

        Args:
            model: its name.
            own: what stands before the name of a class that is made here.
        """
        if model in self.written:
            return f"{self.written[model]}.{model}"
        return f"{own}{model}" if model in self._nested else f"models.{model}"

    def _holders(self) -> dict[str, dict[str, Any]]:
        """The models that hold what is known so far."""
        found = {}
        for name, node in self._models.items():
            members = [] if name in self else [*self._members(node)]
            if members:
                found[name] = {
                    "name": name,
                    "doc": ast.get_docstring(node) or name,
                    "members": members,
                }
        return found

    def _members(self, node: ast.ClassDef) -> Iterable[dict[str, str]]:
        keys = _keys(node)
        for part in node.body:
            if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                names = {n.id for n in ast.walk(part.annotation) if isinstance(n, ast.Name)}
                if any(name in self for name in names):
                    name = part.target.id
                    # Also of the others in it: this module has no model by its bare name.
                    kind = _Qualified(self, self._models.keys()).visit(part.annotation)
                    yield {"name": name, "key": keys[name], "type": ast.unparse(kind)}


class _Qualified(ast.NodeTransformer):
    """Puts before each model's name where it is."""

    def __init__(self, richer: Richer, models: Collection[str]) -> None:
        self._richer = richer
        self._models = models

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id not in self._models:
            return node
        return ast.parse(self._richer.name(node.id, ""), mode="eval").body


def _classes(path: Path) -> list[ast.ClassDef]:
    tree = ast.parse(path.read_text("utf-8"))
    return [node for node in tree.body if isinstance(node, ast.ClassDef)]


def _keys(node: ast.ClassDef) -> dict[str, str]:
    """The attributes with their names on the wire, by what ``from_dict`` takes them from."""
    found: dict[str, str] = {}
    key = ""
    method = next(part for part in node.body if getattr(part, "name", "") == "from_dict")
    for part in _assignments(method):
        for call in ast.walk(part.value):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "d.pop":
                key = ast.literal_eval(call.args[0])
        if isinstance(part.targets[0], ast.Attribute):
            found.setdefault(part.targets[0].attr, key)
    return found


def _assignments(node: ast.AST) -> Iterable[ast.Assign]:
    """Those of a function, in the order in which they stand."""
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.Assign):
            yield part
        else:
            yield from _assignments(part)
