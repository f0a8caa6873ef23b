"""The names of ``runinfra_ext.types``: what each is called, and where it is."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from .methods import call_type, pipeline_call, stream_alias
from .nested import Richer

# Names of hand-written modules, by module.
_WRITTEN: Final[Mapping[str, tuple[str, ...]]] = {
    "runinfra_client.types": ("BinaryFile", "FileData", "FileInput"),
    "runinfra_ext._answer.results": (
        "BinaryContent",
        "TextResult",
    ),
    "runinfra_ext._answer.raw": ("RawResponse",),
    "runinfra_ext._async.at_hand": ("AsyncCall",),
    "runinfra_ext._async.binary": ("AsyncBinaryStream",),
    "runinfra_ext._async.events": ("AsyncParsedResponseStream", "AsyncParsedStream"),
    "runinfra_ext._async.pages": ("AsyncPages",),
    "runinfra_ext._async.speech": ("AsyncSpeechStream",),
    "runinfra_ext._async.tool_loop": ("AsyncToolStream",),
    "runinfra_ext._async.stream": ("AsyncStream",),
    "runinfra_ext._call.options": (
        "CallOptions",
        "ClientOptions",
        "HTTPClient",
        "JsonCallOptions",
        "RequestOptions",
        "UploadCallOptions",
    ),
    "runinfra_ext._call.retry": ("ReplayPolicy", "RetryQuota"),
    "runinfra_ext._call.scope": ("Pipeline", "Workspace"),
    "runinfra_ext._ground.error_fields": ("FailedAttempt", "Phase"),
    "runinfra_ext._ground.limits": ("Timeout",),
    "runinfra_ext._ground.metadata": ("Meta", "RateLimit"),
    "runinfra_ext._media.formats": ("AudioFormat",),
    "runinfra_ext._media.speech": ("SpeechAudio",),
    "runinfra_ext._media.pictures": ("FetchOptions",),
    "runinfra_ext._sync.binary": ("BinaryStream",),
    "runinfra_ext._sync.events": ("ParsedResponseStream", "ParsedStream"),
    "runinfra_ext._sync.pages": ("Pages",),
    "runinfra_ext._sync.speech": ("SpeechStream",),
    "runinfra_ext._sync.tool_loop": ("ToolStream",),
    "runinfra_ext._sync.stream": ("Stream",),
}


# Public modules whose classes are here too.
_MODULES: Final = ("hooks", "structured", "tools", "webhooks")


def written() -> set[str]:
    """The names of classes that are no model's, and no type of a call."""
    return {name for names in _WRITTEN.values() for name in names}


def public_types(
    package: Path,
    rows: Iterable[Mapping[str, Any]],
    models: Iterable[str],
    definitions: Iterable[Mapping[str, Any]],
    unions: Iterable[Mapping[str, Any]],
    richer: Richer,
) -> list[tuple[str, str]]:
    """Each name with its module; one class for one thing, so a richer one hides the plain one."""
    found = dict.fromkeys(models, "runinfra_client.models")
    found |= {item["name"]: "runinfra_client.params" for item in definitions}
    found |= {union["name"]: "runinfra_client.unions" for union in unions}
    for row in rows:
        if row["members"]:
            module = f"runinfra_client.api.{row['tag']}.{row['module']}"
            found[f"{row['base']}Params"] = module
        if call_type(row).startswith(row["base"]):
            space = row["function"].partition(".")[0]
            found[call_type(row)] = f"runinfra_ext._call.calls.{space}"
            if any(member.scoped for member in row["members"]):
                found[pipeline_call(call_type(row))] = f"runinfra_ext._call.calls.{space}"
        if row["stream"]:
            found[stream_alias(row)] = "runinfra_ext._async.stream_types"
            found[stream_alias(row).removeprefix("Async")] = "runinfra_ext._sync.stream_types"
    found |= {name: f"runinfra_ext._answer.{module}" for name, module in richer.written.items()}
    ours = [row["name"] for row in (*richer.nested, *richer.unions.values())]
    found |= dict.fromkeys(ours, "runinfra_ext._answer.nested")
    for module, names in _WRITTEN.items():
        found |= dict.fromkeys(names, module)
    for name in _MODULES:
        for public in listed(package / f"{name}.py"):
            if public[0].isupper() and not public.isupper():
                found[public] = f"runinfra_ext.{name}"
    return sorted(found.items())


def listed(path: Path) -> list[str]:
    """The names in a module's ``__all__``; of a module without one those of its public classes."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    classes = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    return [name for name in classes if not name.startswith("_")]
