# Generated from openapi/runinfra.yaml by `make gen`; do not edit.
"""The objects that requests hold, as TypedDicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NotRequired, TypeAlias, TypedDict

if TYPE_CHECKING:
    from .models.chat_completion_message import ChatCompletionMessage
else:  # models are loaded when they are used; at run time the names only have to be there
    ChatCompletionMessage = Any


ChatCompletionContentPartTextParam = TypedDict(
    "ChatCompletionContentPartTextParam",
    {
        "type": "Literal['text']",
        "text": "str",
    },
)
"""Text.

Keys:
    'type': type
    'text': The text.
"""

ImageDetailParam: TypeAlias = Literal["auto", "low", "high"]
"""How closely to look."""


class ImageUrlParam(TypedDict):
    """Where the picture is.

    Attributes:
        url: A URL or data URL; some models take only the latter.
        detail: How closely to look.
    """

    url: str
    detail: NotRequired[ImageDetailParam]


ChatCompletionContentPartImageParam = TypedDict(
    "ChatCompletionContentPartImageParam",
    {
        "type": "Literal['image_url']",
        "image_url": "ImageUrlParam",
    },
)
"""A picture, for models that see.

Keys:
    'type': type
    'image_url': Where the picture is.
"""

InputAudioFormatParam: TypeAlias = Literal["wav", "mp3", "flac"]
"""Its format."""


class InputAudioParam(TypedDict):
    """Sound as base64.

    Attributes:
        data: Its bytes as base64.
        format: Its format.
    """

    data: str
    format: InputAudioFormatParam


ChatCompletionContentPartInputAudioParam = TypedDict(
    "ChatCompletionContentPartInputAudioParam",
    {
        "type": "Literal['input_audio']",
        "input_audio": "InputAudioParam",
    },
)
"""Sound, for models that hear.

Keys:
    'type': type
    'input_audio': Sound as base64.
"""


class VideoUrlParam(TypedDict):
    """Where the film is.

    Attributes:
        url: A URL or data URL.
    """

    url: str


ChatCompletionContentPartVideoParam = TypedDict(
    "ChatCompletionContentPartVideoParam",
    {
        "type": "Literal['video_url']",
        "video_url": "VideoUrlParam",
    },
)
"""A film, for models that see it.

Keys:
    'type': type
    'video_url': Where the film is.
"""


class FileDataParam(TypedDict):
    """A file in the message; nothing is stored, so there are no ids of files.

    Attributes:
        file_data: Base64 or a data URL.
        filename: Its name.
    """

    file_data: str
    filename: NotRequired[str]


ChatCompletionContentPartFileParam = TypedDict(
    "ChatCompletionContentPartFileParam",
    {
        "type": "Literal['file']",
        "file": "FileDataParam",
    },
)
"""A file, for models that read it.

Keys:
    'type': type
    'file': A file in the message; nothing is stored, so there are no ids of files.
"""

ChatCompletionContentPartParam: TypeAlias = (
    ChatCompletionContentPartTextParam
    | ChatCompletionContentPartImageParam
    | ChatCompletionContentPartInputAudioParam
    | ChatCompletionContentPartVideoParam
    | ChatCompletionContentPartFileParam
)
"""A part of a user's message."""


class ChatCompletionUserMessageParam(TypedDict):
    """What the user says.

    Attributes:
        role: role
        content: The text, or parts of several kinds.
        name: Tells participants of one role apart.
    """

    role: Literal["user"]
    content: str | Sequence[ChatCompletionContentPartParam]
    name: NotRequired[str]


ChatCompletionContentPartRefusalParam = TypedDict(
    "ChatCompletionContentPartRefusalParam",
    {
        "type": "Literal['refusal']",
        "refusal": "str",
    },
)
"""A refusal.

Keys:
    'type': type
    'refusal': Why.
"""

ChatCompletionAssistantContentPartParam: TypeAlias = (
    ChatCompletionContentPartTextParam | ChatCompletionContentPartRefusalParam
)
"""A part of what the model said before."""


class ChatCompletionFunctionCallParam(TypedDict):
    """Function and arguments.

    Attributes:
        name: Name of the function.
        arguments: JSON text; check it before you trust it.
    """

    name: str
    arguments: str


class ChatCompletionMessageToolCallParam(TypedDict):
    """A call that the model asks for.

    Attributes:
        id: Give it back with the result.
        type: `function`.
        function: Function and arguments.
    """

    id: str
    type: str
    function: ChatCompletionFunctionCallParam


