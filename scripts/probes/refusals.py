"""Rows of what must be refused, or not be done twice: webhooks, errors, idempotency, scopes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

from runinfra_client.models import ChatCompletion
from runinfra_ext import (
    APIStatusError,
    IdempotencyConflictError,
    NotFoundError,
    PermissionDeniedError,
    RunInfra,
    RunInfraError,
    WebhookVerificationError,
    idempotency,
    webhooks,
)

from . import variables
from .running import CheckFailed, Row, Seen, Target
from .text import MAX_TOKENS

E = TypeVar("E", bound=RunInfraError)

_REQUEST_ID: Final = "request id present"
_ONE_REQUEST: Final = "exactly one request"
_NO_KEY: Final = "rp_live_" + "0" * 64  # of the documented form, and nobody's
_NO_MODEL: Final = "runinfra-ext-canary/no-such-model"
_OLD: Final = 3600  # seconds; no receiver should take a webhook after an hour


def refused(wanted: type[E], call: Callable[[], object]) -> E:
    """The error that a call must end with; others pass through.

    Raises:
        CheckFailed: it succeeded.
    """
    try:
        call()
    except wanted as error:
        return error
    msg = f"refused with {wanted.__name__}"
    raise CheckFailed(msg)


def say(client: RunInfra, model: str, text: str, key: str | None = None) -> ChatCompletion:
    """A tiny chat completion."""
    return client.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": text}],
        max_tokens=MAX_TOKENS,
        idempotency_key=key,
    )


def webhook(target: Target, _client: RunInfra, seen: Seen) -> None:
    """Signatures made and checked with the endpoint's secret; nothing is sent."""
    secret = target.given[variables.WEBHOOK_SECRET]
    body = b'{"id":"evt_canary","type":"sdk.canary","data":{}}'
    header = webhooks.signature_header(payload=body, secret=secret)
    event = webhooks.construct_event(payload=body, signature_header=header, secret=secret)
    seen.check("a good signature is taken", event.id == "evt_canary")

    def verify(payload: bytes, now: float | None = None) -> None:
        webhooks.verify_signature(payload=payload, signature_header=header, secret=secret, now=now)

    changed = refused(WebhookVerificationError, lambda: verify(body + b" "))
    seen.check("a changed body is refused", changed.reason)
    late = refused(WebhookVerificationError, lambda: verify(body, time.time() + _OLD))
    seen.check("an old one is refused", late.reason)


def unknown_model(_target: Target, client: RunInfra, seen: Seen) -> None:
    """A model that nobody serves."""
    error = refused(NotFoundError, lambda: say(client, _NO_MODEL, "Hi"))
    seen.answer(error.request_id)
    seen.check("status 404", error.status == 404)
    seen.check(_ONE_REQUEST, seen.requests == 1)


def bad_key(target: Target, _client: RunInfra, seen: Seen) -> None:
    """A key that nobody has; it must not be tried again."""
    stranger = target.client(api_key=_NO_KEY)
    # Some gateways tell an unknown key with 403: both are a clear no.
    error = refused(APIStatusError, stranger.models.list)
    seen.answer(error.request_id)
    seen.check("status 401 or 403", error.status in {401, 403})
    seen.check(_ONE_REQUEST, seen.requests == 1)


def replay(target: Target, client: RunInfra, seen: Seen) -> None:
    """The same call twice with one key: the second is the stored answer."""
    model, key = target.given[variables.CHAT_MODEL], idempotency.new_key()
    first = say(client, model, "Name one prime.", key)
    seen.check("the first is no replay", not first.meta.replayed)
    second = say(client, model, "Name one prime.", key)
    seen.answer(second.request_id)
    seen.check("the second is marked as a replay", second.meta.replayed)
    seen.check("it is the same answer", first.to_dict() == second.to_dict())


def conflict(target: Target, client: RunInfra, seen: Seen) -> None:
    """One key for two different calls."""
    model, key = target.given[variables.CHAT_MODEL], idempotency.new_key()
    say(client, model, "Name one prime.", key)
    error = refused(IdempotencyConflictError, lambda: say(client, model, "Name one colour.", key))
    seen.answer(error.request_id)
    seen.check("status 409", error.status == 409)


def scope(target: Target, _client: RunInfra, seen: Seen) -> None:
    """A pipeline's key on another pipeline."""
    elsewhere = target.pipeline(target.given[variables.OTHER_PIPELINE_ID])
    error = refused(PermissionDeniedError, elsewhere.models.list)
    seen.answer(error.request_id)
    seen.check("status 403", error.status == 403)
    seen.check(_ONE_REQUEST, seen.requests == 1)


ROWS: Final = (
    Row(
        "webhook",
        webhook,
        ("a good signature is taken", "a changed body is refused", "an old one is refused"),
        (variables.WEBHOOK_SECRET,),
    ),
    Row("unknown-model", unknown_model, (_REQUEST_ID, "status 404", _ONE_REQUEST)),
    Row("bad-key", bad_key, (_REQUEST_ID, "status 401 or 403", _ONE_REQUEST)),
    Row(
        "idempotent-replay",
        replay,
        (
            "the first is no replay",
            _REQUEST_ID,
            "the second is marked as a replay",
            "it is the same answer",
        ),
        (variables.CHAT_MODEL,),
    ),
    Row(
        "idempotency-conflict",
        conflict,
        (_REQUEST_ID, "status 409"),
        (variables.CHAT_MODEL,),
    ),
    Row(
        "pipeline-scope",
        scope,
        (_REQUEST_ID, "status 403", _ONE_REQUEST),
        (variables.PIPELINE_KEY, variables.OTHER_PIPELINE_ID),
    ),
)
