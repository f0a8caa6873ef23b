"""What the package shows: every public name, with its signature and its fields.

Beside what is imported: the commands and their options, what pytest gets, and the extras.

    python scripts/surface.py            write tests/surface.txt
    python scripts/surface.py --check    compare; exit 1 on a difference

A change of the public surface is then a line in a review, and a test fails until it stands there.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import inspect
import sys
from collections.abc import Collection, Iterator
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin, is_typeddict

from compatibility import commands, plugin, source

ROOT = Path(__file__).resolve().parent.parent
SNAPSHOT = ROOT / "tests/surface.txt"
# In the order in which a reader meets them.
MODULES = (
    "runinfra_ext",
    "runinfra_ext.types",
    "runinfra_ext.errors",
    "runinfra_ext.audio",
    "runinfra_ext.progress",
    "runinfra_ext.hooks",
    "runinfra_ext.middleware",
    "runinfra_ext.telemetry",
    "runinfra_ext.idempotency",
    "runinfra_ext.structured",
    "runinfra_ext.tools",
    "runinfra_ext.webhooks",
    "runinfra_ext.bulk",
    "runinfra_ext.integrations.openai",
    "runinfra_ext.integrations.ray",
    "runinfra_ext.sandbox",
    "runinfra_ext.testing",
)
# Their frameworks are no tools of development: these are read, not imported.
UNIMPORTED = ("haystack", "langchain", "litellm", "llama_index", "pydantic_ai")


def surface() -> list[str]:
    """The lines of the snapshot."""
    sys.path.insert(0, str(ROOT))
    lines: list[str] = []
    for name in MODULES:
        module = importlib.import_module(name)
        lines += ["", f"# {name}", ""]
        for public in names(module):
            lines += _described(public, getattr(module, public), names(module))
    ext = importlib.import_module("runinfra_ext")
    for cls in (ext.RunInfra, ext.AsyncRunInfra):
        lines += ["", f"# the methods of {cls.__name__}", ""]
        client = cls(api_key="not-a-key", base_url="http://127.0.0.1:1/v1")
        lines += sorted(f"{path}{_signature(m)}" for path, m in methods("client", client))
    for name in UNIMPORTED:
        path = ROOT / f"runinfra_ext/integrations/{name}.py"
        lines += ["", f"# runinfra_ext.integrations.{name}", "", *source.module(path)]
    lines += ["", f"# the commands of {commands.PROGRAM}", "", *commands.commands()]
    lines += ["", "# pytest", "", *plugin.pytest_names(ROOT)]
    lines += ["", "# pip", "", *plugin.extras(ROOT)]
    return lines[1:]


def names(module: Any) -> list[str]:
    """The public names of a module."""
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return sorted(listed)
    own = module.__name__
    return sorted(
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == own
    )


def _described(name: str, value: Any, public: Collection[str]) -> Iterator[str]:
    if inspect.isclass(value) and not get_args(value):
        bases = ", ".join(base.__name__ for base in value.__bases__ if base is not object)
        yield f"class {name}({bases})"
        yield from (f"    {line}" for line in sorted(_members(value, public)))
    elif inspect.isfunction(value):
        yield f"def {name}{_signature(value)}"
    elif inspect.ismodule(value):
        yield f"module {name}"
    elif get_args(value):
        yield f"type {name}: {_spelt(value)}"
    elif isinstance(value, str | int | float) and name != "__version__":
        yield f"value {name}: {value!r}"
    else:
        yield f"value {name}"


def _signature(function: Any) -> str:
    """As it is called; what must be awaited looks as in its own source."""
    awaited = inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)
    return f"{inspect.signature(function)}{' (async)' if awaited else ''}"


def _spelt(value: Any) -> str:
    """A type as it is written: its values and its members are a promise too."""
    if isinstance(value, ForwardRef):
        return value.__forward_arg__
    if isinstance(value, list):  # the parameters of a function
        return f"[{', '.join(map(_spelt, value))}]"
    origin, given = get_origin(value), get_args(value)
    if not given:
        return "None" if value is NoneType else getattr(value, "__name__", str(value))
    if origin is Literal:
        return " | ".join(f"Literal[{each!r}]" for each in given)
    if origin in {Union, UnionType}:
        return " | ".join(map(_spelt, given))
    inside = ", ".join("..." if each is Ellipsis else _spelt(each) for each in given)
    return f"{getattr(origin, '__name__', origin)}[{inside}]"


def _members(cls: type, public: Collection[str]) -> Iterator[str]:
    """What a class has of its own, or from a base that is not public itself."""
    seen: set[str] = set()
    if issubclass(cls, Enum):
        yield from (f"{member.name}: Literal[{member.value!r}]" for member in cls)
        return
    if hasattr(cls, "_fields"):
        # What it is unpacked to, in this order.
        defaults = getattr(cls, "_field_defaults", {})
        given = (
            f"{name} = {defaults[name]!r}" if name in defaults else name
            for name in getattr(cls, "_fields", ())
        )
        yield f"__new__({', '.join(given)})"
    for owner in cls.__mro__:
        shown = owner.__name__ in public and owner.__name__ != cls.__name__
        if shown or not owner.__module__.startswith("runinfra_"):
            continue
        for name, kind in vars(owner).get("__annotations__", {}).items():
            if not name.startswith("_") and name not in seen:
                seen.add(name)
                text = str(
                    kind if isinstance(kind, str) else getattr(kind, "__forward_arg__", kind)
                )
                if is_typeddict(cls) and "Required[" not in text:
                    needed = name in vars(cls)["__required_keys__"]
                    text = f"{'Required' if needed else 'NotRequired'}[{text}]"
                yield f"{name}: {text}"
        for name, value in vars(owner).items():
            if name in seen or (name.startswith("_") and name != "__init__"):
                continue
            member = value.__func__ if isinstance(value, staticmethod | classmethod) else value
            if isinstance(value, property):
                seen.add(name)
                kind = inspect.signature(value.fget).return_annotation if value.fget else ""
                yield f"{name}: {kind} (property)"
            elif inspect.isfunction(member) and member.__module__.startswith("runinfra_"):
                seen.add(name)
                yield f"{name}{_signature(member)}"


def methods(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The methods of a client and of its namespaces, by what callers write."""
    for name in dir(type(value)) + list(vars(value)):
        if name.startswith("_"):
            continue
        member = getattr(value, name)
        where = f"{path}.{name}"
        if inspect.ismethod(member) or inspect.isfunction(member):
            yield where, member
        elif type(member).__module__.startswith("runinfra_ext."):
            yield from methods(where, member)


def main() -> int:
    """Run the command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    options = parser.parse_args()
    lines = surface()
    if not options.check:
        SNAPSHOT.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return 0
    before = SNAPSHOT.read_text("utf-8").splitlines() if SNAPSHOT.exists() else []
    found = list(difflib.unified_diff(before, lines, "tests/surface.txt", "now", n=0, lineterm=""))
    for line in found[:60]:
        print(line)
    if found:
        print("\nThe public surface changed; run `make surface` and commit the result.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
