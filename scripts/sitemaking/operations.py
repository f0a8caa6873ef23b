"""Reference pages of the operations, and of the document's schemas, from the document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from generation.endpoints import wire_to_keyword

from runinfra_client.facts import Operation
from runinfra_client.operations import OPERATIONS
from runinfra_ext import errors
from runinfra_ext._answer.error_mapping import _BY_STATUS
from runinfra_ext._call.signatures import words_of
from runinfra_ext.sandbox.instances import instance
from runinfra_ext.sandbox.mentions import Mentions

Node = Mapping[str, Any]

_LINE: Final = 80  # characters of a value
_REPLAY: Final = {
    "safe": "It changes nothing and costs nothing: it is repeated whatever went wrong.",
    "keyed": (
        "It carries an idempotency key, the same on all attempts, so that even an unknown outcome"
        " is repeated without a second charge; a stream of it only as long as nothing was sent."
    ),
    "never": (
        "Once it was sent it is never repeated, because the gateway keeps no answer of it. An error"
        " says whether the outcome is unknown, and holds the key for a repeat by hand, which is"
        " refused if it was done and charged before."
    ),
}
_SCOPES: Final = {
    "any": "The workspace's URL, and a pipeline's.",
    "workspace": "The workspace's URL only.",
    "pipeline": "A pipeline's URL only: the client needs a `pipeline_id`.",
}
_METHOD: Final = "All of the method's options and its result"
_SPEECH: Final = """\
    sound = client.audio.speech.create(
        model="acme-tts", input="What time is it?", voice="nova", response_format="wav"
    ).content
