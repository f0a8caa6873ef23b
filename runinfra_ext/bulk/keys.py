"""What names a row at the gateway: the same key for the same row of the same job, on any machine.

No state in here: a worker that starts again, or another one, derives the key that the row had, so
that the gateway replays what was done instead of doing and charging it again.
"""

from __future__ import annotations

import hashlib
from typing import Final

from .._call.call import Call
from .._media.uploads import MultipartBody, RawBody
from ..idempotency import derive

_NAMESPACE: Final = "bulk"
_DIGEST_BYTES: Final = 16  # of a request; its row is known by the key, so this only tells changes


def row_key(job: str, key: str, digest: bytes) -> str:
    """The idempotency key of a row.

    Args:
        job: name of the job, the same in all of its runs.
        key: of the row.
        digest: of its request, by :func:`request_digest`.
    """
    return derive(_NAMESPACE, job, key, digest)


def request_digest(call: Call) -> bytes:
    """Sixteen bytes that tell a request from every other: its operation and its body.

    Raises:
        InvalidRequestError: a file of it can't be read.
    """
    hashed = hashlib.sha256(f"{call.operation.operation_id}\n{call.path}\n".encode())
    content = call.content
    if isinstance(content, bytes):
        hashed.update(content)
    elif isinstance(content, MultipartBody | RawBody):
        for piece in content.iter_facts():
            hashed.update(piece)
    return hashed.digest()[:_DIGEST_BYTES]
