"""Docstrings as Markdown, with the names in them linked."""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Mapping
from typing import Any

import griffe

logging.getLogger("griffe").setLevel(logging.CRITICAL)  # it misses types that signatures have
_WIDE = 76  # of a signature on one line
# Where names of ours stand for who wrote them; readers know them by their public names.
_OURS = re.compile(r"\b(?:completions|models|nested|objects|results|runinfra_ext|types)\.(?=[A-Z])")


class Links:
    """Where each public name is explained, for a page in a folder of the site.

    Args:
        places: page and anchor by name, from the site's root.
    """

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places

    def name(self, name: str, shown: str | None = None) -> str:
        """A name as code, linked if it is public."""
        place = self._places.get(name) or self._places.get(name.rpartition(".")[2])
        code = f"`{shown or name}`"
        return f"[{code}](../{place})" if place else code

    def annotation(self, text: str) -> str:
        """A type, with each name in it linked."""
        found, plain = list[str](), ""
        for piece in re.split(r"([A-Za-z_][\w.]*)", text):
            if self._places.get(piece.rpartition(".")[2]):
                found += [_code(plain), self.name(piece)]
                plain = ""
            else:
                plain += piece
        return "".join([*found, _code(plain)])

    def text(self, text: str) -> str:
        """Prose of a docstring as Markdown."""
        text = re.sub(
            r":(?:class|func|meth|mod|attr|exc|data):`~?([\w.]+)`",
            lambda m: self.name(m[1], m[1].rpartition(".")[2]),
            text,
        )
        text = re.sub(r"``(.+?)``", r"`\1`", text)
        text = re.sub(r"::[ ]*$", ":", text, flags=re.MULTILINE)
        # Angle brackets are meant as such, but for those in code.
        return re.sub(r"<(?=[a-z])(?![^`\n]*`)", "&lt;", text)


def _code(text: str) -> str:
    """Text as code; spaces at its ends stay outside."""
    bare = text.strip()
    return text.replace(bare, f"`{bare}`") if bare else text


def shown_type(annotation: Any) -> str:
    """An annotation as readers write it."""
    if annotation is inspect.Parameter.empty:
        return ""
    if isinstance(annotation, str):
        return _OURS.sub("", annotation)
    if isinstance(annotation, type) and not hasattr(annotation, "__args__"):
        return annotation.__name__
    forward = getattr(annotation, "__forward_arg__", None)
    text = str(forward if forward is not None else annotation)
    return re.sub(r"ForwardRef\('(.+?)'(?:, [^)]*)?\)|\b[\w.]+\.(?=[A-Z])", r"\1", text)


def signature(name: str, function: Any) -> str:
    """A signature, one line for each parameter if it is long."""
    try:
        found = inspect.signature(function)
    except (TypeError, ValueError):
        return name
    parts, keyword = list[str](), False
    for parameter in found.parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not keyword:
            keyword = True
            parts.append("*")
        keyword = keyword or parameter.kind is parameter.VAR_POSITIONAL
        default = parameter.default
        bare = default is inspect.Parameter.empty
        value = "" if bare else "…" if repr(default).startswith("<") else repr(default)
        kind = shown_type(parameter.annotation)
        stars = (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        star = "*" * (stars.index(parameter.kind) + 1) if parameter.kind in stars else ""
        typed = f"{star}{parameter.name}: {kind}" if kind else f"{star}{parameter.name}"
        parts.append(typed if bare else f"{typed} = {value}")
    result = shown_type(found.return_annotation)
    arrow = f" -> {result}" if result and not inspect.isclass(function) else ""
    line = f"{name}({', '.join(parts)}){arrow}"
    if len(line) <= _WIDE:
        return line
    return f"{name}(\n" + "".join(f"    {part},\n" for part in parts) + f"){arrow}"


def body(text: str | None, links: Links, types: Mapping[str, str]) -> list[str]:
    """A docstring as blocks of Markdown.

    Args:
        text: the docstring.
        links: of the page.
        types: of parameters and attributes, by name.
    """
    if not text:
        return []
    blocks: list[str] = []
    for section in griffe.Docstring(inspect.cleandoc(text)).parse("google"):
        kind, value = section.kind.value, section.value
        if kind == "text":
            blocks.append(links.text(value))
        elif kind in {"parameters", "other parameters", "attributes"}:
            title = "Attributes" if kind == "attributes" else "Parameters"
            items = [_item(entry, links, types) for entry in value]
            blocks.append(f"**{title}**\n\n" + "\n".join(items))
        elif kind == "raises":
            items = [
                f"- {links.name(str(entry.annotation))}: {_flat(entry.description, links)}"
                for entry in value
            ]
            blocks.append("**Raises**\n\n" + "\n".join(items))
        elif kind in {"returns", "yields"}:
            told = " ".join(_flat(entry.description, links) for entry in value)
            blocks.append(f"**{kind.capitalize()}:** {told}")
        elif kind == "admonition":
            blocks.append(f"**{section.title}**\n\n{links.text(value.description)}")
        elif kind == "examples":
            blocks += [links.text(example) for _, example in value]
        else:
            msg = f"a docstring has a section of a kind that the site does not know: {kind}"
            raise ValueError(msg)
    return blocks


def _item(entry: Any, links: Links, types: Mapping[str, str]) -> str:
    name = str(entry.name)
    kind = types.get(name.lstrip("*"), "")
    typed = f" ({links.annotation(kind)})" if kind else ""
    return f"- `{name}`{typed}: {_flat(entry.description, links)}"


def _flat(text: str, links: Links) -> str:
    return " ".join(links.text(text).split())
