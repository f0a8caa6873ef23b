# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Talk to a voice pipeline: POST /pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ... import models
from ...facts import Field, Operation
from ...types import FileInput
from ...wire import Request

if TYPE_CHECKING:
    from ...client import Client


OPERATION: Final = Operation(
    operation_id="createVoicePipeline",
    function="voice.pipeline.create",
    method="POST",
    path="/pipeline",
    scope="pipeline",
    replay="never",
    replay_scope="any",
    replay_conservative=False,
    body="binary",
    response="json",
    accept="application/json",
    fields={
        "content": Field(
            types=("string",),
            required=True,
            format="binary",
            special=True,
            description="The recorded speech, raw.",
        ),
    },
    required=("content",),
)


def request(
    *,
    content: FileInput,
) -> Request:
    """Describe a request; the arguments are sent as they are.

    Args:
        content: The recorded speech, raw.
    """
    return Request("POST", "/pipeline", content=content)


def result(
    status: int, content: Any, model: type[models.VoicePipelineResult] | None = None
) -> models.VoicePipelineResult | models.ErrorEnvelope:
    """The model of an answer, by its status.

    Args:
        status: HTTP status.
        content: the decoded JSON.
        model: a richer class of your own, instead of the plain one.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not what was promised.
    """
    if 200 <= status < 300:
        return (model or models.VoicePipelineResult).from_dict(content)
    return models.ErrorEnvelope.from_dict(content)


def sync(
    client: Client,
    *,
    content: FileInput,
    headers: Mapping[str, str] | None = None,
) -> models.VoicePipelineResult:
    """Talk to a voice pipeline.

    Args:
        client: where to.
        content: The recorded speech, raw.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        UnusableAnswer: the answer is not what the document promises.
        httpx.HTTPError: no answer.
    """
    described = request(
        content=content,
    )
    answer: models.VoicePipelineResult = client.send(OPERATION, described, result, headers)
    return answer


async def asyncio(
    client: Client,
    *,
    content: FileInput,
    headers: Mapping[str, str] | None = None,
) -> models.VoicePipelineResult:
    """Talk to a voice pipeline.

    Args:
        client: where to.
        content: The recorded speech, raw.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        UnusableAnswer: the answer is not what the document promises.
        httpx.HTTPError: no answer.
    """
    described = request(
        content=content,
    )
    answer: models.VoicePipelineResult = await client.send_async(
        OPERATION, described, result, headers
    )
    return answer
