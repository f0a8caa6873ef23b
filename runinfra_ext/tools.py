"""Python functions as tools of a model."""

from __future__ import annotations

from ._structured.tools import FunctionTool, ToolRun, function_tool

__all__ = ["FunctionTool", "ToolRun", "function_tool"]
