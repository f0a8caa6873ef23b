"""The document as text: what it says, on which line it says it, and what YAML itself gets wrong."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from generation.document import DocumentError

Where = tuple[str | int, ...]
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_JSON_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null")}
_SPECIAL_NUMBERS = {".inf", "-.inf", "+.inf", ".nan"}  # YAML's


class Finding(NamedTuple):
    """What is wrong, and where."""

    where: Where
    rule: str
    message: str


class Source:
    """A YAML document with its lines.

    Raises:
        DocumentError: it is not YAML, or not an OpenAPI document; with ``file:line``.
    """

    def __init__(self, path: Path) -> None:
        self.name = f"openapi/{path.name}"
        try:
            self._root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            place = f"{mark.line + 1}:{mark.column + 1}" if mark else "1"
            raise DocumentError(f"{self.name}:{place}: {error.problem}") from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise DocumentError(f"{self.name}:1: {error}") from error
        found = [
            f"{self.name}:{node.start_mark.line + 1}: yaml {message}"
            for node, message in self._odd(self._root, ())
        ]
        if found:
            raise DocumentError("\n".join(found))

    @cached_property
    def document(self) -> dict[str, Any]:
        """What it says.

        Raises:
            DocumentError: it is not an OpenAPI document.
        """
        content = _LOADER("").construct_document(self._root) if self._root else None
        if not isinstance(content, dict) or not isinstance(content.get("paths"), dict):
            raise DocumentError(f"{self.name}:1: not an OpenAPI document (no `paths`)")
        return content

    def line(self, where: Where) -> int:
        """The line of a place, counted from 1; of what holds it, where there is none."""
        node, line = self._root, 1
        for part in where:
            if isinstance(node, yaml.MappingNode):
                pair = next(((k, v) for k, v in node.value if k.value == str(part)), None)
                if pair is None:
                    break
                line, node = pair[0].start_mark.line + 1, pair[1]
            elif isinstance(node, yaml.SequenceNode) and str(part).isdigit():
                if int(part) >= len(node.value):
                    break
                node = node.value[int(part)]
                line = node.start_mark.line + 1
            else:
                break
        return line

    def said(self, finding: Finding) -> str:
        """A finding on one line: ``file:line: rule message``."""
        message = " ".join(finding.message.split())
        return f"{self.name}:{self.line(finding.where)}: {finding.rule} {message}"

    def _odd(self, node: Any, above: tuple[Any, ...]) -> Iterator[tuple[Any, str]]:
        """What YAML allows and JSON does not, and keys that are given twice."""
        if any(node is other for other in above):
            yield node, "holds itself"
        elif isinstance(node, yaml.MappingNode):
            seen: dict[str, int] = {}
            for key, value in node.value:
                if not isinstance(key, yaml.ScalarNode) or not key.tag.endswith(":str"):
                    said = key.value if isinstance(key, yaml.ScalarNode) else "this key"
                    yield key, f"put {said} in quotes: keys are texts"
                elif key.value in seen:
                    yield key, f"{key.value} is there already, on line {seen[key.value]}"
                else:
                    seen[key.value] = key.start_mark.line + 1
                yield from self._odd(value, (*above, node))
        elif isinstance(node, yaml.SequenceNode):
            for item in node.value:
                yield from self._odd(item, (*above, node))
        elif node is not None and not _is_json(node):
            yield node, f"JSON has no such value: put {node.value} in quotes, or write another"


def _is_json(scalar: Any) -> bool:
    return scalar.tag in _JSON_TAGS and scalar.value.lower() not in _SPECIAL_NUMBERS
