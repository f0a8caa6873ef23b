# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_envelope import ErrorEnvelope
from ...models.rerank_request import RerankRequest
from ...models.rerank_result import RerankResult
from ...types import UNSET, Answer, Unset


def _get_kwargs(
    *,
    body: RerankRequest,
    idempotency_key: str | Unset = UNSET,
    x_client_request_id: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    if not isinstance(x_client_request_id, Unset):
        headers["X-Client-Request-Id"] = x_client_request_id

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/rerank",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorEnvelope | RerankResult | None:
    if 200 <= response.status_code <= 200:
        response_200 = RerankResult.from_dict(response.json())

        return response_200

    if 400 <= response.status_code <= 400:
        response_400 = ErrorEnvelope.from_dict(response.json())

        return response_400

    if 401 <= response.status_code <= 401:
        response_401 = ErrorEnvelope.from_dict(response.json())

        return response_401

    if 402 <= response.status_code <= 402:
        response_402 = ErrorEnvelope.from_dict(response.json())

        return response_402

    if 403 <= response.status_code <= 403:
        response_403 = ErrorEnvelope.from_dict(response.json())

        return response_403

    if 404 <= response.status_code <= 404:
        response_404 = ErrorEnvelope.from_dict(response.json())

        return response_404

    if 409 <= response.status_code <= 409:
        response_409 = ErrorEnvelope.from_dict(response.json())

        return response_409

    if 413 <= response.status_code <= 413:
        response_413 = ErrorEnvelope.from_dict(response.json())

        return response_413

    if 422 <= response.status_code <= 422:
        response_422 = ErrorEnvelope.from_dict(response.json())

        return response_422

    if 429 <= response.status_code <= 429:
        response_429 = ErrorEnvelope.from_dict(response.json())

        return response_429

    if 500 <= response.status_code <= 500:
        response_500 = ErrorEnvelope.from_dict(response.json())

        return response_500

    if 502 <= response.status_code <= 502:
        response_502 = ErrorEnvelope.from_dict(response.json())

        return response_502

    if 503 <= response.status_code <= 503:
        response_503 = ErrorEnvelope.from_dict(response.json())

        return response_503

    if 504 <= response.status_code <= 504:
        response_504 = ErrorEnvelope.from_dict(response.json())

        return response_504

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Answer[ErrorEnvelope | RerankResult | None]:
    try:
        content = _parse_response(client=client, response=response)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise errors.UnexpectedStatus(response.status_code, response.content) from None
    return Answer(response.status_code, response.content, response.headers, content)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: RerankRequest,
    idempotency_key: str | Unset = UNSET,
    x_client_request_id: str | Unset = UNSET,
) -> Answer[ErrorEnvelope | RerankResult | None]:
    """Rank documents

     Scores `texts` or `documents` (exactly one of them) against a query. Replay-safe with an idempotency
    key on the workspace's URL; on a pipeline's URL it is sent once.

    Args:
        idempotency_key (str | Unset):
        x_client_request_id (str | Unset):
        body (RerankRequest): What to rank, by what. Exactly one of `texts` and `documents`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorEnvelope | RerankResult]
    """

    request = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
        x_client_request_id=x_client_request_id,
    )
    return _build_response(client=client, response=client.get_httpx_client().request(**request))


def sync(
    *,
    client: AuthenticatedClient,
    body: RerankRequest,
    idempotency_key: str | Unset = UNSET,
    x_client_request_id: str | Unset = UNSET,
) -> ErrorEnvelope | RerankResult | None:
    """Rank documents

     Scores `texts` or `documents` (exactly one of them) against a query. Replay-safe with an idempotency
    key on the workspace's URL; on a pipeline's URL it is sent once.

    Args:
        idempotency_key (str | Unset):
        x_client_request_id (str | Unset):
        body (RerankRequest): What to rank, by what. Exactly one of `texts` and `documents`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorEnvelope | RerankResult
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
        x_client_request_id=x_client_request_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: RerankRequest,
    idempotency_key: str | Unset = UNSET,
    x_client_request_id: str | Unset = UNSET,
) -> Answer[ErrorEnvelope | RerankResult | None]:
    """Rank documents

     Scores `texts` or `documents` (exactly one of them) against a query. Replay-safe with an idempotency
    key on the workspace's URL; on a pipeline's URL it is sent once.

    Args:
        idempotency_key (str | Unset):
        x_client_request_id (str | Unset):
        body (RerankRequest): What to rank, by what. Exactly one of `texts` and `documents`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorEnvelope | RerankResult]
    """

    request = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
        x_client_request_id=x_client_request_id,
    )
    response = await client.get_async_httpx_client().request(**request)
    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: RerankRequest,
    idempotency_key: str | Unset = UNSET,
    x_client_request_id: str | Unset = UNSET,
) -> ErrorEnvelope | RerankResult | None:
    """Rank documents

     Scores `texts` or `documents` (exactly one of them) against a query. Replay-safe with an idempotency
    key on the workspace's URL; on a pipeline's URL it is sent once.

    Args:
        idempotency_key (str | Unset):
        x_client_request_id (str | Unset):
        body (RerankRequest): What to rank, by what. Exactly one of `texts` and `documents`.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorEnvelope | RerankResult
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
            x_client_request_id=x_client_request_id,
        )
    ).parsed
