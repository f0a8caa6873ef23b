# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""``client.voice``."""

from __future__ import annotations

from ..mixins.voice import AsyncVoicePipelineMethods
from ..resource import AsyncResource
from ..transport import AsyncTransport


class AsyncVoicePipeline(AsyncVoicePipelineMethods):
    """The native voice pipeline; preview."""


class AsyncVoice(AsyncResource):
    """The native voice pipeline; preview."""

    def __init__(self, transport: AsyncTransport) -> None:
        super().__init__(transport)
        self.pipeline = AsyncVoicePipeline(transport)
