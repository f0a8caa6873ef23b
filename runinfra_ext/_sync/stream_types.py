# Generated from runinfra_ext/_async/stream_types.py by `make gen`; do not edit.
# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""The streams of the operations that send events."""

from __future__ import annotations

from typing import TypeAlias

from runinfra_client import models

from .._answer import completions, results
from .._answer.nested import ResponseStreamEvent
from .stream import Stream

ChatCompletionStream: TypeAlias = Stream[models.ChatCompletionChunk, completions.ChatCompletion]
"""The events of ``chat.completions.create``."""

ResponseStream: TypeAlias = Stream[ResponseStreamEvent, results.Response]
"""The events of ``responses.create``."""
