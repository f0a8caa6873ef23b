# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""The operation table: what the document says of each operation, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple


class Field(NamedTuple):
    """A field of a request body.

    Attributes:
        types: JSON types that it may have.
        required: it has to be given.
        nullable: null is among its types.
        enum: its closed set of values, if it has one.
        minimum: least number.
        maximum: greatest number.
        exclusive_minimum: number that it has to exceed.
        min_length: least number of characters.
        max_length: most characters.
        min_items: least number of items.
        max_items: most items.
        non_blank: white space alone is not enough.
        item: what every item has to be, where all follow one simple rule.
        scoped_default: value that a client of one pipeline sends when it is left out.
        description: for people.
    """

    types: tuple[str, ...]
    required: bool = False
    nullable: bool = False
    enum: tuple[str, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    min_items: int | None = None
    max_items: int | None = None
    non_blank: bool = False
    item: Field | None = None
    scoped_default: str | None = None
    description: str = ""


class StreamSpec(NamedTuple):
    """How an operation streams.

    Attributes:
        event: component that each event's data is.
        assembles: component that the whole stream amounts to.
        done_ends: `data: [DONE]` ends the stream; otherwise it means nothing.
        terminal_events: types of the events that end it well.
        error_events: types of the events that end it with an error.
        finish_reason_completes: it is complete when every choice has a finish reason, also without
            `[DONE]`.
    """

    event: str
    assembles: str
    done_ends: bool
    terminal_events: frozenset[str]
    error_events: frozenset[str]
    finish_reason_completes: bool


class Operation(NamedTuple):
    """An operation.

    Attributes:
        operation_id: its name in the document.
        method: HTTP method.
        path: below the base URL (of the pipeline, where `scope` says so).
        path_parameters: names in the path.
        scope: `pipeline` exists on a pipeline's URL only.
        replay: `safe` may be repeated freely, `keyed` with an idempotency key, `never` not at all.
        replay_scope: `workspace` is `never` on a pipeline's URL.
        replay_conservative: unknown outcomes are repeated under the conservative policy too.
        body: kind of the request body.
        response: kind of the answer.
        statuses: documented statuses.
        fields: of the request body.
        stream: how it streams, if it does.
    """

    operation_id: str
    method: str
    path: str
    path_parameters: tuple[str, ...]
    scope: Literal["any", "pipeline"]
    replay: Literal["safe", "keyed", "never"]
    replay_scope: Literal["any", "workspace"]
    replay_conservative: bool
    body: Literal["none", "json", "multipart", "binary"]
    response: Literal["json", "audio", "json_or_text"]
    statuses: tuple[str, ...]
    fields: Mapping[str, Field]
    stream: StreamSpec | None


OPERATIONS: Final[Mapping[str, Operation]] = {
    "createChatCompletion": Operation(
        operation_id="createChatCompletion",
        method="POST",
        path="/chat/completions",
        path_parameters=(),
        scope="any",
        replay="keyed",
        replay_scope="any",
        replay_conservative=True,
        body="json",
        response="json",
        statuses=(
            "200",
            "400",
            "401",
            "402",
            "403",
            "404",
            "409",
            "413",
            "422",
            "429",
            "500",
            "502",
            "503",
            "504",
        ),
        fields={
            "model": Field(
                types=("string",),
                required=True,
                min_length=1,
                max_length=512,
                non_blank=True,
                scoped_default="default",
                description="Id of the model.",
            ),
            "messages": Field(
                types=("array",), required=True, min_items=1, description="The conversation so far."
            ),
            "stream_options": Field(
                types=("object", "null"), nullable=True, description="Options of a stream."
            ),
            "temperature": Field(
                types=("number", "null"),
                nullable=True,
                minimum=0,
                maximum=2,
                description="Randomness; 1 if left out.",
            ),
            "top_p": Field(
                types=("number", "null"),
                nullable=True,
                minimum=0,
                maximum=1,
                description="Nucleus sampling; 1 if left out.",
            ),
            "max_tokens": Field(
                types=("integer", "null"),
                nullable=True,
                minimum=1,
                description="Most tokens to generate.",
            ),
            "max_completion_tokens": Field(
                types=("integer", "null"),
                nullable=True,
                minimum=1,
                description="The same, under OpenAI's newer name.",
            ),
            "n": Field(
                types=("integer", "null"),
                nullable=True,
                minimum=1,
                description="How many choices; 1 if left out.",
            ),
            "stop": Field(
                types=("string", "null", "array"),
                nullable=True,
                max_items=4,
                item=Field(types=("string",), required=True),
                description="Up to four texts that end the answer.",
            ),
            "presence_penalty": Field(
                types=("number", "null"),
                nullable=True,
                minimum=-2,
                maximum=2,
                description="Against repeating what was mentioned.",
            ),
            "frequency_penalty": Field(
                types=("number", "null"),
                nullable=True,
                minimum=-2,
                maximum=2,
                description="Against repeating words.",
            ),
            "logit_bias": Field(
                types=("object", "null"), nullable=True, description="Bias by token id."
            ),
            "seed": Field(
                types=("integer", "null"),
                nullable=True,
                description="For repeatable sampling where the engine has it.",
            ),
            "logprobs": Field(
                types=("boolean", "null"), nullable=True, description="Return log probabilities."
            ),
            "top_logprobs": Field(
                types=("integer", "null"),
                nullable=True,
                minimum=0,
                maximum=20,
                description="How many alternatives for each token.",
            ),
            "user": Field(
                types=("string",), description="Your own id of the end user, passed through."
            ),
            "metadata": Field(
                types=("object", "null"), nullable=True, description="Passed through."
            ),
            "tools": Field(types=("array",), description="Functions that the model may call."),
            "tool_choice": Field(
                types=("string", "object"),
                enum=("none", "auto", "required"),
                description="Whether and what to call; `auto` if tools are given.",
            ),
            "parallel_tool_calls": Field(
                types=("boolean",), description="Allow several calls at once."
            ),
            "response_format": Field(
                types=("object",),
                description="The form of the answer; what is possible depends on the deployment.",
            ),
            "reasoning_effort": Field(
                types=("string", "null"),
                nullable=True,
                enum=("none", "minimal", "low", "medium", "high", "xhigh", "max"),
                description="How hard to think; each model accepts some of these.",
            ),
        },
        stream=StreamSpec(
            event="ChatCompletionChunk",
            assembles="ChatCompletion",
            done_ends=True,
            terminal_events=frozenset(),
            error_events=frozenset(),
            finish_reason_completes=True,
        ),
    ),
    "createResponse": Operation(
        operation_id="createResponse",
        method="POST",
        path="/responses",
        path_parameters=(),
        scope="any",
        replay="keyed",
        replay_scope="any",
        replay_conservative=True,
        body="json",
        response="json",
        statuses=(
            "200",
            "400",
            "401",
            "402",
            "403",
            "404",
            "409",
            "413",
            "422",
            "429",
            "500",
            "502",
            "503",
            "504",
        ),
        fields={
            "model": Field(
                types=("string",),
                required=True,
                min_length=1,
                max_length=512,
                non_blank=True,
                scoped_default="default",
                description="Id of the model.",
            ),
            "input": Field(
                types=("string", "array"),
                required=True,
                non_blank=True,
                min_items=1,
                description="A text, or items of a conversation.",
            ),
            "instructions": Field(
                types=("string", "null"), nullable=True, description="Becomes a system message."
            ),
            "max_output_tokens": Field(
                types=("integer", "null"),
                nullable=True,
                minimum=1,
                description="Most tokens to generate.",
            ),
            "temperature": Field(
                types=("number", "null"),
                nullable=True,
                minimum=0,
                maximum=2,
                description="Randomness; 1 if left out.",
            ),
            "top_p": Field(
                types=("number", "null"),
                nullable=True,
                minimum=0,
                maximum=1,
                description="Nucleus sampling; 1 if left out.",
            ),
            "tools": Field(
                types=("array",),
                description="Functions that the model may call, in the chat shape or in OpenAI's flat one.",
            ),
            "tool_choice": Field(
                types=("string", "object"),
                enum=("none", "auto", "required"),
                description="Whether and what to call; `auto` if tools are given.",
            ),
            "parallel_tool_calls": Field(
                types=("boolean", "null"), nullable=True, description="Allow several calls at once."
            ),
            "response_format": Field(
                types=("object",),
                description="The form of the answer; what is possible depends on the deployment.",
            ),
            "text": Field(
                types=("object",),
                description="The form of the answer, where OpenAI's clients put it; `response_format` wins.",
            ),
        },
        stream=StreamSpec(
            event="ResponseStreamEvent",
            assembles="Response",
            done_ends=False,
            terminal_events=frozenset(("response.completed", "response.incomplete")),
            error_events=frozenset(("error", "response.failed")),
            finish_reason_completes=False,
        ),
    ),
    "createEmbedding": Operation(
        operation_id="createEmbedding",
        method="POST",
        path="/embeddings",
        path_parameters=(),
        scope="any",
        replay="keyed",
        replay_scope="any",
        replay_conservative=False,
        body="json",
        response="json",
        statuses=(
            "200",
            "400",
            "401",
            "402",
            "403",
            "404",
            "409",
            "413",
            "429",
            "500",
            "502",
            "503",
            "504",
        ),
        fields={
            "model": Field(
                types=("string",),
                required=True,
                min_length=1,
                max_length=512,
                non_blank=True,
                scoped_default="default",
                description="Id of the model.",
            ),
            "input": Field(
                types=("string", "array"),
                required=True,
                non_blank=True,
                min_items=1,
                max_items=2048,
                item=Field(types=("string",), required=True, non_blank=True),
                description="One text, or up to 2048 of them.",
            ),
            "encoding_format": Field(
                types=("string",),
                enum=("float", "base64"),
                description="Form of the vectors on the wire; `float` if left out.",
            ),
            "dimensions": Field(
                types=("integer",),
                minimum=1,
                description="Length of the vectors, where the deployment can choose it.",
            ),
            "user": Field(
                types=("string",), description="Your own id of the end user, passed through."
            ),
        },
        stream=None,
    ),
    "createRerank": Operation(
        operation_id="createRerank",
        method="POST",
        path="/rerank",
        path_parameters=(),
        scope="any",
        replay="keyed",
        replay_scope="workspace",
        replay_conservative=False,
        body="json",
        response="json",
        statuses=(
            "200",
            "400",
            "401",
            "402",
            "403",
            "404",
            "409",
            "413",
            "422",
            "429",
            "500",
            "502",
            "503",
            "504",
        ),
        fields={
            "model": Field(
                types=("string",),
                required=True,
                min_length=1,
                max_length=512,
                non_blank=True,
                scoped_default="default",
                description="Id of the model.",
            ),
            "query": Field(
                types=("string",), required=True, non_blank=True, description="What is looked for."
            ),
            "texts": Field(
                types=("array",),
                min_items=1,
                max_items=500,
                item=Field(types=("string",), required=True),
                description="Plain texts.",
            ),
            "documents": Field(
                types=("array",),
                min_items=1,
                max_items=500,
                description="Texts, or documents with ids, or with parts.",
            ),
            "top_n": Field(
                types=("integer",),
                minimum=1,
                description="How many results to return; all if left out.",
            ),
        },
        stream=None,
    ),
    "createImage": Operation(
        operation_id="createImage",
        method="POST",
        path="/images/generations",
        path_parameters=(),
        scope="any",
        replay="keyed",
        replay_scope="any",
        replay_conservative=False,
        body="json",
        response="json",
        statuses=(
            "200",
            "400",
            "401",
            "402",
            "403",
            "404",
            "409",
            "413",
            "429",
            "500",
            "502",
            "503",
            "504",
        ),
        fields={
            "model": Field(
                types=("string",),
                required=True,
                min_length=1,
                max_length=512,
                non_blank=True,
                scoped_default="default",
                description="Id of the model.",
            ),
            "prompt": Field(
                types=("string",), required=True, non_blank=True, description="What to show."
            ),
            "n": Field(
                types=("integer", "null"),
                nullable=True,
                minimum=1,
                maximum=4,
                description="How many; 1 if left out.",
            ),
            "size": Field(
                types=("string", "null"),
                nullable=True,
                description="`WIDTHxHEIGHT` in pixels; what is possible depends on the deployment.",
            ),
            "response_format": Field(
                types=("string", "null"),
                nullable=True,
                enum=("b64_json", "url"),
                description="Base64 (the default) or a URL.",
            ),
            "quality": Field(
                types=("string", "null"), nullable=True, description="Passed through."
            ),
            "style": Field(types=("string", "null"), nullable=True, description="Passed through."),
            "user": Field(
                types=("string",), description="Your own id of the end user, passed through."
            ),
        },
        stream=None,
    ),
    "createSpeech": Operation(
        operation_id="createSpeech",
        method="POST",
        path="/audio/speech",
        path_parameters=(),
        scope="any",
        replay="never",
        replay_scope="any",
        replay_conservative=False,
        body="json",
        response="audio",
        statuses=(
            "200",
            "400",
            "401",
            "402",
            "403",
            "404",
            "409",
            "413",
            "429",
            "500",
            "502",
            "503",
            "504",
        ),
        fields={
            "model": Field(
                types=("string",),
                required=True,
                min_length=1,
                max_length=512,
                non_blank=True,
                scoped_default="default",
                description="Id of the model.",
            ),
            "input": Field(
                types=("string",), required=True, non_blank=True, description="The text."
            ),
            "voice": Field(
                types=("string",), non_blank=True, description="A preset or a speaker of the model."
            ),
            "ref_audio": Field(
                types=("string",),
                non_blank=True,
                description="URL or data URL of a voice to follow.",
            ),
            "ref_text": Field(types=("string",), non_blank=True, description="What is said in it."),
            "task_type": Field(
                types=("string",),
                description="`Base`, `CustomVoice` or `VoiceDesign`, where the model has them.",
            ),
            "response_format": Field(
                types=("string",),
                description="`mp3` (the default), `wav`, `flac`, `opus`, `aac` or `pcm`; what is possible depends on the deployment.",
            ),
            "speed": Field(
                types=("number",), minimum=0.25, maximum=4, description="1 if left out."
            ),
        },
        stream=None,
    ),
    "createTranscription": Operation(
        operation_id="createTranscription",
        method="POST",
        path="/audio/transcriptions",
        path_parameters=(),
        scope="any",
        replay="never",
        replay_scope="any",
        replay_conservative=False,
        body="multipart",
        response="json_or_text",
        statuses=(
            "200",
            "400",
            "401",
            "402",
            "403",
            "404",
            "409",
            "413",
            "429",
            "500",
            "502",
            "503",
            "504",
        ),
        fields={
            "file": Field(
                types=("string",),
                required=True,
                description="The audio: mp3, mp4, mpeg, mpga, wav, m4a, flac, webm or ogg.",
            ),
            "model": Field(
                types=("string",),
                required=True,
                min_length=1,
                max_length=512,
                non_blank=True,
                scoped_default="default",
                description="Id of the model.",
            ),
            "language": Field(types=("string",), description="Language tag such as `en`."),
            "prompt": Field(types=("string",), description="Spelling and style to follow."),
            "response_format": Field(
                types=("string",),
                enum=("json", "text", "srt", "verbose_json", "vtt"),
                description="Form of the answer; `json` if left out.",
            ),
            "temperature": Field(
                types=("number",), minimum=0, maximum=1, description="Randomness; 0 if left out."
            ),
            "timestamp_granularities": Field(
                types=("array",),
                item=Field(
                    types=("string",),
                    required=True,
                    enum=("word", "segment"),
                    description="What has times.",
                ),
                description="What `verbose_json` gives times for.",
            ),
        },
        stream=None,
    ),
    "listModels": Operation(
        operation_id="listModels",
        method="GET",
        path="/models",
        path_parameters=(),
        scope="any",
        replay="safe",
        replay_scope="any",
        replay_conservative=True,
        body="none",
        response="json",
        statuses=("200", "400", "401", "403", "404", "500", "503"),
        fields={},
        stream=None,
    ),
    "retrieveModel": Operation(
        operation_id="retrieveModel",
        method="GET",
        path="/models/{model}",
        path_parameters=("model",),
        scope="any",
        replay="safe",
        replay_scope="any",
        replay_conservative=True,
        body="none",
        response="json",
        statuses=("200", "400", "401", "403", "404", "500", "503"),
        fields={},
        stream=None,
    ),
    "createVoicePipeline": Operation(
        operation_id="createVoicePipeline",
        method="POST",
        path="/pipeline",
        path_parameters=(),
        scope="pipeline",
        replay="never",
        replay_scope="any",
        replay_conservative=False,
        body="binary",
        response="json",
        statuses=(
            "200",
            "400",
            "401",
            "402",
            "403",
            "404",
            "409",
            "413",
            "429",
            "500",
            "502",
            "503",
            "504",
        ),
        fields={},
        stream=None,
    ),
}
