"""Files that commands read: schemas, conversations, pictures, texts."""

from __future__ import annotations

import base64
import contextlib
import json
from pathlib import Path
from typing import Any, Final, cast

from ..errors import ConfigurationError, InvalidRequestError

_ROLES: Final = frozenset({"system", "developer", "user", "assistant", "tool"})


def readable(source: str) -> None:
    """See that a file can be read, before anything is made of it; ``-`` is stdin.

    Raises:
        OSError: it can't.
    """
    if source != "-":
        Path(source).open("rb").close()


def apart(output: Path | None, source: str) -> None:
    """See that a result does not take the place of what it is made of.

    Raises:
        ConfigurationError: it would.
    """
    same = False
    if output is not None:
        with contextlib.suppress(OSError):  # one of them is no file
            same = output.samefile(source)
    if same:
        msg = f"--output: expected another file than the input, got {str(output)!r}"
        raise ConfigurationError(msg, param="output")


def read_json(path: Path, option: str) -> dict[str, Any]:
    """The JSON object in a file.

    Raises:
        InvalidRequestError: it holds something else.
        OSError: it can't be read.
    """
    value: Any = None
    problem = "it holds no JSON object"
    try:
        value = json.loads(path.read_bytes())
    except ValueError as error:
        problem = f"it is no JSON: {error}"
    if not isinstance(value, dict):
        msg = f"{option}: expected a file with a JSON object, got {str(path)!r}: {problem}"
        raise InvalidRequestError(msg, param=option)
    return cast("dict[str, Any]", value)


def checked_history(path: Path) -> list[dict[str, Any]]:
    """The messages of a conversation; none where the file is still to be made.

    Raises:
        InvalidRequestError: the file holds something else.
        OSError: it can't be read.
    """
    if not path.exists():
        return []
    messages: Any = None
    with contextlib.suppress(ValueError):  # told below
        messages = json.loads(path.read_bytes())
    known = isinstance(messages, list) and all(
        isinstance(one, dict) and cast("dict[str, Any]", one).get("role") in _ROLES
        for one in cast("list[object]", messages)
    )
    if not known:
        msg = f"--history: expected a file with a list of messages, got {str(path)!r}"
        raise InvalidRequestError(msg, param="--history")
    return cast("list[dict[str, Any]]", messages)


def picture_url(given: str) -> str:
    """The URL of a picture; of a file one with its bytes in it.

    Raises:
        InvalidRequestError: the file is no picture of a known format.
        OSError: it can't be read.
    """
    if given.lower().startswith(("https://", "http://", "data:")):
        return given
    from .._media.pictures import sniff_image

    data = Path(given).read_bytes()
    kind = sniff_image(data[:16])
    if kind is None:
        msg = f"--image: expected a PNG, JPEG, WebP, GIF or AVIF picture, got {given!r}"
        raise InvalidRequestError(msg, param="--image")
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
