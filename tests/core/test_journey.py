"""One call through its attempts, driven as the transports drive it, without a network."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, get_args

import pytest
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from runinfra_client.operations import OPERATIONS
from runinfra_ext import errors as e
from runinfra_ext._call.call import Call
from runinfra_ext._call.journey import Journey
from runinfra_ext._call.options import Settings, make_settings
from runinfra_ext._call.retry import RetryQuota
from runinfra_ext._ground.wire import FailureReason, Headers, TransportFailure
from runinfra_ext.hooks import AttemptEnd, AttemptStart, Hooks, Sleep

KEY = "sk-ri-0123456789abcdefTESTKEY"
OK = Headers([("X-Request-Id", "req_ok"), ("Content-Type", "application/json")])
UNSENT = TransportFailure("refused", "Refused.", sent=False)
LOST = TransportFailure("reset", "Reset.", sent=True)
STALE = TransportFailure("reset", "Reset.", sent=True, stale=True)


def refuse(journey: Journey, status: int, **headers: str) -> float:
    """An error answer without a body."""
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return journey.refused(status, Headers(pairs), b"")


def test_success_at_once(
    settings: Callable[..., Settings], call: Callable[..., Call], clock: Any
) -> None:
    """The metadata of a call without trouble."""
    journey = Journey(call("createChatCompletion", client_request_id="mine"), settings())
    journey.start()
    clock.now += 1.5
    meta = journey.answered(200, Headers([*OK.items(), ("X-RunInfra-Idempotent-Replay", " TRUE ")]))
    assert (meta.operation, meta.status) == ("createChatCompletion", 200)
    assert (meta.request_id, meta.client_request_id) == ("req_ok", "mine")
    assert meta.idempotency_key == journey.headers["idempotency-key"]
    assert (meta.replayed, meta.attempts, meta.failures, meta.elapsed) == (True, 1, (), 1.5)


def test_request_id_of_a_success_is_blanked(
    settings: Callable[..., Settings], call: Callable[..., Call]
) -> None:
    """A key that a server echoes as its request id doesn't get into the metadata."""
    journey = Journey(call("listModels"), settings())
    journey.start()
    meta = journey.answered(200, Headers([("x-request-id", f"r-{KEY}")]))
    assert meta.request_id == "r-[redacted]"


def test_failures_are_told(
    settings: Callable[..., Settings], call: Callable[..., Call], clock: Any
) -> None:
    """Result and error know every failed attempt: number, phase, class, status, ids, time."""
    journey = Journey(call("createChatCompletion"), settings())
    journey.start()
    clock.now += 2
    assert journey.lost(UNSENT) == 0.125
    journey.start()
    clock.now += 3
    assert refuse(journey, 429, x_request_id="req_2", retry_after="4") == 4.0
    journey.start()
    with pytest.raises(e.InternalServerError) as caught:
        refuse(journey, 500, x_request_id="req_3")
    error = caught.value
    assert [tuple(failure) for failure in error.failures] == [
        (1, "never_sent", "RunInfraConnectionError", "Refused.", 0, None, 2.0),
        (2, "refused", "RateLimitError", error.failures[1].message, 429, "req_2", 3.0),
        (3, "outcome_unknown", "InternalServerError", error.message, 500, "req_3", 0.0),
    ]
    assert (error.attempts, error.request_id, error.operation) == (
        3,
        "req_3",
        "createChatCompletion",
    )
    assert error.client_request_id == journey.client_request_id
    assert error.idempotency_key == journey.idempotency_key
    assert (error.phase, error.outcome_unknown) == ("outcome_unknown", True)


def test_success_after_failure(
    settings: Callable[..., Settings], call: Callable[..., Call]
) -> None:
    """The metadata of a result tells which attempts failed before it."""
    journey = Journey(call("listModels"), settings())
    journey.start()
    refuse(journey, 503)
    journey.start()
    meta = journey.answered(200, OK)
    assert (meta.attempts, [failure.status for failure in meta.failures]) == (2, [503])


