"""The tool-calling loop: asks, executes, and asks again; the rules are the conversation's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .._structured.tools import AsyncCalls, ToolConversation, ToolRun
from ..errors import InvalidRequestError


async def run_tools(
    create: Callable[..., Any],
    conversation: ToolConversation,
    params: Mapping[str, Any],
    on_event: Callable[[Any], object] | None = None,
) -> ToolRun:
    """Ask until the model answers without calling a tool.

    Args:
        create: ``client.chat.completions.create``.
        conversation: messages, tools and the limit of steps.
        params: the other arguments of every request.
        on_event: makes every request a stream, and is given its chunks.

    Raises:
        ToolLoopError: the limit of steps is reached, or a result has no JSON form.
        RunInfraError: a request failed.
    """
    for name in ("messages", "tools", "stream"):
        if name in params:
            msg = f"{name}: the loop sets it itself"
            raise InvalidRequestError(msg, param=name)
    calls = AsyncCalls()
    while True:
        arguments: dict[str, Any] = {**params, "messages": conversation.messages}
        if conversation.tool_params:
            arguments["tools"] = conversation.tool_params
        if on_event is None:
            completion = await create(**arguments)
        else:
            async with await create(stream=True, **arguments) as stream:
                async for event in stream:
                    on_event(event)
                completion = await stream.final()
        pending = conversation.calls_of(completion)
        for call in pending:
            conversation.answer(call, await calls.run(call))
        if not pending:
            return ToolRun(completion, conversation.messages, conversation.steps)
