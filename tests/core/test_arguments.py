"""A call's keyword arguments against the document, before anything is sent."""

from __future__ import annotations

import json
from collections import UserDict, UserList
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runinfra_client.facts import Field
from runinfra_client.operations import OPERATIONS, endpoint
from runinfra_ext._call.arguments import checked_arguments
from runinfra_ext._call.options import Settings
from runinfra_ext._call.requests import described
from runinfra_ext._call.values import check_field
from runinfra_ext._ground.doors import door
from runinfra_ext.errors import ConfigurationError, InvalidRequestError

CHAT: dict[str, Any] = {"model": "acme-chat", "messages": [{"role": "user", "content": "hi"}]}
REQUIRED: dict[str, dict[str, Any]] = {
    "createChatCompletion": CHAT,
    "createResponse": {"model": "m", "input": "hi"},
    "createEmbedding": {"model": "m", "input": "hi"},
    "createImage": {"model": "m", "prompt": "a red kite"},
    "createRerank": {"model": "m", "query": "q", "texts": ["a", "b"]},
    "createSpeech": {"model": "m", "input": "hi", "voice": "nova"},
}
JSON_OPERATIONS = sorted(REQUIRED)


def check(operation_id: str, *, scoped: bool = False, **arguments: Any) -> dict[str, Any]:
    """The body that arguments give."""
    checked = checked_arguments(
        OPERATIONS[operation_id], arguments, pipeline_scoped=scoped, function="create"
    )
    return {**checked.body, **checked.extra}


def refused(operation_id: str, **changes: Any) -> InvalidRequestError:
    """The error that changed arguments give."""
    with pytest.raises(InvalidRequestError) as caught:
        check(operation_id, **{**REQUIRED[operation_id], **changes})
    return caught.value


def test_all_json_operations_are_here() -> None:
    """A new JSON operation in the document needs its line in these tests."""
    assert {name for name, operation in OPERATIONS.items() if operation.body == "json"} == set(
        REQUIRED
    )


@pytest.mark.parametrize("operation_id", JSON_OPERATIONS)
def test_least_arguments(operation_id: str) -> None:
    """The required arguments are enough, and they are all that is sent."""
    assert check(operation_id, **REQUIRED[operation_id]) == REQUIRED[operation_id]


@pytest.mark.parametrize("operation_id", JSON_OPERATIONS)
@pytest.mark.parametrize("model", ["", "  ", None, 3, b"m", ["m"], "modèle", "a\nb", "x" * 513])
def test_unusable_model(operation_id: str, model: object) -> None:
    """A model id that is not clean text is refused on every operation."""
    assert refused(operation_id, model=model).param == "model"


def test_model_is_trimmed() -> None:
    """Space around a model id is not sent."""
    assert check("createResponse", model=" m\n", input=" hi ") == {"model": "m", "input": " hi "}


@pytest.mark.parametrize("operation_id", JSON_OPERATIONS)
def test_scoped_model(operation_id: str) -> None:
    """On a pipeline's URL the model may be left out, or None; then the default is sent."""
    rest = {name: value for name, value in REQUIRED[operation_id].items() if name != "model"}
    assert check(operation_id, scoped=True, **rest)["model"] == "default"
    assert check(operation_id, scoped=True, model=None, **rest)["model"] == "default"
    assert check(operation_id, scoped=True, model="m", **rest)["model"] == "m"
    with pytest.raises(TypeError, match="'model'"):
        check(operation_id, **rest)


@pytest.mark.parametrize("operation_id", JSON_OPERATIONS)
def test_unknown_keyword(operation_id: str) -> None:
    """A misspelt keyword is a TypeError with the nearest real name; camel case is unknown."""
    for wrong, hint in (("modell", "model"), ("idempotencyKey", "idempotency_key")):
        with pytest.raises(TypeError, match=f"create\\(\\) .*'{wrong}'; did you mean '{hint}'"):
            check(operation_id, **REQUIRED[operation_id], **{wrong: "x"})
    with pytest.raises(TypeError, match="did you mean 'extra_body'"):
        check(operation_id, **REQUIRED[operation_id], extra_bod={})


