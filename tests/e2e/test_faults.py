"""What goes wrong on the way: the error, the number of requests, the charges, the released socket.

The numbers in the docstrings are those of the catalogue of faults in docs/sandbox.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import pickle
import signal
import socket
import ssl
import threading
import time

import httpx
import pytest
import trustme

import runinfra_ext as sdk
from runinfra_ext.idempotency import derive
from tests.connections import connections_of
from tests.helpers import fault


async def ask(client, hello, **options):
    """A chat call."""
    return await client.chat.completions.create(model="acme-chat-8b", messages=hello, **options)


def failing(both, call, **options):
    """Run a call that fails; its error."""

    async def scenario():
        async with both.client(**options) as client:
            with pytest.raises(sdk.RunInfraError) as caught:
                await call(client)
            return caught.value

    error = both.run(scenario)
    assert error.__cause__ is None
    assert error.__context__ is None
    assert both.gateway.api_key not in repr(error)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), copy.failures) == (type(error), str(error), error.failures)
    return error


STATUSES = [
    (400, sdk.BadRequestError, "invalid_request_error"),
    (401, sdk.AuthenticationError, "auth_error"),
    (402, sdk.InsufficientCreditsError, "insufficient_credits"),
    (403, sdk.PermissionDeniedError, "permission_denied"),
    (404, sdk.ModelNotFoundError, "model_not_found"),
    (409, sdk.DeploymentError, "deployment_error"),
    (418, sdk.APIStatusError, "api_error"),
    (422, sdk.UnprocessableEntityError, "validation_error"),
    (501, sdk.InternalServerError, "api_error"),
    (529, sdk.InternalServerError, "api_error"),
    (599, sdk.InternalServerError, "api_error"),
]


@pytest.mark.parametrize(("status", "cls", "kind"), STATUSES)
def test_statuses_that_do_not_pass(both, hello, status, cls, kind):
    """16, 17: one request, and the error class of the status."""
    error = failing(both, lambda client: ask(client, hello, **fault(str(status))))
    assert type(error) is cls
    assert (error.status, error.type, error.attempts) == (status, kind, 1)
    assert error.request_id == both.gateway.journal[-1].request_id
    assert error.client_request_id == both.gateway.journal[-1].client_request_id
    assert len(both.gateway.journal) == 1


def test_credits_are_attributes_only(both, hello):
    """16: the amounts of a 402 are there, and not in the message."""
    error = failing(both, lambda client: ask(client, hello, **fault("402")))
    assert (error.current_balance_cents, error.required_cents) == (3, 12)
    assert error.topup_url == "https://billing.example/topup"
    assert "billing" not in str(error)


@pytest.mark.parametrize("status", [429, 503, 500, 502, 504, 408])
def test_passing_statuses_are_retried_with_one_key(both, hello, status):
    """17, 18: chat is repeated with the same key and client request id, and charged once."""

    async def scenario():
        async with both.client() as client:
            return await ask(client, hello, **fault(f"{status}*1"))

    chat = both.run(scenario)
    first, second = both.gateway.journal
    assert chat.meta.attempts == 2
    assert [f.status for f in chat.meta.failures] == [status]
    assert first.idempotency_key == second.idempotency_key == chat.meta.idempotency_key
    assert first.client_request_id == second.client_request_id
    assert len(both.gateway.charges) == 1


def test_retries_end(both, hello):
    """After max_retries the last error is raised, with all attempts on it."""
    error = failing(both, lambda client: ask(client, hello, max_retries=1, **fault("503")))
    assert type(error) is sdk.ServiceUnavailableError
    assert error.attempts == len(error.failures) == len(both.gateway.journal) == 2
    assert [f.number for f in error.failures] == [1, 2]
    assert failing(both, lambda c: ask(c, hello, max_retries=0, **fault("503"))).attempts == 1


@pytest.mark.parametrize(
    "name", ["quota", "paused", "no-retry", "retry-after:61", "replay-unavailable"]
)
def test_refusals_that_waiting_does_not_mend(both, hello, name):
    """15, 16: a used-up quota, a long pause, a word from the gateway, a wait beyond the cap."""
    error = failing(both, lambda client: ask(client, hello, **fault(name)))
    classes = {
        "quota": sdk.QuotaExceededError,
        "paused": sdk.ModelPausedError,
        "no-retry": sdk.ServiceUnavailableError,
        "retry-after:61": sdk.RateLimitError,
        "replay-unavailable": sdk.IdempotencyReplayUnavailableError,
    }
    assert type(error) is classes[name]
    assert len(both.gateway.journal) == 1
    # What was done and charged before is no refusal, although nothing ran now.
    done = name == "replay-unavailable"
    assert (error.phase, error.outcome_unknown) == ("completed" if done else "refused", False)
    if name == "paused":
        assert error.paused_until == both.gateway.journal[0].answer["error"]["paused_until"]
    if name == "retry-after:61":
        assert error.retry_after_seconds == 61


@pytest.mark.parametrize(
    "hint",
    ["retry-after:0", "retry-after-ms:1", "retry-after:Wed, 01 Jan 2020 00:00:00 GMT"],
)
def test_short_waits_are_kept(both, hello, hint):
    """15: zero, milliseconds and a date in the past mean at once."""
    waits = []
    hooks = sdk.Hooks(before_sleep=lambda fact: waits.append(fact.seconds))

    async def scenario():
        async with both.client(hooks=hooks) as client:
            return await ask(client, hello, **fault(f"{hint}*2"))

    assert both.run(scenario).meta.attempts == 3
    assert waits == pytest.approx([0, 0], abs=0.01)


@pytest.mark.parametrize("status", [429, 503, 500])
def test_calls_that_are_not_replay_safe_are_sent_once(both, hello, status):
    """18: speech, transcription, voice and streams are never repeated once sent."""
    options = fault(str(status))

    async def speech(client):
        await client.audio.speech.create(model="acme-tts", input="Hi", voice="nova", **options)

    async def transcription(client):
        await client.audio.transcriptions.create(model="acme-asr", file=b"RIFFdata", **options)

    async def stream(client):
        await ask(client, hello, stream=True, **options)

    async def unkeyed(client):
        await ask(client.with_options(auto_idempotency=False), hello, **options)

    for call in (speech, transcription, stream):
        both.gateway.reset()
        error = failing(both, call)
        assert (error.status, error.attempts) == (status, 1)
        assert len(both.gateway.journal) == 1
        assert error.outcome_unknown is (status == 500)
    both.gateway.reset()

    async def voice():
        async with both.pipeline_client() as client:
            with pytest.raises(sdk.RunInfraError) as caught:
                await client.voice.pipeline.create(audio=b"RIFFdata", **options)
            return caught.value

    error = both.run(voice)
    assert error.idempotency_key == both.gateway.journal[-1].idempotency_key
    assert len(both.gateway.journal) == 1


def test_no_key_no_repeat(both, hello):
    """Without an idempotency key a POST is not repeated once it was sent."""
    error = failing(both, lambda client: ask(client, hello, **fault("503")), auto_idempotency=False)
    assert (error.attempts, error.idempotency_key) == (1, None)


@pytest.mark.parametrize("name", ["embeddings", "images"])
def test_conservative_policy(both, name):
    """Unknown outcomes of embeddings and images are repeated, but not under the conservative policy."""

    async def call(client):
        if name == "embeddings":
            return await client.embeddings.create(model="acme-embed-m", input="x", **fault("500*1"))
        return await client.images.generate(
            model="acme-flux", prompt="x", size="8x8", **fault("500*1")
        )

    async def standard():
        async with both.client() as client:
            return await call(client)

    assert both.run(standard).meta.attempts == 2
    error = failing(both, call, replay_policy="conservative")
    assert (error.attempts, error.outcome_unknown) == (1, True)


def test_rerank_on_a_pipeline_is_sent_once(both):
    """The workspace's rerank is repeated, the pipeline's is not."""

    async def scenario(client):
        async with client as used:
            return await used.rerank.create(
                model="acme-rerank", query="a", texts=["a"], **fault("503*1")
            )

    assert both.run(lambda: scenario(both.client())).meta.attempts == 2
    with pytest.raises(sdk.ServiceUnavailableError):
        both.run(lambda: scenario(both.pipeline_client()))


@pytest.mark.parametrize("name", ["lost", "cut-body", "short-body"])
def test_lost_reply_is_charged_once(both, hello, name):
    """18: the work was done, the reply lost; the repeat with the same key gets it, uncharged."""

    async def scenario():
        async with both.client() as client:
            return await ask(client, hello, **fault(f"{name}*1"))

    chat = both.run(scenario)
    assert chat.meta.replayed is True
    assert chat.meta.failures[0].phase == "outcome_unknown"
    assert len(both.gateway.charges) == 1
    assert len(both.gateway.journal) == 2


def test_lost_speech_keeps_its_key(both):
    """18: a lost speech is not repeated; its error says so, and holds the key."""

    async def call(client):
        await client.audio.speech.create(
            model="acme-tts", input="Hi", voice="nova", **fault("lost")
        )

    error = failing(both, call)
    assert isinstance(error, sdk.RunInfraConnectionError)
    assert error.outcome_unknown is True
    assert error.idempotency_key == both.gateway.charges[0].idempotency_key
    assert len(both.gateway.journal) == 1


def test_key_reused_with_another_body(both, hello):
    """18: a conflict that never passes, without a repeat."""

    async def call(client):
        await ask(client, hello, idempotency_key="order-1")
        await ask(client, [*hello, *hello], idempotency_key="order-1")

    error = failing(both, call)
    assert type(error) is sdk.IdempotencyConflictError
    assert len(both.gateway.journal) == 2


def test_request_still_in_progress(both, hello):
    """18: while the first request runs, the same key waits."""
    error = failing(both, lambda client: ask(client, hello, max_retries=0, **fault("in-progress")))
    assert type(error) is sdk.RequestInProgressError
    # The first one may be charged: with another key the work would be done twice.
    assert (error.phase, error.outcome_unknown) == ("refused", True)

    async def scenario():
        async with both.client() as client:
            return await ask(client, hello, **fault("in-progress*1"))

    assert both.run(scenario).meta.attempts == 2


def test_a_refusal_behind_one_in_progress(both, hello):
    """18: what still runs may be charged, whatever the last attempt was told."""

    async def call(client):
        both.gateway.script("in-progress", "status:401")
        await ask(client, hello, max_retries=1)

    error = failing(both, call)
    assert (type(error), error.attempts) == (sdk.AuthenticationError, 2)
    assert error.outcome_unknown is True


def test_a_file_that_shrinks_while_it_is_sent(both, tmp_path):
    """22: never a short upload; what may have run can be asked for again with the same key."""
    path = tmp_path / "talk.wav"
    path.write_bytes(b"RIFF" + b"a" * 3_000_000)

    async def call(client):
        await client.audio.transcriptions.create(
            model="acme-asr", file=path, on_progress=lambda *_: path.write_bytes(b"")
        )

    async def scenario():
        async with both.client() as client:
            with pytest.raises(sdk.InvalidRequestError, match="too early") as caught:
                await call(client)
            return caught.value

    error = both.run(scenario)
    assert (error.phase, error.outcome_unknown, error.attempts) == ("outcome_unknown", True, 1)
    assert error.idempotency_key is not None
    assert error.client_request_id is not None
    assert [failure.phase for failure in error.failures] == ["outcome_unknown"]
    assert both.gateway.charges == []


def test_derived_keys_replay(both, hello):
    """A derived key makes a second process's call a replay: one charge."""

    async def scenario():
        async with both.client() as client:
            for _ in range(2):
                last = await ask(client, hello, idempotency_key=derive("demo", "a", 1))
            return last

    assert both.run(scenario).meta.replayed is True
    assert len(both.gateway.charges) == 1


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("html", sdk.UnexpectedContentError),
        ("empty", sdk.ResponseShapeError),
        ("json-error", sdk.ServiceUnavailableError),
    ],
)
def test_yes_with_something_unusable(both, hello, name, cls):
    """10, 11: a login page, nothing, or an error under status 200; never repeated."""
    error = failing(both, lambda client: ask(client, hello, **fault(name)))
    assert type(error) is cls
    assert error.request_id is not None
    assert len(both.gateway.journal) == 1
    if name == "html":
        assert "base_url" in str(error)


