"""The models of the key, for completion: from a short-lived cache, or else from the gateway.

Promise: nothing of it ever fails or takes longer than a second or two, for somebody waits at a
prompt. The cache holds names only; its file is named by a digest, which tells nothing of the key.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import time
from pathlib import Path
from typing import Any, Final, cast

from .._ground.files import write_atomic
from ..errors import RunInfraError
from .session import Session

_FRESH: Final = 300.0  # seconds
_PLAIN: Final = re.compile(r"[\w./:@+-]+\Z")  # what no shell takes for more than a name
_WAIT: Final = 1.5  # seconds for the gateway


def models() -> list[str]:
    """Their ids; none where they can't be had at once."""
    session = Session()
    session.timeout, session.max_retries = _WAIT, 0
    # The options of the line that is being typed are not known here: only the variables are.
    with contextlib.suppress(OSError, ValueError, RunInfraError):
        key = session.api_key()
        if key is None:
            return []
        path = _place(key)
        with contextlib.suppress(OSError, ValueError):
            if 0 <= time.time() - path.stat().st_mtime < _FRESH:
                return _names(json.loads(path.read_bytes()))
        with session.client() as client:
            found = _names([model.id for model in client.models.list(deadline=_WAIT)])
        with contextlib.suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomic(path, json.dumps(found).encode())
        return found
    return []


def _place(key: str) -> Path:
    variables = (os.environ.get(f"RUNINFRA_{name}", "") for name in ("BASE_URL", "PIPELINE_ID"))
    # Slow on purpose: from the name of a file nobody shall guess a key.
    digest = hashlib.pbkdf2_hmac("sha256", key.encode(), "\0".join(variables).encode(), 10_000)
    home = os.environ.get("XDG_CACHE_HOME", "").strip() or str(Path.home() / ".cache")
    return Path(home) / "runinfra-ext" / f"models-{digest.hex()[:16]}.json"


def _names(value: Any) -> list[str]:
    names = cast("list[object]", value) if isinstance(value, list) else []
    return [name for name in names if isinstance(name, str) and _PLAIN.match(name)]