@pytest.mark.parametrize("name", ["top_k", "min_p", "seed", "n_probs", "voices_of_mine"])
def test_what_is_no_misspelling(name: str) -> None:
    """What engines take, or is like nothing here, is no slip: extra_body is the way for it."""
    with pytest.raises(
        TypeError, match=f"'{name}'; give .* as extra_body={{'{name}': ...}}"
    ) as caught:
        check("createSpeech", **REQUIRED["createSpeech"], **{name: 1})
    assert "did you mean" not in str(caught.value)
    with pytest.raises(TypeError, match="did you mean 'temperature'. Else give .* extra_body="):
        check("createChatCompletion", **CHAT, temprature=1)
    with pytest.raises(TypeError) as caught:
        check("createTranscription", top_k=1)
    assert "extra_body" not in str(caught.value)


def test_missing_keywords() -> None:
    """All missing required keywords are named at once."""
    with pytest.raises(TypeError, match=r"missing .*'model', 'messages'"):
        check("createChatCompletion")


@pytest.mark.parametrize(
    ("messages", "param"),
    [
        ([], "messages"),
        (None, "messages"),
        ("hi", "messages"),
        (b"hi", "messages"),
        ({"role": "user"}, "messages"),
        (iter([{"role": "user"}]), "messages"),
        (["bad"], "messages[0]"),
        ([CHAT["messages"][0], 7], "messages[1]"),
        ([{}], "messages[0].role"),
        ([{"role": " "}], "messages[0].role"),
        ([{"role": "user"}, {"role": 3}], "messages[1].role"),
    ],
)
def test_unusable_messages(messages: object, param: str) -> None:
    """Messages are a filled list of mappings with a role; the error names the index."""
    error = refused("createChatCompletion", messages=messages)
    assert error.param == param
    assert param in error.message


@pytest.mark.parametrize(
    "messages",
    [
        ({"role": "user", "content": "hi"},),
        [{"role": "user"}],
        [{"role": "custom", "content": None, "extra": 1}],
        UserList([UserDict(role="user", content="hi")]),
    ],
)
def test_usable_messages(messages: object) -> None:
    """Any sequence of mappings is taken; content may be missing."""
    arguments = {**CHAT, "messages": messages}
    assert check("createChatCompletion", **arguments)["messages"] is messages


@pytest.mark.parametrize(
    ("value", "param"),
    [
        ("", "input"),
        (" \n", "input"),
        ([], "input"),
        (7, "input"),
        (b"hi", "input"),
        (None, "input"),
        (["hi"], "input[0]"),
        ([{"type": "message"}, 7], "input[1]"),
    ],
)
def test_unusable_response_input(value: object, param: str) -> None:
    """A response's input is text, or a filled list of mappings."""
    assert refused("createResponse", input=value).param == param


@pytest.mark.parametrize(
    ("value", "param"),
    [
        ("", "input"),
        ([], "input"),
        (7, "input"),
        (b"hi", "input"),
        ([7], "input[0]"),
        ([b"hi"], "input[0]"),
        (["hi", " "], "input[1]"),
        ([["hi"]], "input[0]"),
        (["x"] * 2049, "input"),
    ],
)
def test_unusable_embedding_input(value: object, param: str) -> None:
    """An embedding's input is text, or a filled list of texts."""
    assert refused("createEmbedding", input=value).param == param


def test_embedding_body() -> None:
    """The body holds what was given and nothing else; a tuple is a list."""
    arguments = {"model": "m", "input": ("a", "b"), "encoding_format": "float", "dimensions": 256}
    call = described(endpoint("createEmbedding"), arguments, _settings(), function="create")
    assert isinstance(call.content, bytes)
    assert json.loads(call.content) == {**arguments, "input": ["a", "b"]}


