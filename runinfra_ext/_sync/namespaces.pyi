# Generated from runinfra_ext/_async/namespaces.pyi by `make gen`; do not edit.
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
from .._ground.doors import door
from .._structured import DEFAULT_MAX_STEPS
from .resources.audio import Audio, AudioSpeech, AudioTranscriptions
from .resources.chat import Chat, ChatCompletions
from .resources.embeddings import Embeddings
from .resources.images import Images
from .resources.models import Models
from .resources.rerank import Rerank
from .resources.responses import Responses
from .resources.voice import Voice
from .transport import Transport

W = TypeVar("W")
Q = TypeVar("Q")

class Namespace(Generic[W, Q]):
    """What it is depends on whom the client speaks for."""

    @overload
    def __get__(self, client: Namespaces[Pipeline], owner: object = None) -> Q: ...
    @overload
    def __get__(self, client: Namespaces[Workspace], owner: object = None) -> W: ...

P = TypeVar("P")

class PipelineChatCompletions(ChatCompletions):
    @overload
    def parse(
        self,
        target: type[P],
        /,
        *,
        stream: Literal[False] | None = None,
        **params: Unpack[types.ChatCompletionPipelineCall],
    ) -> types.ParsedChatCompletion[P]: ...
    @overload
    def parse(
        self,
        target: type[P],
        /,
        *,
        stream: Literal[True],
        **params: Unpack[types.ChatCompletionPipelineCall],
    ) -> types.ParsedStream[P]: ...
    @overload
    def parse(
        self,
        target: object,
        /,
        *,
        stream: Literal[False] | None = None,
        **params: Unpack[types.ChatCompletionPipelineCall],
    ) -> types.ParsedChatCompletion[Any]: ...
    @overload
    def parse(
        self,
        target: object,
        /,
        *,
        stream: Literal[True],
        **params: Unpack[types.ChatCompletionPipelineCall],
    ) -> types.ParsedStream[Any]: ...
    @overload
    def parse(
        self,
        target: type[P],
        /,
        *,
        stream: bool,
        **params: Unpack[types.ChatCompletionPipelineCall],
    ) -> types.ParsedChatCompletion[P] | types.ParsedStream[P]: ...
    @overload
    def run_tools(
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
    def run_tools(
        self,
        functions: Sequence[Callable[..., Any] | types.FunctionTool],
        /,
        *,
        stream: Literal[True],
        max_steps: int = DEFAULT_MAX_STEPS,
        on_event: Callable[[models.ChatCompletionChunk], object] | None = None,
        **params: Unpack[types.ChatCompletionPipelineCall],
    ) -> types.ToolStream: ...
    @overload
    def run_tools(
        self,
        functions: Sequence[Callable[..., Any] | types.FunctionTool],
        /,
        *,
        stream: bool,
        max_steps: int = DEFAULT_MAX_STEPS,
        on_event: Callable[[models.ChatCompletionChunk], object] | None = None,
        **params: Unpack[types.ChatCompletionPipelineCall],
    ) -> types.ToolRun | types.ToolStream: ...
    @overload
    def create(
        self,
        *,
        stream: Literal[False] | None = None,
        **params: Unpack[types.ChatCompletionPipelineCall],
    ) -> types.ChatCompletion: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[types.ChatCompletionPipelineCall]
    ) -> types.ChatCompletionStream: ...
    @overload
    def create(
        self, *, stream: bool, **params: Unpack[types.ChatCompletionPipelineCall]
    ) -> types.ChatCompletion | types.ChatCompletionStream: ...

class PipelineChat(Chat):
    completions: PipelineChatCompletions

