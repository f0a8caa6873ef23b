"""Rate limits over a real socket: many callers, one limit, and nobody fails."""

from __future__ import annotations

import asyncio
import threading

import pytest

import runinfra_ext as sdk


async def together(both, calls, ask):
    """Make calls at the same time, in eight threads or as tasks."""
    if both.kind == "async":
        await asyncio.gather(*(ask(number) for number in range(calls)))
        return

    async def some(first):
        for number in range(first, calls, 8):
            await ask(number)

    threads = [threading.Thread(target=asyncio.run, args=(some(first),)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_more_calls_than_the_limit_allows(both):
    """All of them succeed, whatever the quota against outages holds; each is charged once."""
    both.gateway.configure(requests_per_minute=600)
    quota = sdk.RetryQuota(capacity=0)
    answers = []

    async def scenario():
        async with both.client(max_retries=10, retry_quota=quota) as client:

            async def ask(number):
                content = [{"role": "user", "content": f"Say: {number}."}]
                chat = await client.chat.completions.create(model="acme-chat-8b", messages=content)
                answers.append(chat)

            await together(both, 620, ask)

    both.run(scenario)
    assert len({chat.id for chat in answers}) == 620
    assert len(both.gateway.charges) == 620


def test_a_plain_rate_limit_leaves_the_quota_alone(both, hello):
    """After a hundred hints of a millisecond, a single outage elsewhere is still repeated."""

    async def scenario():
        async with both.client(max_retries=3) as client:
            for _ in range(30):
                with pytest.raises(sdk.RateLimitError) as caught:
                    await client.chat.completions.create(
                        model="acme-chat-8b",
                        messages=hello,
                        extra_headers={"X-Sandbox-Fault": "retry-after-ms:1"},
                    )
                assert (caught.value.attempts, caught.value.gave_up) == (
                    4,
                    "max_retries is used up",
                )
            return await client.chat.completions.create(
                model="acme-chat-8b", messages=hello, extra_headers={"X-Sandbox-Fault": "503*1"}
            )

    assert both.run(scenario).meta.attempts == 2
