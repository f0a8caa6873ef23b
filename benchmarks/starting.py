"""What it costs to start: import, first client, second client, first call, in a new process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Final

# Nothing but `sys` and `time` may be imported before the clock starts: what the benchmark imported
# would be free for the contender.
_SCRIPT: Final = """
import sys, time
def memory(field):
    for line in open("/proc/self/status"):
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    return 0
before = memory("VmHWM")
marks = [time.perf_counter()]
{imports}
marks.append(time.perf_counter())
{client}
marks.append(time.perf_counter())
first, client = client, None
{client}
marks.append(time.perf_counter())
peak = memory("VmHWM")
{call}
marks.append(time.perf_counter())
steps = [b - a for a, b in zip(marks, marks[1:])]
print([*steps, peak, before])
"""
_OPTIONS: Final = "api_key='rp_live_benchmark', base_url='{base}/plain/v1'"
_CHAT: Final = (
    "client.chat.completions.create(model='m', messages=[dict(role='user', content='x')])"
)
_POST: Final = "client.post('/chat/completions', json=dict(model='m')).json()"
# Name -> how it is imported, made and first called.
_STEPS: Final = {
    "openai": ("import openai", f"client = openai.OpenAI({_OPTIONS})", _CHAT),
    "official": ("import runinfra", f"client = runinfra.RunInfra({_OPTIONS})", _CHAT),
    "ext": ("import runinfra_ext", f"client = runinfra_ext.RunInfra({_OPTIONS})", _CHAT),
    "openai-async": (
        "import asyncio, openai",
        f"client = openai.AsyncOpenAI({_OPTIONS})",
        f"asyncio.run({_CHAT})",
    ),
    "ext-async": (
        "import asyncio, runinfra_ext",
        f"client = runinfra_ext.AsyncRunInfra({_OPTIONS})",
        f"asyncio.run({_CHAT})",
    ),
    "httpx": ("import httpx", "client = httpx.Client(base_url='{base}/plain/v1')", _POST),
    "socket": ("import json, socket, ssl", "client = socket.socket()", "client.close()"),
}


def start(contender: str, base: str) -> dict[str, float]:
    """Start a contender in a new process.

    Args:
        contender: its name.
        base: URL of the server, without a path.

    Returns:
        Seconds of each step and of their sums, and bytes of resident memory at their highest.
    """
    imports, client, call = (part.replace("{base}", base) for part in _STEPS[contender])
    script = _SCRIPT.format(imports=imports, client=client, call=call)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    imported, first, second, called, peak, before = json.loads(done.stdout)
    return {
        "import": imported,
        "client": imported + first,
        "first client": first,
        "second client": second,
        "call": imported + first + second + called,
        "resident": peak,
        "interpreter": before,
    }


def start_program(base: str) -> dict[str, float]:
    """Start the command line in new processes.

    Args:
        base: URL of the server, without a path.

    Returns:
        Seconds of a help page, of a command's own help page, and of one chat with its call, each
        with the interpreter's start.
    """
    environment = {
        **os.environ,
        "RUNINFRA_API_KEY": "rp_live_benchmark",
        "RUNINFRA_BASE_URL": f"{base}/plain/v1",
    }
    runs = {
        "help": ("--help",),
        "command": ("models", "--help"),
        "chat": ("chat", "--no-stream", "-m", "m", "x"),
    }
    found: dict[str, float] = {}
    for name, arguments in runs.items():
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "runinfra_ext", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            timeout=60,
            env=environment,
        )
        found[name] = time.perf_counter() - begun
    return found
