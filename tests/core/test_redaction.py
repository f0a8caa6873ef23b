"""The API key never leaves."""

from __future__ import annotations

import copy
import json
import pickle
import string
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from runinfra_ext._call.options import Settings
from runinfra_ext._ground.redaction import MARK, ApiKey, Redactor

KEYS = st.text(
    string.ascii_letters + string.digits + "_-./+=%\"'\\ ", min_size=12, max_size=80
).filter(lambda key: len(key.strip()) >= 12)
WRITTEN = st.sampled_from([str, lambda key: quote(key, safe=""), lambda key: json.dumps(key)[1:-1]])


@given(KEYS, st.text(), st.text(), WRITTEN)
def test_key_never_survives(key: str, before: str, after: str, write: Callable[[str], str]) -> None:
    """A key is gone from any text, as it is, in a URL and in JSON, wherever it stands."""
    text = Redactor([key])(before + write(key) + after + write(key))
    assert key not in text
    assert write(key) not in text
    assert MARK in text


@given(KEYS, st.text(max_size=30), st.integers(0, 60), st.text(max_size=200))
def test_cut_key_never_survives(key: str, before: str, limit: int, after: str) -> None:
    """An excerpt holds no key, and no beginning of one where it was cut."""
    assume(not any(key[:6] in text for text in (before, after, MARK)))
    shown = Redactor([key]).excerpt(before + key + after * 20, limit)
    assert len(shown) <= max(limit, len(before) + len(MARK) + len(after) * 20)
    assert key[:6] not in shown


def test_excerpt_of_many_keys() -> None:
    """Where blanked keys shorten the text a lot, its end is no half key either."""
    key = "secret-secret-secret-secret-x"
    assert "secret" not in Redactor([key]).excerpt(key * 400, 2000)


def test_excerpt_keeps_what_it_may() -> None:
    """An excerpt of a long text has exactly the wanted length; a short text is whole."""
    redactor = Redactor(["secret-secret-secret"])
    assert redactor.excerpt("a" * 5000, 100) == "a" * 100
    assert redactor.excerpt("short", 100) == "short"


@given(
    KEYS,
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=10,
    ),
)
def test_key_never_survives_in_json(key: str, around: object) -> None:
    """A key is gone from values and names of nested JSON; what is no text stays."""
    blanked = Redactor([key]).deep({"a": [key, {f"x{key}": around}], "n": 7, key: f"{key}!"})
    assert key not in str(blanked)
    assert blanked["n"] == 7


def test_nesting_without_end() -> None:
    """JSON nested beyond reason is blanked from some level on, without a recursion error."""
    value: object = "secret-secret-secret"
    for _ in range(50_000):
        value = [value]
    blanked = Redactor(["secret-secret-secret"]).deep(value)
    levels = 0
    while isinstance(blanked, list):
        blanked = blanked[0]
        levels += 1
    assert blanked == MARK
    assert levels == 100


@pytest.mark.parametrize(
    ("text", "blanked"),
    [
        ("key rp_live_0123456789abcdef is revoked", f"key {MARK} is revoked"),
        ("sk-ri-abcdef0123!", f"{MARK}!"),
        ("Authorization: Bearer abc.def", f"Authorization: {MARK}"),
        ("bearer\tx y", f"{MARK} y"),
        ("sk-other-1 stays, and so does corp_rate", "sk-other-1 stays, and so does corp_rate"),
        ("", ""),
    ],
)
def test_what_looks_like_a_key(text: str, blanked: str) -> None:
    """Keys of the gateway's shapes and bearer tokens are blanked although nobody registered them."""
    assert Redactor()(text) == blanked


@pytest.mark.parametrize(
    ("text", "blanked"),
    [
        ("the key test is wrong", f"the key {MARK} is wrong"),
        ("latest testing", "latest testing"),
        ("'test'", f"'{MARK}'"),
    ],
)
def test_short_key(text: str, blanked: str) -> None:
    """A key as short as a word is blanked as a whole word only, so that texts stay readable."""
    assert Redactor(["test"])(text) == blanked


def test_blank_secret() -> None:
    """A blank secret does not blank everything."""
    assert Redactor(["", "  "])("a.  .b") == "a.  .b"


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        "{}".format,
        "{:>40}".format,
        "{!r:s}".format,
        lambda key: "%s" % key,  # noqa: UP031 - one of the ways to write a text
        lambda key: f"{key!a}",
        lambda key: repr([key, {"k": key}]),
    ],
)
def test_api_key_is_not_printable(show: Callable[[ApiKey], str]) -> None:
    """No way of making text of an ApiKey shows it."""
    assert "hunter2" not in show(ApiKey("hunter2"))
    assert MARK in show(ApiKey("hunter2"))


@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, *(lambda key, p=p: pickle.dumps(key, p) for p in range(6))],
)
def test_api_key_is_not_copied(
    duplicate: Callable[[object], object], settings: Callable[..., Settings]
) -> None:
    """An ApiKey, and the settings that hold one, can't be pickled or copied by accident."""
    with pytest.raises(TypeError, match="never pickled or copied"):
        duplicate(ApiKey("hunter2"))
    if duplicate is not copy.copy:
        with pytest.raises(TypeError, match="never pickled or copied"):
            duplicate(settings())


def test_redactor_shows_no_secret() -> None:
    """The registry of secrets doesn't print them."""
    assert "hunter2" not in repr(Redactor(["hunter2"]))
