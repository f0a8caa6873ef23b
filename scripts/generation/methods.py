"""The SDK's namespaces and methods, from the names that the document gives them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from .document import Schemas, name_of
from .facts import pascal
from .nested import Richer

_RETURNED: Final = {
    "none": "None",
    "audio": "types.SpeechAudio",
    "binary": "types.BinaryContent",
    "text": "types.TextResult",
}
# The call options of the operations with a body of a kind.
_OPTIONS = {
    "json": "JsonCallOptions",
    "multipart": "UploadCallOptions",
    "binary": "UploadCallOptions",
}


def namespaces(
    rows: Iterable[Mapping[str, Any]], document: Mapping[str, Any], mixins: Mapping[str, set[str]]
) -> list[dict[str, Any]]:
    """One entry for each namespace of the client, with its classes from the innermost out.

    Args:
        rows: of the operations.
        document: for the descriptions of tags.
        mixins: the hand-written classes and the methods that each has.
    """
    tags = {tag["name"].lower(): tag.get("description", "") for tag in document.get("tags", ())}
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        *path, name = row["function"].split(".")
        space = found.setdefault(
            path[0],
            {"name": path[0], "doc": tags.get(row["tag"].replace("_", " "), ""), "classes": {}},
        )
        for depth in range(len(path), 0, -1):
            part = tuple(path[:depth])
            class_ = space["classes"].setdefault(part, _class(part, mixins, space["doc"]))
            if depth < len(path):
                class_["children"].setdefault(path[depth], pascal("_".join(path[: depth + 1])))
        own = space["classes"][tuple(path)]
        if name not in own["by_hand"]:
            own["methods"].append(method(row, name))
    for space in found.values():
        ordered = sorted(space["classes"].values(), key=lambda c: (-len(c["path"]), c["path"]))
        space["classes"] = ordered
        space["uses"] = [m for c in ordered for m in c["methods"]]
    return list(found.values())


def _class(path: tuple[str, ...], mixins: Mapping[str, set[str]], doc: str) -> dict[str, Any]:
    name = pascal("_".join(path))
    mixin = f"Async{name}Methods"
    return {
        "path": path,
        "name": name,
        "mixin": mixin if mixin in mixins else "",
        "by_hand": mixins.get(mixin, set()),
        "children": {},
        "methods": [],
        "doc": doc,
    }


def method(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What the template of the resources prints of an operation."""
    kind = row["response"]
    stream = "stream" if name == "create" else f"stream_{name}"
    return {
        "name": name,
        "row": row,
        "kind": "streamed" if row["stream"] and kind == "json" else kind,
        "stream_name": stream,
        "returns": row["result_type"],
        "call": call_type(row),
        "extra": [m for m in row["explicit"] if m.name != "stream" and m.name not in row["files"]],
    }


def call_type(row: Mapping[str, Any]) -> str:
    """The type of the keyword arguments."""
    if row["members"] or row["files"]:
        return f"{row['base']}Call"
    return _OPTIONS.get(row["body"], "CallOptions")


def pipeline_call(call: str) -> str:
    """The type of the keyword arguments for clients of one pipeline, by that of all others."""
    return f"{call.removesuffix('Call')}PipelineCall"


def stream_alias(row: Mapping[str, Any]) -> str:
    """The name of the stream of an operation."""
    return f"Async{row['stream']['assembles']}Stream"


def call_options(row: Mapping[str, Any]) -> str:
    """The call options of an operation."""
    return _OPTIONS.get(row["body"], "CallOptions")


def hand_written(folder: Path) -> dict[str, tuple[str, set[str]]]:
    """The mixins: name of the class -> its module, and the methods in it."""
    found: dict[str, tuple[str, set[str]]] = {}
    for path in sorted(folder.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and node.name.endswith("Methods"):
                methods = {
                    part.name
                    for part in node.body
                    if isinstance(part, ast.AsyncFunctionDef | ast.FunctionDef)
                }
                found[node.name] = (path.stem, methods)
    return found


def complete(found: dict[str, Any], document: Mapping[str, Any], richer: Richer) -> None:
    """Add the types that a method returns."""
    row, schemas = found["row"], Schemas(document)
    kind = found["kind"]
    found["suffix"] = ""
    found["returns_doc"] = "Nothing." if kind == "none" else row["answer_doc"]
    if kind in _RETURNED:
        found["result"] = _RETURNED[kind]
    else:
        text = re.sub(r"\bstr\b", "types.TextResult", row["result_type"])
        found["result"] = re.sub(r"models\.(\w+)", lambda m: _shown(m[1], richer), text)
        # No method is called with an underscore, so none hides the module of a class.
        found["made"] = re.sub(r"models\.(\w+)", lambda m: f"_{richer.name(m[1])}", text)
    if found["event"] is not None:
        event = found["event"]["name"]
        if not found["event"]["union"]:
            event = richer.name(event)
        whole = row["stream"]["assembles"]
        final = richer.name(whole)
        if whole == row["stream"]["event"]:
            final = event
        found["stream_type"] = f"types.{stream_alias(row)}"
        found["stream"] = {
            "name": stream_alias(row),
            "type": f"AsyncStream[{event}, {final}]",
            "union": found["event"]["name"] if found["event"]["union"] else "",
            "richer": found["event"]["name"] in richer.unions,
            "doc": f"The events of ``{row['function']}``.",
        }
        if kind == "events":
            found["result"] = found["stream_type"]
    if row["pages"]:
        found["item"] = _item(schemas, row, richer)


def _shown(model: str, richer: Richer) -> str:
    """A model as annotations name it: as users do, where there is a richer class."""
    return f"types.{model}" if model in richer else f"models.{model}"


def _item(schemas: Schemas, row: Mapping[str, Any], richer: Richer) -> str:
    page = schemas.all.get(row["result_type"].removeprefix("models."), {})
    items = schemas.resolve(page.get("properties", {}).get(row["pages"]["items"], {}))
    for part in schemas.alternatives(items):
        if "$ref" in part.get("items", {}):
            return _shown(name_of(part["items"]["$ref"]), richer)
    return "Any"
