"""Tool calls, put together from their fragments whatever the index does.

The standard says: each call has an ``index``, its first fragment has ``id`` and name, the others
add to ``arguments``. Engines differ: the index is null, missing, the same for all calls, or not
counted from zero; ids are repeated on every fragment, made up anew for each, or missing; the
arguments are an object; the whole call is repeated at the end; several calls share an id. What
decides here, in this order: an id that is known belongs to that call, unless both are whole and
differ; a new id *with* a name begins a call; a name after complete arguments begins a call;
otherwise the fragment belongs to the call of its index, and without an index to the last call.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from .._ground.json_codec import decode, is_object
from .assembly import Room, merge, object_of, place

# With these the engine itself says that all calls are whole, even one with odd arguments.
WHOLE_REASONS: Final = frozenset({"tool_calls", "stop", "function_call"})
# With these it has stopped in the middle, so that the last call may be half.
CUT_REASONS: Final = ("length", "content_filter")

_PIECES: Final = frozenset({"input", "arguments"})  # of a call that is no function's


class PartialToolCall:
    """One call as far as it has come."""

    __slots__ = ("extra", "function_extra", "id", "kind", "name", "pieces")

    def __init__(self) -> None:
        self.id = ""
        self.kind = "function"
        self.name = ""
        self.pieces: list[str] = []
        self.extra: dict[str, Any] = {}
        self.function_extra: dict[str, Any] = {}

    @property
    def arguments(self) -> str:
        """The JSON text so far."""
        if len(self.pieces) > 1:
            self.pieces = ["".join(self.pieces)]
        return self.pieces[0] if self.pieces else ""

    @property
    def complete(self) -> bool:
        """Whether the arguments are a whole JSON object, which can't go on."""
        return is_whole(self.arguments)


