"""The low-level client alone: calls, streams, files and errors, in both worlds; its key stays hidden."""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys

import pytest

from runinfra_client import Client, models
from runinfra_client.api.audio import create_speech, create_transcription
from runinfra_client.api.chat import create_chat_completion
from runinfra_client.api.embeddings import create_embedding
from runinfra_client.api.images import create_image
from runinfra_client.api.models import list_models, retrieve_model
from runinfra_client.api.rerank import create_rerank
from runinfra_client.api.responses import create_response
from runinfra_client.api.voice import create_voice_pipeline
from runinfra_client.errors import StatusError, UnusableAnswer
from runinfra_client.operations import OPERATIONS
from tests.trees import ROOT

HELLO = [{"role": "user", "content": "Hello"}]
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(28)
CALLS = {
    list_models: {},
    retrieve_model: {"model": "Qwen/Qwen3-32B"},
    create_chat_completion: {"model": "acme-chat-8b", "messages": HELLO},
    create_response: {"model": "acme-chat-8b", "input": "Hello"},
    create_embedding: {"model": "acme-embed-m", "input": "Hello"},
    create_rerank: {"model": "acme-rerank", "query": "a", "texts": ["a", "b"]},
    create_image: {"model": "acme-flux", "prompt": "a square"},
    create_speech: {"model": "acme-tts", "input": "Hello", "voice": "nova"},
    create_transcription: {"model": "acme-asr", "file": ("clip.wav", WAV), "temperature": 0.5},
    create_voice_pipeline: {"content": ("clip.wav", WAV)},
}


@pytest.fixture(params=["sync", "asyncio"])
def world(request, gateway):
    """Runs a function of an operation's module, blocking or not."""

    def run(endpoint, **arguments):
        pipeline = endpoint.OPERATION.scope == "pipeline"
        url = gateway.base_url + ("/pipe_demo" if pipeline else "")

        def blocking():
            with Client(url, gateway.api_key) as client:
                return endpoint.sync(client, **arguments)

        async def asynchronous():
            async with Client(url, gateway.api_key) as client:
                return await endpoint.asyncio(client, **arguments)

        return blocking() if request.param == "sync" else asyncio.run(asynchronous())

    return run


@pytest.mark.parametrize("endpoint", CALLS, ids=lambda e: e.OPERATION.operation_id)
def test_every_operation(world, endpoint):
    """Each operation answers with what its annotation says, and its metadata."""
    answer = world(endpoint, **CALLS[endpoint])
    if endpoint is create_speech:
        assert answer[:3] in (b"ID3", b"\xff\xfb\x90", b"RIF")
    else:
        assert answer.request_id.startswith("req_")
        assert answer.meta.operation == endpoint.OPERATION.operation_id
    assert {e.OPERATION.operation_id for e in CALLS} == set(OPERATIONS)


@pytest.mark.parametrize(
    ("endpoint", "arguments"),
    [
        (create_chat_completion, CALLS[create_chat_completion]),
        (create_response, CALLS[create_response]),
    ],
)
def test_streams(gateway, endpoint, arguments):
    """Events come as models, the same in both worlds, and the markers end them."""
    with Client(gateway.base_url, gateway.api_key) as client:
        events = list(endpoint.sync_stream(client, **arguments))

    async def collect():
        async with Client(gateway.base_url, gateway.api_key) as client:
            return [event async for event in endpoint.asyncio_stream(client, **arguments)]

    assert len(events) > 2
    assert [type(e) for e in asyncio.run(collect())] == [type(e) for e in events]
    assert type(events[0]).__module__.startswith("runinfra_client.models.")


def test_errors_hold_their_model(world, gateway):
    """A refusal is an error with the decoded answer; the key stands in neither."""
    with pytest.raises(StatusError, match="status 404") as caught:
        world(retrieve_model, model="nothing")
    assert isinstance(caught.value.parsed, models.ErrorEnvelope)
    assert caught.value.parsed.error.code == "model_not_found"
    assert gateway.api_key not in repr(vars(caught.value))


