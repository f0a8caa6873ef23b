"""Receive RunInfra's webhooks with Flask.

Run it with ``flask --app examples.webhooks_flask run``; the secret comes from
RUNINFRA_WEBHOOK_SECRET.
"""

from __future__ import annotations

import os

from flask import Flask, Response, request

from runinfra_ext import WebhookVerificationError
from runinfra_ext._webhooks import events as webhooks

app = Flask(__name__)


@app.post("/webhooks/runinfra")
def receive() -> Response:
    """Check the raw body; answer 2xx, or the gateway delivers again."""
    try:
        event = webhooks.construct_event(
            payload=request.get_data(),  # the raw bytes: parsed and written again they differ
            signature_header=request.headers.get(webhooks.HEADER, ""),
            secret=os.environ["RUNINFRA_WEBHOOK_SECRET"],
        )
    except WebhookVerificationError as error:
        return Response(error.reason, status=400)
    print("event", event.type, event.id)
    return Response(status=204)