class ChatCompletionAssistantMessageParam(TypedDict):
    """What the model said before.

    Attributes:
        role: role
        content: The text; may be left out when there are tool calls.
        name: Tells participants of one role apart.
        refusal: Why the model refused.
        reasoning: What the model thought.
        reasoning_content: The same, in the other spelling.
        tool_calls: The calls that it asked for.
    """

    role: Literal["assistant"]
    content: NotRequired[str | None | Sequence[ChatCompletionAssistantContentPartParam]]
    name: NotRequired[str]
    refusal: NotRequired[str | None]
    reasoning: NotRequired[str | None]
    reasoning_content: NotRequired[str | None]
    tool_calls: NotRequired[Sequence[ChatCompletionMessageToolCallParam] | None]


class ChatCompletionToolMessageParam(TypedDict):
    """The result of a tool call.

    Attributes:
        role: role
        content: The text, whole or in parts.
        tool_call_id: Which call it answers.
    """

    role: Literal["tool"]
    content: str | Sequence[ChatCompletionContentPartTextParam]
    tool_call_id: str


class ChatCompletionSystemMessageParam(TypedDict):
    """Instructions.

    Attributes:
        role: role
        content: The text, whole or in parts.
        name: Tells participants of one role apart.
    """

    role: Literal["system"]
    content: str | Sequence[ChatCompletionContentPartTextParam]
    name: NotRequired[str]


class ChatCompletionDeveloperMessageParam(TypedDict):
    """Instructions, under OpenAI's newer role; hosted models want `system`.

    Attributes:
        role: role
        content: The text, whole or in parts.
        name: Tells participants of one role apart.
    """

    role: Literal["developer"]
    content: str | Sequence[ChatCompletionContentPartTextParam]
    name: NotRequired[str]


ChatMessageParam: TypeAlias = (
    ChatCompletionUserMessageParam
    | ChatCompletionAssistantMessageParam
    | ChatCompletionToolMessageParam
    | ChatCompletionSystemMessageParam
    | ChatCompletionDeveloperMessageParam
    | ChatCompletionMessage
)
"""One message of a conversation."""


class ChatCompletionStreamOptionsParam(TypedDict):
    """Options of a stream.

    Attributes:
        include_usage: End with a chunk that has the usage, and no choices.
    """

    include_usage: NotRequired[bool]


class FunctionDefinitionParam(TypedDict):
    """A function.

    Attributes:
        name: Its name.
        description: What it does; the model reads it.
        parameters: JSON Schema of its arguments.
        strict: Hold the arguments to the schema.
    """

    name: str
    description: NotRequired[str]
    parameters: NotRequired[Mapping[str, Any]]
    strict: NotRequired[bool | None]


ChatCompletionToolParam = TypedDict(
    "ChatCompletionToolParam",
    {
        "type": "Literal['function']",
        "function": "FunctionDefinitionParam",
    },
)
"""A function that the model may call.

Keys:
    'type': type
    'function': A function.
"""

ToolChoiceModeParam: TypeAlias = Literal["none", "auto", "required"]
"""Call nothing, what fits, or something in any case."""


class ChatCompletionNamedFunctionParam(TypedDict):
    """A function by name.

    Attributes:
        name: Its name.
    """

    name: str


ChatCompletionNamedToolChoiceParam = TypedDict(
    "ChatCompletionNamedToolChoiceParam",
    {
        "type": "Literal['function']",
        "function": "ChatCompletionNamedFunctionParam",
    },
)
"""Call this function.

Keys:
    'type': type
    'function': A function by name.
"""


class ResponseFormatTextParam(TypedDict):
    """Any text.

    Attributes:
        type: type
    """

    type: Literal["text"]


class ResponseFormatJsonObjectParam(TypedDict):
    """Any JSON object.

    Attributes:
        type: type
    """

    type: Literal["json_object"]


class JsonSchemaFormatParam(TypedDict):
    """A named schema.

    Attributes:
        name: Its name.
        description: What it is for.
        schema: The JSON Schema; strict ones need `additionalProperties: false`.
        strict: Hold the answer to the schema.
    """

    name: str
    description: NotRequired[str]
    schema: Mapping[str, Any]
    strict: NotRequired[bool | None]


