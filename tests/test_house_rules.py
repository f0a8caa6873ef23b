"""Rules of the house that no linter knows: who may import whom, and what is exported."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import runinfra_ext

ROOT = Path(runinfra_ext.__file__).parents[1]
EXT = ROOT / "runinfra_ext"
CLIENT = ROOT / "runinfra_client"
# Rooms that do no I/O: they take bytes, numbers and clocks, and return decisions and objects.
ROOMS = ["_ground", "_call", "_answer", "_stream", "_media", "_structured", "_webhooks"]
NETWORK = [
    "httpx",
    "httpx2",
    "httpcore",
    "urllib3",
    "aiohttp",
    "anyio",
    "asyncio",
    "socket",
    "ssl",
    "http.client",
]
LIBRARIES = ["httpx", "httpx2", "httpcore", "h11", "urllib3", "aiohttp"]
# The rooms that may name an HTTP library: the seam, the sandbox where it records a real gateway, and
# what takes the place of one under somebody else's client.
NETWORK_ROOMS = {"_http", "integrations", "sandbox"}
# Of the package, the sandbox may use what holds no rule that it is there to test.
SANDBOX_MAY_USE = {"_version"}


def imports(path: Path) -> set[str]:
    """Full names of the modules that a file imports, also inside functions and type checks."""
    package = path.relative_to(ROOT).parts[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return found


def files(folder: Path) -> list[Path]:
    """The Python files of a folder, which must not be empty."""
    found = sorted(folder.rglob("*.py"))
    assert found, f"no Python files in {folder}"
    return found


def within(name: str, package: str) -> bool:
    """Whether a module is a package or inside it."""
    return name == package or name.startswith(f"{package}.")


def offenders(paths: list[Path], *packages: str) -> dict[str, list[str]]:
    """Files that import what they must not, and what."""
    found = {
        str(path.relative_to(ROOT)): [
            name for name in sorted(imports(path)) if any(within(name, p) for p in packages)
        ]
        for path in paths
    }
    return {path: names for path, names in found.items() if names}


def core() -> list[Path]:
    """The modules that hold the rules: no I/O, no HTTP library.

    Not those that give public names to what stands in any room, which they load when it is used.
    """
    public = [path for path in EXT.glob("*.py") if "def __getattr__" not in path.read_text("utf-8")]
    return sorted(public) + [path for room in ROOMS for path in files(EXT / room)]


def test_generated_layer_stands_alone() -> None:
    """The generated package knows nothing of the hand-written one."""
    assert offenders(files(CLIENT), "runinfra_ext") == {}


def test_core_knows_no_network() -> None:
    """The rules import neither the drivers, nor the seam, nor an HTTP library."""
    rooms = [f"runinfra_ext.{name}" for name in ("_async", "_sync", "_http")]
    assert offenders(core(), *rooms, *NETWORK) == {}


def test_ground_imports_no_room() -> None:
    """What everything stands on stands on nothing but the errors."""
    rooms = [f"runinfra_ext.{room}" for room in [*ROOMS, "_http"] if room != "_ground"]
    assert offenders(files(EXT / "_ground"), *rooms) == {}


def test_http_library_stays_in_its_rooms() -> None:
    """Only the network's rooms import an HTTP library, so it could be replaced there."""
    using = offenders(files(EXT), *LIBRARIES)
    assert {Path(path).parts[1] for path in using} <= NETWORK_ROOMS


@pytest.mark.parametrize("word", ["h11", "_network_backend"])
def test_nothing_is_known_of_what_lies_below_a_library(word: str) -> None:
    """The package stands on public libraries: not on their parts, nor on their insides."""
    assert [str(path) for path in files(EXT) if word in path.read_text(encoding="utf-8")] == []


def test_drivers_are_separate() -> None:
    """The sync client never loads the async one, nor the other way round."""
    assert offenders(files(EXT / "_sync"), "runinfra_ext._async") == {}
    assert offenders(files(EXT / "_async"), "runinfra_ext._sync") == {}


def test_sandbox_stands_apart() -> None:
    """The sandbox uses no rule of the SDK: both would make the same mistake unseen."""
    used = {
        name.split(".")[1]
        for path in files(EXT / "sandbox")
        for name in imports(path)
        if within(name, "runinfra_ext")
        and name.count(".")
        and not within(name, "runinfra_ext.sandbox")
    }
    assert used <= SANDBOX_MAY_USE


def test_sdk_needs_no_sandbox() -> None:
    """The SDK works without the sandbox and its dependencies."""
    extras = {"sandbox", "testing", "cli"}
    sdk = [path for path in files(EXT) if not extras & set(path.relative_to(EXT).parts)]
    optional = ["runinfra_ext.sandbox", "starlette", "uvicorn", "jsonschema_rs"]
    assert offenders(sdk, *optional) == {}


def test_all_is_sorted_and_complete() -> None:
    """__all__ is sorted, without doubles, and every name in it is there."""
    names = runinfra_ext.__all__
    assert names == sorted(set(names))
    assert [name for name in names if not hasattr(runinfra_ext, name)] == []
    assert set(names) <= set(dir(runinfra_ext))