@pytest.mark.parametrize(
    ("operation_id", "unknown"),
    [("createChatCompletion", True), ("createSpeech", True), ("listModels", False)],
)
def test_outcome_unknown_is_not_forgotten(
    settings: Callable[..., Settings], call: Callable[..., Call], operation_id: str, unknown: bool
) -> None:
    """If an earlier attempt may have run, the error says so; a GET has nothing to run."""
    journey = Journey(call(operation_id), settings(max_retries=1))

    def lost_and_refused() -> None:
        journey.start()
        journey.lost(LOST)
        journey.start()
        refuse(journey, 503)

    with pytest.raises(e.RunInfraError) as caught:
        lost_and_refused()
    last = "outcome_unknown" if operation_id == "createSpeech" else "refused"
    assert (caught.value.phase, caught.value.outcome_unknown) == (last, unknown)


@pytest.mark.parametrize(
    ("status", "body", "cls"),
    [
        (
            422,
            {"error": {"message": "Too large.", "code": "idempotency_replay_unavailable"}},
            e.IdempotencyReplayUnavailableError,
        ),
        (
            409,
            {"error": {"message": "Already completed.", "code": "idempotency_conflict"}},
            e.AlreadyCompletedError,
        ),
    ],
)
def test_what_was_done_before_settles_a_lost_attempt(
    settings: Callable[..., Settings],
    call: Callable[..., Call],
    status: int,
    body: dict[str, Any],
    cls: type[e.RunInfraError],
) -> None:
    """It was done and charged once: nothing is unknown any more, and it is not asked for again."""
    journey = Journey(call("createChatCompletion"), settings(max_retries=5))
    journey.start()
    journey.lost(LOST)
    journey.start()
    told_to = Headers([("x-should-retry", "true")])
    with pytest.raises(cls) as caught:
        journey.refused(status, told_to, body)
    error = caught.value
    assert (error.phase, error.outcome_unknown, error.attempts) == ("completed", False, 2)
    assert [failure.phase for failure in error.failures] == ["outcome_unknown", "completed"]
    assert error.gave_up == "another attempt would end the same"


def test_refusal_alone_has_a_known_outcome(
    settings: Callable[..., Settings], call: Callable[..., Call]
) -> None:
    """What was refused did not run."""
    journey = Journey(call("createSpeech"), settings())
    journey.start()
    with pytest.raises(e.RateLimitError) as caught:
        refuse(journey, 429)
    assert caught.value.outcome_unknown is False


@pytest.mark.parametrize(
    ("operation_id", "pipeline", "policy", "calls"),
    [
        ("createChatCompletion", None, "standard", 3),
        ("createChatCompletion", "p", "conservative", 3),
        ("createResponse", None, "conservative", 3),
        ("createEmbedding", None, "standard", 3),
        ("createEmbedding", None, "conservative", 1),
        ("createImage", None, "standard", 3),
        ("createImage", None, "conservative", 1),
        ("createRerank", None, "standard", 3),
        ("createRerank", "p", "standard", 1),
        ("createRerank", None, "conservative", 1),
        ("createSpeech", None, "standard", 1),
        ("createTranscription", None, "standard", 1),
        ("createVoicePipeline", "p", "standard", 1),
        ("listModels", None, "conservative", 3),
        ("retrieveModel", "p", "standard", 3),
    ],
)
def test_unknown_outcome_by_operation(
    settings: Callable[..., Settings],
    call: Callable[..., Call],
    operation_id: str,
    pipeline: str | None,
    policy: str,
    calls: int,
) -> None:
    """How often each operation is sent when its answers get lost."""
    made = settings(pipeline_id=pipeline, replay_policy=policy)
    journey = Journey(call(operation_id), made)

    def lose_all() -> None:
        while True:
            journey.start()
            journey.lost(LOST)

    with pytest.raises(e.RunInfraConnectionError) as caught:
        lose_all()
    assert caught.value.attempts == calls


