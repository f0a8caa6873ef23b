# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Look a model up: GET /models/{model}."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ... import models
from ...facts import Field, Operation
from ...wire import Request, segment

if TYPE_CHECKING:
    from ...client import Client


OPERATION: Final = Operation(
    operation_id="retrieveModel",
    function="models.retrieve",
    method="GET",
    path="/models/{model}",
    scope="any",
    replay="safe",
    replay_scope="any",
    replay_conservative=True,
    body="none",
    response="json",
    accept="application/json",
    fields={
        "model": Field(
            types=("string",),
            required=True,
            min_length=1,
            max_length=512,
            place="path",
            description="Id of the model.",
        ),
    },
    required=("model",),
)


def request(
    model: str,
) -> Request:
    """Describe a request; the arguments are sent as they are.

    Args:
        model: Id of the model.

    Raises:
        ValueError: a value of the path is empty, or would climb out of it.
    """
    return Request("GET", f"/models/{segment('model', model)}")


def result(
    status: int, content: Any, model: type[models.Model] | None = None
) -> models.Model | models.ErrorEnvelope:
    """The model of an answer, by its status.

    Args:
        status: HTTP status.
        content: the decoded JSON.
        model: a richer class of your own, instead of the plain one.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not what was promised.
    """
    if 200 <= status < 300:
        return (model or models.Model).from_dict(content)
    return models.ErrorEnvelope.from_dict(content)


def sync(
    client: Client,
    model: str,
    *,
    headers: Mapping[str, str] | None = None,
) -> models.Model:
    """Look a model up.

    Args:
        client: where to.
        model: Id of the model.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        UnusableAnswer: the answer is not what the document promises.
        httpx.HTTPError: no answer.
    """
    described = request(
        model,
    )
    answer: models.Model = client.send(OPERATION, described, result, headers)
    return answer


async def asyncio(
    client: Client,
    model: str,
    *,
    headers: Mapping[str, str] | None = None,
) -> models.Model:
    """Look a model up.

    Args:
        client: where to.
        model: Id of the model.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        UnusableAnswer: the answer is not what the document promises.
        httpx.HTTPError: no answer.
    """
    described = request(
        model,
    )
    answer: models.Model = await client.send_async(OPERATION, described, result, headers)
    return answer
