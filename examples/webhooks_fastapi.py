"""Receive RunInfra's webhooks with FastAPI (Starlette is the same but for the class).

Run it with ``uvicorn examples.webhooks_fastapi:app``; the secret comes from
RUNINFRA_WEBHOOK_SECRET.
"""

from __future__ import annotations

import os

from fastapi import FastAPI, Request, Response

from runinfra_ext import WebhookVerificationError
from runinfra_ext._webhooks import events as webhooks

app = FastAPI()


@app.post("/webhooks/runinfra")
async def receive(request: Request) -> Response:
    """Check the raw body; answer 2xx, or the gateway delivers again."""
    try:
        event = webhooks.construct_event(
            payload=await request.body(),  # the raw bytes: parsed and written again they differ
            signature_header=request.headers.get(webhooks.HEADER, ""),
            secret=os.environ["RUNINFRA_WEBHOOK_SECRET"],
        )
    except WebhookVerificationError as error:
        return Response(error.reason, status_code=400)
    print("event", event.type, event.id)
    return Response(status_code=204)
