"""``python -m runinfra_ext.sandbox``: the sandbox from a shell."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import socket
import sys

from .server import listen, make_server
from .settings import add_options, settings_of
from .state import API_KEY, PIPELINE_API_KEY, PIPELINE_ID, Entry, SandboxState


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m runinfra_ext.sandbox",
        description="A local gateway that speaks RunInfra's wire contract.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="loopback address to listen on")
    parser.add_argument("--port", type=int, default=8080, help="0 for a free one (default 8080)")
    parser.add_argument("--json", action="store_true", help="print the start line as JSON")
    parser.add_argument("--quiet", action="store_true", help="do not log requests")
    add_options(parser)
    options = parser.parse_args(arguments)
    try:
        settings = settings_of(options)
    except ValueError as error:
        parser.error(str(error))
    try:
        listener = listen(options.host, options.port)
    except (OSError, OverflowError) as error:
        print(f"can't listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 2
    state = SandboxState(settings)
    if not options.quiet:
        state.on_answer = _log
    host = f"[{options.host}]" if ":" in options.host else options.host
    facts = {
        "base_url": f"http://{host}:{listener.getsockname()[1]}/v1",
        "api_key": API_KEY,
        "pipeline_id": PIPELINE_ID,
        "pipeline_api_key": PIPELINE_API_KEY,
    }
    if options.json:
        print(json.dumps(facts), flush=True)
    else:
        for name, value in facts.items():
            print(f"{name:17}{value}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(state, listener))
    return 0


async def _serve(state: SandboxState, listener: socket.socket) -> None:
    # uvicorn ends on SIGINT and SIGTERM by itself.
    await make_server(state).serve(sockets=[listener])


def _log(entry: Entry) -> None:
    """One readable line for each request."""
    notes = [
        "charged" if entry.charged else "",
        "replayed" if entry.replayed else "",
        f"fault {entry.fault}" if entry.fault else "",
        *entry.problems,
    ]
    status = str(entry.status) if entry.status > 0 else "---"
    line = f"{entry.request_id} {status} {entry.method} {entry.path}"
    print(" | ".join([line, *filter(None, notes)]), flush=True)


if __name__ == "__main__":
    sys.exit(main())