class PipelineResponses(Responses):
    @overload
    def parse(
        self,
        target: type[P],
        /,
        *,
        stream: Literal[False] | None = None,
        **params: Unpack[types.ResponsePipelineCall],
    ) -> types.ParsedResponse[P]: ...
    @overload
    def parse(
        self,
        target: type[P],
        /,
        *,
        stream: Literal[True],
        **params: Unpack[types.ResponsePipelineCall],
    ) -> types.ParsedResponseStream[P]: ...
    @overload
    def parse(
        self,
        target: object,
        /,
        *,
        stream: Literal[False] | None = None,
        **params: Unpack[types.ResponsePipelineCall],
    ) -> types.ParsedResponse[Any]: ...
    @overload
    def parse(
        self,
        target: object,
        /,
        *,
        stream: Literal[True],
        **params: Unpack[types.ResponsePipelineCall],
    ) -> types.ParsedResponseStream[Any]: ...
    @overload
    def parse(
        self, target: type[P], /, *, stream: bool, **params: Unpack[types.ResponsePipelineCall]
    ) -> types.ParsedResponse[P] | types.ParsedResponseStream[P]: ...
    @overload
    def create(
        self, *, stream: Literal[False] | None = None, **params: Unpack[types.ResponsePipelineCall]
    ) -> types.Response: ...
    @overload
    def create(
        self, *, stream: Literal[True], **params: Unpack[types.ResponsePipelineCall]
    ) -> types.ResponseStream: ...
    @overload
    def create(
        self, *, stream: bool, **params: Unpack[types.ResponsePipelineCall]
    ) -> types.Response | types.ResponseStream: ...

class PipelineEmbeddings(Embeddings):
    @door
    def create(self, **params: Unpack[types.EmbeddingPipelineCall]) -> types.EmbeddingList: ...

class PipelineRerank(Rerank):
    @door
    def create(self, **params: Unpack[types.RerankPipelineCall]) -> types.RerankResult: ...

class PipelineImages(Images):
    @door
    def generate(self, **params: Unpack[types.ImagePipelineCall]) -> types.ImageList: ...

class PipelineAudioSpeech(AudioSpeech):
    @door
    def create(self, **params: Unpack[types.SpeechPipelineCall]) -> types.SpeechAudio: ...
    @door
    def stream(self, **params: Unpack[types.SpeechPipelineCall]) -> types.SpeechStream: ...

class PipelineAudioTranscriptions(AudioTranscriptions):
    @overload
    def create(
        self,
        *,
        file: FileInput,
        response_format: Literal["json"] | None = None,
        filename: str | None = None,
        content_type: str | None = None,
        **params: Unpack[types.TranscriptionPipelineCall],
    ) -> Transcription: ...
    @overload
    def create(
        self,
        *,
        file: FileInput,
        response_format: Literal["verbose_json"],
        filename: str | None = None,
        content_type: str | None = None,
        **params: Unpack[types.TranscriptionPipelineCall],
    ) -> TranscriptionVerbose: ...
    @overload
    def create(
        self,
        *,
        file: FileInput,
        response_format: Literal["text", "srt", "vtt"],
        filename: str | None = None,
        content_type: str | None = None,
        **params: Unpack[types.TranscriptionPipelineCall],
    ) -> TextResult: ...

class PipelineAudio(Audio):
    speech: PipelineAudioSpeech
    transcriptions: PipelineAudioTranscriptions

class Namespaces(Generic[Scope_co]):
    """What hangs on the client."""

    _transport: Transport
    chat: Namespace[Chat, PipelineChat]
    """Chat completions."""
    responses: Namespace[Responses, PipelineResponses]
    """The stateless Responses adapter."""
    embeddings: Namespace[Embeddings, PipelineEmbeddings]
    """Vectors of texts."""
    rerank: Namespace[Rerank, PipelineRerank]
    """Documents by relevance to a query."""
    images: Namespace[Images, PipelineImages]
    """Images from text."""
    audio: Namespace[Audio, PipelineAudio]
    """Speech and transcription."""
    models: Models
    """Model discovery; free, and not counted against the rate limit."""
    voice: Voice
    """The native voice pipeline; preview."""
