"""Forms of answers that engines behind the gateway have of their own, brought to the document's.

Pure. What is not known is left as it is, for the model to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from .._ground.json_codec import is_object, is_sequence
from ..errors import ResponseShapeError


def adapted(operation_id: str, content: Any) -> Any:
    """The decoded answer of an operation, in the document's form."""
    adapt = _FORMS.get(operation_id)
    return content if adapt is None else adapt(content)


def _rerank(content: Any) -> Any:
    """TEI and llama-server send a bare list; vLLM, Jina and Cohere call a score otherwise."""
    whole: dict[str, Any] = content if is_object(content) else {"results": content}
    results = whole.get("results")
    if not is_sequence(results):
        return content
    scored = [_with_score(item) for item in results]
    return {"object": "list", "model": "", **whole, "results": scored}


def _with_score(item: Any) -> Any:
    if is_object(item) and "score" not in item and "relevance_score" in item:
        return {**item, "score": item["relevance_score"]}
    return item


def _response_event(content: Any) -> Any:
    """An event of Responses; llama-server tells the model in the last one only."""
    response: Any = content.get("response")
    if is_object(response) and "model" not in response:
        return {**content, "response": {**response, "model": ""}}
    return content


def response_event(make: Callable[[Mapping[str, Any]], Any]) -> Callable[[Mapping[str, Any]], Any]:
    """The event's own parser, for what engines send.

    Args:
        make: makes an event of the document's form.
    """
    return lambda content: make(_response_event(content))


def said(content: Any) -> tuple[str, str] | None:
    """The text and the thoughts of a message's content in parts; ``None`` if it is no such list."""
    if not is_sequence(content):
        return None
    texts, thoughts = "", ""
    for part in content:
        kind, text = (part.get("type"), part.get("text")) if is_object(part) else (None, None)
        if kind == "thinking":
            thought: Any = part.get("thinking")
            inner = (thought, "") if isinstance(thought, str) else said(thought)
            if inner is None:
                return None
            thoughts += inner[0]
        elif kind in _TEXTS and isinstance(text, str):
            texts += text
        else:
            return None
    return texts, thoughts


def _chat(content: Any) -> Any:
    """Some leave out the id, the model or the role; some send the text in parts."""
    choices = content.get("choices") if is_object(content) else None
    if not is_sequence(choices) or not choices:
        return content
    plain = [_choice(choice) for choice in choices]
    if plain == choices and "id" in content and "model" in content:
        return content
    return {"id": "", "model": "", **content, "choices": plain}


def _choice(choice: Any) -> Any:
    message: Any = choice.get("message") if is_object(choice) else None
    if not is_object(message):
        return choice
    parts = said(message.get("content"))
    if parts is None and "role" in message:
        return choice
    plain: dict[str, Any] = {"role": "assistant", **message}
    if parts is not None:
        plain["content"] = parts[0]
        if parts[1]:
            plain["reasoning_content"] = parts[1]
    return {**choice, "message": plain}


def _response(content: Any) -> Any:
    """What is told to be another object, and has no output, is no empty response."""
    kind = content.get("object") if is_object(content) else None
    if kind not in (None, "response") and "output" not in content:
        msg = "The gateway's answer is not a Response: its object is another one."
        raise ResponseShapeError(msg)
    return content


_TEXTS: Final = ("text", "output_text")  # no set: what engines send may not be hashable
_FORMS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "createChatCompletion": _chat,
    "createRerank": _rerank,
    "createResponse": _response,
}
