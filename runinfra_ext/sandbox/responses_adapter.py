"""The Responses adapter: over the chat content, as the gateway has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .chat import spent_tokens
from .content import Said, answer, digest
from .conversation import check_media, count_tokens, pieces, prompt_tokens
from .outcomes import Context, Refused
from .shapes import is_array, is_mapping

# What the answer tells of its request, as OpenAI's clients expect it.
_ECHOED: Final = ("instructions", "max_output_tokens", "temperature", "top_p")
_STATES: Final = ("output_text", "usage", "output", "incomplete_details")


def chat_request(request: Mapping[str, Any]) -> dict[str, Any]:
    """The chat request that a Responses request stands for."""
    messages: list[dict[str, Any]] = []
    if request.get("instructions"):
        messages.append({"role": "system", "content": request["instructions"]})
    given = request["input"]
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    for item in items:
        message = _message(item)
        if message is not None:
            messages.append(message)
    text: Mapping[str, Any] = request.get("text") or {}
    tools: list[Mapping[str, Any]] = request.get("tools") or []
    choice: Any = request.get("tool_choice")
    if is_mapping(choice) and "function" not in choice:
        choice = {"type": "function", "function": {"name": choice["name"]}}
    return {
        **request,
        "messages": messages or [{"role": "user", "content": ""}],
        "max_tokens": request.get("max_output_tokens"),
        "tools": [_nested(tool) for tool in tools],
        "tool_choice": choice,
        "response_format": _chat_form(request.get("response_format") or text.get("format")),
    }


def _message(item: Mapping[str, Any]) -> dict[str, Any] | None:
    """The message that an item of the input stands for; thoughts stand for none."""
    kind = item.get("type")
    if kind == "function_call_output":
        return {"role": "tool", "tool_call_id": item["call_id"], "content": item["output"]}
    if kind == "function_call":
        function = {"name": item["name"], "arguments": item["arguments"]}
        call = {"id": item["call_id"], "type": "function", "function": function}
        return {"role": "assistant", "content": None, "tool_calls": [call]}
    if kind == "reasoning":
        return None
    return {"role": item["role"], "content": item["content"]}


def _nested(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    """A tool in the chat shape."""
    if "function" in tool:
        return tool
    return {"type": "function", "function": {k: v for k, v in tool.items() if k != "type"}}


def _chat_form(form: Any) -> Any:
    if is_mapping(form) and form.get("type") == "json_schema" and "json_schema" not in form:
        return {"type": "json_schema", "json_schema": form}
    return form


def response(request: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """The whole response.

    Raises:
        Refused: 400, as for chat; with the names that this request has for its fields.
    """
    chat = chat_request(request)
    try:
        check_media(chat["messages"], context.model)
        said = answer(chat)
    except Refused as refused:
        error: dict[str, Any] = refused.body["error"]
        error["param"] = _own_place(request, error["param"])
        raise
    name = digest({key: value for key, value in request.items() if key != "stream"})
    done = said.finish_reason != "length"
    body: dict[str, Any] = {
        "id": f"resp_{name}",
        "object": "response",
        "created_at": context.created,
        "status": "completed" if done else "incomplete",
        "model": context.model,
        "output": list(_items(said, name, done=done)),
        "error": None,
        "incomplete_details": None if done else {"reason": "max_output_tokens"},
        **{key: request.get(key) for key in _ECHOED},
        "parallel_tool_calls": request.get("parallel_tool_calls") is not False,
        "tool_choice": request.get("tool_choice") or "auto",
        "tools": [_flat(tool) for tool in chat["tools"]],
        "text": {"format": _flat_form(chat["response_format"])},
        "metadata": {},
        "usage": usage(chat, said),
    }
    if said.text is not None:
        body["output_text"] = said.text
    return body


def _own_place(request: Mapping[str, Any], place: str | None) -> str | None:
    """A field of the chat request by the name that it has in this one."""
    if place is None:
        return None
    if place.startswith("messages."):
        first = 1 if request.get("instructions") else 0
        _, number, rest = place.split(".", 2)
        return f"input.{int(number) - first}.{rest}"
    if place.startswith("response_format.") and not request.get("response_format"):
        return place.replace("response_format.json_schema", "text.format")
    if place.startswith("tools."):
        tool: Mapping[str, Any] = request["tools"][int(place.split(".")[1])]
        return place if "function" in tool else place.replace("function.", "")
    return place


def _flat(tool: Mapping[str, Any]) -> dict[str, Any]:
    return {"parameters": None, "strict": None, **tool["function"], "type": "function"}


def _flat_form(form: Any) -> dict[str, Any]:
    if not is_mapping(form):
        return {"type": "text"}
    return {"type": form["type"], **form.get("json_schema", {})}


def usage(chat: Mapping[str, Any], said: Said) -> dict[str, Any]:
    """What the call used, in both families of names."""
    prompt, spent = prompt_tokens(chat["messages"]), spent_tokens(said)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": spent,
        "input_tokens": prompt,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": spent,
        "output_tokens_details": {"reasoning_tokens": count_tokens(said.reasoning or "")},
        "total_tokens": prompt + spent,
    }


def _items(said: Said, name: str, *, done: bool) -> Iterator[dict[str, Any]]:
    if said.reasoning is not None:
        yield {
            "id": f"rs_{name}",
            "type": "reasoning",
            "summary": [{"type": "summary_text", "text": said.reasoning}],
            "status": "completed",
        }
    if said.text is not None or said.refusal is not None:
        part: dict[str, Any] = {"type": "refusal", "refusal": said.refusal}
        if said.refusal is None:
            part = {"type": "output_text", "text": said.text, "annotations": [], "logprobs": []}
        yield {
            "id": f"msg_{name}",
            "type": "message",
            "role": "assistant",
            "status": "completed" if done else "incomplete",
            "content": [part],
        }
    for number, call in enumerate(said.tool_calls):
        yield {
            "id": f"fc_{name}" + (f"_{number}" if number else ""),
            "type": "function_call",
            "call_id": call["id"],
            "name": call["function"]["name"],
            "arguments": call["function"]["arguments"],
            "status": "completed",
        }


def events(whole: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The events of a streamed response, numbered."""
    for number, event in enumerate(_events(whole)):
        yield {"type": event["type"], "sequence_number": number, **event}


