"""Python functions as tools of a model."""

from __future__ import annotations

from ._structured.conversation import (
    ToolCall,
    ToolCallEvent,
    ToolDoneEvent,
    ToolEvent,
    ToolResultEvent,
    ToolRun,
    ToolTextEvent,
)
from ._structured.tools import FunctionTool, function_tool

__all__ = [
    "FunctionTool",
    "ToolCall",
    "ToolCallEvent",
    "ToolDoneEvent",
    "ToolEvent",
    "ToolResultEvent",
    "ToolRun",
    "ToolTextEvent",
    "function_tool",
]
