# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Embed texts: POST /embeddings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NotRequired, TypedDict, Unpack

from ... import models
from ...facts import Field, Operation
from ...params import EmbeddingEncodingFormatParam
from ...wire import Request

if TYPE_CHECKING:
    from ...client import Client


class EmbeddingOtherParams(TypedDict):
    """Those of :class:`EmbeddingParams` that one pipeline does not settle by itself.

    Attributes:
        input: One text, or up to 2048 of them.
        encoding_format: Form of the vectors on the wire; `float` if left out.
        dimensions: Length of the vectors, where the deployment can choose it.
        user: Your own id of the end user, passed through.
    """

    input: str | Sequence[str]
    encoding_format: NotRequired[EmbeddingEncodingFormatParam | None]
    dimensions: NotRequired[int | None]
    user: NotRequired[str | None]


class EmbeddingParams(EmbeddingOtherParams):
    """Keyword arguments of :func:`request`.

    Attributes:
        model: Id of the model.
    """

    model: str


OPERATION: Final = Operation(
    operation_id="createEmbedding",
    function="embeddings.create",
    method="POST",
    path="/embeddings",
    scope="any",
    replay="keyed",
    replay_scope="any",
    replay_conservative=False,
    body="json",
    response="json",
    accept="application/json",
    fields={
        "model": Field(
            types=("string",),
            required=True,
            min_length=1,
            max_length=512,
            non_blank=True,
            scoped_default="default",
            description="Id of the model.",
        ),
        "input": Field(
            types=("string", "array"),
            required=True,
            non_blank=True,
            min_items=1,
            max_items=2048,
            item=Field(types=("string",), required=True, non_blank=True),
            description="One text, or up to 2048 of them.",
        ),
        "encoding_format": Field(
            types=("string",),
            enum=("float", "base64"),
            description="Form of the vectors on the wire; `float` if left out.",
        ),
        "dimensions": Field(
            types=("integer",),
            minimum=1,
            description="Length of the vectors, where the deployment can choose it.",
        ),
        "user": Field(
            types=("string",), description="Your own id of the end user, passed through."
        ),
    },
    required=("model", "input"),
)


def request(
    **params: Unpack[EmbeddingParams],
) -> Request:
    """Describe a request; the arguments are sent as they are.

    Args:
        params: The other parameters; see :class:`EmbeddingParams`.
    """
    given: dict[str, Any] = {**params}
    return Request(
        "POST",
        "/embeddings",
        json=given,
    )


def result(
    status: int, content: Any, model: type[models.EmbeddingList] | None = None
) -> models.EmbeddingList | models.ErrorEnvelope:
    """The model of an answer, by its status.

    Args:
        status: HTTP status.
        content: the decoded JSON.
        model: a richer class of your own, instead of the plain one.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not what was promised.
    """
    if 200 <= status < 300:
        return (model or models.EmbeddingList).from_dict(content)
    return models.ErrorEnvelope.from_dict(content)


def sync(
    client: Client,
    *,
    headers: Mapping[str, str] | None = None,
    **params: Unpack[EmbeddingParams],
) -> models.EmbeddingList:
    """Embed texts.

    Args:
        client: where to.
        params: The other parameters; see :class:`EmbeddingParams`.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        UnusableAnswer: the answer is not what the document promises.
        httpx.HTTPError: no answer.
    """
    described = request(**params)
    answer: models.EmbeddingList = client.send(OPERATION, described, result, headers)
    return answer


async def asyncio(
    client: Client,
    *,
    headers: Mapping[str, str] | None = None,
    **params: Unpack[EmbeddingParams],
) -> models.EmbeddingList:
    """Embed texts.

    Args:
        client: where to.
        params: The other parameters; see :class:`EmbeddingParams`.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        UnusableAnswer: the answer is not what the document promises.
        httpx.HTTPError: no answer.
    """
    described = request(**params)
    answer: models.EmbeddingList = await client.send_async(OPERATION, described, result, headers)
    return answer