ResponseFormatJsonSchemaParam = TypedDict(
    "ResponseFormatJsonSchemaParam",
    {
        "type": "Literal['json_schema']",
        "json_schema": "JsonSchemaFormatParam",
    },
)
"""JSON that satisfies a schema.

Keys:
    'type': type
    'json_schema': A named schema.
"""

ResponseFormatParam: TypeAlias = (
    ResponseFormatTextParam | ResponseFormatJsonObjectParam | ResponseFormatJsonSchemaParam
)
"""The form of the answer; what is possible depends on the deployment."""

ReasoningEffortParam: TypeAlias = Literal[
    "none", "minimal", "low", "medium", "high", "xhigh", "max"
]
"""How hard to think; each model accepts some of these."""


class ResponseInputTextParam(TypedDict):
    """Text.

    Attributes:
        type: type
        text: The text.
    """

    type: Literal["input_text"]
    text: str


class ResponseInputImageParam(TypedDict):
    """A picture.

    Attributes:
        type: type
        image_url: A URL or data URL.
        detail: How closely to look.
    """

    type: Literal["input_image"]
    image_url: str
    detail: NotRequired[ImageDetailParam]


ResponseInputAudioParam = TypedDict(
    "ResponseInputAudioParam",
    {
        "type": "Literal['input_audio']",
        "input_audio": "InputAudioParam",
    },
)
"""Sound, for models that hear.

Keys:
    'type': type
    'input_audio': Sound as base64.
"""


class ResponseInputFileParam(TypedDict):
    """A file in the message, for models that read it.

    Attributes:
        type: type
        file_data: Base64 or a data URL.
        filename: Its name.
    """

    type: Literal["input_file"]
    file_data: str
    filename: NotRequired[str]


class ResponseInputOutputTextParam(TypedDict):
    """Text of an earlier answer.

    Attributes:
        type: type
        text: The text.
        annotations: Notes on the text.
        logprobs: Log probabilities of the tokens.
    """

    type: Literal["output_text"]
    text: str
    annotations: NotRequired[Sequence[Mapping[str, Any]] | None]
    logprobs: NotRequired[Sequence[Mapping[str, Any]] | None]


ResponseInputRefusalParam = TypedDict(
    "ResponseInputRefusalParam",
    {
        "type": "Literal['refusal']",
        "refusal": "str",
    },
)
"""A refusal of an earlier answer.

Keys:
    'type': type
    'refusal': Why.
"""

ResponseInputPartParam: TypeAlias = (
    ResponseInputTextParam
    | ResponseInputImageParam
    | ResponseInputAudioParam
    | ResponseInputFileParam
    | ResponseInputOutputTextParam
    | ResponseInputRefusalParam
)
"""A part of an input message."""


class FunctionCallOutputParam(TypedDict):
    """The result of a function call.

    Attributes:
        type: type
        id: Id of the item.
        call_id: Which call it answers.
        output: The result, whole or in parts.
        status: Of the item.
    """

    type: Literal["function_call_output"]
    id: NotRequired[str | None]
    call_id: str
    output: str | Sequence[ResponseInputPartParam]
    status: NotRequired[str | None]


class FunctionCallParam(TypedDict):
    """A function call of an earlier answer.

    Attributes:
        type: type
        id: Id of the item.
        call_id: Id of the call.
        name: Name of the function.
        arguments: JSON text.
        status: Of the item.
    """

    type: Literal["function_call"]
    id: NotRequired[str | None]
    call_id: str
    name: str
    arguments: str
    status: NotRequired[str | None]


class ReasoningItemParam(TypedDict):
    """What the model thought in an earlier answer.

    Attributes:
        type: type
        id: Id of the item.
        summary: In short.
        content: In full.
        encrypted_content: In full, for the gateway only.
        status: Of the item.
    """

    type: Literal["reasoning"]
    id: NotRequired[str | None]
    summary: NotRequired[Sequence[Mapping[str, Any]] | None]
    content: NotRequired[Sequence[Mapping[str, Any]] | None]
    encrypted_content: NotRequired[str | None]
    status: NotRequired[str | None]


EasyInputMessageTypeParam: TypeAlias = Literal["message"]
"""May be left out."""

InputRoleParam: TypeAlias = Literal["user", "assistant", "system", "developer"]
"""Who says it."""


class EasyInputMessageParam(TypedDict):
    """A message.

    Attributes:
        type: May be left out.
        id: Id of the item of an earlier answer.
        status: Of that item.
        role: Who says it.
        content: The text, or parts of several kinds.
    """

    type: NotRequired[EasyInputMessageTypeParam]
    id: NotRequired[str | None]
    status: NotRequired[str | None]
    role: InputRoleParam
    content: str | Sequence[ResponseInputPartParam]


