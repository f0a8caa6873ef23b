"""Embeddings and relevance: texts that share words and letters are near."""

from __future__ import annotations

import base64
import functools
import hashlib
import math
import re
import struct
from collections import Counter
from typing import Any, Final

from .shapes import is_mapping

DIMENSIONS: Final = 256
_WORD = re.compile(r"\w+")
_SIGN = re.compile(r"[^\w\s]")
_SMALL: Final = 0.2  # weight of letters that stand alone, and of signs: what there is if no word is
_WHOLE: Final = 0.02  # of the text as it is, in several places: no two texts are quite alike
_PLACES: Final = 4
_KEPT_LETTERS: Final = 20  # of features whose places are remembered: words come again and again


def embed(text: str, dimensions: int | None = None) -> list[float]:
    """A normalised vector of the text's words, letter triples and signs, and of it as a whole."""
    size = dimensions or DIMENSIONS
    vector = [0.0] * size
    for (feature, weight), count in Counter(_features(text)).items():
        place = _place(feature) if len(feature) <= _KEPT_LETTERS else _hashed(feature)
        vector[place % size] += weight * count if place & (1 << 60) else -weight * count
    length = math.sqrt(sum(value * value for value in vector))
    if not length:
        vector[0] = length = 1.0
    # As float32, which is what a deployment computes in.
    return list(struct.unpack(f"<{size}f", struct.pack(f"<{size}f", *(v / length for v in vector))))


def _hashed(feature: str) -> int:
    return int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest())


_place: Final = functools.lru_cache(maxsize=2**16)(_hashed)


def _features(text: str) -> list[tuple[str, float]]:
    found = _WORD.findall(text.lower())
    words = [word for word in found if len(word) > 1]
    features = [(word, 1.0) for word in words]
    features += [(word, _SMALL) for word in found if len(word) == 1]
    features += [(sign, _SMALL) for sign in _SIGN.findall(text)]
    features += [(f"{number} {text}", _WHOLE) for number in range(_PLACES)]
    for word in words:
        padded = f"^{word}$"
        features += [(padded[i : i + 3], 0.3) for i in range(len(padded) - 2)]
    return features


def encode(vector: list[float]) -> str:
    """Base64 of little-endian float32."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")


def relevance(query: str, text: str) -> float:
    """How well a text fits a query, from 0 to 1."""
    a, b = embed(query), embed(text)
    return round(max(0.0, sum(x * y for x, y in zip(a, b, strict=True))), 6)


def document_text(document: object) -> str:
    """The text of a document in any of its forms."""
    if isinstance(document, str):
        return document
    if is_mapping(document):
        if isinstance(document.get("text"), str):
            return str(document["text"])
        parts: Any = document.get("content") or []
        return " ".join(str(part.get("text", "")) for part in parts)
    return ""