@pytest.mark.parametrize(
    ("options", "name"),
    [({}, "html"), ({}, "empty"), ({}, "json-error"), ({"max_response_bytes": 5}, None)],
)
def test_unusable_answer_is_told_as_such(both, hello, options, name):
    """Hooks hear of an attempt once, behind its whole answer: one that is unusable as its error."""
    ends = []
    hooks = sdk.Hooks(after_attempt=ends.append)
    own = fault(name) if name else {}
    error = failing(both, lambda client: ask(client, hello, **own), hooks=hooks, **options)
    assert [(end.attempt, end.status, end.error) for end in ends] == [(1, error.status, error)]


@pytest.mark.parametrize("stream", [False, True])
def test_success_is_told_once(both, hello, stream):
    """A good answer is told once too; of a stream when it begins, whatever comes of it later."""
    ends = []

    async def scenario():
        async with both.client(hooks=sdk.Hooks(after_attempt=ends.append)) as client:
            if stream:
                events = await ask(client, hello, stream=True, **fault("truncate:1"))
                with pytest.raises(sdk.StreamTruncatedError):
                    await events.final()
            else:
                await ask(client, hello)

    both.run(scenario)
    assert [(end.attempt, end.status, end.error) for end in ends] == [(1, 200, None)]


def test_exception_of_a_hook_holds_nothing_of_ours(both, hello):
    """What a hook raises leaves as it is: no error of the attempt becomes its context."""

    def end(fact):
        raise LookupError(fact.status) from KeyError("mine")

    async def awaited(fact):
        end(fact)

    async def scenario(name, hook):
        hooks = sdk.Hooks(after_attempt=hook)
        async with both.client(hooks=hooks, max_retries=0) as client:
            with pytest.raises(LookupError) as caught:
                await ask(client, hello, **fault(name))
            return caught.value

    for hook in (end, awaited) if both.kind == "async" else (end,):
        for name, status in (("html", 200), ("503", 503), ("reset", 0)):
            error = both.run(lambda name=name, hook=hook: scenario(name, hook))
            assert error.args == (status,)
            assert (error.__context__, type(error.__cause__)) == (None, KeyError)