class ToolCallAssembly:
    """The tool calls of one message.

    Args:
        room: for those that begin; none: for any number.
    """

    __slots__ = ("_by_id", "_by_index", "_calls", "_room")

    def __init__(self, room: Room | None = None) -> None:
        self._room = room or Room(math.inf)
        self._calls: list[PartialToolCall] = []
        self._by_index: dict[int, PartialToolCall] = {}
        self._by_id: dict[str, PartialToolCall] = {}

    def __bool__(self) -> bool:
        return bool(self._calls)

    def add(self, fragments: Sequence[Any]) -> bool:
        """Take the ``tool_calls`` of one delta; whether there was anything in them."""
        for fragment in fragments:
            if isinstance(fragment, Mapping):
                self._add(fragment)  # pyright: ignore[reportUnknownArgumentType] - decoded JSON
        return bool(fragments)

    def as_dicts(
        self, *, choice: int, finish_reason: str | None, whole: bool
    ) -> list[dict[str, Any]]:
        """The calls as they stand in a message that was not streamed.

        Args:
            choice: index of the choice, for the ids that an engine left out.
            finish_reason: of the choice, if it is there.
            whole: all calls, as the engine would report them; else those that are complete.
        """
        sure = whole or finish_reason in WHOLE_REASONS
        # Cut before its first argument byte, a call looks as one that has none.
        ended = finish_reason and finish_reason not in CUT_REASONS
        return [
            _as_dict(call, f"call_{choice}_{position}")
            for position, call in enumerate(self._calls)
            if sure or call.complete or (ended and not call.arguments)
        ]

    def _add(self, fragment: Mapping[str, Any]) -> None:
        function = fragment.get("function")
        if not isinstance(function, Mapping):
            function = {}
        call_id, name = _text(fragment.get("id")), _text(function.get("name"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - decoded JSON
        call = self._find(fragment.get("index"), call_id, name, function.get("arguments"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - decoded JSON
        if call_id and not call.id:
            call.id = call_id
            self._by_id[call_id] = call
        if name and name != call.name and not call.pieces:
            call.name += name
        _add_arguments(call, function.get("arguments"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - decoded JSON
        call.kind = _text(fragment.get("type")) or call.kind
        for key, value in fragment.items():
            if key not in {"index", "id", "type", "function"}:
                _add_extra(call.extra, key, value)
        for key, value in function.items():  # pyright: ignore[reportUnknownVariableType] - decoded JSON
            if key not in {"name", "arguments"}:
                merge(call.function_extra, key, value)  # pyright: ignore[reportUnknownArgumentType] - decoded JSON

    def _find(self, index: object, call_id: str, name: str, given: object) -> PartialToolCall:
        """The call that a fragment belongs to; a new one if it begins one."""
        known = self._by_id.get(call_id) if call_id else None
        if known is not None and not (name and _is_another(known, name, given)):
            return known
        key = index if isinstance(index, int) and not isinstance(index, bool) else None
        call = self._by_index.get(key) if key is not None else self._last()
        begins = (
            call is None
            or (call_id and name and call.id)
            or (name and call.pieces and (name != call.name or call.complete))
        )
        if call is None or begins:
            self._room.take()
            call = PartialToolCall()
            self._calls.append(call)
            if key is not None:
                self._by_index[key] = call
        return call

    def _last(self) -> PartialToolCall | None:
        return self._calls[-1] if self._calls else None


def with_standard_calls(completion: Mapping[str, Any]) -> Mapping[str, Any]:
    """A completion that was not streamed, its tool calls read as those of a stream.

    What is in the standard's form already stays as it came.
    """
    given: Any = completion.get("choices")
    if not isinstance(given, list):
        return completion
    choices = [_with_standard_calls(choice) for choice in given]  # pyright: ignore[reportUnknownVariableType] - decoded JSON
    return completion if choices == given else {**completion, "choices": choices}


def _with_standard_calls(choice: Any) -> Any:
    message = object_of(object_of(choice).get("message"))
    calls: Any = message.get("tool_calls")
    if not isinstance(calls, list) or not calls:
        return choice
    assembly = ToolCallAssembly()
    for position, call in enumerate(calls):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - decoded JSON
        # They have their places, whatever their own index says.
        assembly.add([{**call, "index": position}] if isinstance(call, dict) else ())
    index = place(choice.get("index"), 0)
    read = assembly.as_dicts(choice=index, finish_reason=None, whole=True)
    plain = [{k: v for k, v in object_of(call).items() if k != "index"} for call in calls]  # pyright: ignore[reportUnknownVariableType] - decoded JSON
    return choice if read == plain else {**choice, "message": {**message, "tool_calls": read}}


def is_whole(text: object) -> bool:
    """Whether this is the text of a whole JSON object."""
    if not isinstance(text, str) or not text.rstrip().endswith("}"):
        return False
    try:
        return isinstance(decode(text), dict)
    except ValueError:
        return False


def _is_another(call: PartialToolCall, name: str, arguments: Any) -> bool:
    """Whether a whole call has the id of one that is whole already, and is not the same again."""
    if not (is_object(arguments) or is_whole(arguments)) or not call.complete:
        return False
    return name != call.name or not _is_again(call, arguments)


def _is_again(call: PartialToolCall, arguments: object) -> bool:
    given = decode(arguments) if isinstance(arguments, str) else arguments
    return bool(given == decode(call.arguments))


def _add_arguments(call: PartialToolCall, arguments: object) -> None:
    if isinstance(arguments, str):
        # Behind a whole object nothing can follow: what is there again is the call repeated.
        again = is_whole(arguments) and call.complete and _is_again(call, arguments)
        if arguments and not again:
            call.pieces.append(arguments)
    elif arguments is not None:
        # Some engines send the object itself; the result promises JSON text (of what is none of
        # both too: else the call would look as one without arguments). The tolerant writer,
        # because what a model makes up may hold NaN or half a surrogate pair.
        call.pieces = [json.dumps(arguments, ensure_ascii=False)]


def _add_extra(extra: dict[str, Any], key: str, value: Any) -> None:
    """Take a field that has no rule of its own; a call of another kind has its texts in pieces."""
    known = extra.get(key)
    if not isinstance(value, dict) or not isinstance(known, dict):
        merge(extra, key, value)
        return
    joined = object_of(known).copy()
    for name, piece in object_of(value).items():
        if name in _PIECES and isinstance(piece, str) and isinstance(joined.get(name), str):
            joined[name] += piece
        else:
            merge(joined, name, piece)
    extra[key] = joined


def _as_dict(call: PartialToolCall, spare_id: str) -> dict[str, Any]:
    return {
        **call.extra,
        # Without an id its result could not be given back.
        "id": call.id or spare_id,
        "type": call.kind,
        "function": {**call.function_extra, "name": call.name, "arguments": call.arguments},
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