def test_no_key_no_repeat(settings: Callable[..., Settings], call: Callable[..., Call]) -> None:
    """Without automatic keys a POST is sent once, unless the caller gives a key."""
    made = settings(auto_idempotency=False)
    journey = Journey(call("createChatCompletion"), made)
    journey.start()
    with pytest.raises(e.ServiceUnavailableError):
        refuse(journey, 503)
    journey = Journey(call("createChatCompletion", idempotency_key="mine"), made)
    journey.start()
    assert refuse(journey, 503) > 0


def test_call_overrides_max_retries(
    settings: Callable[..., Settings], call: Callable[..., Call]
) -> None:
    """max_retries=0 of the call ends it at the first failure."""
    journey = Journey(call("listModels", max_retries=0), settings(max_retries=5))
    journey.start()
    with pytest.raises(e.ServiceUnavailableError):
        refuse(journey, 503)


def test_stale_connection_is_free_once(
    settings: Callable[..., Settings], call: Callable[..., Call]
) -> None:
    """A dead pooled connection costs no retry and no token; a second one ends the call."""
    made = settings(max_retries=0)
    journey = Journey(call("createChatCompletion"), made)
    journey.start()
    assert journey.lost(STALE) == 0.0
    assert made.retry_quota.tokens == made.retry_quota.capacity
    journey.start()
    with pytest.raises(e.RunInfraConnectionError) as caught:
        journey.lost(STALE)
    assert caught.value.attempts == 2


def test_free_repeat_leaves_the_retries(
    settings: Callable[..., Settings], call: Callable[..., Call]
) -> None:
    """After the free repeat all of max_retries is still there."""
    journey = Journey(call("listModels"), settings(max_retries=1))
    journey.start()
    journey.lost(STALE)
    journey.start()
    assert refuse(journey, 503) > 0
    journey.start()
    with pytest.raises(e.ServiceUnavailableError) as caught:
        refuse(journey, 503)
    assert caught.value.attempts == 3


class OneWay:
    """A body that can be read once."""

    content_type = "audio/wav"
    content_length = 4
    rewindable = False

    def iter_chunks(self) -> Any:
        """Not reached by these tests."""
        raise NotImplementedError


def test_body_that_can_not_be_sent_again(settings: Callable[..., Settings]) -> None:
    """An upload without a way back is never repeated, not even for a stale connection."""
    operation = OPERATIONS["createTranscription"]._replace(replay="keyed")
    call = Call(operation, operation.path, OneWay(), "audio/wav", "application/json", False, {})
    for failure in (UNSENT, LOST, STALE):
        journey = Journey(call, settings())
        journey.start()
        with pytest.raises(e.RunInfraConnectionError) as caught:
            journey.lost(failure)
        assert caught.value.attempts == 1


def test_closed_client_ends_the_call(
    settings: Callable[..., Settings], call: Callable[..., Call]
) -> None:
    """A call whose client was closed isn't repeated on the closed client."""
    journey = Journey(call("listModels"), settings())
    journey.start()
    with pytest.raises(e.RunInfraConnectionError):
        journey.lost(TransportFailure("client_closed", "Closed.", sent=False))


def test_empty_quota(settings: Callable[..., Settings], call: Callable[..., Call]) -> None:
    """When the client's quota is used up, failures surface at once; a success refills it."""
    quota = RetryQuota(capacity=5, refill=0)
    made = settings(retry_quota=quota)
    journey = Journey(call("listModels"), made)
    journey.start()
    refuse(journey, 503)
    journey.start()
    with pytest.raises(
        e.ServiceUnavailableError, match="the client's retry quota is used up"
    ) as caught:
        refuse(journey, 503)
    assert caught.value.gave_up == "the client's retry quota is used up"
    journey = Journey(call("listModels"), made)
    journey.start()
    journey.succeeded(journey.answered(200, OK))
    assert quota.tokens == 1