@pytest.mark.parametrize(
    ("operation_id", "name", "value"),
    [
        ("createEmbedding", "dimensions", 0),
        ("createEmbedding", "dimensions", True),
        ("createEmbedding", "dimensions", 256.0),
        ("createEmbedding", "dimensions", "256"),
        pytest.param("createEmbedding", "dimensions", -(10**5000), id="huge-integer"),
        ("createEmbedding", "encoding_format", "int8"),
        ("createChatCompletion", "temperature", 2.1),
        ("createChatCompletion", "temperature", -0.1),
        ("createChatCompletion", "temperature", float("nan")),
        ("createChatCompletion", "temperature", float("inf")),
        pytest.param("createChatCompletion", "temperature", 10**5000, id="huge-number"),
        ("createChatCompletion", "temperature", "1"),
        ("createChatCompletion", "n", 0),
        ("createChatCompletion", "n", 1.0),
        ("createChatCompletion", "logprobs", 1),
        ("createChatCompletion", "stop", ["a"] * 5),
        ("createChatCompletion", "stop", ["a", 1]),
        ("createChatCompletion", "tool_choice", "sometimes"),
        ("createChatCompletion", "tools", "t"),
        ("createChatCompletion", "reasoning_effort", "huge"),
        ("createChatCompletion", "metadata", [("a", "b")]),
        ("createResponse", "max_output_tokens", 0),
        ("createImage", "prompt", " "),
        ("createImage", "n", 5),
        ("createImage", "response_format", "png"),
        ("createSpeech", "input", ""),
        ("createSpeech", "voice", " "),
        ("createSpeech", "speed", 0.1),
        ("createSpeech", "speed", 4.5),
        ("createRerank", "query", ""),
        ("createRerank", "texts", []),
        ("createRerank", "top_n", 0),
    ],
)
def test_value_beyond_the_document(operation_id: str, name: str, value: object) -> None:
    """Ranges, closed sets and types of the document are checked; the error names the field."""
    error = refused(operation_id, **{name: value})
    assert (error.param or "").partition("[")[0] == name
    assert error.message.startswith(name)
    assert "expected" in error.message


@pytest.mark.parametrize(
    ("operation_id", "name", "value"),
    [
        ("createChatCompletion", "temperature", 0),
        ("createChatCompletion", "temperature", 2),
        ("createChatCompletion", "stop", "end"),
        ("createChatCompletion", "stop", ["a", "b", "c", "d"]),
        ("createChatCompletion", "tool_choice", {"type": "function", "function": {"name": "f"}}),
        ("createChatCompletion", "seed", -(2**70)),
        ("createEmbedding", "encoding_format", "base64"),
        ("createSpeech", "response_format", "opus-of-tomorrow"),
        ("createImage", "size", "any"),
    ],
)
def test_value_within_the_document(operation_id: str, name: str, value: object) -> None:
    """Limits are inclusive, unions work, and open sets of values stay open."""
    assert check(operation_id, **{**REQUIRED[operation_id], name: value})[name] == value


def test_none_is_left_out() -> None:
    """Optional arguments that are None are not sent."""
    assert check("createChatCompletion", **CHAT, temperature=None, extra_body=None) == CHAT


@pytest.mark.parametrize(
    ("given_", "param"),
    [
        ({}, "voice"),
        ({"ref_audio": "data:audio/wav;base64,AA"}, "ref_text"),
        ({"ref_text": "hello"}, "ref_audio"),
        ({"ref_audio": " ", "ref_text": "hello"}, "ref_audio"),
    ],
)
def test_incomplete_voice(given_: dict[str, str], param: str) -> None:
    """Speech needs a voice, or both halves of a reference."""
    with pytest.raises(InvalidRequestError) as caught:
        check("createSpeech", model="m", input="hi", **given_)
    assert caught.value.param == param