"""


class Reference:
    """Writes the pages.

    Args:
        document: the OpenAPI document.
    """

    def __init__(self, document: Node) -> None:
        self._document = document

    def pages(self) -> dict[str, str]:
        """The text of each page, by its path."""
        found = {
            f"reference/operations/{facts.function}.md": self._operation(item, facts)
            for item, facts in self._items()
        }
        found["reference/operations/index.md"] = self._list()
        found["reference/document.md"] = self._schemas()
        return found

    def examples(self) -> dict[str, str]:
        """A program for each operation, by the SDK's name of it."""
        return {facts.function: self._program(item, facts) for item, facts in self._items()}

    def _items(self) -> Iterator[tuple[Node, Operation]]:
        for path in self._document["paths"].values():
            for item in path.values():
                if isinstance(item, Mapping) and "operationId" in item:
                    yield item, OPERATIONS[item["operationId"]]

    def _list(self) -> str:
        lines = ["# Operations", "", "| method | what it does | repeated |", "| --- | --- | --- |"]
        for item, facts in self._items():
            link = f"[`client.{facts.function}`]({facts.function}.md)"
            lines.append(f"| {link} | {item['summary']} | {facts.replay} |")
        return (
            "\n".join([*lines, "", *(f"- **{n}**: {text}" for n, text in _REPLAY.items())]) + "\n"
        )

    def _operation(self, item: Node, facts: Operation) -> str:
        replay = item["x-runinfra-replay"]["class"]
        blocks = [
            f"# {facts.function}",
            f"**{item['summary']}.** `{facts.method} {facts.path}`",
            item["description"],
            f"**Repeats** (`{replay}`): {_REPLAY[replay]}",
            f"**Where:** {_SCOPES[facts.scope]}",
            "## Example",
            f"```python\n{self._program(item, facts)}```",
            f"{_METHOD}: [`client.{facts.function}`](../client.md#client.{facts.function}).",
            "## Parameters",
            "\n".join(_parameter(name, field) for name, field in facts.fields.items())
            or "None but those of every call.",
            "## Errors",
            self._errors(item),
            "## What travels",
            *self._bodies(item),
        ]
        return "\n\n".join(blocks) + "\n"

    def _program(self, item: Node, facts: Operation) -> str:
        content = self._open(item.get("requestBody", {})).get("content", {})
        given: dict[str, Any] = {}
        for body in content.values():
            for example in body.get("examples", {}).values():
                given = given or {wire_to_keyword(k): v for k, v in example["value"].items()}
        for name, place in self._places(item):
            if name not in given and name in facts.fields and facts.fields[name].required:
                given[name] = self._sample(place)
        files = {n: "sound" for n, field in facts.fields.items() if field.format == "binary"}
        for name, field in facts.fields.items():
            if field.item and field.item.format == "binary":
                files[name] = "[sound]"
        pipeline = facts.scope == "pipeline"
        if pipeline:
            given, files = {}, {"audio": "sound"}
        arguments = "".join(
            f"        {name}={files.get(name) or _literal(value, '        ')},\n"
            for name, value in given.items()
        ) or "".join(f"        {name}={value},\n" for name, value in files.items())
        lines = ["from runinfra_ext import RunInfra\n", "\nwith RunInfra() as client:\n"]
        lines += [_SPEECH] if files else []
        lines += ['\nwith RunInfra(pipeline_id="pipe_demo") as client:\n'] if pipeline else []
        call = (
            f"client.{facts.function}(\n{arguments}    )"
            if arguments
            else f"client.{facts.function}()"
        )
        return "".join([*lines, f"    result = {call}\n", "    print(result)\n"])

    def _places(self, item: Node) -> Iterator[tuple[str, Node]]:
        """What an operation takes, by the method's names: its parameters, and its body's fields."""
        for parameter in map(self._open, item.get("parameters", ())):
            name = wire_to_keyword(parameter["name"])
            yield name, {"example": parameter.get("example"), **parameter["schema"]}
        for body in self._open(item.get("requestBody", {})).get("content", {}).values():
            for name, member in self._open(body["schema"]).get("properties", {}).items():
                yield wire_to_keyword(name), member

    def _sample(self, place: Node) -> Any:
        """A value of a place whose operation has no example that gives it."""
        if (example := place.get("example")) is not None:
            return example
        schemas = {"schemas": self._document["components"]["schemas"]}
        return instance({**place, "components": schemas}, Mentions([]))

    def _errors(self, item: Node) -> str:
        lines: list[str] = []
        for status, answer in item["responses"].items():
            if status.startswith(("4", "5", "default")):
                opened = self._open(answer)
                told = self._class(status)
                link = f"[`{told}`](../errors.md#runinfra_ext.errors.{told})"
                lines.append(f"- **{status}** {link}: {opened['description']}")
        return "\n".join(lines) or "None of its own."

    def _class(self, status: str) -> str:
        # The table of the SDK itself: the page can't tell another class than is raised.
        if status.isdigit() and int(status) in _BY_STATUS:
            return _BY_STATUS[int(status)].__name__
        server = status.startswith("5")
        return (errors.InternalServerError if server else errors.APIStatusError).__name__

    def _bodies(self, item: Node) -> Iterator[str]:
        request = self._open(item.get("requestBody", {})).get("content", {})
        sides = [("request", request)]
        for status, answer in item["responses"].items():
            if status.startswith("2"):
                sides.append(("answer", self._open(answer).get("content", {})))
        if not any(content for _, content in sides):
            yield "Neither the request nor the answer has a body."
        for title, content in sides:
            for kind, body in content.items():
                schema = self._shown(body.get("schema", {}), "../document.md")
                yield f"The {title} as `{kind}`: {schema}"
                for example in body.get("examples", {}).values():
                    value = example.get("value")
                    if isinstance(value, dict | list):
                        text = json.dumps(value, indent=2, ensure_ascii=False)
                        yield f"```json\n{text}\n```"

    def _schemas(self) -> str:
        info = self._document["info"]
        blocks = [
            "# The OpenAPI document",
            info["description"],
            "The document itself: [runinfra.yaml](../runinfra.yaml), version "
            + info["version"]
            + ". "
            "Its operations have [pages of their own](operations/index.md); these are its schemas.",
        ]
        for name, schema in self._document["components"]["schemas"].items():
            blocks.append(f"## {name} {{ #{name.lower()} }}")
            blocks += list(self._schema(schema))
        return "\n\n".join(blocks) + "\n"

    def _schema(self, schema: Node) -> Iterator[str]:
        if "description" in schema:
            yield schema["description"]
        needed = schema.get("required", ())
        lines = []
        for name, member in schema.get("properties", {}).items():
            told = "required" if name in needed else "optional"
            description = self._open(member).get("description", "")
            lines.append(
                f"- `{name}` ({self._shown(member, '')}, {told}): {description}".rstrip(": ")
            )
        if lines:
            yield "\n".join(lines)
        else:
            yield self._shown(schema, "") or "Anything."

    def _shown(self, schema: Node, page: str) -> str:
        """A schema in a few words."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return f"[{name}]({page}#{name.lower()})"
        for word in ("anyOf", "oneOf", "allOf"):
            if word in schema:
                return (" and " if word == "allOf" else " or ").join(
                    self._shown(each, page) for each in schema[word]
                )
        if "const" in schema:
            return f"`{json.dumps(schema['const'])}`"
        if "enum" in schema:
            return " or ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
        kind = schema.get("type", "anything")
        text = kind if isinstance(kind, str) else " or ".join(kind)
        if "items" in schema:
            text += f" of {self._shown(schema['items'], page)}"
        return text

    def _open(self, node: Node) -> Node:
        while "$ref" in node:
            found: Any = self._document
            for part in str(node["$ref"]).removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node


def _literal(value: Any, indent: str) -> str:
    """A value as people write it in Python; what is long gets a line for each member."""
    flat = _flat(value)
    if len(indent) + len(flat) <= _LINE or not isinstance(value, dict | list) or not value:
        return flat
    inner = f"{indent}    "
    if isinstance(value, list):
        lines = [_literal(each, inner) for each in value]
        return "[\n" + "".join(f"{inner}{line},\n" for line in lines) + f"{indent}]"
    lines = [f"{json.dumps(key)}: {_literal(each, inner)}" for key, each in value.items()]
    return "{\n" + "".join(f"{inner}{line},\n" for line in lines) + f"{indent}}}"


def _flat(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return f"[{', '.join(map(_flat, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)}: {_flat(v)}" for k, v in value.items()) + "}"
    return repr(value)


def _parameter(name: str, field: Any) -> str:
    facts = ["required" if field.required else "optional", " or ".join(field.types)]
    if field.enum:
        facts.append("one of " + ", ".join(f"`{value}`" for value in field.enum))
    bounds = {
        "at least": field.minimum,
        "at most": field.maximum,
        "more than": field.exclusive_minimum,
        "less than": field.exclusive_maximum,
        "at least, in characters:": field.min_length,
        "at most, in characters:": field.max_length,
        "at least, in items:": field.min_items,
        "at most, in items:": field.max_items,
    }
    facts += [f"{word} {bound}" for word, bound in bounds.items() if bound is not None]
    return f"- `{name}` ({', '.join(filter(None, facts))}): {words_of(field)}"
