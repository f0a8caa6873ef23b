# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Rank documents: POST /rerank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NotRequired, TypedDict, Unpack

from ... import models
from ...facts import Field, Operation
from ...params import RerankDocumentParam
from ...wire import Request

if TYPE_CHECKING:
    from ...client import Client


class RerankOtherParams(TypedDict):
    """Those of :class:`RerankParams` that one pipeline does not settle by itself.

    Attributes:
        query: What is looked for.
        texts: Plain texts.
        documents: Texts, or documents with ids, or with parts.
        top_n: How many results to return; all if left out.
    """

    query: str
    texts: NotRequired[Sequence[str] | None]
    documents: NotRequired[Sequence[RerankDocumentParam] | None]
    top_n: NotRequired[int | None]


class RerankParams(RerankOtherParams):
    """Keyword arguments of :func:`request`.

    Attributes:
        model: Id of the model.
    """

    model: str


OPERATION: Final = Operation(
    operation_id="createRerank",
    function="rerank.create",
    method="POST",
    path="/rerank",
    scope="any",
    replay="keyed",
    replay_scope="workspace",
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
        "query": Field(
            types=("string",), required=True, non_blank=True, description="What is looked for."
        ),
        "texts": Field(
            types=("array",),
            min_items=1,
            max_items=500,
            item=Field(types=("string",), required=True),
            description="Plain texts.",
        ),
        "documents": Field(
            types=("array",),
            min_items=1,
            max_items=500,
            description="Texts, or documents with ids, or with parts.",
        ),
        "top_n": Field(
            types=("integer",),
            minimum=1,
            description="How many results to return; all if left out.",
        ),
    },
    required=("model", "query"),
)


def request(
    **params: Unpack[RerankParams],
) -> Request:
    """Describe a request; the arguments are sent as they are.

    Args:
        params: The other parameters; see :class:`RerankParams`.
    """
    given: dict[str, Any] = {**params}
    return Request(
        "POST",
        "/rerank",
        json=given,
    )


def result(
    status: int, content: Any, model: type[models.RerankResult] | None = None
) -> models.RerankResult | models.ErrorEnvelope:
    """The model of an answer, by its status.

    Args:
        status: HTTP status.
        content: the decoded JSON.
        model: a richer class of your own, instead of the plain one.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not what was promised.
    """
    if 200 <= status < 300:
        return (model or models.RerankResult).from_dict(content)
    return models.ErrorEnvelope.from_dict(content)


def sync(
    client: Client,
    *,
    headers: Mapping[str, str] | None = None,
    **params: Unpack[RerankParams],
) -> models.RerankResult:
    """Rank documents.

    Args:
        client: where to.
        params: The other parameters; see :class:`RerankParams`.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        UnusableAnswer: the answer is not what the document promises.
        httpx.HTTPError: no answer.
    """
    described = request(**params)
    answer: models.RerankResult = client.send(OPERATION, described, result, headers)
    return answer


async def asyncio(
    client: Client,
    *,
    headers: Mapping[str, str] | None = None,
    **params: Unpack[RerankParams],
) -> models.RerankResult:
    """Rank documents.

    Args:
        client: where to.
        params: The other parameters; see :class:`RerankParams`.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        UnusableAnswer: the answer is not what the document promises.
        httpx.HTTPError: no answer.
    """
    described = request(**params)
    answer: models.RerankResult = await client.send_async(OPERATION, described, result, headers)
    return answer
