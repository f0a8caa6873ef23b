"""What a type checker is told is what there is: annotated classes against those found in a run.

The walk takes the results and events of every method, and goes through all public attributes of all
that hangs on them. Not only must each be an instance of the annotated class: where this package has
a richer class, and where the low-level client has a plain one, the annotation must name the same.
"""

from __future__ import annotations

import asyncio
import collections.abc
import inspect
import types as python_types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import pytest

import runinfra_ext
from runinfra_ext import AsyncRunInfra, RunInfra, hooks, types, webhooks

HELLO = [{"role": "user", "content": "What is the weather in Paris?"}]
TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
WAVE = b"RIFF\0\0\0\0WAVE" + b"\0" * 100
_LISTS = {list, tuple, set, frozenset, collections.abc.Sequence}
# What hangs on everything and says nothing of it.
_PASSED = {"additional_properties"}


@dataclass
class City:
    """What ``parse`` is to make of an answer."""

    city: str


def weather(city: str) -> str:
    """The weather in a city."""
    return f"sunny in {city}"


class Walk:
    """Goes through values beside their annotations, and notes where the two differ."""

    def __init__(self) -> None:
        self.problems: set[str] = set()
        self.seen: set[tuple[int, str]] = set()
        self.classes: set[type] = set()
        self._kept: list[Any] = []

    def value(self, value: Any, hint: Any, where: str, bound: dict[Any, Any]) -> None:
        """Hold a value against its annotation, and go on with what hangs on it."""
        hint = bound.get(hint, hint)
        if hint in {Any, object} or isinstance(hint, TypeVar):
            if is_ours(type(value)):
                self.problems.add(f"{where}: {hint}, but it is a {type(value).__name__}")
                self.object(value, bound)
            return
        if not fits(value, hint, bound):
            self.problems.add(f"{where}: {hint}, but it is a {type(value)!r}")
            return
        origin, arguments = get_origin(hint), get_args(hint)
        if origin in {Union, python_types.UnionType}:
            chosen = next(member for member in arguments if fits(value, member, bound))
            self.value(value, chosen, where, bound)
        elif origin in _LISTS and origin is not tuple:
            for item in value:
                self.value(item, arguments[0], f"{where}[]", bound)
        elif origin is tuple and len(arguments) == 2 and arguments[1] is ...:
            for item in value:
                self.value(item, arguments[0], f"{where}[]", bound)
        elif origin in {dict, collections.abc.Mapping}:
            for item in value.values():
                self.value(item, arguments[1], f"{where}{{}}", bound)
        elif is_ours(type(value)) and is_ours(origin or hint):
            names = getattr(origin, "__parameters__", ())
            inner = {name: bound.get(a, a) for name, a in zip(names, arguments, strict=False)}
            self.object(value, {**bound, **inner})

    def object(self, value: Any, bound: dict[Any, Any]) -> None:
        """Go through the public attributes of an object of ours."""
        cls = type(value)
        if (id(value), cls.__name__) in self.seen:
            return
        self._kept.append(value)  # so that no other object gets its id
        self.seen.add((id(value), cls.__name__))
        self.classes.add(cls)
        public = getattr(types, cls.__name__, None)
        if public is not cls and not public_elsewhere(cls):
            self.problems.add(f"{cls.__module__}.{cls.__name__} has no public name")
        for name, hint in attributes(cls).items():
            if name not in _PASSED:
                try:
                    held = getattr(value, name)
                except AttributeError:
                    continue  # `.meta` of what no call returned
                except runinfra_ext.RunInfraError:
                    continue  # `.image` of a picture that came as a URL
                self.value(held, hint, f"{cls.__name__}.{name}", bound)
        for name in ("__iter__", "__getitem__"):
            method = getattr(cls, name, None)
            if isinstance(value, list | tuple | str) or method is None or not hasattr(cls, "data"):
                continue
            hint = get_type_hints(method)["return"]
            item = get_args(hint)[0] if name == "__iter__" else hint
            for held in value:
                self.value(held, item, f"{cls.__name__}.{name}", bound)


def is_ours(cls: type) -> bool:
    """Whether a class is of this project."""
    return cls.__module__.partition(".")[0] in {"runinfra_ext", "runinfra_client"}


def public_elsewhere(cls: type) -> bool:
    """Whether a class has a public name outside of ``runinfra_ext.types``."""
    modules = (runinfra_ext, runinfra_ext.errors, hooks, webhooks)
    return any(getattr(module, cls.__name__, None) is cls for module in modules)


def attributes(cls: type) -> dict[str, Any]:
    """The public attributes of a class, with their annotations."""
    found = {n: h for n, h in get_type_hints(cls).items() if not n.startswith("_")}
    for name, member in inspect.getmembers(cls):
        if isinstance(member, property) and not name.startswith("_"):
            assert member.fget is not None
            found[name] = get_type_hints(member.fget).get("return", Any)
    return found


