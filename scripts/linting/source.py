"""The document as text: what it says, on which line it says it, and what YAML itself gets wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml
from generation.document import DocumentError

Where = tuple[str | int, ...]
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT = "tag:yaml.org,2002:str"
_JSON_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("int", "float", "bool", "null")}
_TAGS = {_TEXT, *_JSON_TAGS, *(f"tag:yaml.org,2002:{kind}" for kind in ("map", "seq"))}
# By what it looks like, not by a tag.
_IMPLIED = {f"tag:yaml.org,2002:{kind}" for kind in ("timestamp", "value")}
_MERGE = "tag:yaml.org,2002:merge"
_SPECIAL_NUMBERS = {".inf", "-.inf", "+.inf", ".nan"}  # YAML's
# OpenAPI is written in YAML 1.2, and the reader knows 1.1: values that are the same in both,
_SAME: Final = re.compile(
    r"~?|null|Null|NULL|true|True|TRUE|false|False|FALSE|0x[0-9a-fA-F]+"
    r"|[-+]?(0|[1-9][0-9]*|(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+][0-9]+)?)"
)
# and texts that are numbers in 1.2.
_NUMBER: Final = re.compile(r"0o[0-7]+|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+")
_DEEPEST: Final = 100  # levels
_TOO_DEEP: Final = f"this is nested in more than {_DEEPEST} levels"
_MOST: Final = 300_000  # values, those of an alias counted wherever it stands
_SHORT: Final = 40  # characters of a value that are told


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
        self._root = self._composed(path)
        self._scalars = _LOADER("")
        self._read: dict[int, Any] = {}  # by node, so that aliases share what they name
        self._sizes: dict[int, int] = {}
        self._odd: list[str] = []
        content = self._value(self._root, set())
        if self._odd:
            raise DocumentError("\n".join(self._odd))
        if not isinstance(content, dict) or not isinstance(content.get("paths"), dict):
            raise DocumentError(f"{self.name}:1: not an OpenAPI document (no `paths`)")
        self.document: dict[str, Any] = content

    def _composed(self, path: Path) -> Any:
        """The nodes of a file."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise DocumentError(f"{self.name}: {error.strerror}") from error
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            said = f"expected UTF-8, got the byte 0x{data[error.start]:02x}"
            raise DocumentError(f"{self.name}:{line}: yaml {said}") from error
        try:
            return yaml.compose(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            place = f"{mark.line + 1}:{mark.column + 1}" if mark else "1"
            raise DocumentError(f"{self.name}:{place}: yaml {error.problem}") from error
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            said = f"the character U+{ord(text[error.position]):04X} is not allowed"
            raise DocumentError(f"{self.name}:{line}: yaml {said}") from error
        except RecursionError as error:  # of the reader: it nests as the text does
            raise DocumentError(f"{self.name}:{_deep_line(text)}: yaml {_TOO_DEEP}") from error

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
        if len(above) >= _DEEPEST:
            self._note(node, _TOO_DEEP)
            return None
        above.add(own)
        value: Any
        if node is not None and node.tag not in _TAGS | _IMPLIED:
            self._note(node, f"the tag {_short(node.tag)} is none of JSON's")
            value = None
        elif isinstance(node, yaml.MappingNode):
            value = {}
            lines: dict[str, int] = {}
            for key, item in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    self._note(key, "expected a text as the key")
                elif key.tag == _MERGE:
                    self._note(key, "<<: YAML 1.2 has no merge keys: use $ref or allOf")
                elif key.tag != _TEXT:
                    self._note(key, f"put {_short(key.value)} in quotes: keys are texts")
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
        self._sizes[own] = 1 + sum(self._sizes.get(id(part), 1) for part in _parts(node))
        if self._sizes[own] > _MOST:
            raise DocumentError(
                f"{self.name}:{node.start_mark.line + 1}: yaml the aliases in this amount to more "
                f"than {_MOST} values"
            )
        return value

    def _scalar(self, node: Any) -> Any:
        if node is None or (node.tag == _TEXT and node.style):
            return node and node.value
        said = _short(node.value)
        if node.tag == _TEXT and not _NUMBER.fullmatch(node.value):
            return node.value
        if node.tag in _JSON_TAGS and node.value.lower() not in _SPECIAL_NUMBERS:
            try:
                value = self._scalars.construct_object(node)
            except ValueError:
                pass
            else:
                if _SAME.fullmatch(node.value):
                    return value
        elif node.tag != _TEXT:
            self._note(node, f"JSON has no such value: put {said} in quotes, or write another")
            return None
        message = f"{said} is another value in YAML 1.2: put it in quotes, or write it as JSON does"
        self._note(node, message)
        return None

    def _note(self, node: Any, message: str) -> None:
        self._odd.append(f"{self.name}:{node.start_mark.line + 1}: yaml {message}")


def _short(text: str) -> str:
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}..."


def _parts(node: Any) -> Iterator[Any]:
    """The nodes in a node."""
    if isinstance(node, yaml.MappingNode):
        for pair in node.value:
            yield from pair
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _deep_line(text: str) -> int:
    """The line where a text is nested too deep."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            place: Any = event.start_mark
            return int(place.line) + 1
    return 1
