# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""The namespaces of the client, as type checkers see them; see ``scripts/generation/scopes.py``."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, Literal, TypeVar, Unpack, overload

from runinfra_client import models
from runinfra_client.models import Transcription, TranscriptionVerbose
from runinfra_client.types import FileInput

from .. import types
from .._answer.results import TextResult
from .._call.scope import Pipeline, Scope_co, Workspace
from .._structured import DEFAULT_MAX_STEPS
from .at_hand import at_hand
from .resources.audio import AsyncAudio, AsyncAudioSpeech, AsyncAudioTranscriptions
from .resources.chat import AsyncChat, AsyncChatCompletions
from .resources.embeddings import AsyncEmbeddings
from .resources.images import AsyncImages
from .resources.models import AsyncModels
from .resources.rerank import AsyncRerank
from .resources.responses import AsyncResponses
from .resources.voice import AsyncVoice
from .transport import AsyncTransport

W = TypeVar("W")
Q = TypeVar("Q")

class AsyncNamespace(Generic[W, Q]):
    """What it is depends on whom the client speaks for."""

    @overload
    def __get__(self, client: AsyncNamespaces[Pipeline], owner: object = None) -> Q: ...
    @overload
    def __get__(self, client: AsyncNamespaces[Workspace], owner: object = None) -> W: ...

P = TypeVar("P")

class AsyncPipelineChatCompletions(AsyncChatCompletions):
    @overload
    @at_hand
    async def parse(
        self,
        target: type[P],
        /,
        *,
        stream: Literal[False] | None = None,
        **params: Unpack[types.ChatCompletionPipelineCall],
    ) -> types.ParsedChatCompletion[P]: ...
    @overload
    @at_hand
    async def parse(
        self,
        target: type[P],
        /,
        *,
        stream: Literal[True],
        **params: Unpack[types.ChatCompletionPipelineCall],
    ) -> types.AsyncParsedStream[P]: ...
    @overload
    @at_hand
    async def parse(
        self,
        target: object,
        /,
        *,
        stream: Literal[False] | None = None,
        **params: Unpack[types.ChatCompletionPipelineCall],
    ) -> types.ParsedChatCompletion[Any]: ...
    @overload
    @at_hand
    async def parse(
        self,
        target: object,
        /,
        *,
        stream: Literal[True],
        **params: Unpack[types.ChatCompletionPipelineCall],
    ) -> types.AsyncParsedStream[Any]: ...
    @overload
    @at_hand
    async def parse(
        self,
        target: type[P],
        /,
        *,
        stream: bool,
        **params: Unpack[types.ChatCompletionPipelineCall],
    ) -> types.ParsedChatCompletion[P] | types.AsyncParsedStream[P]: ...
    @overload
    @at_hand
    async def run_tools(
        self,
        functions: Sequence[Callable[..., Any] | types.FunctionTool],
        /,
        *,
        stream: Literal[False] | None = None,
        max_steps: int = DEFAULT_MAX_STEPS,
        on_event: Callable[[models.ChatCompletionChunk], object] | None = None,
        **params: Unpack[types.ChatCompletionPipelineCall],
    ) -> types.ToolRun: ...
    @overload
    @at_hand
    async def run_tools(
        self,
        functions: Sequence[Callable[..., Any] | types.FunctionTool],
        /,
        *,
        stream: Literal[True],
        max_steps: int = DEFAULT_MAX_STEPS,
        on_event: Callable[[models.ChatCompletionChunk], object] | None = None,
        **params: Unpack[types.ChatCompletionPipelineCall],
    ) -> types.AsyncToolStream: ...
    @overload
    @at_hand
    async def run_tools(
        self,
        functions: Sequence[Callable[..., Any] | types.FunctionTool],
        /,
        *,
        stream: bool,
        max_steps: int = DEFAULT_MAX_STEPS,
        on_event: Callable[[models.ChatCompletionChunk], object] | None = None,
        **params: Unpack[types.ChatCompletionPipelineCall],
    ) -> types.ToolRun | types.AsyncToolStream: ...
    @overload
    @at_hand
    async def create(
        self,
        *,
        stream: Literal[False] | None = None,
        **params: Unpack[types.ChatCompletionPipelineCall],
    ) -> types.ChatCompletion: ...
    @overload
    @at_hand
    async def create(
        self, *, stream: Literal[True], **params: Unpack[types.ChatCompletionPipelineCall]
    ) -> types.AsyncChatCompletionStream: ...
    @overload
    @at_hand
    async def create(
        self, *, stream: bool, **params: Unpack[types.ChatCompletionPipelineCall]
    ) -> types.ChatCompletion | types.AsyncChatCompletionStream: ...

class AsyncPipelineChat(AsyncChat):
    completions: AsyncPipelineChatCompletions