def fits(value: Any, hint: Any, bound: dict[Any, Any]) -> bool:
    """Whether a value is what the annotation says, and of no other class of ours."""
    hint = bound.get(hint, hint)
    origin = get_origin(hint)
    if hint in {Any, object} or isinstance(hint, TypeVar):
        return True
    if origin in {Union, python_types.UnionType}:
        return any(fits(value, member, bound) for member in get_args(hint))
    if origin is Literal:
        return value in get_args(hint)
    if hint is None or hint is type(None):
        return value is None
    cls = origin or hint
    if origin is list and isinstance(value, list):
        return all(fits(item, get_args(hint)[0], bound) for item in value)
    if typing.is_typeddict(cls):
        return isinstance(value, dict)
    if is_ours(type(value)) and is_ours(cls):
        return type(value) is cls
    return isinstance(value, (int, float) if cls is float else cls)


def calls(client: Any) -> Iterator[tuple[Any, tuple[Any, ...], dict[str, Any]]]:
    """Every method, once or in several ways: the method, and how it is called."""
    chat, model = client.chat.completions, "acme-chat-8b"
    tools = {"tools": [TOOL], "tool_choice": "required"}
    usage = {"stream": True, "stream_options": {"include_usage": True}}
    for more in ({}, tools, usage, {**usage, **tools}, {"logprobs": True, "top_logprobs": 2}):
        yield chat.create, (), {"model": model, "messages": HELLO, **more}
    for more in ({}, tools, {"stream": True}, {"stream": True, **tools}):
        yield client.responses.create, (), {"model": model, "input": "Hi", **more}
    for more in ({}, {"stream": True}):
        yield chat.parse, (City,), {"model": model, "messages": HELLO, **more}
        yield client.responses.parse, (City,), {"model": model, "input": "One city.", **more}
        yield chat.run_tools, ([weather],), {"model": model, "messages": HELLO, **more}
    yield client.embeddings.create, (), {"model": "acme-embed-m", "input": ["a", "b"]}
    yield client.rerank.create, (), {"model": "acme-rerank", "query": "q", "texts": ["a", "q"]}
    for form in ("b64_json", "url"):
        yield (
            client.images.generate,
            (),
            {
                "model": "acme-flux",
                "prompt": "a boat",
                "response_format": form,
            },
        )
    spoken = {"model": "acme-tts", "input": "Hi", "voice": "v"}
    yield client.audio.speech.create, (), spoken
    yield client.audio.speech.stream, (), spoken
    for form in ("json", "verbose_json", "srt"):
        yield (
            client.audio.transcriptions.create,
            (),
            {
                "model": "acme-asr",
                "file": WAVE,
                "response_format": form,
                **(
                    {"timestamp_granularities": ["word", "segment"]}
                    if form == "verbose_json"
                    else {}
                ),
            },
        )
    yield client.models.list, (), {}
    yield client.models.retrieve, (model,), {}
    yield client.request, ("models.list",), {}


async def followed(walk: Walk, client: Any) -> None:
    """Call every method and walk through what comes."""
    for method, args, kwargs in calls(client):
        hint = get_type_hints(method)["return"]
        made = method(*args, **kwargs)
        value = await made if inspect.isawaitable(made) else made
        where = method.__qualname__
        walk.value(value, hint, where, {})
        events = getattr(type(value), "__anext__", getattr(type(value), "__next__", None))
        if events is None:
            continue
        bound = binding(value, hint)
        event_hint = get_type_hints(events)["return"]
        if hasattr(value, "__anext__"):
            seen = [event async for event in value]
        else:
            seen = list(value)
        assert seen
        for event in seen:
            walk.value(event, event_hint, f"{where} event", bound)
        if hasattr(value, "final"):
            last = value.final()
            result = await last if inspect.isawaitable(last) else last
            walk.value(result, get_type_hints(type(value).final)["return"], f"{where} final", bound)
        walk.seen.clear()
        walk.object(value, bound)


def binding(value: Any, hint: Any) -> dict[Any, Any]:
    """What the type parameters of a stream's class are bound to by the annotation."""
    for member in (hint, *get_args(hint)):
        origin = get_origin(member)
        if isinstance(origin, type) and isinstance(value, origin) and get_args(member):
            return dict(zip(origin.__parameters__, get_args(member), strict=True))
    return {}


@pytest.mark.parametrize("kind", [RunInfra, AsyncRunInfra])
def test_everything_is_of_the_class_that_its_annotation_names(gateway, kind):
    """Results, events and all that hangs on them: mypy and the interpreter see the same classes."""
    walk = Walk()
    told: list[Any] = []
    watched = hooks.Hooks(told.append, told.append, told.append)

    async def scenario() -> None:
        given = {"base_url": gateway.base_url, "hooks": watched}
        made = kind(api_key=gateway.api_key, **given)
        pipe = kind(api_key=gateway.pipeline_api_key, pipeline_id=gateway.pipeline_id, **given)
        if kind is RunInfra:
            with made as client:
                await followed(walk, client)
            with pipe as client:
                result = client.voice.pipeline.create(audio=WAVE)
        else:
            async with made as client:
                await followed(walk, client)
            async with pipe as client:
                result = await client.voice.pipeline.create(audio=WAVE)
        walk.value(result, types.VoicePipelineResult, "voice.pipeline.create", {})

    asyncio.run(scenario())
    for event in told:
        walk.object(event, {})
    assert not walk.problems, "\n".join(sorted(walk.problems))
    assert {cls.__name__ for cls in walk.classes} >= {"Response", "ResponseCompletedEvent"}
