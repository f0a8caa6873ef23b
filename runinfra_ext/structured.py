"""Structured output: a Python type in, a checked object out."""

from __future__ import annotations

from ._structured.parsing import (
    ParsedChatCompletion,
    ParsedResponse,
    parse_text,
    response_format_for,
)

__all__ = ["ParsedChatCompletion", "ParsedResponse", "parse_text", "response_format_for"]