@pytest.mark.parametrize("status", [500, 502, 520, 522])
def test_bodies_that_are_no_json(both, hello, status):
    """17: HTML, empty and undecodable bodies of errors give the class of the status."""
    for name in ("html", "empty", "garbage"):
        call = lambda client: ask(client, hello, max_retries=0, **fault(f"{name}:{status}"))
        error = failing(both, call)
        assert type(error) is sdk.InternalServerError
        assert error.status == status


@pytest.mark.parametrize("stream", [False, True])
def test_never_answers(both, hello, stream):
    """6: the attempt ends by its timeout, the call by its deadline."""
    call = lambda client: ask(
        client,
        hello,
        stream=stream,
        max_retries=0,
        timeout=sdk.Timeout(read=0.2),
        **fault("never-answer"),
    )
    error = failing(both, call)
    assert type(error) is sdk.ReadTimeoutError
    assert error.outcome_unknown is True
    started = time.monotonic()
    call = lambda client: ask(
        client, hello, stream=stream, max_retries=9, deadline=0.4, **fault("never-answer")
    )
    error = failing(both, call)
    assert type(error) is sdk.DeadlineExceededError
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("name", ["drip-headers", "drip-body"])
def test_drips_end_by_the_deadline(both, hello, name):
    """7: a byte now and then defeats the read timeout, but not the deadline."""
    started = time.monotonic()
    call = lambda client: ask(client, hello, timeout=0.6, deadline=0.7, **fault(name))
    error = failing(both, call)
    assert type(error) is sdk.DeadlineExceededError
    assert time.monotonic() - started < 20


