"""The Responses adapter: over the chat content, as the gateway has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .content import Said, answer, count_tokens, digest, pieces


def chat_request(request: Mapping[str, Any]) -> dict[str, Any]:
    """The chat request that a Responses request stands for."""
    messages: list[dict[str, Any]] = []
    if request.get("instructions"):
        messages.append({"role": "system", "content": request["instructions"]})
    given = request["input"]
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    for item in items:
        if item.get("type") == "function_call_output":
            messages.append({"role": "tool", "content": item["output"]})
        elif item.get("type") != "function_call":
            messages.append({"role": item["role"], "content": item["content"]})
    return {
        **request,
        "messages": messages or [{"role": "user", "content": ""}],
        "max_tokens": request.get("max_output_tokens"),
    }


def response(request: Mapping[str, Any], model: str, created: int) -> dict[str, Any]:
    """The whole response."""
    said = answer(chat_request(request))
    name = digest({key: value for key, value in request.items() if key != "stream"})
    done = said.finish_reason != "length"
    body: dict[str, Any] = {
        "id": f"resp_{name}",
        "object": "response",
        "created_at": created,
        "status": "completed" if done else "incomplete",
        "model": model,
        "output": [_item(said, name, done=done)],
        "usage": usage(request, said),
    }
    if said.text is not None:
        body["output_text"] = said.text
    if not done:
        body["incomplete_details"] = {"reason": "max_output_tokens"}
    return body


def usage(request: Mapping[str, Any], said: Said) -> dict[str, int]:
    """What the call used."""
    prompt = count_tokens(request["input"]) + count_tokens(request.get("instructions", ""))
    spent = count_tokens(said.text or "") + count_tokens(said.tool_calls)
    return {"prompt_tokens": prompt, "completion_tokens": spent, "total_tokens": prompt + spent}


def _item(said: Said, name: str, *, done: bool) -> dict[str, Any]:
    if said.tool_calls:
        call = said.tool_calls[0]
        return {
            "id": f"fc_{name}",
            "type": "function_call",
            "call_id": call["id"],
            "name": call["function"]["name"],
            "arguments": call["function"]["arguments"],
            "status": "completed",
        }
    return {
        "id": f"msg_{name}",
        "type": "message",
        "role": "assistant",
        "status": "completed" if done else "incomplete",
        "content": [{"type": "output_text", "text": said.text, "annotations": []}],
    }


def events(request: Mapping[str, Any], model: str, created: int) -> Iterator[dict[str, Any]]:
    """The events of a streamed response."""
    for number, event in enumerate(_events(request, model, created)):
        yield {"type": event["type"], "sequence_number": number, **event}


def _events(request: Mapping[str, Any], model: str, created: int) -> Iterator[dict[str, Any]]:
    whole = response(request, model, created)
    empty = {
        key: value for key, value in whole.items() if key not in {"output_text", "usage", "output"}
    }
    empty |= {"status": "in_progress", "output": []}
    yield {"type": "response.created", "response": empty}
    yield {"type": "response.in_progress", "response": empty}
    item: dict[str, Any] = whole["output"][0]
    place: dict[str, Any] = {"item_id": item["id"], "output_index": 0}
    begun: dict[str, Any]
    if item["type"] == "function_call":
        begun = {**item, "arguments": "", "status": "in_progress"}
        yield {"type": "response.output_item.added", "output_index": 0, "item": begun}
        for piece in pieces(item["arguments"]):
            yield {"type": "response.function_call_arguments.delta", **place, "delta": piece}
        yield {
            "type": "response.function_call_arguments.done",
            **place,
            "name": item["name"],
            "arguments": item["arguments"],
        }
    else:
        begun = {**item, "content": [], "status": "in_progress"}
        yield {"type": "response.output_item.added", "output_index": 0, "item": begun}
        part = item["content"][0]
        place["content_index"] = 0
        yield {"type": "response.content_part.added", **place, "part": {**part, "text": ""}}
        for piece in pieces(part["text"]):
            yield {
                "type": "response.output_text.delta",
                **place,
                "delta": piece,
                "logprobs": [],
            }
        yield {
            "type": "response.output_text.done",
            **place,
            "text": part["text"],
            "logprobs": [],
        }
        yield {"type": "response.content_part.done", **place, "part": part}
    yield {"type": "response.output_item.done", "output_index": 0, "item": item}
    end = "response.completed" if whole["status"] == "completed" else "response.incomplete"
    yield {"type": end, "response": whole}
