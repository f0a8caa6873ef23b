"""What ``help()`` and ``inspect.signature`` show of a method: the document's own parameters.

Methods take ``**params: Unpack[...]``; this decorator replaces that in the run-time signature by
the real keyword arguments, and appends their descriptions to the docstring.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from typing import Any, Final, ParamSpec, TypeVar

from runinfra_client.facts import Field, Operation

from .arguments import option_names

P = ParamSpec("P")
R = TypeVar("R")

_TYPES: Final = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "array": "Sequence",
    "object": "Mapping",
}
_FORMATS: Final = {
    "date-time": "datetime | str",
    "date": "date | str",
    "uuid": "UUID | str",
    "byte": "bytes | str",
    "binary": "FileInput",
}
_FILE: Final = "a path, bytes, a binary file object, or ``(filename, data[, content_type])``"
_OPTIONS: Final = {
    "idempotency_key": ("str", "Names this piece of work; made by the client if left out."),
    "client_request_id": ("str", "Your own id for logs, the same on all attempts."),
    "timeout": ("float | Timeout", "Seconds of silence allowed in each attempt."),
    "deadline": ("float", "Seconds for the whole call."),
    "max_retries": ("int", "How many attempts may follow a failed first one."),
    "extra_headers": ("Mapping[str, str]", "More request headers."),
    "idle_timeout": ("float", "Seconds without any byte on a stream."),
    "progress_timeout": ("float", "Seconds without any content on a stream."),
    "allow_truncated": ("bool", "Take a stream without its terminal marker for complete."),
    "retry_streams": ("bool", "Repeat a stream that was refused before its first event."),
    "extra_body": ("Mapping[str, Any]", "More members of the JSON body."),
    "on_progress": ("Callable[[int, int], object]", "Told the bytes sent so far, and all of them."),
}


def documented(
    operation: Operation, *, without: Collection[str] = ()
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Give a method the signature and the argument list of an operation.

    Args:
        operation: whose parameters they are.
        without: those that the method sets itself, and refuses.
    """

    def decorate(method: Callable[P, R]) -> Callable[P, R]:
        own = inspect.signature(method)
        named = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD]
        taken = {p.name for p in named}
        lines: list[str] = []
        parameters = list(named)
        for name, field in operation.fields.items():
            if name in without:
                continue
            if name not in taken:
                parameters.append(_parameter(name, _annotation(field), field.required))
            note = "Deprecated. " if field.deprecated else ""
            lines.append(f"    {name}: {note}{words_of(field)}")
        for name in option_names(operation):
            if name in taken:
                continue
            kind, text = _OPTIONS[name]
            parameters.append(_parameter(name, kind, required=False))
            lines.append(f"    {name}: {text}")
        described: Any = method
        described.opens = operation.response == "events"  # whether it is told so or not
        described.__signature__ = own.replace(parameters=parameters)
        described.__doc__ = _with_arguments(inspect.getdoc(method) or "", lines)
        return method

    return decorate


def words_of(field: Field) -> str:
    """What the document says of an argument, and which forms of a file are taken."""
    item = field.item or field
    if field.file:
        taken = "Or a path, or bytes: they are sent as a data URL."
    elif item.format == "binary":
        taken = f"{'Each' if field.item else 'Taken as'} {_FILE}."
    else:
        return field.description
    return f"{field.description.removesuffix('.')}. {taken}".removeprefix(". ")


def _parameter(name: str, annotation: str, required: bool) -> inspect.Parameter:  # noqa: FBT001 - private; a fact, not a switch
    default = inspect.Parameter.empty if required else None
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=annotation if required else f"{annotation} | None",
    )


def _annotation(field: Field) -> str:
    if field.file:
        return "str | PathLike[str] | bytes"
    if field.item is not None and field.item.format in _FORMATS:
        return f"Sequence[{_FORMATS[field.item.format]}]"
    if field.format in _FORMATS:
        return _FORMATS[field.format]
    if field.enum is not None:
        return f"Literal[{', '.join(map(repr, field.enum))}]"
    return " | ".join(_TYPES[kind] for kind in field.types if kind != "null") or "Any"


def _with_arguments(doc: str, lines: list[str]) -> str:
    """Put the list behind the method's own, or before what it returns and raises."""
    listing = "Args:\n" + "\n".join(lines)
    before, own, after = doc.partition("\nArgs:\n")
    if own:
        described, _, rest = after.partition("\n\n")
        return f"{before}{own}{described}\n" + "\n".join(lines) + (f"\n\n{rest}" if rest else "")
    head, mark, tail = doc.partition("\nReturns:")
    if not mark:
        head, mark, tail = doc.partition("\nRaises:")
    return f"{head}\n{listing}\n{mark}{tail}" if mark else f"{doc}\n\n{listing}"
