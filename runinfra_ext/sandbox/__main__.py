"""``python -m runinfra_ext.sandbox``: the sandbox from a shell."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import signal
import sys
from contextlib import ExitStack
from typing import Any, Final, TypeGuard

from .server import address, listen, make_server, serve
from .settings import add_options, settings_of
from .state import API_KEY, PIPELINE_API_KEY, PIPELINE_ID, Entry, SandboxState
from .tape import make_tape

_PROGRAM: Final = "python -m runinfra_ext.sandbox"


def program(arguments: list[str] | None = None, *, prog: str = _PROGRAM) -> int:
    """Run the command line as a process of its own does; the exit code.

    Args:
        arguments: of the command line; the process's own if left out.
        prog: what the program is called.
    """
    for name in ("uvicorn", "python_multipart"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # asyncio warns of every write to a client that has left, which is no news here.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, _end)
    return main(arguments, prog=prog)


def command_line(prog: str) -> argparse.ArgumentParser:
    """What it takes; ``runinfra-ext sandbox`` has the same."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description="A local gateway that speaks RunInfra's wire contract.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="loopback address to listen on")
    parser.add_argument("--port", type=int, default=8080, help="0 for a free one (default 8080)")
    parser.add_argument("--json", action="store_true", help="print the start line as JSON")
    parser.add_argument("--quiet", action="store_true", help="do not log requests")
    parser.add_argument(
        "--tls", action="store_true", help="serve https with an authority that is made at the start"
    )
    parser.add_argument("--record", metavar="FILE", help="cassette to write; needs --upstream")
    parser.add_argument("--upstream", metavar="URL", help="base URL of the gateway to record")
    parser.add_argument("--replay", metavar="FILE", help="cassette to answer from")
    add_options(parser)
    return parser


def main(arguments: list[str] | None = None, *, prog: str = _PROGRAM) -> int:
    """Run the command line; the exit code."""
    parser = command_line(prog)
    options = parser.parse_args(arguments)
    try:
        state = SandboxState(settings_of(options))
        state.tape = make_tape(
            record=options.record, upstream=options.upstream, replay=options.replay
        )
    except (OSError, ValueError) as error:
        problem = f"{error.filename}: {error.strerror}" if _is_of_file(error) else str(error)
        if not options.json:
            parser.error(problem)
        print(json.dumps({"error": problem}), flush=True)
        return 2
    try:
        listener = listen(options.host, options.port)
    except (OSError, OverflowError) as error:
        problem = f"can't listen on {options.host}:{options.port}: {error}"
        if options.json:
            print(json.dumps({"error": problem}), flush=True)
        else:
            print(problem, file=sys.stderr)
        return 2
    if not options.quiet:
        state.on_answer = _log
    facts = {
        "base_url": address(listener, options.host, tls=options.tls),
        "api_key": API_KEY,
        "pipeline_id": PIPELINE_ID,
        "pipeline_api_key": PIPELINE_API_KEY,
    }
    with ExitStack() as stack:
        context = None
        if options.tls:
            from .tls import Authority  # noqa: PLC0415 - it takes a while to load

            authority = Authority(options.host)
            stack.callback(authority.close)
            context, facts["ca_file"] = authority.server_context, authority.ca_file
        facts["window"] = facts["base_url"].removesuffix("v1")
        with (
            contextlib.suppress(KeyboardInterrupt),
            asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner,
        ):
            runner.get_loop()  # first: whoever reads the facts may end this process at once
            if options.json:
                print(json.dumps(facts), flush=True)
            else:
                for name, value in facts.items():
                    print(f"{name:17}{value}", flush=True)
            # uvicorn ends on SIGINT and SIGTERM by itself, and raises them again.
            runner.run(serve(state, make_server(state, context), listener))
    return 0


def _is_of_file(error: Exception) -> TypeGuard[OSError]:
    return isinstance(error, OSError) and error.filename is not None


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


def _end(_number: int, _frame: Any) -> None:
    # Through Python, so that what was made for this run is removed.
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(program())