def _events(whole: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    empty = {key: value for key, value in whole.items() if key not in _STATES}
    empty |= {"status": "in_progress", "output": [], "incomplete_details": None, "usage": None}
    yield {"type": "response.created", "response": empty}
    yield {"type": "response.in_progress", "response": empty}
    for number, item in enumerate(whole["output"]):
        begun = {**item, "status": "in_progress", **_BEGINNINGS[item["type"]]}
        yield {"type": "response.output_item.added", "output_index": number, "item": begun}
        place: dict[str, Any] = {"item_id": item["id"], "output_index": number}
        if item["type"] == "function_call":
            yield from _call_events(item, place)
        for index, part in enumerate(_parts(item)):
            yield from _part_events(part, place, index)
        yield {"type": "response.output_item.done", "output_index": number, "item": item}
    end = "response.completed" if whole["status"] == "completed" else "response.incomplete"
    yield {"type": end, "response": whole}


# What an item has nothing of yet when it is added.
_BEGINNINGS: Final[Mapping[str, Mapping[str, Any]]] = {
    "function_call": {"arguments": ""},
    "message": {"content": []},
    "reasoning": {"summary": []},
}


def _parts(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    parts: Any = item.get("content") or item.get("summary")
    return parts if is_array(parts) else []


def _call_events(item: Mapping[str, Any], place: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for piece in pieces(item["arguments"]):
        yield {"type": "response.function_call_arguments.delta", **place, "delta": piece}
    yield {
        "type": "response.function_call_arguments.done",
        **place,
        "name": item["name"],
        "arguments": item["arguments"],
    }


# Kind of a part -> its field, the names of its events and of its index, and what these add.
_PART_EVENTS: Final[Mapping[str, tuple[str, str, str, str, Mapping[str, Any]]]] = {
    "output_text": ("text", "content_part", "output_text", "content_index", {"logprobs": []}),
    "refusal": ("refusal", "content_part", "refusal", "content_index", {}),
    "summary_text": (
        "text",
        "reasoning_summary_part",
        "reasoning_summary_text",
        "summary_index",
        {},
    ),
}


def _part_events(
    part: Mapping[str, Any], place: Mapping[str, Any], index: int
) -> Iterator[dict[str, Any]]:
    field, outer, inner, counter, more = _PART_EVENTS[part["type"]]
    where = {**place, counter: index}
    yield {"type": f"response.{outer}.added", **where, "part": {**part, field: ""}}
    for piece in pieces(part[field]):
        yield {"type": f"response.{inner}.delta", **where, "delta": piece, **more}
    yield {"type": f"response.{inner}.done", **where, field: part[field], **more}
    yield {"type": f"response.{outer}.done", **where, "part": part}