def test_redirects_are_refused(both, hello):
    """24: no credential leaves the origin."""
    elsewhere = both.gateway.root_url.replace("127.0.0.1", "localhost")
    error = failing(both, lambda c: ask(c, hello, **fault(f"redirect:{elsewhere}/v1/models")))
    assert type(error) is sdk.RedirectError
    assert len(both.gateway.journal) == 1


def test_refused_connections_are_retried_for_every_operation(both):
    """24: nothing was sent, so even speech is tried again."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def call(client):
        await client.audio.speech.create(model="acme-tts", input="Hi", voice="nova")

    error = failing(both, call, base_url=f"http://127.0.0.1:{port}/v1", max_retries=1)
    assert type(error) is sdk.RunInfraConnectionError
    assert (error.attempts, error.phase, error.outcome_unknown) == (2, "never_sent", False)


def test_names_that_do_not_exist(both, hello):
    """24: a name that can't be found is a connection error, and nothing was sent."""
    error = failing(
        both,
        lambda client: ask(client, hello, max_retries=0),
        base_url="https://nowhere.invalid/v1",
    )
    assert isinstance(error, sdk.RunInfraConnectionError)
    assert error.phase == "never_sent"


def test_plain_text_where_tls_is_expected(both, hello):
    """24: a failed TLS handshake is never repeated."""
    listener = socket.create_server(("127.0.0.1", 0))
    seen = []

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            seen.append(1)
            connection.recv(100)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    url = f"https://127.0.0.1:{listener.getsockname()[1]}/v1"
    error = failing(both, lambda client: ask(client, hello), base_url=url)
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)
    assert type(error) is sdk.TLSError
    assert (error.attempts, len(seen)) == (1, 1)


