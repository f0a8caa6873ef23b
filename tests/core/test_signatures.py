"""What help() and inspect.signature show of the methods."""

from __future__ import annotations

import inspect
from typing import Any, get_type_hints

import pytest

from runinfra_client.operations import OPERATIONS
from runinfra_ext import AsyncRunInfra, RunInfra
from runinfra_ext._call.calls import audio, chat, embeddings, images, rerank, responses
from runinfra_ext._call.options import CallOptions
from runinfra_ext._call.signatures import documented

METHODS = {
    "chat.completions.create": "createChatCompletion",
    "responses.create": "createResponse",
    "embeddings.create": "createEmbedding",
    "images.generate": "createImage",
    "rerank.create": "createRerank",
    "audio.speech.create": "createSpeech",
    "audio.transcriptions.create": "createTranscription",
}


@pytest.fixture(params=[RunInfra, AsyncRunInfra])
def client(request: pytest.FixtureRequest) -> Any:
    """A client of either kind; it opens nothing until its first call."""
    return request.param(api_key="key-of-these-tests")


def method(client: Any, path: str) -> Any:
    """A method by its path from the client."""
    for name in path.split("."):
        client = getattr(client, name)
    return client


@pytest.mark.parametrize(("path", "operation_id"), METHODS.items())
def test_real_parameters(client: Any, path: str, operation_id: str) -> None:
    """A method shows the document's parameters and the call options, all by keyword."""
    signature = inspect.signature(method(client, path))
    operation = OPERATIONS[operation_id]
    fields = set(operation.fields) | set(CallOptions.__annotations__)
    assert fields <= set(signature.parameters)
    assert ("extra_body" in signature.parameters) is (operation.body == "json")
    assert ("stream" in signature.parameters) is (operation.stream is not None)
    kinds = {p.kind for name, p in signature.parameters.items() if name != "file"}
    assert kinds == {inspect.Parameter.KEYWORD_ONLY}
    for name, field in operation.fields.items():
        if name != "file":
            required = signature.parameters[name].default is inspect.Parameter.empty
            assert required is field.required, name


@pytest.mark.parametrize(("path", "operation_id"), METHODS.items())
def test_described_parameters(client: Any, path: str, operation_id: str) -> None:
    """help() lists each parameter with the document's description, before what is raised."""
    doc = inspect.getdoc(method(client, path)) or ""
    for name, field in OPERATIONS[operation_id].fields.items():
        assert field.description, name
        assert f"    {name}: {field.description}" in doc
    for name in CallOptions.__annotations__:
        assert f"    {name}: " in doc
    assert doc.index("Args:") < doc.index("Raises:")
    assert doc.count("Args:") == 1


FILES = {
    "audio.speech.create": "    ref_audio: URL or data URL of a voice to follow. Or a path, or bytes: ",
    "audio.transcriptions.create": "wav, m4a, flac, webm or ogg. Taken as a path, bytes, a binary file",
}


@pytest.mark.parametrize(("path", "words"), FILES.items())
def test_what_a_file_may_be_given_as(client: Any, path: str, words: str) -> None:
    """Every argument that is a file says in help() which forms of it are taken."""
    assert words in (inspect.getdoc(method(client, path)) or "")


def test_responses_has_no_parameters_beyond_the_adapter(client: Any) -> None:
    """The Responses adapter has no stored conversations, so nothing pretends that it has."""
    names = set(inspect.signature(client.responses.create).parameters)
    assert names.isdisjoint({"store", "include", "reasoning", "previous_response_id"})
    assert "max_output_tokens" in names


@pytest.mark.parametrize(
    ("doc", "documented_doc"),
    [
        (None, "\n\nArgs:\n"),
        ("One.", "One.\n\nArgs:\n"),
        ("One.\n\nRaises:\n    E: x.", "One.\n\nArgs:\n"),
        ("One.\n\nReturns:\n    R.\n\nRaises:\n    E: x.", "One.\n\nArgs:\n"),
    ],
)
def test_place_of_the_list(doc: str | None, documented_doc: str) -> None:
    """The list stands after the text and before the sections that follow it."""

    def create(*, stream: bool = False, **params: object) -> None: ...

    create.__doc__ = doc
    result = inspect.getdoc(documented(OPERATIONS["createImage"])(create)) or ""
    assert result.startswith(documented_doc.lstrip())
    rest = (doc or "").partition("\n\n")[2]
    assert result.endswith(rest)


def test_the_list_goes_on_where_the_method_begins_it() -> None:
    """A method may describe parameters of its own; there is one list, and its order is kept."""

    def create(*, stream: bool = False, **params: object) -> None:
        """One.

        Args:
            stream: Its own.

        Returns:
            R.
        """

    doc = inspect.getdoc(documented(OPERATIONS["createImage"])(create)) or ""
    assert doc.startswith("One.\n\nArgs:\n    stream: Its own.\n    model: ")
    assert doc.endswith("\n\nReturns:\n    R.")
    assert doc.count("Args:") == 1


def test_what_a_method_sets_itself_is_not_offered(client: Any) -> None:
    """Parameters that would be refused stand neither in the signature nor in the list."""
    completions = client.chat.completions
    for function, name in [
        (completions.run_tools, "tools"),
        (completions.parse, "response_format"),
    ]:
        parameters = inspect.signature(function).parameters
        doc = inspect.getdoc(function) or ""
        assert name not in parameters
        assert f"\n    {name}: " not in doc
        own = [p for p in parameters.values() if p.kind is p.POSITIONAL_ONLY]
        assert len(own) == 1
        assert f"    {own[0].name}: " in doc
        assert "messages" in parameters


def test_own_parameters_are_kept() -> None:
    """Parameters that the method names itself come first and are not doubled."""

    def create(self: object, prompt: str, *, n: int = 1, **params: object) -> None: ...

    names = list(inspect.signature(documented(OPERATIONS["createImage"])(create)).parameters)
    assert names[:4] == ["self", "prompt", "n", "model"]
    assert len(names) == len(set(names))
    assert "params" not in names


@pytest.mark.parametrize(
    ("call", "operation_id"),
    [
        (chat.ChatCompletionCall, "createChatCompletion"),
        (responses.ResponseCall, "createResponse"),
        (embeddings.EmbeddingCall, "createEmbedding"),
        (rerank.RerankCall, "createRerank"),
        (images.ImageCall, "createImage"),
        (audio.SpeechCall, "createSpeech"),
    ],
)
def test_types_and_table_agree(call: Any, operation_id: str) -> None:
    """What type checkers know of a call is what the run time accepts."""
    options = {*CallOptions.__annotations__, "extra_body"}
    assert set(get_type_hints(call)) - options == set(OPERATIONS[operation_id].fields)
