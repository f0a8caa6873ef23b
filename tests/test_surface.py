"""The public surface: every operation in both clients, real signatures, light imports, house rules."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import re
import subprocess
import sys
import typing
from pathlib import Path

import pytest

from runinfra_client.operations import OPERATIONS
from runinfra_ext import AsyncRunInfra, RunInfra

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
import surface  # noqa: E402 - a script, of no package

sys.path.remove(str(ROOT / "scripts"))
METHODS = {name: operation.function for name, operation in OPERATIONS.items()}
# Hand-written methods that name the file as their users do.
OWN_NAMES = {"createVoicePipeline": {"content"}}


# What marks a function as async that is not `async def` itself is read by these.
is_async = (
    inspect.iscoroutinefunction if sys.version_info >= (3, 12) else asyncio.iscoroutinefunction
)


def find(client, path):
    """A method by its dotted path."""
    for name in path.split("."):
        client = getattr(client, name)
    return client


@pytest.mark.parametrize("cls", [RunInfra, AsyncRunInfra])
def test_every_operation_has_a_method(cls):
    """Each operation of the document is a method of both clients, under the name that it says."""
    client = cls(api_key="k-not-used")
    for path in METHODS.values():
        assert callable(find(client, path)), path


@pytest.mark.parametrize("operation", METHODS)
@pytest.mark.parametrize("cls", [RunInfra, AsyncRunInfra])
def test_methods_show_the_real_parameters(cls, operation):
    """`inspect.signature` and `help()` show every field of the document and every call option."""
    client = cls(api_key="k-not-used")
    method = find(client, METHODS[operation])
    assert is_async(method) is (cls is AsyncRunInfra)
    parameters = inspect.signature(method).parameters
    own = OWN_NAMES.get(operation, set())
    fields = set(OPERATIONS[operation].fields) - own
    assert fields <= set(parameters)
    assert {"idempotency_key", "timeout", "deadline", "max_retries"} <= set(parameters)
    assert ("extra_body" in parameters) is (OPERATIONS[operation].body == "json")
    assert not any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    for name, field in OPERATIONS[operation].fields.items():
        assert name in own or field.description in method.__doc__


@pytest.mark.parametrize("operation", METHODS)
def test_unknown_keywords_name_the_nearest(client, operation):
    """A misspelt keyword is a TypeError that names it and the real one."""
    path = METHODS[operation]
    wrong = {"clients_request_id": "x"}
    if OPERATIONS[operation].scope == "pipeline":
        client = RunInfra(api_key="k-not-used", pipeline_id="p")
    for parameter in inspect.signature(find(client, path)).parameters.values():
        if parameter.default is parameter.empty:
            wrong[parameter.name] = b"x" if "FileInput" in str(parameter.annotation) else "x"
    with pytest.raises(TypeError, match="'clients_request_id'; did you mean 'client_request_id'"):
        find(client, path)(**wrong)


def test_import_is_light():
    """Importing the package loads neither httpx nor attrs nor the models."""
    code = (
        "import sys, runinfra_ext, runinfra_client\n"
        "heavy = {'httpx', 'httpcore', 'attr', 'orjson', 'asyncio', 'runinfra_client.params'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_operation_is_named_in_the_retry_engine():
    """What may be repeated comes from the document: no operation stands in the engine's code."""
    for name in ("_call/retry.py", "_call/journey.py", "_async/transport.py"):
        text = (ROOT / "runinfra_ext" / name).read_text("utf-8")
        assert [op for op in OPERATIONS if f'"{op}"' in text] == []


def test_the_public_surface_is_the_one_that_is_written_down():
    """A name, a signature or a field that changes stands in the review; `make surface` writes it."""
    command = [sys.executable, str(ROOT / "scripts/surface.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def annotated():
    """Each public function, class and method, by its name."""
    for module in map(importlib.import_module, surface.MODULES):
        for name in surface.names(module):
            value, place = getattr(module, name), f"{module.__name__}.{name}"
            if inspect.isfunction(value):
                yield place, value
            elif inspect.isclass(value):
                yield place, value
                for member, method in inspect.getmembers(value):
                    method = method.fget if isinstance(method, property) else method
                    if inspect.isfunction(method) or inspect.ismethod(method):
                        yield f"{place}.{member}", method
    for cls in (RunInfra, AsyncRunInfra):
        for path, method in surface.methods(cls.__name__, cls(api_key="k-not-used")):
            yield path, method


def test_all_that_is_public_has_hints_that_resolve():
    """What reads annotations (validators, frameworks of tools) finds each name in them."""
    problems, seen = [], 0
    for place, value in annotated():
        seen += 1
        try:
            typing.get_type_hints(value)
        except (NameError, TypeError, AttributeError) as error:
            problems.append(f"{place}: {error}")
    assert problems == []
    assert seen > 1000


def test_every_type_is_there_once():
    """`runinfra_ext.types` has each type under one name, and the methods return those very classes."""
    from runinfra_ext import types

    assert list(types.__all__) == sorted(set(types.__all__))
    classes = [getattr(types, name) for name in types.__all__]
    named = [value for value in classes if inspect.isclass(value)]
    assert len(named) == len(set(named))
    names = [value.__name__ for value in named]
    assert len(names) == len(set(names))


PUBLIC = {
    f"runinfra_ext{name}"
    for name in (
        "",
        ".types",
        ".errors",
        ".hooks",
        ".middleware",
        ".idempotency",
        ".webhooks",
        ".structured",
        ".tools",
        ".sandbox",
        ".testing",
        ".telemetry",
        ".audio",
        ".progress",
        ".bulk",
        ".cli",
        ".integrations",
    )
}


@pytest.mark.parametrize(
    "path",
    [*ROOT.glob("README.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*.py")],
    ids=lambda path: path.name,
)
def test_examples_use_public_names_only(path):
    """What users copy imports nothing that may move without a word."""
    imported = re.findall(
        r"^\s*(?:from|import) (runinfra_\w+(?:\.\w+)*)", path.read_text("utf-8"), re.MULTILINE
    )
    public = lambda name: (
        name in PUBLIC or any(name.startswith(f"{p}.") for p in PUBLIC - {"runinfra_ext"})
    )
    assert [name for name in imported if not public(name) or "._" in name] == []