def test_success_refunds_its_retry(
    settings: Callable[..., Settings], call: Callable[..., Call]
) -> None:
    """A call that succeeds after a retry gives back what the retry cost."""
    quota = RetryQuota(refill=0)
    journey = Journey(call("listModels"), settings(retry_quota=quota))
    journey.start()
    refuse(journey, 503)
    assert quota.tokens == quota.capacity - 5
    journey.start()
    meta = journey.answered(200, OK)
    assert quota.tokens == quota.capacity - 5
    journey.succeeded(meta)
    assert quota.tokens == quota.capacity


def test_unusable_answer_refunds_nothing(
    settings: Callable[..., Settings], call: Callable[..., Call]
) -> None:
    """An answer that can't be used is no success to the quota, nor to the hooks."""
    seen: list[AttemptEnd] = []
    quota = RetryQuota(refill=0)
    made = settings(retry_quota=quota, hooks=Hooks(after_attempt=seen.append))
    journey = Journey(call("listModels"), made)
    journey.start()
    refuse(journey, 503)
    journey.start()
    meta = journey.answered(200, OK)
    error = journey.unusable(e.ResponseShapeError("m"), meta, b"{}")
    assert quota.tokens == quota.capacity - 5
    assert [(end.attempt, end.status, end.error) for end in seen][1:] == [(2, 200, error)]


def test_body_lost_after_the_headers(
    settings: Callable[..., Settings], call: Callable[..., Call]
) -> None:
    """The error for a broken body has the answer's ids, and no secret from its headers."""
    journey = Journey(call("createSpeech"), settings())
    journey.start()
    headers = Headers([("x-request-id", f"r-{KEY}"), ("x-echo", KEY)])
    with pytest.raises(e.RunInfraConnectionError) as caught:
        journey.lost(LOST, headers)
    assert caught.value.request_id == "r-[redacted]"
    assert dict(caught.value.headers) == {"x-request-id": "r-[redacted]", "x-echo": "[redacted]"}
    assert (caught.value.status, caught.value.outcome_unknown) == (0, True)


def test_unusable_answer(settings: Callable[..., Settings], call: Callable[..., Call]) -> None:
    """An answer that can't be used is told with status, ids and body, and never repeated."""
    seen: list[AttemptEnd] = []
    journey = Journey(call("createImage"), settings(hooks=Hooks(after_attempt=seen.append)))
    journey.start()
    headers = Headers([*OK.items(), ("x-echo", KEY)])
    meta = journey.answered(200, headers)
    body = f"<html>{KEY} {'x' * 9000}".encode()
    error = journey.unusable(e.UnexpectedContentError(f"HTML {KEY}."), meta, body)
    assert (error.message, error.args) == ("HTML [redacted].", ("HTML [redacted].",))
    assert (error.status, error.request_id, error.attempts) == (200, "req_ok", 1)
    assert (error.phase, error.outcome_unknown) == ("outcome_unknown", True)
    assert str(error.body).startswith("<html>[redacted] xxx")
    assert 3900 < len(str(error.body)) <= 4000
    assert error.headers["x-echo"] == "[redacted]"
    assert [failure.error for failure in error.failures] == ["UnexpectedContentError"]
    assert [(end.status, end.error) for end in seen] == [(200, error)]


def test_unusable_answer_of_a_get(
    settings: Callable[..., Settings], call: Callable[..., Call]
) -> None:
    """Reading has no outcome to be unsure of."""
    journey = Journey(call("listModels"), settings())
    journey.start()
    meta = journey.answered(200, OK)
    error = journey.unusable(e.ResponseShapeError("m", body={"a": 1}), meta, b"{}")
    assert (error.outcome_unknown, error.body) == (False, {"a": 1})


