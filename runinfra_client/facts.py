# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""What the document says of an operation, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple


class Field(NamedTuple):
    """A parameter of an operation, or a field of its request body.

    Attributes:
        types: JSON types that it may have.
        required: it has to be given.
        nullable: null is among its types.
        enum: its closed set of values, if it has one.
        minimum: least number.
        maximum: greatest number.
        exclusive_minimum: number that it has to exceed.
        exclusive_maximum: number that it has to stay below.
        min_length: least number of characters.
        max_length: most characters.
        min_items: least number of items.
        max_items: most items.
        non_blank: white space alone is not enough.
        min_members: least number of members of a mapping.
        max_members: most members of a mapping.
        unique: no two items are the same.
        multiple_of: what a number has to be a multiple of.
        pattern: a regular expression that a text has to match somewhere.
        item: what every item of a list has to be, where all follow one simple rule; also every member of
            a mapping that has no rule of its own.
        members: what the members of a mapping have to be, where it travels as a parameter.
        scoped_default: value that a client of one pipeline sends when it is left out.
        description: for people.
        place: where it travels.
        format: `date-time`, `date`, `uuid`, `byte` or `binary`, where its text is one.
        file: it may be given as a file, which travels as a `data:` URL.
        deprecated: it is going to be taken away.
        special: it has one of the last three, which is looked at before its type.
        divider: what divides the items, or the members, on the wire, and so can't stand in one of them.
        wire: its name in the body, where that is no keyword.
        media: media type of its parts of a form, where the document names one.
    """

    types: tuple[str, ...]
    required: bool = False
    nullable: bool = False
    enum: tuple[str | int, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: float | None = None
    exclusive_maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_items: int | None = None
    max_items: int | None = None
    non_blank: bool = False
    min_members: int | None = None
    max_members: int | None = None
    unique: bool = False
    multiple_of: float | None = None
    pattern: str = ""
    item: Field | None = None
    members: Mapping[str, Field] = {}
    scoped_default: str | None = None
    description: str = ""
    place: Literal["body", "path", "query", "header"] = "body"
    format: str = ""
    file: bool = False
    deprecated: bool = False
    special: bool = False
    divider: str = ""
    wire: str = ""
    media: str = ""


class StreamSpec(NamedTuple):
    """How an operation streams.

    Attributes:
        event: component that each event's data is.
        assembles: component that the whole stream amounts to; the event's own if that is the last event.
        done_ends: `data: [DONE]` ends the stream; otherwise it means nothing.
        terminal_events: types of the events that end it well.
        error_events: types of the events that end it with an error.
        finish_reason_completes: it is complete when every choice has a finish reason, also without
            `[DONE]`.
    """

    event: str
    assembles: str
    done_ends: bool
    terminal_events: frozenset[str]
    error_events: frozenset[str]
    finish_reason_completes: bool


class Pages(NamedTuple):
    """How an operation gives a long list in pages.

    Attributes:
        items: member of an answer that holds the items.
        next: member of an answer that says where the next page begins; absent or null on the last.
        parameter: keyword that this is given as, to get the next page.
    """

    items: str
    next: str
    parameter: str


class Operation(NamedTuple):
    """An operation.

    Attributes:
        operation_id: its name in the document.
        function: the SDK's method, dotted.
        method: HTTP method.
        path: below the base URL (of the pipeline, where `scope` says so).
        scope: `pipeline` exists on a pipeline's URL only.
        replay: `safe` may be repeated freely, `keyed` with an idempotency key, `never` not at all.
        replay_scope: `workspace` is `never` on a pipeline's URL.
        replay_conservative: unknown outcomes are repeated under the conservative policy too.
        body: kind of the request body.
        response: kind of the answer.
        accept: media types of the answer, as the Accept header names them.
        fields: parameters and fields of the request body, by their keywords.
        required: those that have to be given.
        stream: how it streams, if it does.
        pages: how it gives a long list, if it does.
        own_errors: statuses whose answers have a schema of their own.
        deprecated: it is going to be taken away.
    """

    operation_id: str
    function: str
    method: str
    path: str
    scope: Literal["any", "pipeline"]
    replay: Literal["safe", "keyed", "never"]
    replay_scope: Literal["any", "workspace"]
    replay_conservative: bool
    body: Literal["none", "json", "multipart", "binary"]
    response: Literal["none", "json", "events", "audio", "binary", "text", "json_or_text"]
    accept: str
    fields: Mapping[str, Field]
    required: tuple[str, ...] = ()
    stream: StreamSpec | None = None
    pages: Pages | None = None
    own_errors: frozenset[int] = frozenset()
    deprecated: bool = False
