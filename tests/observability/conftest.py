"""What the tests of telemetry share: spans and metrics that stay in memory."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from runinfra_ext import telemetry
from tests.conftest import Both
from tests.legs import ALL


class Recorded:
    """Telemetry whose spans and metrics stay in memory.

    Args:
        options: of the provider of tracers.
    """

    def __init__(self, **options: Any) -> None:
        self._spans = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        self.tracers = TracerProvider(**options)
        self.tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        self.meters = MeterProvider([self._reader])

    def telemetry(self, **options: Any) -> telemetry.Telemetry:
        """What a client is given."""
        return telemetry.Telemetry(
            tracer_provider=self.tracers, meter_provider=self.meters, **options
        )

    @property
    def spans(self) -> Any:
        """Those that have ended."""
        return self._spans.get_finished_spans()

    @property
    def span(self) -> Any:
        """The only one."""
        [span] = self.spans
        return span

    def tree(self) -> list[tuple[str, str | None, Any]]:
        """Name, name of the parent, and outcome of each span, sorted."""
        names = {span.context.span_id: span.name for span in self.spans}
        found = [
            (
                span.name,
                span.parent and names.get(span.parent.span_id, "?"),
                span.attributes.get("runinfra.outcome"),
            )
            for span in self.spans
        ]
        return sorted(found, key=str)

    def named(self, name: str) -> Any:
        """The only span of this name."""
        [span] = [span for span in self.spans if span.name == name]
        return span

    def metrics(self) -> dict[str, Any]:
        """Name -> its points: attributes and, of a histogram, count and sum."""
        data = self._reader.get_metrics_data()
        return {
            metric.name: metric.data.data_points
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }

    def close(self) -> None:
        """Nothing more is recorded."""
        self.tracers.shutdown()
        self.meters.shutdown()


@pytest.fixture
def recorded() -> Iterator[Recorded]:
    """Spans and metrics in memory."""
    made = Recorded()
    yield made
    made.close()


@pytest.fixture
def only_async(gateway: Any) -> Both:
    """For what the blocking world does not have."""
    return Both(ALL["async"], gateway)


def run(both: Both, recorded: Recorded, call: Any, **options: Any) -> Any:
    """Run a scenario with a client that is traced."""

    async def scenario() -> Any:
        async with both.client(telemetry=recorded.telemetry(**options)) as client:
            return await call(client)

    result = both.run(scenario)
    gc.collect()
    return result
