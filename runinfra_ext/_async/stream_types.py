# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""The streams of the operations that send events."""

from __future__ import annotations

from typing import TypeAlias

from runinfra_client import models

from .._answer import completions, results
from .._answer.nested import ResponseStreamEvent
from .stream import AsyncStream

AsyncChatCompletionStream: TypeAlias = AsyncStream[
    models.ChatCompletionChunk, completions.ChatCompletion
]
"""The events of ``chat.completions.create``."""

AsyncResponseStream: TypeAlias = AsyncStream[ResponseStreamEvent, results.Response]
"""The events of ``responses.create``."""
