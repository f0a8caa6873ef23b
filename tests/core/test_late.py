"""Modules that only annotations name."""

from __future__ import annotations

import ssl
import typing

import pytest

from runinfra_ext._ground.late import LateModule


def test_a_late_module_is_the_one_that_is_installed() -> None:
    """What is asked of it is the module's own; of several names the first that can be imported."""
    assert LateModule("ssl").SSLContext is ssl.SSLContext
    assert LateModule("no_such_module", "ssl").SSLContext is ssl.SSLContext
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        LateModule("no_such_module").SSLContext
    with pytest.raises(AttributeError):
        LateModule("ssl").NoSuchClass


late = LateModule("ssl")


def test_hints_of_a_late_module_resolve() -> None:
    """As those of one that is imported."""

    def connect(context: late.SSLContext | None) -> None: ...

    assert typing.get_type_hints(connect)["context"] == ssl.SSLContext | None
