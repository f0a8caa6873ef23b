"""Every name that the telemetry writes, in one place, and where it comes from.

The names are those of OpenTelemetry's semantic conventions for generative AI as of
:data:`SEMANTIC_CONVENTIONS`, the last release of the conventions that had them before they moved to
a repository of their own, which has made no release yet. What the conventions have no name for
begins with ``runinfra.``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SEMANTIC_CONVENTIONS: Final = "1.41.1"
SCHEMA_URL: Final = f"https://opentelemetry.io/schemas/{SEMANTIC_CONVENTIONS}"
SCOPE: Final = "runinfra_ext"
PROVIDER: Final = "runinfra"

# Of calls: before they are sent.
OPERATION_NAME: Final = "gen_ai.operation.name"
PROVIDER_NAME: Final = "gen_ai.provider.name"
REQUEST_MODEL: Final = "gen_ai.request.model"
REQUEST_STREAM: Final = "gen_ai.request.stream"
CHOICE_COUNT: Final = "gen_ai.request.choice.count"
STOP_SEQUENCES: Final = "gen_ai.request.stop_sequences"
ENCODING_FORMATS: Final = "gen_ai.request.encoding_formats"
OUTPUT_TYPE: Final = "gen_ai.output.type"
SERVER_ADDRESS: Final = "server.address"
SERVER_PORT: Final = "server.port"

# Of calls: when they are over.
RESPONSE_ID: Final = "gen_ai.response.id"
RESPONSE_MODEL: Final = "gen_ai.response.model"
FINISH_REASONS: Final = "gen_ai.response.finish_reasons"
FIRST_CHUNK: Final = "gen_ai.response.time_to_first_chunk"
INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
CACHED_TOKENS: Final = "gen_ai.usage.cache_read.input_tokens"
REASONING_TOKENS: Final = "gen_ai.usage.reasoning.output_tokens"
ERROR_TYPE: Final = "error.type"
STATUS_CODE: Final = "http.response.status_code"
OUTCOME: Final = "runinfra.outcome"
ATTEMPTS: Final = "runinfra.attempts"
REPLAYED: Final = "runinfra.replayed"
REQUEST_ID: Final = "runinfra.request_id"
CLIENT_REQUEST_ID: Final = "runinfra.client_request_id"
EVENT_COUNT: Final = "runinfra.event_count"

# Of an attempt that failed: an event of the call's span.
ATTEMPT_FAILED: Final = "runinfra.attempt_failed"
ATTEMPT: Final = "runinfra.attempt"
PHASE: Final = "runinfra.phase"
ELAPSED: Final = "runinfra.elapsed"

# Content, where it was asked for.
INPUT_MESSAGES: Final = "gen_ai.input.messages"
OUTPUT_MESSAGES: Final = "gen_ai.output.messages"
SYSTEM_INSTRUCTIONS: Final = "gen_ai.system_instructions"

# Of work that makes calls: a run of tools, each of its tools, a bulk job.
INVOKE_AGENT: Final = "invoke_agent"
EXECUTE_TOOL: Final = "execute_tool"
BULK: Final = "runinfra.bulk"
TOOL_TYPE: Final = "gen_ai.tool.type"
TOOL_NAME: Final = "gen_ai.tool.name"
TOOL_CALL_ID: Final = "gen_ai.tool.call.id"
TOOL_DESCRIPTION: Final = "gen_ai.tool.description"
TOOL_ARGUMENTS: Final = "gen_ai.tool.call.arguments"
TOOL_RESULT: Final = "gen_ai.tool.call.result"
REFUSED_CALL: Final = "runinfra.refused_tool_call"  # error.type: no such tool, or unfit arguments
BULK_OPERATION: Final = "runinfra.bulk.operation"

# Metrics.
DURATION: Final = "gen_ai.client.operation.duration"
TOKEN_USAGE: Final = "gen_ai.client.token.usage"  # noqa: S105 - tokens of a model
TIME_TO_FIRST_CHUNK: Final = "gen_ai.client.operation.time_to_first_chunk"
RETRIES: Final = "runinfra.client.retries"
TOKEN_TYPE: Final = "gen_ai.token.type"  # noqa: S105 - as above

# The bounds that the conventions advise.
SECONDS: Final = [0.01 * 2**n for n in range(14)]
TOKENS: Final = [4**n for n in range(14)]

CHAT: Final = "chat"

# Operation id -> the conventions' name of what it does; others keep their own.
OPERATIONS: Final[Mapping[str, str]] = {
    "createChatCompletion": CHAT,
    "createResponse": CHAT,
    "createEmbedding": "embeddings",
    "createImage": "generate_content",
    "createSpeech": "generate_content",
    "createVoicePipeline": "generate_content",
    "createRerank": "rerank",
    "createTranscription": "transcription",
}
OUTPUT_TYPES: Final[Mapping[str, str]] = {
    "createImage": "image",
    "createSpeech": "speech",
    "createTranscription": "text",
    "createVoicePipeline": "speech",
}
# Argument -> attribute, and the types that the attribute takes.
PARAMETERS: Final[Mapping[str, tuple[str, type]]] = {
    "dimensions": ("gen_ai.embeddings.dimension.count", int),
    "frequency_penalty": ("gen_ai.request.frequency_penalty", float),
    "max_completion_tokens": ("gen_ai.request.max_tokens", int),
    "max_output_tokens": ("gen_ai.request.max_tokens", int),
    "max_tokens": ("gen_ai.request.max_tokens", int),
    "presence_penalty": ("gen_ai.request.presence_penalty", float),
    "seed": ("gen_ai.request.seed", int),
    "temperature": ("gen_ai.request.temperature", float),
    "top_k": ("gen_ai.request.top_k", float),
    "top_p": ("gen_ai.request.top_p", float),
}

# What work came to -> attribute.
FACTS: Final[Mapping[str, str]] = {
    "job": "runinfra.bulk.job",
    "steps": "runinfra.steps",
    "input_tokens": INPUT_TOKENS,
    "output_tokens": OUTPUT_TOKENS,
    "done": "runinfra.bulk.rows.done",
    "failed": "runinfra.bulk.rows.failed",
    "bad": "runinfra.bulk.rows.bad",
    "resumed": "runinfra.bulk.rows.resumed",
    "replayed": "runinfra.bulk.rows.replayed",
    "attempts": ATTEMPTS,
}
