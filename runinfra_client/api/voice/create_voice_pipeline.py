# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client, segment
from ...models.error_envelope import ErrorEnvelope
from ...models.voice_pipeline_result import VoicePipelineResult
from ...types import UNSET, Answer, File, Unset


def _get_kwargs(
    pipeline_id: str,
    *,
    body: File,
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
        "url": "/{pipeline_id}/pipeline".format(
            pipeline_id=segment("pipeline_id", pipeline_id),
        ),
    }

    _kwargs["content"] = body.payload

    headers["Content-Type"] = "audio/wav"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorEnvelope | VoicePipelineResult | None:
    if 200 <= response.status_code <= 200:
        response_200 = VoicePipelineResult.from_dict(response.json())

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
) -> Answer[ErrorEnvelope | VoicePipelineResult | None]:
    try:
        content = _parse_response(client=client, response=response)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise errors.UnexpectedStatus(response.status_code, response.content) from None
    return Answer(response.status_code, response.content, response.headers, content)


def sync_detailed(
    pipeline_id: str,
    *,
    client: AuthenticatedClient,
    body: File,
    idempotency_key: str | Unset = UNSET,
    x_client_request_id: str | Unset = UNSET,
) -> Answer[ErrorEnvelope | VoicePipelineResult | None]:
    """Talk to a voice pipeline

     Recorded speech in, an answer out, as text and, where the deployment returns it, as speech. Exists
    on a pipeline's URL only. The Content-Type header names the real media type of the body: audio/wav,
    audio/mpeg, audio/ogg, audio/webm, audio/flac or application/octet-stream. Sent once: it is not
    repeated automatically. Preview.

    Args:
        pipeline_id (str):
        idempotency_key (str | Unset):
        x_client_request_id (str | Unset):
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorEnvelope | VoicePipelineResult]
    """

    request = _get_kwargs(
        pipeline_id=pipeline_id,
        body=body,
        idempotency_key=idempotency_key,
        x_client_request_id=x_client_request_id,
    )
    return _build_response(client=client, response=client.get_httpx_client().request(**request))


def sync(
    pipeline_id: str,
    *,
    client: AuthenticatedClient,
    body: File,
    idempotency_key: str | Unset = UNSET,
    x_client_request_id: str | Unset = UNSET,
) -> ErrorEnvelope | VoicePipelineResult | None:
    """Talk to a voice pipeline

     Recorded speech in, an answer out, as text and, where the deployment returns it, as speech. Exists
    on a pipeline's URL only. The Content-Type header names the real media type of the body: audio/wav,
    audio/mpeg, audio/ogg, audio/webm, audio/flac or application/octet-stream. Sent once: it is not
    repeated automatically. Preview.

    Args:
        pipeline_id (str):
        idempotency_key (str | Unset):
        x_client_request_id (str | Unset):
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorEnvelope | VoicePipelineResult
    """

    return sync_detailed(
        pipeline_id=pipeline_id,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
        x_client_request_id=x_client_request_id,
    ).parsed


async def asyncio_detailed(
    pipeline_id: str,
    *,
    client: AuthenticatedClient,
    body: File,
    idempotency_key: str | Unset = UNSET,
    x_client_request_id: str | Unset = UNSET,
) -> Answer[ErrorEnvelope | VoicePipelineResult | None]:
    """Talk to a voice pipeline

     Recorded speech in, an answer out, as text and, where the deployment returns it, as speech. Exists
    on a pipeline's URL only. The Content-Type header names the real media type of the body: audio/wav,
    audio/mpeg, audio/ogg, audio/webm, audio/flac or application/octet-stream. Sent once: it is not
    repeated automatically. Preview.

    Args:
        pipeline_id (str):
        idempotency_key (str | Unset):
        x_client_request_id (str | Unset):
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorEnvelope | VoicePipelineResult]
    """

    request = _get_kwargs(
        pipeline_id=pipeline_id,
        body=body,
        idempotency_key=idempotency_key,
        x_client_request_id=x_client_request_id,
    )
    response = await client.get_async_httpx_client().request(**request)
    return _build_response(client=client, response=response)


async def asyncio(
    pipeline_id: str,
    *,
    client: AuthenticatedClient,
    body: File,
    idempotency_key: str | Unset = UNSET,
    x_client_request_id: str | Unset = UNSET,
) -> ErrorEnvelope | VoicePipelineResult | None:
    """Talk to a voice pipeline

     Recorded speech in, an answer out, as text and, where the deployment returns it, as speech. Exists
    on a pipeline's URL only. The Content-Type header names the real media type of the body: audio/wav,
    audio/mpeg, audio/ogg, audio/webm, audio/flac or application/octet-stream. Sent once: it is not
    repeated automatically. Preview.

    Args:
        pipeline_id (str):
        idempotency_key (str | Unset):
        x_client_request_id (str | Unset):
        body (File):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorEnvelope | VoicePipelineResult
    """

    return (
        await asyncio_detailed(
            pipeline_id=pipeline_id,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
            x_client_request_id=x_client_request_id,
        )
    ).parsed