def test_reference_voice_body() -> None:
    """The reference mode sends exactly its own fields."""
    arguments = {
        "model": "m",
        "input": "hi",
        "task_type": "clone",
        "ref_audio": "https://files.example/a.wav",
        "ref_text": "hello",
    }
    assert check("createSpeech", **arguments) == arguments


@pytest.mark.parametrize("texts", [{}, {"texts": ["a"], "documents": ["b"]}])
def test_rerank_needs_one_list(texts: dict[str, Any]) -> None:
    """Rerank takes texts or documents, not both and not neither."""
    with pytest.raises(InvalidRequestError) as caught:
        check("createRerank", model="m", query="q", **texts)
    assert caught.value.param == "texts"


@pytest.mark.parametrize("operation_id", JSON_OPERATIONS)
def test_extra_body_can_not_bypass_the_checks(operation_id: str) -> None:
    """No field with an argument of its own comes in through extra_body, even when left out."""
    operation = OPERATIONS[operation_id]
    names = [*operation.fields, *(["stream"] if operation.stream else [])]
    for name in names:
        error = refused(operation_id, extra_body={name: None})
        assert error.param == "extra_body"
        assert f"{name}=" in error.message


@pytest.mark.parametrize("extra", [[("a", 1)], "a", 7, {"": 1}, {" ": 1}, {7: 1}])
def test_unusable_extra_body(extra: object) -> None:
    """extra_body is a mapping of non-blank names."""
    assert refused("createChatCompletion", extra_body=extra).param == "extra_body"


def test_extra_body_is_sent() -> None:
    """Members of extra_body stand beside the fields, None as null; its own name is not sent."""
    body = check("createChatCompletion", **CHAT, extra_body={"top_k": 40, "grammar": None})
    assert body == {**CHAT, "top_k": 40, "grammar": None}


@pytest.mark.parametrize("operation_id", ["createTranscription", "createVoicePipeline"])
def test_extra_body_on_json_only(operation_id: str) -> None:
    """Operations without a JSON body have no extra_body."""
    with pytest.raises(TypeError, match="extra_body"):
        check(operation_id, extra_body={})


def test_options_are_not_sent() -> None:
    """Call options are split off and stay out of the body."""
    options = {
        "idempotency_key": "k",
        "client_request_id": "c",
        "timeout": 1,
        "deadline": 2,
        "max_retries": 0,
        "extra_headers": {},
    }
    checked = checked_arguments(
        OPERATIONS["createChatCompletion"],
        {**CHAT, **options},
        pipeline_scoped=False,
        function="create",
    )
    assert checked == (CHAT, options, {}, None)


def _settings() -> Settings:
    from runinfra_ext._call.options import make_settings

    return make_settings(api_key="key-of-these-tests", options={})


@pytest.mark.parametrize(("stream", "sent"), [(None, {}), (False, {"stream": False})])
def test_stream_is_sent_when_it_is_given(stream: object, sent: dict[str, Any]) -> None:
    """Without stream=True JSON is asked for; False travels, because some engines stream by default."""
    call = described(
        endpoint("createChatCompletion"), CHAT, _settings(), function="create", stream=stream
    )
    assert isinstance(call.content, bytes)
    assert json.loads(call.content) == {**CHAT, **sent}
    assert (call.accept, call.streaming) == ("application/json", False)


def test_stream_call() -> None:
    """stream=True stands in the body, and events are asked for."""
    call = described(
        endpoint("createChatCompletion"), CHAT, _settings(), function="create", stream=True
    )
    assert isinstance(call.content, bytes)
    assert json.loads(call.content) == {**CHAT, "stream": True}
    assert (call.accept, call.streaming) == ("text/event-stream", True)


@pytest.mark.parametrize("stream", [1, "true", {}])
def test_stream_is_a_flag(stream: object) -> None:
    """Anything but True and False is refused as stream."""
    with pytest.raises(InvalidRequestError) as caught:
        described(
            endpoint("createChatCompletion"), CHAT, _settings(), function="create", stream=stream
        )
    assert caught.value.param == "stream"


