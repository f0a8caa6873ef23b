# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Keyword arguments of the methods of ``client.chat``."""

from __future__ import annotations

from typing import NotRequired

from runinfra_client.api.chat.create_chat_completion import (
    ChatCompletionOtherParams,
    ChatCompletionParams,
)

from ..options import JsonCallOptions


class ChatCompletionCall(ChatCompletionParams, JsonCallOptions):
    """Arguments of ``chat.completions.create``."""


class ChatCompletionPipelineCall(ChatCompletionOtherParams, JsonCallOptions):
    """Arguments of ``chat.completions.create`` for a client of one pipeline."""

    model: NotRequired[str | None]
