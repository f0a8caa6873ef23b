"""Chat completions, whole and in chunks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .content import Said, answer, digest
from .conversation import check_media, count_tokens, pieces, prompt_tokens
from .outcomes import Context, Refused, Result

MAX_CHOICES: Final = 16  # of a chat completion


def chat(body: Mapping[str, Any], context: Context) -> Result:
    """Chat completion."""
    if (body.get("n") or 1) > MAX_CHOICES:
        raise Refused(400, f"n: at most {MAX_CHOICES} choices.", code="generation_count", param="n")
    check_media(body["messages"], context.model)
    name = f"chatcmpl_{digest(_question(body))}"
    said = [answer(body, choice=index) for index in range(body.get("n") or 1)]
    prompt = prompt_tokens(body["messages"])
    spent = sum(spent_tokens(one) for one in said)
    usage = {"prompt_tokens": prompt, "completion_tokens": spent, "total_tokens": prompt + spent}
    head = {"id": name, "created": context.created, "model": context.model}
    if body.get("stream"):
        options: Mapping[str, Any] = body.get("stream_options") or {}
        shown = usage if options.get("include_usage") else None
        return Result(events=_chunks(head, said, body, shown))
    return Result(
        json={
            **head,
            "object": "chat.completion",
            "choices": [_choice(index, one, body) for index, one in enumerate(said)],
            "usage": usage,
        }
    )


def spent_tokens(said: Said) -> int:
    """Tokens of an answer."""
    texts = [said.text or "", said.refusal or "", said.reasoning or ""]
    calls = [call["function"] for call in said.tool_calls]
    return count_tokens(texts) + count_tokens(calls)


def _question(body: Mapping[str, Any]) -> dict[str, Any]:
    """The request without what only says how the answer travels."""
    return {key: value for key, value in body.items() if not key.startswith("stream")}


def _choice(index: int, said: Said, body: Mapping[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": said.text}
    if said.refusal is not None:
        message["refusal"] = said.refusal
    if said.reasoning is not None:
        message["reasoning_content"] = said.reasoning
    if said.tool_calls:
        message["tool_calls"] = said.tool_calls
    choice = {"index": index, "message": message, "finish_reason": said.finish_reason}
    if body.get("logprobs"):
        choice["logprobs"] = {"content": [_logprob(p, body) for p in pieces(said.text or "")]}
    return choice


def _logprob(piece: str, body: Mapping[str, Any]) -> dict[str, Any]:
    value = -0.25 * (1 + len(piece) % 4)
    others = [
        {"token": f"{piece}~{n}", "logprob": value - n, "bytes": None}
        for n in range(1, (body.get("top_logprobs") or 0) + 1)
    ]
    return {
        "token": piece,
        "logprob": value,
        "bytes": list(piece.encode()),
        "top_logprobs": others,
    }


def _chunks(
    head: Mapping[str, Any], said: list[Said], body: Mapping[str, Any], usage: Any
) -> Iterator[dict[str, Any]]:
    def chunk(choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {**head, "object": "chat.completion.chunk", "choices": choices}

    def piece(index: int, delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        return chunk([{"index": index, "delta": delta, "finish_reason": reason}])

    for index, one in enumerate(said):
        start: dict[str, Any] = {"role": "assistant"}
        start["content"] = "" if one.text is not None else None
        yield piece(index, start)
        for token in pieces(one.reasoning or ""):
            yield piece(index, {"reasoning_content": token})
        for token in pieces(one.refusal or ""):
            yield piece(index, {"refusal": token})
        for number, call in enumerate(one.tool_calls):
            function = {"name": call["function"]["name"], "arguments": ""}
            opening = {"index": number, "id": call["id"], "type": "function", "function": function}
            yield piece(index, {"tool_calls": [opening]})
            for part in pieces(call["function"]["arguments"]):
                more = {"index": number, "function": {"arguments": part}}
                yield piece(index, {"tool_calls": [more]})
        for token in pieces(one.text or ""):
            event = piece(index, {"content": token})
            if body.get("logprobs"):
                event["choices"][0]["logprobs"] = {"content": [_logprob(token, body)]}
            yield event
        yield piece(index, {}, one.finish_reason)
    if usage is not None:
        yield {**chunk([]), "usage": usage}
