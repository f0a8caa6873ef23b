"""RunInfra for Python.

::

    from runinfra_ext import RunInfra

    with RunInfra() as client:  # the key of RUNINFRA_API_KEY
        chat = client.chat.completions.create(
            model="acme-chat-8b", messages=[{"role": "user", "content": "Name one prime."}]
        )
        print(chat.choices[0].message.content)

``help(RunInfra)`` lists the options of a client, :mod:`runinfra_ext.errors` the errors. All pages:
https://rightnow-ai.github.io/runinfra-python/.

Importing this package loads neither the HTTP library nor the models: they are loaded when a client
first needs them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._ground.error_fields import FailedAttempt
from ._version import __version__
from .errors import (
    AlreadyCompletedError,
    APIResponseError,
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    ConnectTimeoutError,
    DeadlineExceededError,
    DeploymentError,
    IdempotencyConflictError,
    IdempotencyReplayUnavailableError,
    InsufficientCreditsError,
    InternalServerError,
    InvalidRequestError,
    ModelNotFoundError,
    ModelPausedError,
    NotFoundError,
    PayloadTooLargeError,
    PermissionDeniedError,
    QuotaExceededError,
    RateLimitError,
    ReadTimeoutError,
    RedirectError,
    RequestInProgressError,
    ResponseShapeError,
    ResponseTooLargeError,
    RunInfraConnectionError,
    RunInfraError,
    RunInfraStreamParseError,
    RunInfraTimeoutError,
    ServiceUnavailableError,
    StreamConsumedError,
    StreamError,
    StreamTooLargeError,
    StreamTruncatedError,
    StructuredOutputError,
    TLSError,
    ToolLoopError,
    UnexpectedContentError,
    UnprocessableEntityError,
    UnsupportedOperationError,
    WebhookVerificationError,
)

if TYPE_CHECKING:
    from . import idempotency
    from ._async.client import AsyncRunInfra
    from ._call.retry import RetryQuota
    from ._ground.limits import Timeout
    from ._ground.metadata import Meta, RateLimit
    from ._structured.conversation import ToolRun
    from ._structured.parsing import ParsedChatCompletion, ParsedResponse
    from ._structured.tools import FunctionTool, function_tool
    from ._sync.client import RunInfra
    from ._webhooks import events as webhooks
    from .bulk.errors import BulkStoppedError, JournalError
    from .hooks import AttemptEnd, AttemptStart, Hooks, Sleep
    from .middleware import CallEnd, CallStart, Middleware

# Name -> the module that has it, or that it is.
_LAZY = {
    "AsyncRunInfra": "._async.client",
    "AttemptEnd": ".hooks",
    "AttemptStart": ".hooks",
    "BulkStoppedError": ".bulk.errors",
    "CallEnd": ".middleware",
    "CallStart": ".middleware",
    "FunctionTool": "._structured.tools",
    "Hooks": ".hooks",
    "JournalError": ".bulk.errors",
    "Meta": "._ground.metadata",
    "Middleware": ".middleware",
    "ParsedChatCompletion": "._structured.parsing",
    "ParsedResponse": "._structured.parsing",
    "RateLimit": "._ground.metadata",
    "RetryQuota": "._call.retry",
    "RunInfra": "._sync.client",
    "Sleep": ".hooks",
    "Timeout": "._ground.limits",
    "ToolRun": "._structured.conversation",
    "function_tool": "._structured.tools",
    "idempotency": ".idempotency",
    "webhooks": ".webhooks",
}

__all__ = [
    "APIResponseError",
    "APIStatusError",
    "AlreadyCompletedError",
    "AsyncRunInfra",
    "AttemptEnd",
    "AttemptStart",
    "AuthenticationError",
    "BadRequestError",
    "BulkStoppedError",
    "CallEnd",
    "CallStart",
    "ConfigurationError",
    "ConflictError",
    "ConnectTimeoutError",
    "DeadlineExceededError",
    "DeploymentError",
    "FailedAttempt",
    "FunctionTool",
    "Hooks",
    "IdempotencyConflictError",
    "IdempotencyReplayUnavailableError",
    "InsufficientCreditsError",
    "InternalServerError",
    "InvalidRequestError",
    "JournalError",
    "Meta",
    "Middleware",
    "ModelNotFoundError",
    "ModelPausedError",
    "NotFoundError",
    "ParsedChatCompletion",
    "ParsedResponse",
    "PayloadTooLargeError",
    "PermissionDeniedError",
    "QuotaExceededError",
    "RateLimit",
    "RateLimitError",
    "ReadTimeoutError",
    "RedirectError",
    "RequestInProgressError",
    "ResponseShapeError",
    "ResponseTooLargeError",
    "RetryQuota",
    "RunInfra",
    "RunInfraConnectionError",
    "RunInfraError",
    "RunInfraStreamParseError",
    "RunInfraTimeoutError",
    "ServiceUnavailableError",
    "Sleep",
    "StreamConsumedError",
    "StreamError",
    "StreamTooLargeError",
    "StreamTruncatedError",
    "StructuredOutputError",
    "TLSError",
    "Timeout",
    "ToolLoopError",
    "ToolRun",
    "UnexpectedContentError",
    "UnprocessableEntityError",
    "UnsupportedOperationError",
    "WebhookVerificationError",
    "__version__",
    "function_tool",
    "idempotency",
    "webhooks",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    module = importlib.import_module(_LAZY[name], __name__)
    value = module if _LAZY[name] == f".{name}" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
