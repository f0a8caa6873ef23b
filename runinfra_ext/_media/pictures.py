"""Pictures that the gateway names by a URL: how to fetch them, without telling anyone who asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, TypedDict
from urllib.parse import urldefrag, urlsplit

from .._answer.bodies import media_type
from .._call.call import Call, Route
from .._call.spelling import unexpected
from .._call.urls import is_loopback, is_usable_url
from .._ground.limits import Timeout
from .._ground.metadata import Meta
from ..errors import InvalidRequestError, ResponseShapeError, UnexpectedContentError
from .formats import decode_base64

ImageFormat = Literal["png", "jpeg", "webp", "gif", "avif"]

_FETCH: Final = Route("fetchImage", accept="image/*")


class FetchOptions(TypedDict, total=False):
    """Keyword arguments of ``images.fetch`` and ``images.save``.

    Attributes:
        timeout: seconds of silence, or a :class:`Timeout`, for each attempt.
        deadline: seconds for all of it: attempts, waits, and reading the picture.
        max_retries: how many attempts may follow a failed first one.
    """

    timeout: float | Timeout | None
    deadline: float | None
    max_retries: int | None


def sniff_image(start: bytes) -> ImageFormat | None:
    """The format that the first bytes of a picture tell; ``None`` if it is none that is known."""
    if start[:8] == b"\x89PNG\r\n\x1a\n":
        return "png"
    if start[:3] == b"\xff\xd8\xff":
        return "jpeg"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "webp"
    if start[:6] in (b"GIF87a", b"GIF89a"):
        return "gif"
    if start[4:8] == b"ftyp" and start[8:12] in (b"avif", b"avis"):
        return "avif"
    return None


def data_url_bytes(url: str) -> bytes | None:
    """The bytes of a base64 ``data:`` URL; ``None`` if it is another kind of URL.

    Raises:
        ResponseShapeError: it is a ``data:`` URL, but not one of base64.
    """
    if not url.lower().startswith("data:"):
        return None
    head, _, text = url.partition(",")
    if not head.lower().endswith(";base64"):
        msg = "The image's data URL is not base64."
        raise ResponseShapeError(msg)
    return decode_base64(text, "data URL")


def fetch_call(url: object, options: Mapping[str, Any]) -> Call:
    """The call that fetches a picture from wherever it is kept.

    Args:
        url: of the picture.
        options: the method's keyword arguments.

    Raises:
        TypeError: an unknown keyword.
        InvalidRequestError: the URL is not one that may be fetched.
    """
    for name in options:
        if name not in FetchOptions.__annotations__:
            raise unexpected(name, FetchOptions.__annotations__, "images.fetch")
    if not isinstance(url, str) or not is_usable_url(url):
        # The URL is not shown: what signs it is a credential.
        msg = "image: expected a picture of images.generate, or its https URL"
        raise InvalidRequestError(msg, param="image")
    parts = urlsplit(url)
    if parts.scheme.lower() == "http" and not is_loopback(parts.hostname or ""):
        msg = "image: expected an https URL: only loopback hosts may be spoken to without TLS"
        raise InvalidRequestError(msg, param="image")
    return Call(
        operation=_FETCH,
        path=urldefrag(url).url,
        content=None,
        content_type=None,
        accept=_FETCH.accept,
        streaming=False,
        options=options,
        foreign=True,
    )


def picture(body: bytes, meta: Meta) -> bytes:
    """The picture of an answer.

    Raises:
        UnexpectedContentError: it is none.
    """
    if sniff_image(body[:16]) is not None:
        return body
    kind = media_type(meta.headers) or "no media type"
    what = f"{len(body)} bytes of {kind}" if body else "an empty body"
    msg = f"The image's URL gave {what}, which is no PNG, JPEG, WebP, GIF or AVIF."
    raise UnexpectedContentError(msg)
