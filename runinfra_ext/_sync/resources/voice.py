# Generated from runinfra_ext/_async/resources/voice.py by `make gen`; do not edit.
# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""``client.voice``."""

from __future__ import annotations

from ..mixins.voice import VoicePipelineMethods
from ..resource import Resource
from ..transport import Transport


class VoicePipeline(VoicePipelineMethods):
    """The native voice pipeline; preview."""


class Voice(Resource):
    """The native voice pipeline; preview."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)
        self.pipeline = VoicePipeline(transport)
