"""The sandbox's own routes, for programs that run it as a process."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

from starlette.requests import Request

from . import pictures
from .cassette_lines import parsed
from .deliveries import SECRET, deliver
from .faults import check
from .scripted import from_order
from .shapes import is_array, is_mapping
from .state import Entry, SandboxState
from .window import is_foreign, is_window
from .window import respond as respond_by_window

PREFIX: Final = "/sandbox/"


class _NoSuchRoute(Exception):
    """There is no such control route."""


def is_own(path: str) -> bool:
    """Whether a path is the sandbox's own, and none of the gateway's."""
    return path.startswith(PREFIX) or is_window(path)


async def respond(state: SandboxState, request: Request) -> tuple[int, dict[str, str], bytes]:
    """Do what a request to the sandbox itself asks for: the window's, or one of control.

    ``GET journal``, ``GET charges`` and ``GET answers`` read; ``POST reset``, ``POST script`` (a
    list of faults), ``POST answers`` (an object as for ``Sandbox.answer``), ``POST settings`` (an
    object of changes) and ``POST deliver`` (``url`` and ``event``) act.

    Returns:
        Status, headers and body of the answer.
    """
    if request.method == "HEAD":  # the server leaves the body out
        request = Request({**request.scope, "method": "GET"}, request.receive)
    if is_window(request.url.path):
        return await respond_by_window(state, request)
    action = request.url.path.removeprefix(PREFIX)
    picture = _picture(state, action.removeprefix("pictures/"))
    if picture is not None and action.startswith("pictures/"):
        return 200, {"content-type": "image/png"}, picture
    if is_foreign(request):
        return 403, {"content-type": "application/json"}, b'{"error": "not from another site"}'
    status = 200
    try:
        answer = await _act(state, request)
    except _NoSuchRoute:
        status, answer = 404, {"error": "no such control route"}
    except (TypeError, ValueError) as error:
        status, answer = 400, {"error": str(error)}
    body = json.dumps(answer, default=str).encode()
    return status, {"content-type": "application/json"}, body


def _picture(state: SandboxState, name: str) -> bytes | None:
    return state.pictures.get(name) or pictures.named(name)


async def _act(state: SandboxState, request: Request) -> Any:
    action = request.method, request.url.path.removeprefix(PREFIX)
    if action == ("GET", "journal"):
        return [_plain(entry) for entry in state.journal]
    if action == ("GET", "charges"):
        return [vars(charge) for charge in state.charges]
    if action == ("GET", "answers"):
        return [answer.state() for answer in state.answers]
    if action == ("POST", "reset"):
        state.reset()
    elif action == ("POST", "script"):
        names = await _json(request)
        if not is_array(names):
            msg = "expected a list of faults"
            raise ValueError(msg)
        state.script.extend([check(name) for name in names])
    elif action == ("POST", "answers"):
        state.dictate(from_order(await _object(request)))
    elif action == ("POST", "settings"):
        state.configure(await _object(request))
    elif action == ("POST", "deliver"):
        order: dict[str, Any] = {"secret": SECRET, **await _object(request)}
        for name, kind in (("url", str), ("event", dict), ("secret", str)):
            if not isinstance(order.get(name), kind):
                msg = f"{name}: expected {'an object' if kind is dict else 'a text'}"
                raise TypeError(msg)
        if odd := order.keys() - {"url", "event", "secret"}:
            msg = f"{min(odd)}: there is no such parameter; there are url, event and secret"
            raise TypeError(msg)
        return await asyncio.to_thread(
            deliver, order["url"], order["event"], secret=order["secret"]
        )
    else:
        raise _NoSuchRoute
    return {"ok": True}


async def _json(request: Request) -> Any:
    try:
        return parsed(await request.body())
    except ValueError as error:
        msg = f"the body is {error}"
        raise ValueError(msg) from error


async def _object(request: Request) -> dict[str, Any]:
    value = await _json(request)
    if not is_mapping(value):
        msg = "expected a JSON object"
        raise ValueError(msg)
    return dict(value)


def _plain(entry: Entry) -> dict[str, Any]:
    return {**vars(entry), "headers": dict(entry.headers)}