def test_stale_pooled_connection_is_replaced(both, hello):
    """19: a pooled connection that is reset before the first byte is repeated once, for free."""

    async def scenario():
        async with both.client(max_retries=0) as client:
            await ask(client, hello)
            both.gateway.script("reset")
            return await ask(client, hello)

    chat = both.run(scenario)
    assert chat.meta.attempts == 2
    assert len(both.gateway.charges) == 2

    async def twice(client):
        await ask(client, hello)
        both.gateway.script("reset", "reset")
        await ask(client, hello)

    error = failing(both, twice, max_retries=0)
    assert isinstance(error, sdk.RunInfraConnectionError)
    assert error.attempts == 2


def test_connection_closed_between_calls(both, hello):
    """19: a server that hangs up after an answer costs no call anything."""
    both.gateway.script("hang-up", "hang-up")

    async def scenario():
        async with both.client(max_retries=0) as client:
            return [await ask(client, hello) for _ in range(3)]

    assert len(both.run(scenario)) == 3
    assert len(both.gateway.charges) == 3


def test_outage_is_not_amplified(both, hello):
    """20: 1000 calls of many callers hold a full outage to 1.2 attempts a call; then it refills."""
    both.gateway.script(*["503"] * 2000)
    attempts = []
    callers, calls = 100, 10

    async def scenario():
        async with both.client(retry_quota=sdk.RetryQuota(refill=0)) as client:

            async def caller():
                for _ in range(calls):
                    with pytest.raises(sdk.ServiceUnavailableError) as caught:
                        await ask(client, hello)
                    attempts.append(caught.value.attempts)

            if both.kind == "async":
                await asyncio.gather(*(caller() for _ in range(callers)))
            else:
                threads = [
                    threading.Thread(target=asyncio.run, args=(caller(),)) for _ in range(callers)
                ]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
            quota = getattr(client, "inner", client)._settings.retry_quota
            drained = quota.tokens
            both.gateway.reset()
            for _ in range(10):
                await ask(client, hello)
            return drained, quota.tokens

    drained, refilled = both.run(scenario)
    assert len(attempts) == 1000
    assert 1000 < sum(attempts) <= 1200
    assert drained < 5 <= refilled


