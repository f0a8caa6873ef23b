"""The application's trace, carried to the workers of a cluster as ``traceparent``."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager


def carrier() -> dict[str, str]:
    """What carries the span that is current here; empty where nobody traces."""
    try:
        from opentelemetry.trace.propagation import tracecontext  # noqa: PLC0415 - an extra
    except ImportError:
        return {}
    found: dict[str, str] = {}
    tracecontext.TraceContextTextMapPropagator().inject(found)
    return found


@contextmanager
def carried(carrier: Mapping[str, str]) -> Generator[None]:
    """Make that span the current one in a block, on whatever machine."""
    try:
        from opentelemetry import context  # noqa: PLC0415 - an extra
        from opentelemetry.trace.propagation import tracecontext  # noqa: PLC0415 - the same
    except ImportError:
        yield
        return
    here = context.get_current()
    token = context.attach(tracecontext.TraceContextTextMapPropagator().extract(carrier, here))
    try:
        yield
    finally:
        context.detach(token)
