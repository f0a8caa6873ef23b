"""The ten operations as calls of a real client, over answers that a test makes up.

The HTTP library answers from memory here, so that thousands of answers take seconds: what is
tested is everything from its response to the result. ``test_generated_answers.py`` sends a smaller
number over a socket.
"""

from __future__ import annotations

import asyncio
import copy
import pickle
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import attrs
import httpx

from runinfra_ext import AsyncRunInfra, RunInfra, RunInfraError
from tests.contract.by_document import call_of, components, described

KEY = "rp_live_contract" + "0" * 40
OPTIONS: Any = {"api_key": KEY, "pipeline_id": "pipe_demo", "max_retries": 0}
HELLO = [{"role": "user", "content": "Hi"}]


class Case(NamedTuple):
    """One way to call an operation, and the component that answers it."""

    operation: str
    component: str
    call: Callable[[Any], Any]


_BY_HAND = (
    Case("createChatCompletion", "ChatCompletion", lambda c: c.chat.completions.create(model="m", messages=HELLO)),
    Case("createResponse", "Response", lambda c: c.responses.create(model="m", input="Hi")),
    Case("createEmbedding", "EmbeddingList", lambda c: c.embeddings.create(model="m", input="Hi")),
    Case("createRerank", "RerankResult", lambda c: c.rerank.create(model="m", query="q", texts=["t"])),
    Case("createImage", "ImageList", lambda c: c.images.generate(model="m", prompt="p")),
    Case("createTranscription", "Transcription", lambda c: c.audio.transcriptions.create(model="m", file=b"RIFF")),
    Case(
        "createTranscription",
        "TranscriptionVerbose",
        lambda c: c.audio.transcriptions.create(model="m", file=b"RIFF", response_format="verbose_json"),
    ),
    Case("listModels", "ModelList", lambda c: c.models.list()),
    Case("retrieveModel", "Model", lambda c: c.models.retrieve("m")),
    Case("createVoicePipeline", "VoicePipelineResult", lambda c: c.voice.pipeline.create(audio=b"RIFF")),
)  # fmt: skip
# Operations that nobody wrote a case for are called as their examples have them.
CASES = (
    *_BY_HAND,
    *(
        Case(operation.operation_id, name, call_of(operation))
        for operation in described()
        if operation.operation_id not in {case.operation for case in _BY_HAND}
        for name in components(operation.data)
    ),
)


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in the pieces in which it arrives."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = tuple(pieces)

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


class Exchange:
    """A client of one kind whose every request gets the answer that was set last.

    Args:
        kind: ``sync`` or ``async``.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._runner = asyncio.Runner()
        self._answer: tuple[int, list[tuple[bytes, bytes]], tuple[bytes, ...]] = (200, [], ())
        self._connect()

    def _connect(self) -> None:
        self._http: Any
        if self.kind == "sync":
            self._http = httpx.Client(transport=httpx.MockTransport(self._handle))
            self.client: Any = RunInfra(http_client=self._http, **OPTIONS)
        else:
            self._http = httpx.AsyncClient(transport=httpx.MockTransport(self._handle_async))
            self.client = AsyncRunInfra(http_client=self._http, **OPTIONS)

    def close(self) -> None:
        """Close the HTTP library's client and the event loop."""
        if self.kind == "sync":
            self._http.close()
        else:
            self._runner.run(self._http.aclose())
        self._runner.close()

    def set(self, status: int, headers: Mapping[str, str], *pieces: bytes) -> None:
        """What is answered from now on."""
        # As servers send them: most in Latin-1, what does not fit in UTF-8.
        fits = all(ord(letter) < 256 for value in headers.values() for letter in value)
        code = "latin-1" if fits else "utf-8"
        raw = [(name.encode(), value.encode(code)) for name, value in headers.items()]
        self._answer = (status, raw, pieces)

    def wait(self, value: Any) -> Any:
        """What a call gives, awaited if it must be."""
        if self.kind == "sync":
            return value

        async def main() -> Any:
            return await value

        return self._runner.run(main())

    def call(self, call: Callable[[Any], Any]) -> Any:
        """Make a call; its result, or the error of the package's tree that it raised."""
        try:
            if self.kind == "sync":
                return call(self.client)

            async def main() -> Any:
                return await call(self.client)

            return self._runner.run(main())
        except RunInfraError as error:
            return error

    def _handle(self, request: httpx.Request) -> httpx.Response:
        status, headers, pieces = self._answer
        return httpx.Response(status, headers=headers, stream=Pieces(pieces))

    async def _handle_async(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        return self._handle(request)


def look(value: Any) -> None:
    """Use all that a result offers: each attribute and property, in depth.

    Only an error of the package's tree may come of it.
    """
    if isinstance(value, list | tuple):
        for item in value:
            look(item)
        return
    if not attrs.has(type(value)):
        return
    for cls in type(value).__mro__:
        for name, member in vars(cls).items():
            if name == "meta" and getattr(value, "_meta", None) is None:
                continue  # a model inside of another: only what a call returned has metadata
            if isinstance(member, property):
                try:
                    look(getattr(value, name))
                except RunInfraError as error:
                    look_at_error(error)
    for field in attrs.fields(type(value)):
        look(getattr(value, field.name))
    with suppress(RecursionError):
        repr(value)


def look_at_error(error: RunInfraError) -> None:
    """Use all that an error offers, as logs and workers do."""
    assert str(error)
    repr(error)
    look(error.partial)
    copy.copy(error)
    # Python writes no lists in lists in lists without end, which an unknown member may hold.
    with suppress(RecursionError):
        twin = pickle.loads(pickle.dumps(error))
        assert type(twin) is type(error)
        assert str(twin) == str(error)
