"""Webhook verification: the contract's rules, one error, machine-readable reasons."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runinfra_ext import RunInfra, WebhookVerificationError, webhooks

SECRET = "whsec_demo"
BODY = b'{"id":"evt_1","type":"deployment.verified"}'
T = 1_700_000_000
VECTOR = "a405fe7cce02b28d8be96fda8bde2d56bd89cb1fa678706a4ee960f0a9eaae44"
GOOD = f"t={T},v1={VECTOR}"


def verify(**changes):
    """Verify the known vector with some arguments changed."""
    arguments = {
        "payload": BODY,
        "signature_header": GOOD,
        "secret": SECRET,
        "now": float(T),
        **changes,
    }
    return webhooks.verify_signature(**arguments)


def test_the_known_vector():
    """The vector of the contract verifies, and `sign` makes it."""
    assert verify() is True
    assert webhooks.sign(payload=BODY, secret=SECRET, timestamp=T) == VECTOR
    assert webhooks.signature_header(payload=BODY, secret=SECRET, timestamp=T) == GOOD


def test_an_event_is_typed():
    """construct_event gives id, type and data, and the whole object back."""
    payload = b'{"id":"evt_2","type":"deployment.failed","data":{"pipeline_id":"p"},"x":1}'
    header = webhooks.signature_header(payload=payload, secret=SECRET, timestamp=T)
    event = webhooks.construct_event(payload=payload, signature_header=header, secret=SECRET, now=T)
    assert (event.id, event.type, event.data) == (
        "evt_2",
        "deployment.failed",
        {"pipeline_id": "p"},
    )
    assert event.to_dict() == json.loads(payload)
    assert repr(event) == "WebhookEvent(id='evt_2', type='deployment.failed')"


def test_both_clients_have_them_and_nothing_else():
    """The methods stand on the client too; there is no delivery management."""
    client = RunInfra(api_key="k-not-used")
    assert client.webhooks.verify_signature(
        payload=BODY, signature_header=GOOD, secret=SECRET, now=T
    )
    assert not hasattr(client.webhooks, "create")
    assert not hasattr(client.webhooks, "list")


@pytest.mark.parametrize(
    "changes",
    [
        {"now": T + 300.0},
        {"now": T - 300.0},
        {"now": lambda: T},
        {"tolerance_seconds": 0},
        {"payload": BODY.decode()},
        {"payload": bytearray(BODY)},
        {"payload": memoryview(BODY)},
        {"signature_header": f" t = {T} , v1 = {VECTOR} , v0=zz, junk"},
        {"signature_header": f"t=1,t={T},v1={VECTOR}"},
        {"signature_header": f"t=000{T},v1={VECTOR}"},
        {"signature_header": f"t={T},v1={'0' * 64},v1={VECTOR}"},
        {"signature_header": f"t={T},v1={VECTOR.upper()}"},
        {"secret": ["whsec_new", SECRET]},
        {"signature_header": GOOD + "," + "x" * (8191 - len(GOOD))},
    ],
)
def test_accepted(changes):
    """What the contract accepts."""
    assert verify(**changes) is True


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"secret": ""}, "bad_secret"),
        ({"secret": "  "}, "bad_secret"),
        ({"secret": None}, "bad_secret"),
        ({"secret": []}, "bad_secret"),
        ({"secret": [SECRET, 5]}, "bad_secret"),
        ({"secret": SECRET + " "}, "no_match"),
        ({"tolerance_seconds": math.nan}, "bad_tolerance"),
        ({"tolerance_seconds": "300"}, "bad_tolerance"),
        ({"tolerance_seconds": True}, "bad_tolerance"),
        ({"tolerance_seconds": -1}, "bad_tolerance"),
        ({"tolerance_seconds": 10**400}, "bad_tolerance"),
        ({"now": math.nan}, "bad_clock"),
        ({"now": -1}, "bad_clock"),
        ({"now": math.inf}, "bad_clock"),
        ({"now": "noon"}, "bad_clock"),
        ({"now": lambda: 1 / 0}, "bad_clock"),
        ({"now": T + 301.0}, "expired"),
        ({"now": T - 301.0}, "expired"),
        ({"payload": None}, "bad_payload"),
        ({"payload": 5}, "bad_payload"),
        ({"payload": BODY + b" "}, "no_match"),
        ({"signature_header": None}, "bad_header"),
        ({"signature_header": GOOD + "," * 8193}, "bad_header"),
        ({"signature_header": f"v1={VECTOR}"}, "no_timestamp"),
        ({"signature_header": f"t={T}"}, "no_signature"),
        ({"signature_header": f"t={T},v0={VECTOR}"}, "no_signature"),
        ({"signature_header": f"t={T},v1={VECTOR}0"}, "no_match"),
        ({"signature_header": f"t={T},v1=ü{VECTOR}"}, "no_match"),
        *[
            ({"signature_header": f"t={bad},v1={VECTOR}"}, "bad_timestamp")
            for bad in ("1700000000.5", "-1", "+1", "1e3", "0x1", "nan", "9" * 400, "١٧")
        ],
    ],
)
def test_refused(changes, reason):
    """What the contract refuses, with the reason; the secret never shows."""
    with pytest.raises(WebhookVerificationError) as caught:
        verify(**changes)
    assert caught.value.reason == reason
    assert (caught.value.status, caught.value.type) == (400, "webhook_verification_error")
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "not_json"),
        (b"\xff", "not_json"),
        (b"{", "not_json"),
        (b"[1]", "not_an_object"),
        (b"null", "not_an_object"),
    ],
)
def test_signed_nonsense(payload, reason):
    """A good signature over something else than an event: verified, but not constructed."""
    header = webhooks.signature_header(payload=payload, secret=SECRET, timestamp=T)
    arguments = {"payload": payload, "signature_header": header, "secret": SECRET, "now": T}
    assert webhooks.verify_signature(**arguments) is True
    with pytest.raises(WebhookVerificationError) as caught:
        webhooks.construct_event(**arguments)
    assert caught.value.reason == reason


def test_repeats_are_refused_with_a_store():
    """A replay store lets an event through once; entries are forgotten after their time."""
    clock = [0.0]
    store = webhooks.InMemoryReplayStore(max_events=2, clock=lambda: clock[0])
    arguments = {"payload": BODY, "signature_header": GOOD, "secret": SECRET, "now": T}
    assert webhooks.construct_event(**arguments, replay_store=store).id == "evt_1"
    with pytest.raises(WebhookVerificationError) as caught:
        webhooks.construct_event(**arguments, replay_store=store)
    assert caught.value.reason == "replayed"
    clock[0] = 1000.0
    assert webhooks.construct_event(**arguments, replay_store=store).id == "evt_1"
    assert [store.add(key, 10) for key in ("a", "b", "c")] == [True, True, True]
    assert store.add("a", 10) is True


ANY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.lists(st.text()),
)


@given(payload=ANY, header=ANY, secret=ANY, tolerance=ANY, now=ANY)
def test_only_one_error_ever_leaves(payload, header, secret, tolerance, now):
    """Whatever is given, it verifies or raises the webhook error."""
    try:
        webhooks.construct_event(
            payload=payload,
            signature_header=header,
            secret=secret,
            tolerance_seconds=tolerance,
            now=now,
        )
    except WebhookVerificationError as error:
        assert error.reason


@given(
    payload=st.binary(max_size=50),
    secret=st.text(min_size=1, max_size=20).filter(str.strip),
    signed=st.sampled_from(["good", "other body", "other secret", "upper"]),
    skew=st.integers(-400, 400),
)
def test_the_verdict_is_an_independent_hmacs(payload, secret, signed, skew):
    """The verdict agrees with a signature that the test makes by itself."""
    key = secret if signed != "other secret" else secret + "x"
    body = payload if signed != "other body" else payload + b"x"
    mac = hmac.new(
        key.encode("utf-8", "surrogatepass"), str(T).encode() + b"." + body, hashlib.sha256
    ).hexdigest()
    header = f"t={T},v1={mac.upper() if signed == 'upper' else mac}"
    expected = signed in {"good", "upper"} and abs(skew) <= 300
    try:
        verdict = webhooks.verify_signature(
            payload=payload, signature_header=header, secret=secret, now=T + skew
        )
    except WebhookVerificationError:
        verdict = False
    assert verdict is expected


SECRET_OF_REPLAYS = "whsec_replays"


def delivered(body: bytes, timestamp: int = 1_800_000_000) -> dict[str, Any]:
    """The arguments of a delivery, signed."""
    header = webhooks.signature_header(payload=body, secret=SECRET_OF_REPLAYS, timestamp=timestamp)
    return {
        "payload": body,
        "signature_header": header,
        "secret": SECRET_OF_REPLAYS,
        "now": float(timestamp),
    }


@pytest.mark.parametrize("body", [b'{"type":"credit.added"}', b'{"id":17}', b'{"id":"evt_1"}'])
@pytest.mark.parametrize(
    "rewritten",
    [
        lambda t, v: f"v1={v},t={t}",
        lambda t, v: f"t={t},v1={v.upper()}",
        lambda t, v: f"t={t},v0=abc,v1={v}",
        lambda t, v: f"t=0{t},v1={v}",
        lambda t, v: f" t = {t} , v1 = {v} ",
        lambda t, v: f"t={t},v1={'0' * 64},v1={v}",
    ],
)
def test_a_rewritten_header_is_a_replay(body: bytes, rewritten: Any) -> None:
    """What is not signed names nothing: the same delivery in another header is refused."""
    store = webhooks.InMemoryReplayStore()
    arguments = delivered(body)
    webhooks.construct_event(**arguments, replay_store=store)
    stamp, _, signature = arguments["signature_header"].partition(",v1=")
    arguments["signature_header"] = rewritten(stamp.removeprefix("t="), signature)
    with pytest.raises(WebhookVerificationError) as caught:
        webhooks.construct_event(**arguments, replay_store=store)
    assert caught.value.reason == "replayed"


def test_two_events_of_one_body() -> None:
    """Without ids, what was signed at another time is another event."""
    store = webhooks.InMemoryReplayStore()
    body = b'{"type":"credit.added","data":{"cents":500}}'
    webhooks.construct_event(**delivered(body), replay_store=store)
    webhooks.construct_event(**delivered(body, 1_800_000_001), replay_store=store)


@pytest.mark.parametrize("body", [b'{"id":"evt_1","type":"x"}', b'{"type":"x"}'])
@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_handler_that_raises_gives_its_event_back(body: bytes, asynchronous: bool) -> None:
    """The next delivery is taken, and the one after a success is not."""
    store = webhooks.InMemoryReplayStore()

    async def act(fails: bool) -> str | None:
        handling = webhooks.handle(**delivered(body), store=store)
        if asynchronous:
            async with handling as event:
                if fails:
                    raise OSError("the database is down")
        else:
            with handling as event:
                if fails:
                    raise OSError("the database is down")
        return event.type

    with pytest.raises(OSError, match="database is down"):
        asyncio.run(act(True))
    assert asyncio.run(act(False)) == "x"
    with pytest.raises(WebhookVerificationError) as caught:
        asyncio.run(act(True))
    assert caught.value.reason == "replayed"
    # What was refused at the door is not given back: it was never taken.
    with pytest.raises(WebhookVerificationError):
        asyncio.run(act(False))


def test_integers_keep_their_digits() -> None:
    """Amounts and ids beyond 64 bits are exact, and so are those within."""
    numbers = [2**63 - 1, 2**63, 2**64 + 1, -(2**70) - 1, 10**40 + 7, 5]
    body = json.dumps({"data": {"numbers": numbers}}).encode()
    assert webhooks.construct_event(**delivered(body)).data["numbers"] == numbers


@pytest.mark.parametrize(
    "body",
    [
        '{"id":"é"}'.encode("latin-1"),
        '{"id":"evt"}'.encode("utf-16"),
        '{"id":"evt"}'.encode("utf-32"),
        b'\xef\xbb\xbf{"id":"evt"}',
        b'{"n":' + b"9" * 5000 + b"}",
        b"[" * 100_000,
    ],
)
def test_only_json_in_utf8_is_taken(body: bytes) -> None:
    """A body that another parser would guess at is refused with a reason."""
    with pytest.raises(WebhookVerificationError) as caught:
        webhooks.construct_event(**delivered(body))
    assert caught.value.reason == "not_json"