def test_hooks(settings: Callable[..., Settings], call: Callable[..., Call], clock: Any) -> None:
    """Hooks hear each attempt and each wait once, in order, with the facts."""
    seen: list[Any] = []
    hooks = Hooks(seen.append, seen.append, seen.append)
    asked = call("createChatCompletion", client_request_id="mine", idempotency_key="k")
    journey = Journey(asked, settings(hooks=hooks))
    journey.start()
    clock.now += 2
    refuse(journey, 503, x_request_id="req_1", retry_after="3")
    journey.start()
    clock.now += 1
    meta = journey.answered(200, OK)
    clock.now += 1  # what the result is made in
    journey.succeeded(meta)
    name = "createChatCompletion"
    error = seen[1].error
    assert isinstance(error, e.ServiceUnavailableError)
    assert seen == [
        AttemptStart(name, 1, "mine", "k"),
        AttemptEnd(name, 1, "mine", 503, "req_1", 2.0, error),
        Sleep(name, 1, "mine", 3.0, error),
        AttemptStart(name, 2, "mine", "k"),
        AttemptEnd(name, 2, "mine", 200, "req_ok", 1.0, None),
    ]
    assert [type(fact) for fact in seen] == [
        AttemptStart,
        AttemptEnd,
        Sleep,
        AttemptStart,
        AttemptEnd,
    ]


def test_hook_error_ends_the_call(
    settings: Callable[..., Settings], call: Callable[..., Call]
) -> None:
    """An exception of a hook is the application's and is not swallowed."""

    def fail(_fact: object) -> None:
        raise LookupError

    journey = Journey(call("listModels"), settings(hooks=Hooks(before_attempt=fail)))
    with pytest.raises(LookupError):
        journey.start()


