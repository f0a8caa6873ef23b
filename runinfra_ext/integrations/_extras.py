"""What the integrations have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from .._async.client import AsyncRunInfra
    from .._sync.client import RunInfra


def missing(extra: str, error: ImportError) -> ConfigurationError:
    """The error for an extra that is not installed."""
    return ConfigurationError(
        f"this integration needs its extra: pip install 'runinfra-ext[{extra}]' ({error})"
    )


def blocking(given: RunInfra | None, place: Mapping[str, Any]) -> RunInfra:
    """The client that was given, or one that is made of the options."""
    from .._sync.client import RunInfra  # noqa: PLC0415 - the other world is not loaded

    return RunInfra(**place) if given is None else given


def asynchronous(given: AsyncRunInfra | None, place: Mapping[str, Any]) -> AsyncRunInfra:
    """The same of the async world."""
    from .._async.client import AsyncRunInfra  # noqa: PLC0415 - the other world is not loaded

    return AsyncRunInfra(**place) if given is None else given