def test_a_stream_that_is_refused(gateway):
    """Also before its first event."""
    with Client(gateway.base_url, "wrong-key") as client:
        events = create_chat_completion.sync_stream(client, **CALLS[create_chat_completion])
        with pytest.raises(StatusError, match="401"):
            next(events)


def test_an_answer_that_is_something_else(gateway, world):
    """What is not of the promised shape is an error of its own."""
    gateway.script("empty")
    with pytest.raises(UnusableAnswer, match="listModels"):
        world(list_models)


def test_dot_segments_are_refused(world):
    """No value of a path climbs out of it."""
    with pytest.raises(ValueError, match="model"):
        world(retrieve_model, model="..")


def test_the_key_is_neither_printed_nor_pickled(gateway):
    """`repr`, `str` and pickle never show it."""
    client = Client(gateway.base_url, gateway.api_key)
    assert gateway.api_key not in f"{client!r} {client}"
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(client)


RUN = """
import sys, runinfra_ext, runinfra_client
from pathlib import Path
{setup}
root = Path(runinfra_client.__file__).parent
names = {{
    ".".join(["runinfra_client", *p.relative_to(root).with_suffix("").parts]).removesuffix(".__init__")
    for p in root.rglob("*.py")
}}
print(sorted(names - set(sys.modules)))
"""
SDK = """
from runinfra_ext import RunInfra
from runinfra_ext.sandbox import Sandbox
HELLO = [{"role": "user", "content": "Hello"}]
WAV = b"RIFF\\x24\\x00\\x00\\x00WAVEfmt " + bytes(28)
with Sandbox() as gateway:
    with RunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as c:
        c.models.list(); c.models.retrieve("acme-chat-8b")
        c.chat.completions.create(model="acme-chat-8b", messages=HELLO)
        c.chat.completions.create(model="acme-chat-8b", messages=HELLO, stream=True).final()
        c.responses.create(model="acme-chat-8b", input="Hello")
        c.responses.create(model="acme-chat-8b", input="Hello", stream=True).final()
        c.embeddings.create(model="acme-embed-m", input="Hello")
        c.rerank.create(model="acme-rerank", query="a", texts=["a"])
        c.images.generate(model="acme-flux", prompt="a")
        c.audio.speech.create(model="acme-tts", input="Hello", voice="nova")
        c.audio.transcriptions.create(model="acme-asr", file=WAV)
        try: c.models.retrieve("nothing")
        except runinfra_ext.NotFoundError: pass
    url = gateway.base_url + "/pipe_demo"
    with RunInfra(api_key=gateway.api_key, base_url=url) as c:
        c.voice.pipeline.create(audio=WAV)
"""
LOW = """
from runinfra_client.operations import OPERATIONS
print({OPERATIONS[name].method for name in OPERATIONS} - {"GET", "POST"}, file=sys.stderr)
from runinfra_client import Client
from runinfra_client.api.models import retrieve_model
from runinfra_client.errors import StatusError
with Sandbox() as gateway, Client(gateway.base_url, gateway.api_key) as client:
    try: retrieve_model.sync(client, "nothing")
    except StatusError: pass
"""
# What only those need who use the low-level client alone: httpx, its errors, the index.
ALONE = [
    "runinfra_client.client",
    "runinfra_client.errors",
    "runinfra_client.models.error_detail",
    "runinfra_client.models.error_envelope",
    "runinfra_client.operations",
]


@pytest.mark.parametrize(("setup", "left"), [(SDK, ALONE), (SDK + LOW, [])], ids=["sdk", "both"])
def test_every_generated_module_is_used(setup, left):
    """A run of all operations imports each module of the low-level client: none is generated in vain."""
    code = RUN.format(setup=setup)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    unused = [name for name in eval(done.stdout) if name not in (left or ())]
    assert unused == []
