"""Idempotency keys: one for each logical call, the same on every attempt of it.

The client makes a random key by itself. Where a restarted process repeats work (a queue, a batch
job), :func:`derive` makes the same key from the same facts, so that the repeat is recognised.
"""

from __future__ import annotations

import hashlib
import uuid

from ._ground.checks import printable, wrong

_DIGEST_CHARACTERS = 40  # 160 bits: collisions are out of reach, and it fits 255 characters easily


def new_key() -> str:
    """A random key for one logical call (UUID version 4)."""
    return str(uuid.uuid4())


def derive(namespace: str, *parts: str | bytes | int) -> str:
    """A stable key from the facts that make a piece of work what it is.

    The parts are hashed (SHA-256) with their types and lengths: ``("a", "b")`` and ``("ab",)``
    give different keys, and nothing of them can be read from the key.

    Args:
        namespace: what kind of work this is, for example ``"invoice-summary"``; it stands
            readably at the front of the key, at most 128 characters of printable ASCII.
        parts: at least one: job id, document hash, step number and so on. Leave out what changes
            from run to run (times, attempt numbers).

    Returns:
        For example ``"invoice-summary-3f5a…"``.

    Raises:
        InvalidRequestError: no parts, or one that is not a string, bytes or an integer.
    """
    prefix = printable("namespace", namespace, limit=128)
    if not parts:
        raise wrong("parts", "at least one part", ())
    digest = hashlib.sha256()
    for part in parts:
        kind, data = _bytes_of(part)
        digest.update(f"{kind}:{len(data)}:".encode())
        digest.update(data)
    return f"{prefix}-{digest.hexdigest()[:_DIGEST_CHARACTERS]}"


def _bytes_of(part: object) -> tuple[str, bytes]:
    """The kind and the bytes of a part; of an enum member, those of its value."""
    if isinstance(part, bytes):
        return "bytes", part
    if isinstance(part, str):
        return "str", str.encode(part, "utf-8", "surrogatepass")
    if isinstance(part, int) and not isinstance(part, bool):
        return "int", f"{int(part):x}".encode()  # decimal would refuse the longest numbers
    raise wrong("parts", "strings, bytes or whole numbers", part)
