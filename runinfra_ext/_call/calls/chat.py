# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""Keyword arguments of the methods of ``client.chat``."""

from __future__ import annotations

from runinfra_client.api.chat.create_chat_completion import ChatCompletionParams

from ..options import JsonCallOptions


class ChatCompletionCall(ChatCompletionParams, JsonCallOptions):
    """Arguments of ``chat.completions.create``."""
