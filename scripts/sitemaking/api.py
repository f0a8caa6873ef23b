"""Reference pages of every public name, from the code itself."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from typing import Any, Final, get_args

import surface

from runinfra_ext import RunInfra

from .docstrings import Links, body, shown_type, signature

_ROOT: Final = "runinfra_ext"
_CLIENT: Final = "reference/client.md"
# A name that stands in several modules is explained in the first of these.
_LATE: Final = ("runinfra_ext.types", _ROOT)
_ORDER: Final = (*(name for name in surface.MODULES if name not in _LATE), *_LATE)


def pages() -> dict[str, str]:
    """The text of each page, by its path."""
    owners = _owners()
    places = {name: f"{_page(module)}#{module}.{name}" for name, module in owners.items()}
    written = {_page(module): _module(module, owners, places) for module in _ORDER}
    written[_CLIENT] = _client(Links(places))
    return written


def places() -> dict[str, str]:
    """Where each public name is explained."""
    return {name: f"{_page(module)}#{module}.{name}" for name, module in _owners().items()}


def _page(module: str) -> str:
    return f"reference/{module.removeprefix(f'{_ROOT}.').replace('.', '-')}.md"


def _owners() -> dict[str, str]:
    found: dict[str, str] = {}
    for module in _ORDER:
        for name in surface.names(importlib.import_module(module)):
            found.setdefault(name, module)
    return found


def _module(name: str, owners: dict[str, str], places: dict[str, str]) -> str:
    module = importlib.import_module(name)
    links = Links(places)
    blocks = [f"# {name}", *body(module.__doc__, links, {})]
    elsewhere = [n for n in surface.names(module) if owners[n] != name]
    for public in surface.names(module):
        if owners[public] == name:
            blocks += _described(name, public, getattr(module, public), links)
    if elsewhere:
        blocks.append("## Also here")
        blocks.append("\n".join(f"- {links.name(public)}" for public in elsewhere))
    return "\n\n".join(blocks) + "\n"


def _described(module: str, name: str, value: Any, links: Links) -> Iterator[str]:
    yield f"## {name} {{ #{module}.{name} }}"
    if inspect.isclass(value) and not get_args(value):
        yield from _class(f"{module}.{name}", name, value, links)
    elif inspect.isfunction(value):
        yield f"```python\n{signature(name, value)}\n```"
        yield from body(value.__doc__, links, _parameters(value))
    elif inspect.ismodule(value):
        yield f"The module {links.name(value.__name__)}."
    elif get_args(value):
        yield f"One of: {links.annotation(shown_type(value))}."
    else:
        yield f"`{value!r}`" if isinstance(value, str | int | float) else "A value."


def _class(path: str, name: str, cls: Any, links: Links) -> Iterator[str]:
    bases = [base.__name__ for base in cls.__bases__ if base is not object]
    typed = is_typed_dict(cls)
    if typed:
        yield "A dictionary, as callers write it."
    elif bases:
        yield f"Bases: {', '.join(links.name(base) for base in bases)}"
    own = "__init__" in vars(cls) and inspect.isfunction(vars(cls)["__init__"])
    if own and not typed:
        yield f"```python\n{signature(name, vars(cls)['__init__']).removesuffix(' -> None')}\n```"
    fields = _fields(cls)
    types = fields | (_parameters(vars(cls)["__init__"]) if own else {})
    told = body(cls.__doc__, links, types)
    yield from told
    text = "\n".join(told)
    left = [
        f"- `{n}`: {links.annotation(kind)}" for n, kind in fields.items() if f"`{n}`" not in text
    ]
    if left:
        yield "**Fields**\n\n" + "\n".join(left)
    for member, value in _methods(cls):
        yield f"### {name}.{member} {{ #{path}.{member} }}"
        if isinstance(value, property):
            kind = shown_type(inspect.signature(value.fget).return_annotation) if value.fget else ""
            yield f"A property: {links.annotation(kind)}" if kind else "A property."
            yield from body(value.__doc__, links, {})
        else:
            yield f"```python\n{signature(member, value)}\n```"
            yield from body(value.__doc__, links, _parameters(value))


def is_typed_dict(cls: Any) -> bool:
    """Whether a class is a dictionary with named members."""
    return hasattr(cls, "__total__") and issubclass(cls, dict)


def _fields(cls: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for owner in cls.__mro__:
        if owner.__module__.startswith("runinfra_"):
            for name, kind in vars(owner).get("__annotations__", {}).items():
                if not name.startswith("_"):
                    found.setdefault(name, shown_type(kind))
    return found


def _methods(cls: Any) -> Iterator[tuple[str, Any]]:
    """Methods and properties of a class, also those of bases that are not public."""
    seen: set[str] = set()
    for owner in cls.__mro__:
        if not owner.__module__.startswith("runinfra_"):
            continue
        if owner is not cls and not owner.__name__.startswith("_") and issubclass(cls, Exception):
            continue  # those of the errors' base are told once
        for name, value in vars(owner).items():
            member = value.__func__ if isinstance(value, staticmethod | classmethod) else value
            public = not name.startswith("_") and name not in seen
            if public and (isinstance(member, property) or inspect.isfunction(member)):
                seen.add(name)
                yield name, member


def _parameters(function: Any) -> dict[str, str]:
    try:
        found = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}
    return {name: shown_type(parameter.annotation) for name, parameter in found.items()}


def _client(links: Links) -> str:
    client = RunInfra(api_key="not-a-key", base_url="http://127.0.0.1:1/v1")
    blocks = [
        "# The methods of a client",
        "Of a blocking client; those of an async one have the same names, and are awaited.",
    ]
    for path, method in sorted(surface.methods("client", client)):
        blocks.append(f"## {path} {{ #{path} }}")
        blocks.append(f"```python\n{signature(path, method)}\n```")
        blocks += body(method.__doc__, links, _parameters(method))
    return "\n\n".join(blocks) + "\n"