ResponseInputItemParam: TypeAlias = (
    FunctionCallOutputParam | FunctionCallParam | ReasoningItemParam | EasyInputMessageParam
)
"""A message, a function call, its result, or what the model thought."""

ResponseFunctionTypeParam: TypeAlias = Literal["function"]
"""The only kind of tool."""


class ResponseFunctionToolParam(TypedDict):
    """A function, in OpenAI's flat shape.

    Attributes:
        type: The only kind of tool.
        name: Its name.
        description: What it does; the model reads it.
        parameters: JSON Schema of its arguments.
        strict: Hold the arguments to the schema.
    """

    type: ResponseFunctionTypeParam
    name: str
    description: NotRequired[str | None]
    parameters: NotRequired[Mapping[str, Any] | None]
    strict: NotRequired[bool | None]


ResponseToolParam: TypeAlias = ChatCompletionToolParam | ResponseFunctionToolParam
"""A function that the model may call."""


class ResponseNamedToolChoiceParam(TypedDict):
    """Call this function, in OpenAI's flat shape.

    Attributes:
        type: The only kind of tool.
        name: Its name.
    """

    type: ResponseFunctionTypeParam
    name: str


class ResponseTextFormatJsonSchemaParam(TypedDict):
    """JSON that satisfies a schema, in OpenAI's flat shape.

    Attributes:
        type: type
        name: Its name.
        description: What it is for.
        schema: The JSON Schema; strict ones need `additionalProperties: false`.
        strict: Hold the answer to the schema.
    """

    type: Literal["json_schema"]
    name: str
    description: NotRequired[str]
    schema: Mapping[str, Any]
    strict: NotRequired[bool | None]


ResponseTextFormatParam: TypeAlias = (
    ResponseFormatTextParam | ResponseFormatJsonObjectParam | ResponseTextFormatJsonSchemaParam
)
"""The form of the answer; what is possible depends on the deployment."""


class ResponseTextConfigParam(TypedDict):
    """How the answer is written.

    Attributes:
        format: The form of the answer; what is possible depends on the deployment.
    """

    format: NotRequired[ResponseTextFormatParam]


EmbeddingEncodingFormatParam: TypeAlias = Literal["float", "base64"]
"""Form of the vectors on the wire; `float` if left out."""


class RerankTextDocumentParam(TypedDict):
    """A text with an id.

    Attributes:
        id: Your own id.
        text: The text.
    """

    id: NotRequired[str]
    text: str


RerankTextPartParam = TypedDict(
    "RerankTextPartParam",
    {
        "type": "Literal['text']",
        "text": "str",
    },
)
"""Text.

Keys:
    'type': type
    'text': The text.
"""


class RerankMediaUrlParam(TypedDict):
    """Where it is.

    Attributes:
        url: A URL or data URL.
    """

    url: str


RerankImagePartParam = TypedDict(
    "RerankImagePartParam",
    {
        "type": "Literal['image_url']",
        "image_url": "RerankMediaUrlParam",
    },
)
"""A picture.

Keys:
    'type': type
    'image_url': Where it is.
"""


RerankVideoPartParam = TypedDict(
    "RerankVideoPartParam",
    {
        "type": "Literal['video_url']",
        "video_url": "RerankMediaUrlParam",
    },
)
"""A film.

Keys:
    'type': type
    'video_url': Where it is.
"""

RerankContentPartParam: TypeAlias = (
    RerankTextPartParam | RerankImagePartParam | RerankVideoPartParam
)
"""A part of a document."""


class RerankContentDocumentParam(TypedDict):
    """Parts with an id.

    Attributes:
        id: Your own id.
        content: Its parts.
    """

    id: NotRequired[str]
    content: Sequence[RerankContentPartParam]


RerankDocumentParam: TypeAlias = str | RerankTextDocumentParam | RerankContentDocumentParam
"""A document."""

ImageResponseFormatParam: TypeAlias = Literal["b64_json", "url"]
"""Base64 (the default) or a URL."""

TranscriptionFormatParam: TypeAlias = Literal["json", "text", "srt", "verbose_json", "vtt"]
"""Form of a transcript."""

TimestampGranularityParam: TypeAlias = Literal["word", "segment"]
"""What has times."""
