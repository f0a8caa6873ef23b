"""The document drives the SDK: edit it, regenerate, and see the consequence."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.trees import ROOT, copied, replaced

PARTS = ("openapi", "scripts", "runinfra_client", "runinfra_ext", "generator-config.yml")


@pytest.fixture
def tree(tmp_path):
    """A copy of everything that generation reads and writes."""
    return copied(PARTS, tmp_path)


def generate(tree, *options, seed="random"):
    """Run the generator on a copy."""
    command = [sys.executable, str(ROOT / "scripts/generate.py"), "--root", str(tree), *options]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def edit(tree, old, new):
    """Replace one place of the copy's document."""
    replaced(tree / "openapi/runinfra.yaml", old, new)


def run(tree, code):
    """Run Python with the copy's packages."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tree, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() + done.stderr.strip()


def snapshot(tree):
    """All bytes of a tree's generated parts."""
    folders = (tree / "runinfra_client", tree / "runinfra_ext")
    return {
        path.relative_to(tree): path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_tree_is_up_to_date(seed):
    """What is committed is what the document gives, byte for byte, whatever the hash seed."""
    done = generate(ROOT, "--check", seed=seed)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_edited_generated_file_fails_the_check(tree):
    """A line that is changed, added or removed by hand is named."""
    path = tree / "runinfra_client/models/chat_completion.py"
    path.write_text(path.read_text("utf-8").replace("A completion.", "Some completion."), "utf-8")
    (tree / "runinfra_client/models/stray.py").write_text("")
    (tree / "runinfra_ext/_sync/stream.py").unlink()
    done = generate(tree, "--check")
    assert done.returncode == 1
    for text in ("chat_completion.py: differs", "stray.py: not generated", "stream.py: missing"):
        assert text in done.stdout
    assert generate(tree).returncode == 0
    assert generate(tree, "--check").returncode == 0


def test_a_new_request_field_becomes_a_keyword(tree):
    """An optional request field: a keyword that is typed, checked and sent, with no other edit."""
    edit(
        tree,
        '        logprobs: {type: [boolean, "null"], description: Return log probabilities.}',
        '        logprobs: {type: [boolean, "null"], description: Return log probabilities.}\n'
        "        mood: {type: integer, minimum: 3, description: How cheerful.}",
    )
    assert generate(tree, "--check").returncode == 1
    assert generate(tree).returncode == 0
    endpoint = tree / "runinfra_client/api/chat/create_chat_completion.py"
    assert "mood: NotRequired[int | None]" in endpoint.read_text("utf-8")
    code = (
        "import inspect\n"
        "from runinfra_ext import RunInfra, InvalidRequestError\n"
        "from runinfra_client.operations import endpoint\n"
        "from runinfra_ext._call.requests import described\n"
        "c = RunInfra(api_key='k')\n"
        "print('mood' in inspect.signature(c.chat.completions.create).parameters)\n"
        "call = described(endpoint('createChatCompletion'),"
        " {'model': 'm', 'messages': [{'role': 'user'}], 'mood': 5}, c._settings)\n"
        "print(b'\"mood\":5' in call.content)\n"
        "try: c.chat.completions.create(model='m', messages=[{'role': 'user'}], mood=1)\n"
        "except InvalidRequestError as error: print(error)\n"
    )
    assert run(tree, code).splitlines() == [
        "True",
        "True",
        "mood: expected a whole number of at least 3, got 1",
    ]


def test_a_renamed_response_field_fails_the_types(tree):
    """A field of a result that is renamed no longer type-checks where it is used."""
    edit(
        tree,
        '        output_text: {type: [string, "null"], description: The text; may',
        '        output_txt: {type: [string, "null"], description: The text; may',
    )
    assert generate(tree).returncode == 0
    code = (
        "from runinfra_client.models import Response\n"
        "print(Response.from_dict({'id': '1', 'model': 'm', 'output_txt': 'x'}).output_txt)"
    )
    assert run(tree, code) == "x"
    code = (
        "from runinfra_ext._answer.results import Response\n"
        "Response.from_dict({'id': '1', 'model': 'm', 'output': []}).output_text"
    )
    assert "AttributeError" in run(tree, code)


def test_a_replay_class_changes_the_retries(tree):
    """`never` in the document: the same failure is no longer repeated."""
    code = (
        "from runinfra_ext import RunInfra\n"
        "from runinfra_client.operations import endpoint\n"
        "from runinfra_ext._call.journey import Journey\n"
        "from runinfra_ext._call.requests import described\n"
        "from runinfra_ext._ground.wire import Headers\n"
        "c = RunInfra(api_key='k')\n"
        "call = described(endpoint('createEmbedding'), {'model': 'm', 'input': 'x'}, c._settings)\n"
        "j = Journey(call, c._settings); j.start()\n"
        "try: print(j.refused(503, Headers(), b'') > 0)\n"
        "except Exception as error: print(type(error).__name__)\n"
    )
    assert run(tree, code) == "True"
    path = tree / "openapi/runinfra.yaml"
    text = path.read_text("utf-8")
    before = "x-runinfra-replay: {class: keyed, scope: any, conservative: false}"
    place = text.index(before, text.index("operationId: createEmbedding"))
    text = text[:place] + before.replace("keyed", "never") + text[place + len(before) :]
    path.write_text(text, "utf-8")
    assert generate(tree).returncode == 0
    assert run(tree, code) == "ServiceUnavailableError"


def test_an_enum_value_is_accepted(tree):
    """A value that joins a closed set is accepted by the check and by the type."""
    edit(tree, "enum: [b64_json, url]", "enum: [b64_json, url, webp]")
    assert generate(tree).returncode == 0
    code = (
        "from runinfra_client.operations import OPERATIONS as o\n"
        "print(o['createImage'].fields['response_format'].enum)"
    )
    assert run(tree, code) == "('b64_json', 'url', 'webp')"
    objects = tree / "runinfra_client/params.py"
    assert 'Literal["b64_json", "url", "webp"]' in objects.read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("openapi: 3.1.0", "openapi: [3.1.0", "openapi/runinfra.yaml:2:"),
        (
            "      x-runinfra-scope: any\n",
            "",
            "x-runinfra-scope is missing",
        ),
        ("class: safe", "class: sometimes", "x-runinfra-replay.class: expected safe"),
        ('"#/components/schemas/ModelList"', '"#/components/schemas/Nowhere"', "Nowhere"),
    ],
)
def test_a_broken_document_names_the_place(tree, old, new, message):
    """The message says where, the exit code is 1, and the tree is as it was."""
    edit(tree, old, new)
    before = snapshot(tree)
    done = generate(tree)
    assert done.returncode == 1
    assert message in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert snapshot(tree) == before
