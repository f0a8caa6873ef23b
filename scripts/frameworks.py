"""Run the frameworks that people use against a sandbox, and the examples of docs/frameworks.md.

    python scripts/frameworks.py [openai3 | openai2 | ray_data | node] [-- PYTEST'S ARGUMENTS]
    python scripts/frameworks.py bench-ray        measure benchmarks/with_ray.py

Each environment is made by itself, as its packages demand what others forbid: exact versions stand
in tests/frameworks/requirements and tests/frameworks/node/package.json. They are kept in
.venv-frameworks until what they are made of changes.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from foreign import Failed, install, run, surroundings

from runinfra_ext.sandbox import Sandbox

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests/frameworks"
PLACE = ROOT / ".venv-frameworks"
# Environments, and the integrations that are tested there.
PYTHONS = {
    "openai3": ("haystack", "langchain", "litellm", "pydantic_ai"),
    "openai2": ("llama_index",),
    "ray_data": (),  # its parts are tested without Ray, too
}
OWN = ROOT / "tests/integrations"  # what the SDK itself has for openai, under each of its majors
PAGE = ROOT / "docs/frameworks.md"


def main(arguments: list[str]) -> int:
    """Run what is asked for; the exit code."""
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    names, more = arguments[:cut], arguments[cut + 1 :]
    try:
        for name in names or [*PYTHONS, "node"]:
            if name == "node":
                run_node()
            elif name == "bench-ray":
                measure_ray()
            elif name in PYTHONS:
                run_python(name, more)
            else:
                raise Failed(f"{name}: expected {', '.join(PYTHONS)} or node")
    except Failed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def changed(folder: Path, *sources: Path) -> bool:
    """Whether an environment is not made of these files yet."""
    mark = folder / ".made-of"
    return not mark.exists() or mark.read_text() != digest(sources)


def digest(sources: tuple[Path, ...]) -> str:
    """What the files are."""
    whole = b"".join(path.read_bytes() for path in sources)
    return hashlib.sha256(whole + sys.version.encode()).hexdigest()


def python_of(name: str) -> tuple[Path, str]:
    """The folder of an environment, which is made if need be, and its Python."""
    folder, pins = PLACE / name, TESTS / f"requirements/{name}.txt"
    python = str(folder / "bin/python")
    if changed(folder, pins):
        print(f"- {name}: install", flush=True)
        venv.create(folder, clear=True, with_pip=True)
        pip = (python, "-m", "pip", "--disable-pip-version-check")
        for step in (("install", "--quiet", "--no-deps", "--requirement", str(pins)), ("check",)):
            if subprocess.run((*pip, *step), check=False).returncode:
                raise Failed(f"{name}: pip {step[0]} failed")
        (folder / ".made-of").write_text(digest((pins,)))
    return folder, python


def measure_ray() -> None:
    """Rows through Ray Data, by the ways there are."""
    _, python = python_of("ray_data")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = (python, "-m", "benchmarks.with_ray")
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
        raise Failed("bench-ray failed")


def run_python(name: str, more: list[str]) -> None:
    """The tests of a Python environment, and its share of the page's examples."""
    folder, python = python_of(name)
    print(f"- {name}: types", flush=True)
    own = [f"runinfra_ext/integrations/{module}.py" for module in PYTHONS[name]]
    cache = ("--cache-dir", str(folder / "mypy"))
    types = (python, "-m", "mypy", "--strict", "--follow-imports=silent", *cache, *own)
    if own and subprocess.run(types, cwd=ROOT, check=False).returncode:
        raise Failed(f"{name}: types are wrong")
    print(f"- {name}: test", flush=True)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "FRAMEWORKS": name,
        "COVERAGE_FILE": str(folder / "coverage"),
    }
    # A part of the tests covers a part only, and is not measured.
    measured = [f"--cov=runinfra_ext.integrations.{module}" for module in PYTHONS[name]]
    if own:
        measured += [f"--cov-config={TESTS / 'coverage.ini'}", "--cov-report=term"]
    command = (
        *(python, "-m", "pytest", "-q", "-c", str(TESTS / "pytest.ini")),
        *("--rootdir", str(TESTS), "--confcutdir", str(TESTS)),
        *(str(TESTS / "test_page.py"), str(TESTS / name)),
        *([str(OWN)] if name.startswith("openai") else []),
        *(more or measured),
    )
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
        raise Failed(f"{name}: tests failed")


def run_node() -> None:
    """The programs in JavaScript, and the page's examples."""
    folder, package = PLACE / "node", TESTS / "node/package.json"
    environment = surroundings()
    folder.mkdir(parents=True, exist_ok=True)
    if changed(folder, package):
        shutil.copy(package, folder)
        install(folder, environment)
        (folder / ".made-of").write_text(digest((package,)))
    programs = {path.name: path.read_text("utf-8") for path in sorted(TESTS.glob("node/*.mjs"))}
    for section in re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        title = section.partition("\n")[0]
        for number, text in enumerate(re.findall(r"```js\n(.*?)```", section, re.DOTALL)):
            programs[f"page-{re.sub(r'[^a-z]+', '-', title.lower())}-{number}.mjs"] = text
    for tls in (False, True):
        with Sandbox(process=True, tls=tls) as sandbox:
            there = {
                **environment,
                "RUNINFRA_BASE_URL": sandbox.base_url,
                "RUNINFRA_API_KEY": sandbox.api_key,
                "NODE_EXTRA_CA_CERTS": sandbox.ca_file,
            }
            for name, text in programs.items():
                (folder / name).write_text(text, "utf-8")
                run(folder, there, f"node: {name}{' over TLS' if tls else ''}", "node", name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
