# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""List models: GET /models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ... import models
from ...facts import Operation
from ...wire import Request

if TYPE_CHECKING:
    from ...client import Client


OPERATION: Final = Operation(
    operation_id="listModels",
    function="models.list",
    method="GET",
    path="/models",
    scope="any",
    replay="safe",
    replay_scope="any",
    replay_conservative=True,
    body="none",
    response="json",
    accept="application/json",
    fields={},
)


def request() -> Request:
    """Describe a request; the arguments are sent as they are."""
    return Request("GET", "/models")


def result(
    status: int, content: Any, model: type[models.ModelList] | None = None
) -> models.ModelList | models.ErrorEnvelope:
    """The model of an answer, by its status.

    Args:
        status: HTTP status.
        content: the decoded JSON.
        model: a richer class of your own, instead of the plain one.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not what was promised.
    """
    if 200 <= status < 300:
        return (model or models.ModelList).from_dict(content)
    return models.ErrorEnvelope.from_dict(content)


def sync(
    client: Client,
    *,
    headers: Mapping[str, str] | None = None,
) -> models.ModelList:
    """List models.

    Args:
        client: where to.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        UnusableAnswer: the answer is not what the document promises.
        httpx.HTTPError: no answer.
    """
    described = request()
    answer: models.ModelList = client.send(OPERATION, described, result, headers)
    return answer


async def asyncio(
    client: Client,
    *,
    headers: Mapping[str, str] | None = None,
) -> models.ModelList:
    """List models.

    Args:
        client: where to.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        UnusableAnswer: the answer is not what the document promises.
        httpx.HTTPError: no answer.
    """
    described = request()
    answer: models.ModelList = await client.send_async(OPERATION, described, result, headers)
    return answer
