"""Receive RunInfra's webhooks with FastAPI (Starlette is the same but for the class).

Run it with ``uvicorn examples.webhooks_fastapi:app``; the secret comes from
RUNINFRA_WEBHOOK_SECRET.
"""

from __future__ import annotations

import os

from fastapi import FastAPI, Request, Response

from runinfra_ext import WebhookVerificationError, webhooks

app = FastAPI()
# Where several processes listen, an object with the same methods over your database.
store = webhooks.InMemoryReplayStore()


@app.post("/webhooks/runinfra")
async def receive(request: Request) -> Response:
    """Check the raw body; answer 2xx, or the gateway delivers again."""
    try:
        with webhooks.handle(
            payload=await request.body(),  # the raw bytes: parsed and written again they differ
            signature_header=request.headers.get(webhooks.HEADER, ""),
            secret=os.environ["RUNINFRA_WEBHOOK_SECRET"],
            store=store,
        ) as event:
            print("event", event.type, event.id)  # what raises in here is delivered again
    except WebhookVerificationError as error:
        if error.reason != "replayed":  # taken before: the gateway need not deliver it again
            return Response(error.reason, status_code=400)
    return Response(status_code=204)
