"""Embedding vectors: base64 of little-endian float32, and back."""

from __future__ import annotations

import base64
import sys
from array import array
from collections.abc import Sequence

from ..errors import ResponseShapeError


def decode_vector(text: str) -> Sequence[float]:
    """The vector in a base64 text, as an ``array`` of float32.

    The array behaves as a sequence of floats, takes four bytes for each, and goes into NumPy
    without a copy (``numpy.asarray(vector)``); ``list(vector)`` is a list.

    Raises:
        ResponseShapeError: not base64, or not whole numbers of four bytes.
    """
    vector = array("f")
    try:
        vector.frombytes(base64.b64decode(text, validate=True))
    except ValueError as error:  # of either: not base64, or no whole numbers
        msg = "The gateway's embedding is neither a list of numbers nor base64 of float32."
        raise ResponseShapeError(msg) from error
    if sys.byteorder == "big":
        vector.byteswap()
    return vector


def encode_vector(vector: Sequence[float]) -> str:
    """The base64 text of a vector that :func:`decode_vector` made."""
    copy = array("f", vector)
    if sys.byteorder == "big":
        copy.byteswap()
    return base64.b64encode(copy.tobytes()).decode("ascii")
