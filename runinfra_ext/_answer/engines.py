"""Forms of answers that engines behind the gateway have of their own, brought to the document's.

Pure. What is not known is left as it is, for the model to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from .._ground.json_codec import is_object, is_sequence


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


_FORMS: Final[Mapping[str, Callable[[Any], Any]]] = {"createRerank": _rerank}
