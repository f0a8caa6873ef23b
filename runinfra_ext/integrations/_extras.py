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


def refuse_http(given: Mapping[str, Any], *names: str) -> None:
    """Refuse what would set up an HTTP client that nothing is sent by.

    Args:
        given: arguments of a framework's class, by their names.
        names: of those that have no effect here.

    Raises:
        ConfigurationError: one of them is given.
    """
    for name in names:
        if given.get(name) is not None:
            msg = (
                f"{name}: it would have no effect, as this SDK sends the requests; give proxies,"
                " certificates and an http_client to the SDK, by its own client or client_options"
            )
            raise ConfigurationError(msg, param=name)


def blocking(given: RunInfra | None, place: Mapping[str, Any]) -> RunInfra:
    """The client that was given, or one that is made of the options."""
    from .._sync.client import RunInfra  # noqa: PLC0415 - the other world is not loaded

    return RunInfra(**place) if given is None else given


def asynchronous(given: AsyncRunInfra | None, place: Mapping[str, Any]) -> AsyncRunInfra:
    """The same of the async world."""
    from .._async.client import AsyncRunInfra  # noqa: PLC0415 - the other world is not loaded

    return AsyncRunInfra(**place) if given is None else given