def test_hooks_see_every_attempt(both, hello):
    """Hooks are called before and after each attempt and before each wait, in order."""
    seen = []
    hooks = sdk.Hooks(
        before_attempt=lambda fact: seen.append(("start", fact.attempt)),
        after_attempt=lambda fact: seen.append(("end", fact.status)),
        before_sleep=lambda fact: seen.append(("sleep", fact.seconds > 0)),
    )

    async def scenario():
        async with both.client(hooks=hooks) as client:
            return await ask(client, hello, **fault("503*1"))

    both.run(scenario)
    assert seen == [("start", 1), ("end", 503), ("sleep", True), ("start", 2), ("end", 200)]


def test_key_shows_nowhere(both, hello, caplog):
    """The API key is in no log record, error, repr or pickle."""
    key = both.gateway.api_key
    caplog.set_level("DEBUG")

    async def scenario():
        async with both.client() as client:
            assert key not in repr(client)
            with pytest.raises(sdk.RunInfraError) as caught:
                await ask(client, hello, **fault("500"))
            with pytest.raises(TypeError):
                pickle.dumps(getattr(client, "inner", client))
            return caught.value

    error = both.run(scenario)
    ours = [r.getMessage() for r in caplog.records if r.name == "runinfra_ext.attempts"]
    assert any("attempt 1" in text for text in ours)
    for text in (str(error), repr(vars(error)), caplog.text):
        assert key not in text
    assert key.encode() not in pickle.dumps(error)


def test_certificates_are_checked():
    """TLS verification is on."""
    from runinfra_ext._http.options import tls_context

    assert tls_context().verify_mode is ssl.CERT_REQUIRED
    assert tls_context().check_hostname is True


@pytest.mark.parametrize(
    ("hint", "low", "high"),
    [
        ("retry-after:0", 0, 0),
        ("retry-after:1", 1, 1.1),
        ("retry-after-ms:200", 0.2, 0.22),
        ("retry-after:-1", 0.125, 0.25),
        ("retry-after:soon", 0.125, 0.25),
        ("date", 0.5, 2.2),
    ],
)
def test_waits(both, hello, hint, low, high):
    """15: the wait is the hint's, stretched a little and never cut; without a readable hint it is the backoff."""
    if hint == "date":
        moment = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2)
        hint = f"retry-after:{moment:%a, %d %b %Y %H:%M:%S} GMT"
    waits = []
    hooks = sdk.Hooks(before_sleep=lambda fact: waits.append(fact.seconds))

    async def scenario():
        async with both.client(hooks=hooks) as client:
            return await ask(client, hello, **fault(f"{hint}*1"))

    assert both.run(scenario).meta.attempts == 2
    assert len(waits) == 1
    assert low <= waits[0] <= high


def test_long_hints_are_raised_not_slept(both, hello):
    """15: a hint beyond the cap, or beyond the deadline, is raised with its value."""
    error = failing(both, lambda client: ask(client, hello, **fault("retry-after:5000")))
    assert (error.retry_after_seconds, error.attempts) == (5000, 1)
    error = failing(both, lambda c: ask(c, hello, deadline=1, **fault("retry-after:5")))
    assert type(error) is sdk.RateLimitError
    assert (error.retry_after_seconds, error.attempts) == (5, 1)