def test_debug_log(
    settings: Callable[..., Settings],
    call: Callable[..., Call],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The log tells each step with the ids, and no secret that a server echoes."""
    caplog.set_level(logging.DEBUG, "runinfra_ext")
    asked = call("createChatCompletion", client_request_id="mine")._replace(path=f"/x/{KEY}")
    journey = Journey(asked, settings(max_retries=1))
    journey.start()
    journey.refused(503, Headers([("x-request-id", f"r1-{KEY}")]), f"no {KEY}".encode())
    journey.start()
    with pytest.raises(e.RunInfraError):
        journey.refused(429, Headers(), f'{{"error": "no {KEY}"}}'.encode())
    assert caplog.messages == [
        "createChatCompletion attempt 1: POST /x/[redacted] (client request id mine)",
        (
            "createChatCompletion attempt 1 failed (no [redacted] (status 503, request id "
            "r1-[redacted], client request id mine)); next in 0.125 s"
        ),
        "createChatCompletion attempt 2: POST /x/[redacted] (client request id mine)",
        (
            "createChatCompletion gave up: max_retries is used up; no [redacted] (status 429, "
            "client request id mine, 2 attempts)"
        ),
    ]
    assert KEY not in repr([record.__dict__ for record in caplog.records])


def test_silent_by_default(
    settings: Callable[..., Settings], call: Callable[..., Call], caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is logged above DEBUG."""
    caplog.set_level(logging.INFO)
    journey = Journey(call("listModels"), settings(max_retries=0))
    journey.start()
    with pytest.raises(e.RunInfraError):
        refuse(journey, 500)
    assert caplog.records == []


class Gateway:
    """Runs requests and charges for them; knows idempotency keys as the document promises."""

    def __init__(self) -> None:
        self.charges = 0
        self.keys: set[str] = set()

    def run(self, operation_id: str, key: str | None, *, pipeline: bool) -> None:
        """Do the work, unless a key says that it was done."""
        operation = OPERATIONS[operation_id]
        if operation.replay == "safe":
            return
        binds = operation.replay == "keyed" and not (
            operation.replay_scope == "workspace" and pipeline
        )
        if binds and key is not None:
            if key in self.keys:
                return
            self.keys.add(key)
        self.charges += 1


CODES = [
    None,
    "idempotency_conflict",
    "request_in_progress",
    "hosted_model_paused",
    "insufficient_quota",
]
REASONS: list[FailureReason] = list(get_args(FailureReason))
BEFORE_SENDING = {
    "dns",
    "refused",
    "unreachable",
    "tls_certificate",
    "tls_handshake",
    "proxy",
    "connect_timeout",
    "pool_timeout",
}


class Calls(RuleBasedStateMachine):
    """Calls through any sequence of outcomes, against a gateway that counts what it charges."""

    @initialize(
        operation_id=st.sampled_from(sorted(OPERATIONS)),
        streaming=st.booleans(),
        pipeline=st.booleans(),
        key=st.none() | st.just("mine"),
        auto=st.booleans(),
        policy=st.sampled_from(["standard", "conservative"]),
        retry_streams=st.booleans(),
        max_retries=st.integers(0, 4),
        deadline=st.none() | st.floats(0.5, 200),
        capacity=st.sampled_from([0, 12, 500]),
        chance=st.floats(0, 1, exclude_max=True),
    )
    def begin(
        self,
        operation_id: str,
        streaming: bool,
        pipeline: bool,
        key: str | None,
        auto: bool,
        policy: str,
        retry_streams: bool,
        max_retries: int,
        deadline: float | None,
        capacity: int,
        chance: float,
    ) -> None:
        """Make the client and the call."""
        self.now = 1000.0
        self.facts: list[Any] = []
        note = self.facts.append
        options: dict[str, Any] = {
            "auto_idempotency": auto,
            "replay_policy": policy,
            "retry_streams": retry_streams,
            "max_retries": max_retries,
            "deadline": deadline,
            "hooks": Hooks(note, note, note),
        }
        made = make_settings(
            api_key=KEY, pipeline_id="p" if pipeline else None, options=options
        )._replace(clock=lambda: self.now, random=lambda: chance, retry_quota=RetryQuota(capacity))
        operation = OPERATIONS[operation_id]
        self.streaming = streaming and operation.stream is not None
        call = Call(
            operation, operation.path, b"{}", None, "*/*", self.streaming, {"idempotency_key": key}
        )
        self.operation_id, self.pipeline = operation_id, pipeline
        self.call, self.settings = call, made
        self.max_retries = max_retries
        self.new_call()

    def new_call(self) -> None:
        """Make the call once, and its first attempt."""
        self.facts.clear()
        self.journey = Journey(self.call, self.settings)
        self.gateway = Gateway()
        self.stale_seen = 0
        self.may_have_run = False
        self.sent = 0
        self.error: e.RunInfraError | None = None
        self.done = False
        self.ids: set[tuple[str, str | None]] = set()
        self.next_attempt()

    def next_attempt(self) -> None:
        """Start an attempt as a transport does."""
        try:
            while wait := self.journey.held():
                self.now += wait
        except e.RateLimitError as error:
            # Held back by what an earlier call was told, for longer than this one's deadline.
            assert (error.phase, error.status) == ("never_sent", 0)
            self.ids.add((self.journey.client_request_id, self.journey.idempotency_key))
            self.error = error
            return
        limits = self.journey.start()
        assert limits.deadline_at is None or self.now < limits.deadline_at
        self.sent += 1
        headers = self.journey.headers
        self.ids.add((headers["x-client-request-id"], headers.get("idempotency-key")))

    def over(self) -> bool:
        """Whether the call has ended."""
        return self.done or self.error is not None

    def fail(self, outcome: Callable[[], float], hint: float | None = None) -> None:
        """An attempt ends badly: wait and try again, or end with the error."""
        before = self.now
        try:
            wait = outcome()
        except e.RunInfraError as error:
            self.error = error
            return
        assert wait >= 0
        assert wait >= (hint or 0)
        self.now += wait
        deadline = self.journey.limits.deadline_at
        assert deadline is None or before + wait < deadline
        self.next_attempt()

    @precondition(lambda self: not self.over())
    @rule(
        reason=st.sampled_from(REASONS),
        ran=st.booleans(),
        stale=st.booleans(),
        took=st.floats(0, 20),
    )
    def lost(self, reason: FailureReason, ran: bool, stale: bool, took: float) -> None:
        """No answer; if any byte left, the gateway may have done the work."""
        self.now += took
        sent = reason not in BEFORE_SENDING
        if sent and ran:
            self.gateway.run(
                self.operation_id, self.journey.idempotency_key, pipeline=self.pipeline
            )
        self.may_have_run |= sent
        stale = stale and reason in {"reset", "closed"}
        self.stale_seen += stale
        failure = TransportFailure(reason, "Lost.", sent=sent, stale=stale)
        self.fail(lambda: self.journey.lost(failure))

    @precondition(lambda self: not self.over())
    @rule(
        status=st.sampled_from(
            [
                302,
                400,
                401,
                402,
                403,
                404,
                408,
                409,
                413,
                422,
                429,
                500,
                501,
                502,
                503,
                504,
                520,
                529,
            ]
        ),
        code=st.sampled_from(CODES),
        ran=st.booleans(),
        hint=st.none() | st.integers(0, 100),
        told=st.sampled_from([None, "true", "false"]),
    )
    def refused(
        self, status: int, code: str | None, ran: bool, hint: int | None, told: str | None
    ) -> None:
        """An error answer; behind a 408, a 5xx or one in progress the work may have been done."""
        unknown = status == 408 or (status >= 500 and status not in {501, 503})
        if unknown and ran:
            self.gateway.run(
                self.operation_id, self.journey.idempotency_key, pipeline=self.pipeline
            )
        self.may_have_run |= unknown
        pairs = [("retry-after", str(hint))] if hint is not None else []
        pairs += [("x-should-retry", told)] if told else []
        body = {"error": {"message": "No.", "code": code}}
        self.fail(lambda: self.journey.refused(status, Headers(pairs), body), hint)
        # An earlier request with the key runs on, whatever becomes of this one.
        self.may_have_run |= self.journey.failures[-1].error == "RequestInProgressError"
        if status in {302, 400, 401, 402, 403, 404, 413, 422} or told == "false":
            assert self.error is not None

    @precondition(lambda self: not self.over())
    @rule()
    def answered(self) -> None:
        """The gateway does the work and the answer arrives."""
        self.gateway.run(self.operation_id, self.journey.idempotency_key, pipeline=self.pipeline)
        meta = self.journey.answered(200, OK)
        assert meta.attempts == self.sent
        assert len(meta.failures) == self.sent - 1
        self.journey.succeeded(meta)
        self.done = True

    @precondition(lambda self: self.over())
    @rule()
    def another_call(self) -> None:
        """The client, with what is left of its quota, makes the next call."""
        self.new_call()

    @invariant()
    def never_charged_twice(self) -> None:
        """The point of it all."""
        assert self.gateway.charges <= 1

    @invariant()
    def within_max_retries(self) -> None:
        """No more attempts than allowed, plus one for a stale connection."""
        assert self.sent <= 1 + self.max_retries + min(1, self.stale_seen)

    @invariant()
    def same_ids(self) -> None:
        """All attempts carry the same ids."""
        assert len(self.ids) == 1

    @invariant()
    def hooks_in_order(self) -> None:
        """Start, end, and a sleep unless the repeat is free."""
        starts = [fact.attempt for fact in self.facts if isinstance(fact, AttemptStart)]
        ends = [fact.attempt for fact in self.facts if isinstance(fact, AttemptEnd)]
        assert starts == list(range(1, self.sent + 1))
        assert ends == starts[: None if self.over() else -1]
        place = {AttemptStart: 0, AttemptEnd: 1, Sleep: 2}
        order = [(fact.attempt, place[type(fact)]) for fact in self.facts]
        assert order == sorted(order)

    @invariant()
    def error_tells_everything(self) -> None:
        """The error of the call has all attempts, the ids and the truth about the outcome."""
        error = self.error
        if error is None:
            return
        assert error.attempts == self.sent == len(error.failures)
        assert [failure.number for failure in error.failures] == list(range(1, self.sent + 1))
        assert {(error.client_request_id, error.idempotency_key)} == self.ids
        assert error.operation == self.operation_id
        safe = OPERATIONS[self.operation_id].replay == "safe"
        assert error.outcome_unknown is (self.may_have_run and not safe)
        assert (error.__cause__, error.__context__) == (None, None)


Calls.TestCase.settings = profile(max_examples=300, stateful_step_count=12, deadline=None)
test_calls = Calls.TestCase
