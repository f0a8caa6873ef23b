"""The generated models: what they keep, what they refuse, how they travel."""

from __future__ import annotations

import copy
import pickle

import pytest

from runinfra_client import models
from runinfra_client.unions import parse_response_stream_event
from tests.contract.instances import DOCUMENT


def examples():
    """Every JSON example of the document with the component that it is one of."""
    found = []
    responses = DOCUMENT["components"]["responses"]
    for path in DOCUMENT["paths"].values():
        for operation in path.values():
            holders = list(operation["responses"].values())
            for holder in holders:
                if "$ref" in holder:
                    holder = responses[holder["$ref"].rsplit("/", 1)[-1]]
                media = holder.get("content", {}).get("application/json")
                if media is None or "$ref" not in media["schema"]:
                    continue
                name = media["schema"]["$ref"].rsplit("/", 1)[-1]
                for key, example in media.get("examples", {}).items():
                    found.append(pytest.param(name, example["value"], id=f"{name}-{key}"))
    return found


@pytest.mark.parametrize(("component", "example"), examples())
def test_examples_round_trip(component, example):
    """Every example of the document parses, and converts back to exactly itself."""
    assert getattr(models, component).from_dict(example).to_dict() == example


def test_null_and_absent_are_told_apart_only_by_to_dict():
    """Both read as None; each converts back to what it was."""
    with_null = {"message": {"role": "assistant", "content": None}, "finish_reason": None}
    without = {"message": {"role": "assistant"}}
    for data in (with_null, without):
        choice = models.ChatCompletionChoice.from_dict(data)
        assert choice.finish_reason is choice.message.content is None
        assert choice.to_dict() == data


@pytest.mark.parametrize(
    ("model", "key", "empty"),
    [
        ("ChatCompletionChunk", "choices", []),
        ("ChatCompletionChunkChoice", "delta", {}),
        ("Response", "output", []),
        ("ResponseOutputMessage", "content", []),
    ],
)
def test_what_is_never_none_reads_as_empty(model, key, empty):
    """Missing, null and empty read the same, and convert back to what they were."""
    class_ = getattr(models, model)
    rest = {"Response": {"id": "1", "model": "m"}, "ResponseOutputMessage": {"type": "message"}}
    for data in ({}, {key: None}, {key: empty}):
        came = {**rest.get(model, {}), **data}
        read = class_.from_dict(came)
        value = getattr(read, key)
        assert (value.to_dict() if isinstance(empty, dict) else value) == empty
        for twin in (read, copy.copy(read), pickle.loads(pickle.dumps(read))):
            assert twin.to_dict() == came
    made = class_(**rest.get(model, {}))
    assert key not in made.to_dict()


def test_what_is_never_none_can_be_filled():
    """A value that is put where nothing came is converted too."""
    chunk = models.ChatCompletionChunk.from_dict({"choices": None})
    chunk.choices.append(models.ChatCompletionChunkChoice(index=0))
    chunk.choices[0].delta.content = "Hi"
    assert chunk.to_dict() == {"choices": [{"index": 0, "delta": {"content": "Hi"}}]}


def test_unknown_things_are_kept():
    """Unknown fields, enum values and union members survive both ways."""
    data = {
        "id": "resp_1",
        "model": "m",
        "status": "dreaming",
        "mood": {"deep": [1]},
        "output": [{"type": "thunder", "loud": True}, {"type": "message", "content": []}],
    }
    response = models.Response.from_dict(data)
    assert response.status == "dreaming"
    assert response.additional_properties == {"mood": {"deep": [1]}}
    assert isinstance(response.output[0], models.UnknownResponseOutputItem)
    assert isinstance(response.output[1], models.ResponseOutputMessage)
    assert response.to_dict() == data


@pytest.mark.parametrize(
    "data",
    [
        {"model": "m", "choices": []},
        {"id": "1", "model": "m", "choices": None},
        {"id": "1", "model": "m", "choices": "abc"},
        {"id": "1", "model": "m", "choices": [1]},
        {"id": "1", "model": "m", "choices": [{}]},
        {"id": "1", "model": "m", "choices": [], "usage": "much"},
    ],
)
def test_malformed_known_data_raises(data):
    """A known field of another shape is an error, not something hidden."""
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        models.ChatCompletion.from_dict(data)


def test_copies_and_pickles_are_equal():
    """copy, deepcopy and pickle give equal objects that convert to the same JSON."""
    data = {
        "id": "1",
        "model": "m",
        "choices": [{"message": {"role": "assistant"}}],
        "usage": None,
        "x": 1,
    }
    chat = models.ChatCompletion.from_dict(data)
    for twin in (copy.copy(chat), copy.deepcopy(chat), pickle.loads(pickle.dumps(chat))):
        assert twin == chat
        assert twin.to_dict() == data


def test_events_are_found_by_their_tag():
    """Each event of the union is found by its type; an unknown one has a class of its own."""
    delta = {"type": "response.output_text.delta", "delta": "Hi"}
    assert isinstance(parse_response_stream_event(delta), models.ResponseTextDeltaEvent)
    odd = parse_response_stream_event({"type": "response.thunder", "loud": 1})
    assert isinstance(odd, models.UnknownResponseStreamEvent)
    assert odd.to_dict() == {"type": "response.thunder", "loud": 1}


def test_constructors_take_keywords_and_fill_tags():
    """Models can be made by hand: keywords only, constants filled in."""
    part = models.ResponseOutputText(text="Hi")
    assert part.to_dict() == {"type": "output_text", "text": "Hi"}
    message = models.ResponseOutputMessage(content=[part])
    assert message.to_dict() == {"type": "message", "content": [part.to_dict()]}
    with pytest.raises(TypeError):
        models.ResponseOutputText("Hi")
