# Generated from runinfra_ext/_async/mixins/images.py by `make gen`; do not edit.
"""``client.images``: pictures that came as URLs."""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

from ..._answer.results import ImageData
from ..._ground.doors import door
from ..._ground.files import StrPath, write_atomic
from ..._media.pictures import FetchOptions, data_url_bytes, fetch_call, picture
from .._timing import run_blocking
from ..resource import Resource


class ImagesMethods(Resource):
    """Pictures that came as URLs."""

    @door
    def fetch(self, image: ImageData | str, **options: Unpack[FetchOptions]) -> bytes:
        """The bytes of a picture, wherever it is: in the answer, or at the URL that it gave.

        The host of the URL is told nothing: no API key, no ids, no headers or cookies.
        Redirects are not followed, and ``max_response_bytes`` of the client limits the size.

        Args:
            image: of ``generate(...).data``, or its URL: https, or http on this machine.
            options: ``timeout`` and ``deadline`` in seconds, and ``max_retries``.

        Returns:
            The picture's file; what was fetched is PNG, JPEG, WebP, GIF or AVIF by its bytes.

        Raises:
            InvalidRequestError: the URL is not one that may be fetched; nothing was sent.
            UnexpectedContentError: what came is no picture.
            ResponseShapeError: the base64 in the answer is broken.
            ResponseTooLargeError: it is beyond the limit.
            APIStatusError: the host said no; URLs expire.
            RunInfraConnectionError: no answer.
        """
        if isinstance(image, ImageData) and (image.b64_json is not None or image.url is None):
            return image.image
        url = image.url if isinstance(image, ImageData) else image
        inside = data_url_bytes(url) if isinstance(url, str) else None
        if inside is not None:
            return inside
        return self._transport.fetch(fetch_call(url, options), picture)

    @door
    def save(self, image: ImageData | str, path: StrPath, **options: Unpack[FetchOptions]) -> Path:
        """Write a picture to a file, atomically; it is fetched first where it has to be.

        Args:
            image: as for :meth:`fetch`.
            path: where to.
            options: as for :meth:`fetch`.

        Returns:
            The path.

        Raises:
            RunInfraError: as for :meth:`fetch`.
            OSError: the file can't be written; nothing is left behind.
        """
        data = self.fetch(image, **options)
        return run_blocking(write_atomic, path, data)
