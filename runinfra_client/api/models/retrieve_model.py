# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client, segment
from ...models.error_envelope import ErrorEnvelope
from ...models.model import Model
from ...types import UNSET, Answer, Unset


def _get_kwargs(
    model: str,
    *,
    x_client_request_id: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(x_client_request_id, Unset):
        headers["X-Client-Request-Id"] = x_client_request_id

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/models/{model}".format(
            model=segment("model", model),
        ),
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorEnvelope | Model | None:
    if 200 <= response.status_code <= 200:
        response_200 = Model.from_dict(response.json())

        return response_200

    if 400 <= response.status_code <= 400:
        response_400 = ErrorEnvelope.from_dict(response.json())

        return response_400

    if 401 <= response.status_code <= 401:
        response_401 = ErrorEnvelope.from_dict(response.json())

        return response_401

    if 403 <= response.status_code <= 403:
        response_403 = ErrorEnvelope.from_dict(response.json())

        return response_403

    if 404 <= response.status_code <= 404:
        response_404 = ErrorEnvelope.from_dict(response.json())

        return response_404

    if 500 <= response.status_code <= 500:
        response_500 = ErrorEnvelope.from_dict(response.json())

        return response_500

    if 503 <= response.status_code <= 503:
        response_503 = ErrorEnvelope.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Answer[ErrorEnvelope | Model | None]:
    try:
        content = _parse_response(client=client, response=response)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise errors.UnexpectedStatus(response.status_code, response.content) from None
    return Answer(response.status_code, response.content, response.headers, content)


def sync_detailed(
    model: str,
    *,
    client: AuthenticatedClient,
    x_client_request_id: str | Unset = UNSET,
) -> Answer[ErrorEnvelope | Model | None]:
    """Look a model up

     One model by its id, percent-encoded as one path segment.

    Args:
        model (str):
        x_client_request_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorEnvelope | Model]
    """

    request = _get_kwargs(
        model=model,
        x_client_request_id=x_client_request_id,
    )
    return _build_response(client=client, response=client.get_httpx_client().request(**request))


def sync(
    model: str,
    *,
    client: AuthenticatedClient,
    x_client_request_id: str | Unset = UNSET,
) -> ErrorEnvelope | Model | None:
    """Look a model up

     One model by its id, percent-encoded as one path segment.

    Args:
        model (str):
        x_client_request_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorEnvelope | Model
    """

    return sync_detailed(
        model=model,
        client=client,
        x_client_request_id=x_client_request_id,
    ).parsed


async def asyncio_detailed(
    model: str,
    *,
    client: AuthenticatedClient,
    x_client_request_id: str | Unset = UNSET,
) -> Answer[ErrorEnvelope | Model | None]:
    """Look a model up

     One model by its id, percent-encoded as one path segment.

    Args:
        model (str):
        x_client_request_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorEnvelope | Model]
    """

    request = _get_kwargs(
        model=model,
        x_client_request_id=x_client_request_id,
    )
    response = await client.get_async_httpx_client().request(**request)
    return _build_response(client=client, response=response)


async def asyncio(
    model: str,
    *,
    client: AuthenticatedClient,
    x_client_request_id: str | Unset = UNSET,
) -> ErrorEnvelope | Model | None:
    """Look a model up

     One model by its id, percent-encoded as one path segment.

    Args:
        model (str):
        x_client_request_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorEnvelope | Model
    """

    return (
        await asyncio_detailed(
            model=model,
            client=client,
            x_client_request_id=x_client_request_id,
        )
    ).parsed
