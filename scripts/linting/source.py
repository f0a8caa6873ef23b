"""The document as text: what it says, on which line it says it, and what YAML itself gets wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import yaml
from generation.document import DocumentError

Where = tuple[str | int, ...]
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT = "tag:yaml.org,2002:str"
_JSON_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "bool", "null")}
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
        self._scalars = _LOADER("")
        self._read: dict[int, Any] = {}  # by node, so that aliases share what they name
        self._odd: list[str] = []
        content = self._value(self._root, set())
        if self._odd:
            raise DocumentError("\n".join(self._odd))
        if not isinstance(content, dict) or not isinstance(content.get("paths"), dict):
            raise DocumentError(f"{self.name}:1: not an OpenAPI document (no `paths`)")
        self.document: dict[str, Any] = content

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

    def _value(self, node: Any, above: set[int]) -> Any:
        """What a node says; what YAML allows and JSON does not is noted, and keys given twice."""
        own = id(node)
        if own in self._read:
            return self._read[own]
        if own in above:
            self._note(node, "holds itself")
            return None
        above.add(own)
        value: Any
        if isinstance(node, yaml.MappingNode):
            value = {}
            lines: dict[str, int] = {}
            for key, item in node.value:
                if not isinstance(key, yaml.ScalarNode) or key.tag != _TEXT:
                    said = key.value if isinstance(key, yaml.ScalarNode) else "this key"
                    self._note(key, f"put {said} in quotes: keys are texts")
                elif key.value in lines:
                    first = lines[key.value]
                    self._note(key, f"{key.value} is there already, on line {first}")
                else:
                    lines[key.value] = key.start_mark.line + 1
                    value[key.value] = self._value(item, above)
        elif isinstance(node, yaml.SequenceNode):
            value = [self._value(item, above) for item in node.value]
        else:
            value = self._scalar(node)
        above.discard(own)
        self._read[own] = value
        return value

    def _scalar(self, node: Any) -> Any:
        if node is None or node.tag == _TEXT:
            return node and node.value
        if node.tag in _JSON_TAGS and node.value.lower() not in _SPECIAL_NUMBERS:
            try:
                return self._scalars.construct_object(node)
            except ValueError:
                pass
        self._note(node, f"JSON has no such value: put {node.value} in quotes, or write another")
        return None

    def _note(self, node: Any, message: str) -> None:
        self._odd.append(f"{self.name}:{node.start_mark.line + 1}: yaml {message}")
