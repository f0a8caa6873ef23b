"""The sandbox's own routes, for programs that run it as a process."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request

from .deliveries import SECRET, deliver
from .shapes import is_array, is_object
from .state import Entry, SandboxState

PREFIX = "/sandbox/"


class NoSuchRoute(Exception):
    """There is no such control route."""


async def control(state: SandboxState, request: Request) -> Any:
    """Do what a control request asks for.

    ``GET journal`` and ``GET charges`` read; ``POST reset``, ``POST script`` (a list of faults),
    ``POST settings`` (an object of changes) and ``POST deliver`` (``url`` and ``event``) act.

    Returns:
        What to answer, as JSON.

    Raises:
        NoSuchRoute: there is no such route.
        ValueError: the request's body makes no sense.
        TypeError: there is no such setting.
    """
    action = request.method, request.url.path.removeprefix(PREFIX)
    if action == ("GET", "journal"):
        return [_plain(entry) for entry in state.journal]
    if action == ("GET", "charges"):
        return [vars(charge) for charge in state.charges]
    if action == ("POST", "reset"):
        state.reset()
    elif action == ("POST", "script"):
        names: Any = await request.json()
        if not is_array(names):
            msg = "expected a list of faults"
            raise ValueError(msg)
        state.script.extend(str(name) for name in names)
    elif action == ("POST", "settings"):
        state.configure(await _object(request))
    elif action == ("POST", "deliver"):
        order = await _object(request)
        if not isinstance(order.get("url"), str) or not is_object(order.get("event")):
            msg = "expected url and event"
            raise ValueError(msg)
        secret = str(order.get("secret", SECRET))
        return await asyncio.to_thread(deliver, order["url"], order["event"], secret=secret)
    else:
        raise NoSuchRoute
    return {"ok": True}


async def _object(request: Request) -> dict[str, Any]:
    value: Any = await request.json()
    if not is_object(value):
        msg = "expected a JSON object"
        raise ValueError(msg)
    return dict(value)


def _plain(entry: Entry) -> dict[str, Any]:
    return {**vars(entry), "headers": dict(entry.headers)}
