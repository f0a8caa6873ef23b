"""The public surface: every operation in both clients, real signatures, light imports, house rules."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import runinfra_ext
from runinfra_client.operations import OPERATIONS
from runinfra_ext import AsyncRunInfra, RunInfra

ROOT = Path(__file__).resolve().parent.parent
METHODS = {
    "createChatCompletion": "chat.completions.create",
    "createResponse": "responses.create",
    "createEmbedding": "embeddings.create",
    "createRerank": "rerank.create",
    "createImage": "images.generate",
    "createSpeech": "audio.speech.create",
    "createTranscription": "audio.transcriptions.create",
    "createVoicePipeline": "voice.pipeline.create",
    "listModels": "models.list",
    "retrieveModel": "models.retrieve",
}


def find(client, path):
    """A method by its dotted path."""
    for name in path.split("."):
        client = getattr(client, name)
    return client


def test_every_operation_has_a_method():
    """An operation that is added to the document needs a method, here and in both clients."""
    assert set(METHODS) == set(OPERATIONS)


@pytest.mark.parametrize("operation", METHODS)
@pytest.mark.parametrize("cls", [RunInfra, AsyncRunInfra])
def test_methods_show_the_real_parameters(cls, operation):
    """`inspect.signature` and `help()` show every field of the document and every call option."""
    client = cls(api_key="k-not-used")
    method = find(client, METHODS[operation])
    assert inspect.iscoroutinefunction(method) is (cls is AsyncRunInfra)
    parameters = inspect.signature(method).parameters
    fields = set(OPERATIONS[operation].fields)
    assert fields <= set(parameters)
    assert {"idempotency_key", "timeout", "deadline", "max_retries"} <= set(parameters)
    assert ("extra_body" in parameters) is (OPERATIONS[operation].body == "json")
    assert not any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    for field in OPERATIONS[operation].fields.values():
        assert field.description in method.__doc__


@pytest.mark.parametrize("operation", METHODS)
def test_unknown_keywords_name_the_nearest(client, operation):
    """A misspelt keyword is a TypeError that names it and the real one."""
    path = METHODS[operation]
    wrong = {"clients_request_id": "x"}
    if operation == "retrieveModel":
        wrong["model"] = "m"
    if operation == "createVoicePipeline":
        client = RunInfra(api_key="k-not-used", pipeline_id="p")
        wrong["audio"] = b"x"
    if operation == "createTranscription":
        wrong["file"] = b"x"
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


def test_all_is_sorted_and_complete():
    """`__all__` is sorted, every name loads, and every error class is in it."""
    from runinfra_ext import errors

    names = runinfra_ext.__all__
    assert list(names) == sorted(names)
    for name in names:
        assert getattr(runinfra_ext, name) is not None
    classes = {
        n for n, v in vars(errors).items() if isinstance(v, type) and issubclass(v, Exception)
    }
    assert classes <= set(names)
    with pytest.raises(AttributeError, match="thunder"):
        _ = runinfra_ext.thunder


def test_error_tree_is_as_drawn():
    """The list at the top of errors.py is the real tree."""
    from runinfra_ext import errors

    drawn, stack = {}, []
    for line in errors.__doc__.splitlines():
        name = line.strip(" │├└─").split("  ")[0].strip()
        if not name.isidentifier() or not hasattr(errors, name):
            continue
        depth = len(line) - len(line.lstrip(" │├└─"))
        while stack and stack[-1][0] >= depth:
            stack.pop()
        drawn[name] = stack[-1][1] if stack else None
        stack.append((depth, name))
    real = {
        name: next(
            (b.__name__ for b in value.__bases__ if issubclass(b, errors.RunInfraError)), None
        )
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.RunInfraError)
    }
    assert drawn == real


def imports_of(path):
    """Modules that a file imports, relative ones with their dots."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


TRANSPORT = {"_http.py", "http_failures.py", "network_options.py"}


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "runinfra_ext").rglob("*.py"))
    + sorted((ROOT / "runinfra_client").rglob("*.py")),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_house_rules(path):
    """Layers import only what they may."""
    place = path.relative_to(ROOT)
    imports = imports_of(path)
    roots = {name.split(".")[0] for name in imports}
    if place.parts[0] == "runinfra_client":
        assert "runinfra_ext" not in roots
        return
    if place.name not in TRANSPORT:
        assert not roots & {"httpx", "httpcore", "anyio", "h11"}
    if place.parts[1] == "sandbox":
        assert not any(name.startswith("..") for name in imports)
        assert not roots & {"runinfra_client", "runinfra_ext"}
    elif place.parts[1] not in {"_async", "_sync"} and place.name != "__init__.py":
        assert not any(name.startswith(("._async", "._sync")) for name in imports)
    elif place.parts[1] == "_async":
        assert not any("_sync" in name for name in imports)
    elif place.parts[1] == "_sync":
        assert not any("_async" in name for name in imports)


def test_no_operation_is_named_in_the_retry_engine():
    """What may be repeated comes from the document: no operation stands in the engine's code."""
    for name in ("retry.py", "journey.py", "_async/transport.py"):
        text = (ROOT / "runinfra_ext" / name).read_text("utf-8")
        assert [op for op in OPERATIONS if f'"{op}"' in text] == []