CIRCLE: list[Any] = []
CIRCLE.append(CIRCLE)
# Deeper than any interpreter recurses: 3.13 has a limit of its own for C code.
DEEP: Any = []
for _ in range(100_000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("metadata", {"a": float("nan")}),
        ("metadata", {"a": {"b": [float("-inf")]}}),
        ("metadata", {"a": b"bytes"}),
        ("metadata", {"a": {1, 2}}),
        ("metadata", {"a": object()}),
        ("metadata", {("a", "b"): 1}),
        ("tools", CIRCLE),
        ("extra_body", {"weight": float("nan")}),
        ("extra_body", {"weight": object()}),
    ],
)
def test_body_without_json_form(name: str, value: object) -> None:
    """What JSON doesn't have is refused anywhere in the body, without a chained error."""
    with pytest.raises(InvalidRequestError) as caught:
        door(described)(
            endpoint("createChatCompletion"), {**CHAT, name: value}, _settings(), function="create"
        )
    assert caught.value.param == ("weight" if name == "extra_body" else name)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_body_nested_too_deeply() -> None:
    """A body beyond Python's recursion limit is a wrong argument, not a crash."""
    with pytest.raises(InvalidRequestError) as caught:
        described(
            endpoint("createChatCompletion"),
            {**CHAT, "tools": DEEP},
            _settings(),
            function="create",
        )
    assert caught.value.param == "tools"


def test_a_get_takes_call_options_only() -> None:
    """A GET knows the call options and no extra_body."""
    models = endpoint("listModels")
    assert described(models, {"timeout": 3}, _settings()).options == {"timeout": 3}
    with pytest.raises(TypeError, match="extra_body"):
        described(models, {"extra_body": {}}, _settings())


def test_pipeline_operation_on_a_workspace(settings: Callable[..., Settings]) -> None:
    """An operation of pipelines is refused on the workspace's URL, with the way out."""
    voice = endpoint("createVoicePipeline")
    with pytest.raises(ConfigurationError, match="pipeline_id=") as caught:
        described(voice, {"content": b"RIFF"}, settings())
    assert caught.value.param == "pipeline_id"
    call = described(voice, {"content": b"RIFF"}, settings(pipeline_id="p"))
    assert call.path == "/pipeline"


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        (Field(("string",), min_length=2), "ab", "a"),
        (Field(("string",), max_length=2), "ab", "abc"),
        (Field(("number",), exclusive_minimum=0), 0.1, 0),
        (Field(("integer", "null"), nullable=True), None, 1.5),
        (Field(("array",), min_items=2), [1, 2], [1]),
        (Field(("array",), item=Field(("boolean",))), [True], [1]),
        (Field(("object",)), {}, []),
        (Field(("boolean",)), False, 0),
    ],
)
def test_every_rule_of_a_field(field: Field, good: object, bad: object) -> None:
    """Each kind of limit that the document can state is held."""
    assert check_field("x", field, good) == good
    with pytest.raises(InvalidRequestError):
        check_field("x", field, bad)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("operation_id", JSON_OPERATIONS)
@given(data=st.data())
def test_any_value(operation_id: str, data: st.DataObject) -> None:
    """Any value of any field is sent as JSON or refused by name, never anything else."""
    name = data.draw(st.sampled_from(sorted(OPERATIONS[operation_id].fields)))
    value = data.draw(JSON)
    try:
        call = described(
            endpoint(operation_id),
            {**REQUIRED[operation_id], name: value},
            _settings(),
            function="create",
        )
    except InvalidRequestError as error:
        named = error.param
    else:
        named = name
        assert isinstance(call.content, bytes)
        body = json.loads(call.content)
        sent = value.strip() if name == "model" and isinstance(value, str) else value
        assert (body[name] == sent) if value is not None else (name not in body)
    assert named