class AsyncPipelineResponses(AsyncResponses):
    @overload
    @at_hand
    async def parse(
        self,
        target: type[P],
        /,
        *,
        stream: Literal[False] | None = None,
        **params: Unpack[types.ResponsePipelineCall],
    ) -> types.ParsedResponse[P]: ...
    @overload
    @at_hand
    async def parse(
        self,
        target: type[P],
        /,
        *,
        stream: Literal[True],
        **params: Unpack[types.ResponsePipelineCall],
    ) -> types.AsyncParsedResponseStream[P]: ...
    @overload
    @at_hand
    async def parse(
        self,
        target: object,
        /,
        *,
        stream: Literal[False] | None = None,
        **params: Unpack[types.ResponsePipelineCall],
    ) -> types.ParsedResponse[Any]: ...
    @overload
    @at_hand
    async def parse(
        self,
        target: object,
        /,
        *,
        stream: Literal[True],
        **params: Unpack[types.ResponsePipelineCall],
    ) -> types.AsyncParsedResponseStream[Any]: ...
    @overload
    @at_hand
    async def parse(
        self, target: type[P], /, *, stream: bool, **params: Unpack[types.ResponsePipelineCall]
    ) -> types.ParsedResponse[P] | types.AsyncParsedResponseStream[P]: ...
    @overload
    @at_hand
    async def create(
        self, *, stream: Literal[False] | None = None, **params: Unpack[types.ResponsePipelineCall]
    ) -> types.Response: ...
    @overload
    @at_hand
    async def create(
        self, *, stream: Literal[True], **params: Unpack[types.ResponsePipelineCall]
    ) -> types.AsyncResponseStream: ...
    @overload
    @at_hand
    async def create(
        self, *, stream: bool, **params: Unpack[types.ResponsePipelineCall]
    ) -> types.Response | types.AsyncResponseStream: ...

class AsyncPipelineEmbeddings(AsyncEmbeddings):
    @at_hand
    async def create(
        self, **params: Unpack[types.EmbeddingPipelineCall]
    ) -> types.EmbeddingList: ...

class AsyncPipelineRerank(AsyncRerank):
    @at_hand
    async def create(self, **params: Unpack[types.RerankPipelineCall]) -> types.RerankResult: ...

class AsyncPipelineImages(AsyncImages):
    @at_hand
    async def generate(self, **params: Unpack[types.ImagePipelineCall]) -> types.ImageList: ...

class AsyncPipelineAudioSpeech(AsyncAudioSpeech):
    @at_hand
    async def create(self, **params: Unpack[types.SpeechPipelineCall]) -> types.SpeechAudio: ...
    @at_hand
    async def stream(
        self, **params: Unpack[types.SpeechPipelineCall]
    ) -> types.AsyncSpeechStream: ...

class AsyncPipelineAudioTranscriptions(AsyncAudioTranscriptions):
    @overload
    @at_hand
    async def create(
        self,
        *,
        file: FileInput,
        response_format: Literal["json"] | None = None,
        filename: str | None = None,
        content_type: str | None = None,
        **params: Unpack[types.TranscriptionPipelineCall],
    ) -> Transcription: ...
    @overload
    @at_hand
    async def create(
        self,
        *,
        file: FileInput,
        response_format: Literal["verbose_json"],
        filename: str | None = None,
        content_type: str | None = None,
        **params: Unpack[types.TranscriptionPipelineCall],
    ) -> TranscriptionVerbose: ...
    @overload
    @at_hand
    async def create(
        self,
        *,
        file: FileInput,
        response_format: Literal["text", "srt", "vtt"],
        filename: str | None = None,
        content_type: str | None = None,
        **params: Unpack[types.TranscriptionPipelineCall],
    ) -> TextResult: ...

class AsyncPipelineAudio(AsyncAudio):
    speech: AsyncPipelineAudioSpeech
    transcriptions: AsyncPipelineAudioTranscriptions

class AsyncNamespaces(Generic[Scope_co]):
    """What hangs on the client."""

    _transport: AsyncTransport
    chat: AsyncNamespace[AsyncChat, AsyncPipelineChat]
    """Chat completions."""
    responses: AsyncNamespace[AsyncResponses, AsyncPipelineResponses]
    """The stateless Responses adapter."""
    embeddings: AsyncNamespace[AsyncEmbeddings, AsyncPipelineEmbeddings]
    """Vectors of texts."""
    rerank: AsyncNamespace[AsyncRerank, AsyncPipelineRerank]
    """Documents by relevance to a query."""
    images: AsyncNamespace[AsyncImages, AsyncPipelineImages]
    """Images from text."""
    audio: AsyncNamespace[AsyncAudio, AsyncPipelineAudio]
    """Speech and transcription."""
    models: AsyncModels
    """Model discovery; free, and not counted against the rate limit."""
    voice: AsyncVoice
    """The native voice pipeline; preview."""
