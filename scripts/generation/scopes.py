"""The stub of the namespaces: clients of one pipeline have methods that let ``model`` be left out.

Type checkers read ``namespaces.pyi`` in place of ``namespaces.py``. No type parameter makes a
keyword optional, so the methods that take one are written out a second time here, from the syntax
trees of the resources and mixins; nothing of it exists at run time.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final

from .methods import pipeline_call

_METHODS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_ROOT: Final = "AsyncNamespaces"

_HEAD: Final = '''\
# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""The namespaces of the client, as type checkers see them; see ``scripts/generation/scopes.py``."""

from typing import Generic, TypeVar, overload
from .._call.scope import Pipeline, Scope_co, Workspace
'''
_NAMESPACE: Final = '''
W = TypeVar("W")
Q = TypeVar("Q")

class AsyncNamespace(Generic[W, Q]):
    """What it is depends on whom the client speaks for."""

    @overload
    def __get__(self, client: AsyncNamespaces[Pipeline], owner: object = None) -> Q: ...
    @overload
    def __get__(self, client: AsyncNamespaces[Workspace], owner: object = None) -> W: ...
'''


def scoped_namespaces(folder: Path, spaces: list[dict[str, Any]], scoped: Collection[str]) -> str:
    """The text of the stub.

    Args:
        folder: has ``resources`` and ``mixins``.
        spaces: the namespaces, with their classes from the innermost out.
        scoped: the types of keyword arguments that have a twin for pipelines.
    """
    classes: dict[str, ast.ClassDef] = {}
    head: list[str] = []
    variables: list[str] = []
    for path in sorted([*folder.glob("resources/*.py"), *folder.glob("mixins/*.py")]):
        for node in _statements(ast.parse(path.read_text("utf-8")).body):
            if isinstance(node, ast.ClassDef):
                classes[node.name] = node
            elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
                node.level = max(node.level - 1, 0)
                head.append(ast.unparse(node))
            elif isinstance(node, ast.Assign) and "TypeVar(" in ast.unparse(node):
                variables.append(ast.unparse(node))
    written: list[str] = []
    own: dict[str, str] = {}  # class -> its twin for pipelines
    for space in spaces:
        for class_ in space["classes"]:
            name = f"Async{class_['name']}"
            nodes = [classes[base] for base in (class_["mixin"], name) if base]
            lines = [line for node in nodes for line in _methods(node, scoped)]
            for attribute, child in class_["children"].items():
                if f"Async{child}" in own:
                    lines.append(f"{attribute}: {own[f'Async{child}']}")
            if lines:
                own[name] = f"AsyncPipeline{class_['name']}"
                body = "\n".join(lines).replace("\n", "\n    ")
                written.append(f"class {own[name]}({name}):\n    {body}\n")
            head.append(f"from .resources.{space['name']} import {name}")
    root = [f'class {_ROOT}(Generic[Scope_co]):\n    """What hangs on the client."""\n']
    root.append("    _transport: AsyncTransport")
    for space in spaces:
        name = f"Async{space['classes'][-1]['name']}"
        kind = f"AsyncNamespace[{name}, {own[name]}]" if name in own else name
        root.append(f'    {space["name"]}: {kind}\n    """{space["doc"] or space["name"]}"""')
    parts = [_HEAD, *head, _NAMESPACE, *dict.fromkeys(variables), *written, "\n".join(root)]
    return "\n".join(parts) + "\n"


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module, those for type checkers too."""
    for node in body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from node.body
        else:
            yield node


def _methods(node: ast.ClassDef, scoped: Collection[str]) -> list[str]:
    """The methods that take scoped arguments, with those of a pipeline; overloads where it has."""
    found: dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]] = {}
    for part in node.body:
        if isinstance(part, _METHODS) and part.args.kwarg is not None:
            names = {n.attr for n in ast.walk(part.args.kwarg) if isinstance(n, ast.Attribute)}
            if not names.isdisjoint(scoped):
                found.setdefault(part.name, []).append(part)
    lines: list[str] = []
    for variants in found.values():
        for part in variants[:-1] or variants:
            part.decorator_list = [d for d in part.decorator_list if isinstance(d, ast.Name)]
            part.body = [ast.Expr(ast.Constant(...))]
            for name in ast.walk(part.args):
                if isinstance(name, ast.Attribute) and name.attr in scoped:
                    name.attr = pipeline_call(name.attr)
            lines.append(ast.unparse(part))
    return lines
