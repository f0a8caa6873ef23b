# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Generate images: POST /images/generations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NotRequired, TypedDict, Unpack

from ... import models
from ...facts import Field, Operation
from ...params import ImageResponseFormatParam
from ...wire import Request

if TYPE_CHECKING:
    from ...client import Client


class ImageOtherParams(TypedDict):
    """Those of :class:`ImageParams` that one pipeline does not settle by itself.

    Attributes:
        prompt: What to show.
        n: How many; 1 if left out.
        size: `WIDTHxHEIGHT` in pixels; what is possible depends on the deployment.
        response_format: Base64 (the default) or a URL.
        quality: Passed through.
        style: Passed through.
        user: Your own id of the end user, passed through.
    """

    prompt: str
    n: NotRequired[int | None]
    size: NotRequired[str | None]
    response_format: NotRequired[ImageResponseFormatParam | None]
    quality: NotRequired[str | None]
    style: NotRequired[str | None]
    user: NotRequired[str | None]


class ImageParams(ImageOtherParams):
    """Keyword arguments of :func:`request`.

    Attributes:
        model: Id of the model.
    """

    model: str


OPERATION: Final = Operation(
    operation_id="createImage",
    function="images.generate",
    method="POST",
    path="/images/generations",
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
        "prompt": Field(
            types=("string",), required=True, non_blank=True, description="What to show."
        ),
        "n": Field(
            types=("integer", "null"),
            nullable=True,
            minimum=1,
            maximum=4,
            description="How many; 1 if left out.",
        ),
        "size": Field(
            types=("string", "null"),
            nullable=True,
            description="`WIDTHxHEIGHT` in pixels; what is possible depends on the deployment.",
        ),
        "response_format": Field(
            types=("string", "null"),
            nullable=True,
            enum=("b64_json", "url"),
            description="Base64 (the default) or a URL.",
        ),
        "quality": Field(types=("string", "null"), nullable=True, description="Passed through."),
        "style": Field(types=("string", "null"), nullable=True, description="Passed through."),
        "user": Field(
            types=("string",), description="Your own id of the end user, passed through."
        ),
    },
    required=("model", "prompt"),
)


def request(
    **params: Unpack[ImageParams],
) -> Request:
    """Describe a request; the arguments are sent as they are.

    Args:
        params: The other parameters; see :class:`ImageParams`.
    """
    given: dict[str, Any] = {**params}
    return Request(
        "POST",
        "/images/generations",
        json=given,
    )


def result(
    status: int, content: Any, model: type[models.ImageList] | None = None
) -> models.ImageList | models.ErrorEnvelope:
    """The model of an answer, by its status.

    Args:
        status: HTTP status.
        content: the decoded JSON.
        model: a richer class of your own, instead of the plain one.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not what was promised.
    """
    if 200 <= status < 300:
        return (model or models.ImageList).from_dict(content)
    return models.ErrorEnvelope.from_dict(content)


def sync(
    client: Client,
    *,
    headers: Mapping[str, str] | None = None,
    **params: Unpack[ImageParams],
) -> models.ImageList:
    """Generate images.

    Args:
        client: where to.
        params: The other parameters; see :class:`ImageParams`.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        UnusableAnswer: the answer is not what the document promises.
        httpx.HTTPError: no answer.
    """
    described = request(**params)
    answer: models.ImageList = client.send(OPERATION, described, result, headers)
    return answer


async def asyncio(
    client: Client,
    *,
    headers: Mapping[str, str] | None = None,
    **params: Unpack[ImageParams],
) -> models.ImageList:
    """Generate images.

    Args:
        client: where to.
        params: The other parameters; see :class:`ImageParams`.
        headers: More request headers, such as Idempotency-Key.

    Raises:
        StatusError: the gateway said no.
        UnusableAnswer: the answer is not what the document promises.
        httpx.HTTPError: no answer.
    """
    described = request(**params)
    answer: models.ImageList = await client.send_async(OPERATION, described, result, headers)
    return answer
