"""Work without a network: webhooks, and the retry engine alone."""

from __future__ import annotations

import hashlib
import hmac
import importlib
import json
import tempfile
import time
from collections.abc import Callable
from typing import Any, Final

from .watching import watching

SECRET: Final = "whsec_benchmark"
Work = Callable[[], None]


def _payload() -> bytes:
    event = {"id": "evt_1", "type": "deployment.verified", "data": {"log": "word " * 380}}
    return json.dumps(event).encode()


def webhook(contender: str, count: int, *, parse: bool) -> tuple[Work, int]:
    """Verification of a webhook of 2 KB, and reading it.

    Args:
        contender: ``ext``, ``official``, or ``socket`` for the limit.
        count: how many.
        parse: also parse the payload.
    """
    payload = _payload()
    moment = int(time.time())
    digest = hmac.digest(SECRET.encode(), b"%d." % moment + payload, hashlib.sha256).hex()
    header = f"t={moment},v1={digest}"
    if contender == "socket":
        return _limit(payload, header, count, parse=parse), count
    if contender == "ext":
        module = importlib.import_module("runinfra_ext.webhooks")
        function = module.construct_event if parse else module.verify_signature
    else:
        module = importlib.import_module("runinfra")
        function = module.construct_webhook_event if parse else module.verify_webhook_signature

    def work() -> None:
        for _ in range(count):
            function(payload=payload, signature_header=header, secret=SECRET)

    return work, count


def _limit(payload: bytes, header: str, count: int, *, parse: bool) -> Work:
    def work() -> None:
        for _ in range(count):
            moment, _, signature = header[2:].partition(",v1=")
            digest = hmac.digest(SECRET.encode(), moment.encode() + b"." + payload, "sha256")
            if not hmac.compare_digest(digest.hex(), signature):
                raise ValueError(header)
            if parse:
                json.loads(payload)

    return work


def retry_engine(_contender: str, count: int, *, failures: int) -> tuple[Work, int]:
    """The journey of a call without a network: ids, headers, limits, decisions, metadata.

    Args:
        count: how many calls.
        failures: answers with status 503 and ``Retry-After: 0`` before the good one.
    """
    journey = importlib.import_module("runinfra_ext._call.journey")
    endpoint = importlib.import_module("runinfra_client.api.chat.create_chat_completion")
    requests = importlib.import_module("runinfra_ext._call.requests")
    options = importlib.import_module("runinfra_ext._call.options")
    headers = importlib.import_module("runinfra_ext._ground.wire").Headers
    # One for each call: the quota of retries, which a client keeps, would soon be used up.
    settings: list[Any] = [
        options.make_settings(
            api_key="rp_live_benchmark0000000000000000",
            base_url="http://127.0.0.1:1/v1",
            pipeline_id=None,
            options={},
        )
        for _ in range(count)
    ]
    arguments = {"model": "acme-chat-8b", "messages": [{"role": "user", "content": "Hello"}]}
    call = requests.described(endpoint, arguments, settings[0], function="create")
    good = headers([("content-type", "application/json"), ("x-request-id", "req_1")])
    bad = headers([("content-type", "application/json"), ("retry-after", "0")])
    body = b'{"error":{"message":"overloaded","code":"overloaded"}}'

    def work() -> None:
        for own in settings:
            one = journey.Journey(call, own)
            for _ in range(failures):
                one.start()
                one.refused(503, bad, body)
            one.start()
            one.answered(200, good)

    return work, count


def journal(count: int) -> tuple[Work, int]:
    """Finished rows into the journal of a bulk job, by its own thread.

    Args:
        count: how many.
    """
    names = ("journal", "rows", "writer")
    journals, rows, writer = (importlib.import_module(f"runinfra_ext.bulk.{n}") for n in names)
    meta = rows.RowMeta(
        position=0, attempts=1, request_id="req_1", idempotency_key="bulk-" + "0" * 40
    )
    body = b'{"id":"chatcmpl_1","object":"chat.completion","choices":[]}' * 8
    outcomes = [
        rows.Outcome(rows.Row(f"row {n}", n, None, None, meta), b"d" * 16, body, 200)
        for n in range(count)
    ]

    def work() -> None:
        with tempfile.TemporaryDirectory() as folder:
            kept = journals.Journal(f"{folder}/bulk.db", {"operation": "chat.completions.create"})
            delivered: list[int] = []
            thread = writer.Writer(kept, lambda batch: delivered.append(len(batch)), print)
            for outcome in outcomes:
                kept.find(outcome.row.key)
                thread.put(outcome)
            thread.end(kept.close)
            thread.join()
            if sum(delivered) != count:
                raise ValueError(delivered)

    return work, count


LOCAL: Final[dict[str, Callable[[str, int], tuple[Work, int]]]] = {
    "verify": lambda contender, count: webhook(contender, count, parse=False),
    "construct": lambda contender, count: webhook(contender, count, parse=True),
    "journal": lambda _, count: journal(count),
    "journey": lambda contender, count: retry_engine(contender, count, failures=0),
    "journey with retries": lambda contender, count: retry_engine(contender, count, failures=2),
    "unwatched": lambda contender, count: watching(contender, count, traced=False),
    "traced": lambda contender, count: watching(contender, count, traced=True),
}
