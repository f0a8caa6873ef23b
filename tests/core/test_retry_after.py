"""How long the gateway asks to wait."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runinfra_ext._answer.retry_after import retry_after
from runinfra_ext._ground.wire import Headers

NOW = 1_795_428_000.0  # Mon, 23 Nov 2026 10:00:00 GMT


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("1", 1.0),
        (" 60 ", 60.0),
        ("61", 61.0),
        ("5000", 5000.0),
        ("007", 7.0),
        ("Mon, 23 Nov 2026 10:00:10 GMT", 10.0),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 0.0),
        ("Mon, 23 Nov 2026 12:00:10 +0200", 10.0),
        ("Mon, 23 Nov 2026 10:00:10", 10.0),
        ("Monday, 23-Nov-26 10:00:10 GMT", 10.0),
        ("Mon Nov 23 10:00:10 2026", 10.0),
        ("-1", None),
        ("+1", None),
        ("1.5", None),
        ("0x10", None),
        ("1e3", None),
        ("1_0", None),
        ("١", None),
        ("1, 2", None),
        ("", None),
        ("Infinity", None),
        ("NaN", None),
        ("soon", None),
        ("May", None),
        ("Monday", None),
        ("today", None),
        ("2026-11-23T10:00:10Z", None),
        ("23 Nov 2026 10:00:10 GMT", None),
        ("Mon, 99 Nov 2026 10:00:10 GMT", None),
        ("Mon, 23 Nov 99999 10:00:10 GMT", None),
        ("Mon, 23 Nov 2026 10:00:10 +99999999", None),
        ("9" * 400, None),
        ("Mon, " + "2" * 400, None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    """Whole seconds and HTTP dates are hints; signs, fractions, words and nonsense are not."""
    assert retry_after(Headers([("Retry-After", value)]), NOW) == seconds


@pytest.mark.parametrize(
    ("milliseconds", "seconds"),
    [
        ("1500", 1.5),
        ("0", 0.0),
        ("250.5", 0.2505),
        ("-5", 7.0),
        ("x", 7.0),
        ("", 7.0),
        ("1e3", 7.0),
    ],
)
def test_milliseconds_win(milliseconds: str, seconds: float) -> None:
    """Retry-After-Ms wins where it is readable; header names have no case."""
    headers = Headers([("RETRY-AFTER", "7"), ("retry-After-MS", milliseconds)])
    assert retry_after(headers, NOW) == seconds


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone can't be changed here")
def test_date_without_zone_is_gmt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A date without its zone is GMT, wherever this computer stands."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "America/New_York")
        time.tzset()
        headers = Headers([("retry-after", "Mon, 23 Nov 2026 10:00:10")])
        seconds = retry_after(headers, NOW)
    time.tzset()
    assert seconds == 10.0


def test_no_hint() -> None:
    """Without a header there is no hint."""
    assert retry_after(Headers(), NOW) is None


WORDS = st.sampled_from(
    [
        "Mon",
        "Monday",
        ",",
        " ",
        "23",
        "Nov",
        "-",
        "2026",
        "10",
        ":",
        "00",
        "GMT",
        "+0200",
        "XYZ",
        "T",
        "Z",
    ]
)


@given(st.text(max_size=80) | st.lists(WORDS, max_size=14).map("".join))
def test_any_value(value: str) -> None:
    """Any header value gives seconds of at least 0 or no hint, without an error or a warning."""
    seconds = retry_after(Headers([("retry-after", value), ("retry-after-ms", value)]), NOW)
    assert seconds is None or seconds >= 0