def request_of(connection):
    """All of a request: a socket that is closed with something unread in it resets its peer."""
    data = connection.recv(65536)
    while data[:1].isalpha():  # else it is the beginning of a TLS handshake
        head, end, body = data.partition(b"\r\n\r\n")
        length = next(
            (
                int(line.partition(b":")[2])
                for line in head.lower().split(b"\r\n")
                if line.startswith(b"content-length:")
            ),
            0,
        )
        more = b"" if end and len(body) >= length else connection.recv(65536)
        if not more:
            break
        data += more
    return data


@contextlib.contextmanager
def serving(handle, context=None):
    """A server whose connections are handled by a function; yields its port and what came."""
    listener = socket.create_server(("127.0.0.1", 0))
    seen = []

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    used = (
                        context.wrap_socket(connection, server_side=True) if context else connection
                    )
                    seen.append(request_of(used))
                    handle(used)
                except OSError:
                    seen.append(b"")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], seen
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def test_a_bad_certificate_is_final(both, hello):
    """24: an unknown authority is a TLS error, never repeated, and the key is never sent."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with serving(lambda connection: None, context) as (port, seen):
        error = failing(both, lambda c: ask(c, hello), base_url=f"https://127.0.0.1:{port}/v1")
    assert type(error) is sdk.TLSError
    assert (error.attempts, error.phase, error.outcome_unknown) == (1, "never_sent", False)
    assert seen == [b""]


def test_a_proxy_that_refuses(both, hello):
    """24: a 407 of the proxy is a connection error; the gateway's key never reaches the proxy."""
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    with serving(lambda connection: connection.sendall(refusal)) as (port, seen):

        async def call(client):
            await ask(client, hello, max_retries=0)

        proxy = f"http://127.0.0.1:{port}"
        own = httpx.Client(proxy=proxy) if both.kind == "sync" else httpx.AsyncClient(proxy=proxy)
        error = failing(both, call, base_url="https://gateway.invalid/v1", http_client=own)
        if both.kind == "sync":
            own.close()
        else:
            asyncio.run(own.aclose())
    assert isinstance(error, sdk.RunInfraConnectionError)
    assert error.phase == "never_sent"
    assert seen[0].startswith(b"CONNECT gateway.invalid:443 ")
    assert both.gateway.api_key.encode() not in seen[0]


@pytest.mark.parametrize("stream", [False, True])
def test_interrupts_release_the_socket(gateway, hello, stream):
    """21: Ctrl-C in the middle of a blocking call passes, and the connection is closed."""

    def interrupt(*_details):
        raise KeyboardInterrupt

    gateway.configure(tokens_per_second=2)
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with sdk.RunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as client:
            signal.setitimer(signal.ITIMER_REAL, 0.3)
            with pytest.raises(KeyboardInterrupt):
                if stream:
                    for _ in client.chat.completions.create(
                        model="acme-chat-8b", messages=hello, stream=True
                    ):
                        pass
                else:
                    client.chat.completions.create(
                        model="acme-chat-8b", messages=hello, **fault("never-answer")
                    )
            assert [c for c in connections_of(client) if not c.is_idle()] == []
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_leaving_a_generator_releases_the_socket(gateway, hello):
    """21: closing a generator that iterates over a stream closes the stream."""
    gateway.configure(tokens_per_second=20)

    def pieces(client):
        with client.chat.completions.create(
            model="acme-chat-8b", messages=hello, stream=True
        ) as stream:
            yield from stream.text_stream

    with sdk.RunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as client:
        generator = pieces(client)
        assert next(generator) == "Seven."
        generator.close()
        assert [c for c in connections_of(client) if not c.is_idle()] == []