def test_all_lists_what_is_public() -> None:
    """A public name of the package is either exported or one of its modules."""
    modules = {path.stem for path in EXT.iterdir()}
    public = {name for name in vars(runinfra_ext) if name[0] not in "_@"}  # pytest adds @
    public |= runinfra_ext._LAZY.keys()
    imported = {"annotations", "importlib", "Any", "TYPE_CHECKING"}
    assert (
        public - set(runinfra_ext.__all__) - (modules - runinfra_ext._LAZY.keys()) - imported
        == set()
    )


def test_unknown_name() -> None:
    """A name that the package doesn't have is an AttributeError that says so."""
    with pytest.raises(AttributeError, match="'runinfra_ext' has no attribute 'RunInfraa'"):
        getattr(runinfra_ext, "RunInfraa")


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import runinfra_ext", ["httpx", "runinfra_client.models", "asyncio"]),
        ("from runinfra_ext import RunInfra", ["runinfra_ext._async", "starlette", "uvicorn"]),
        ("from runinfra_ext import AsyncRunInfra", ["runinfra_ext._sync"]),
        ("from runinfra_ext import webhooks", ["httpx", "runinfra_ext._sync"]),
        ("from runinfra_ext import telemetry", ["opentelemetry", "asyncio"]),
        (
            "from runinfra_ext import RunInfra; RunInfra(api_key='k-not-used').chat.completions",
            ["runinfra_ext._media", "runinfra_ext._answer.notebook", "decimal"],
        ),
    ],
)
def test_import_loads_only_what_it_needs(statement: str, absent: list[str]) -> None:
    """An import is light: what belongs to another use is not loaded."""
    code = f"{statement}; import sys; print([n for n in {absent!r} if n in sys.modules])"
    # Whoever measures coverage loads modules of its own.
    bare = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=bare)
    assert (run.stdout, run.stderr) == ("[]\n", "")


@pytest.mark.parametrize("path", [p for p in files(EXT) if "_sync" not in p.parts], ids=str)
def test_files_are_short(path: Path) -> None:
    """A hand-written module has fewer than 400 lines and says what it promises."""
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") < 400 or text.startswith("# Generated from ")
    assert not text.strip() or ast.get_docstring(ast.parse(text))


ESCAPE = re.compile(r"#\s*(?:(type: ignore)\[[^\]]+\]|noqa: [A-Z0-9, ]+|pyright: ignore\[[^\]]+\])")
EVERYTHING = ("except Exception", "except BaseException", "except (Exception")
BY_HAND = [
    path
    for folder in ("runinfra_ext", "scripts", "examples", "benchmarks")
    for path in files(ROOT / folder)
    if not path.read_text("utf-8").startswith("# Generated")
]


def unreasoned(lines: list[str]) -> list[int]:
    """The numbers of lines that turn a check off, or catch everything, and do not say why."""
    found = []
    for number, line in enumerate(lines, 1):
        last = None
        for last in ESCAPE.finditer(line):
            pass
        catches = line.lstrip().startswith(EVERYTHING)
        below = lines[number].lstrip() if number < len(lines) else ""
        if (last is not None and not line[last.end() :].strip(" #-")) or (
            last is None and catches and "#" not in line and not below.startswith("#")
        ):
            found.append(number)
    return found


@pytest.mark.parametrize("path", BY_HAND, ids=lambda path: str(path.relative_to(ROOT)))
def test_escapes_say_why(path: Path):
    """What turns a check off, and what catches everything, has its reason beside it."""
    assert unreasoned(path.read_text("utf-8").splitlines()) == []


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["a = b  # type: ignore[misc]"], [1]),
        (["a = b  # type: ignore[misc]  # pyright: ignore[reportX, reportY]"], [1]),
        (["a = b  # noqa: S608 - a constant"], []),
        (["a = b  # type: ignore[misc]  # it ships no types"], []),
        (["    except BaseException:", "        raise"], [1]),
        (["    except BaseException as e:", "        # Cancelled."], []),
        (["    except Exception:  # of the application"], []),
    ],
)
def test_what_counts_as_a_reason(lines: list[str], found: list[int]):
    assert unreasoned(lines) == found


def test_where_to_change_what():
    """The files that docs/architecture.md sends a newcomer to are there, with the names it gives."""
    table = (ROOT / "docs/architecture.md").read_text("utf-8").partition("## The house")[0]
    folder, named = ROOT, 0
    for pointed in re.findall(r"`([\w/]+\.py)`((?: \((?:`\w+`(?:, )?)+\))?)", table):
        path = ROOT / pointed[0] if "/" in pointed[0] else folder / pointed[0]
        assert path.exists(), pointed
        folder = path.parent
        for name in re.findall(r"`(\w+)`", pointed[1]):
            assert re.search(rf"\b{name}\b", path.read_text("utf-8")), pointed
            named += 1
    assert named >= 8
