"""The error for a keyword argument that there is not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

# Names that engines and other APIs take: whoever writes one of them means it, and no other.
_MEANT: Final = frozenset(
    {
        "best_of",
        "logit_bias",
        "min_p",
        "modalities",
        "repetition_penalty",
        "seed",
        "store",
        "top_a",
        "top_k",
        "truncation",
    }
)
_WORD: Final = 4  # letters below which another letter makes another word


def unexpected(
    name: str, known: Iterable[str], function: str, *, extra_body: bool = False
) -> TypeError:
    """The error for an unknown keyword argument.

    Args:
        name: what was given.
        known: what there is.
        function: the method's name.
        extra_body: whether more members of a JSON body can be given.
    """
    near = _nearest(name, list(known))
    hint = f"; did you mean {near!r}?" if near else ""
    if extra_body:
        hint += f"{' Else give' if near else '; give'} what is not in the document as "
        hint += f"extra_body={{{name!r}: ...}}"
    return TypeError(f"{function}() got an unexpected keyword argument {name!r}{hint}")


def _nearest(name: str, known: list[str]) -> str | None:
    """The name that was probably meant: one slip of the fingers away, or a longer one almost it."""
    # difflib is only needed to report a mistake.
    from difflib import get_close_matches  # noqa: PLC0415 - only for a mistake

    if name in _MEANT:
        return None
    for match in get_close_matches(name, known, n=3):
        if _is_slip(name, match):
            return match
    return None


def _is_slip(given: str, meant: str) -> bool:
    parts, others = given.split("_"), meant.split("_")
    if len(parts) != len(others):
        joined = given.replace("_", "").lower() == meant.replace("_", "")
        return joined or len(meant) > 2 * _WORD
    # Every differing word has to be long enough that a letter is a slip and not another meaning.
    return all(
        part == other or max(len(part), len(other)) >= _WORD
        for part, other in zip(parts, others, strict=True)
    )
