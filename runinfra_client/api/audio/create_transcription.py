# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_envelope import ErrorEnvelope
from ...models.transcription import Transcription
from ...models.transcription_request import TranscriptionRequest
from ...models.transcription_verbose import TranscriptionVerbose
from ...types import UNSET, Answer, Unset


def _get_kwargs(
    *,
    body: TranscriptionRequest,
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
        "url": "/audio/transcriptions",
    }

    _kwargs["files"] = body.to_multipart()

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorEnvelope | Transcription | TranscriptionVerbose | None:
    if 200 <= response.status_code <= 200:

        def _parse_response_200(data: object) -> Transcription | TranscriptionVerbose:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                response_200_type_0 = TranscriptionVerbose.from_dict(data)

                return response_200_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            response_200_type_1 = Transcription.from_dict(data)

            return response_200_type_1

        response_200 = _parse_response_200(response.json())

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
) -> Answer[ErrorEnvelope | Transcription | TranscriptionVerbose | None]:
    try:
        content = _parse_response(client=client, response=response)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise errors.UnexpectedStatus(response.status_code, response.content) from None
    return Answer(response.status_code, response.content, response.headers, content)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: TranscriptionRequest,
    idempotency_key: str | Unset = UNSET,
    x_client_request_id: str | Unset = UNSET,
) -> Answer[ErrorEnvelope | Transcription | TranscriptionVerbose | None]:
    """Transcribe audio

     The text of an audio file. Up to 30 minutes are cut into overlapping pieces and stitched; split what
    is longer than two hours. Sent once: it is not repeated automatically.

    Args:
        idempotency_key (str | Unset):
        x_client_request_id (str | Unset):
        body (TranscriptionRequest): Audio to transcribe.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorEnvelope | Transcription | TranscriptionVerbose]
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
    body: TranscriptionRequest,
    idempotency_key: str | Unset = UNSET,
    x_client_request_id: str | Unset = UNSET,
) -> ErrorEnvelope | Transcription | TranscriptionVerbose | None:
    """Transcribe audio

     The text of an audio file. Up to 30 minutes are cut into overlapping pieces and stitched; split what
    is longer than two hours. Sent once: it is not repeated automatically.

    Args:
        idempotency_key (str | Unset):
        x_client_request_id (str | Unset):
        body (TranscriptionRequest): Audio to transcribe.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorEnvelope | Transcription | TranscriptionVerbose
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
    body: TranscriptionRequest,
    idempotency_key: str | Unset = UNSET,
    x_client_request_id: str | Unset = UNSET,
) -> Answer[ErrorEnvelope | Transcription | TranscriptionVerbose | None]:
    """Transcribe audio

     The text of an audio file. Up to 30 minutes are cut into overlapping pieces and stitched; split what
    is longer than two hours. Sent once: it is not repeated automatically.

    Args:
        idempotency_key (str | Unset):
        x_client_request_id (str | Unset):
        body (TranscriptionRequest): Audio to transcribe.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorEnvelope | Transcription | TranscriptionVerbose]
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
    body: TranscriptionRequest,
    idempotency_key: str | Unset = UNSET,
    x_client_request_id: str | Unset = UNSET,
) -> ErrorEnvelope | Transcription | TranscriptionVerbose | None:
    """Transcribe audio

     The text of an audio file. Up to 30 minutes are cut into overlapping pieces and stitched; split what
    is longer than two hours. Sent once: it is not repeated automatically.

    Args:
        idempotency_key (str | Unset):
        x_client_request_id (str | Unset):
        body (TranscriptionRequest): Audio to transcribe.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorEnvelope | Transcription | TranscriptionVerbose
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
            x_client_request_id=x_client_request_id,
        )
    ).parsed
