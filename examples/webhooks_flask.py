"""Receive RunInfra's webhooks with Flask.

Run it with ``flask --app examples.webhooks_flask run``; the secret comes from
RUNINFRA_WEBHOOK_SECRET.
"""

from __future__ import annotations

import os

from flask import Flask, Response, request

from runinfra_ext import WebhookVerificationError, webhooks

app = Flask(__name__)
# Where several processes listen, an object with the same methods over your database.
store = webhooks.InMemoryReplayStore()


@app.post("/webhooks/runinfra")
def receive() -> Response:
    """Check the raw body; answer 2xx, or the gateway delivers again."""
    try:
        with webhooks.handle(
            payload=request.get_data(),  # the raw bytes: parsed and written again they differ
            signature_header=request.headers.get(webhooks.HEADER, ""),
            secret=os.environ["RUNINFRA_WEBHOOK_SECRET"],
            store=store,
        ) as event:
            print("event", event.type, event.id)  # what raises in here is delivered again
    except WebhookVerificationError as error:
        if error.reason != "replayed":  # taken before: the gateway need not deliver it again
            return Response(error.reason, status=400)
    return Response(status=204)
