"""Receive RunInfra's webhooks with Django; the secret comes from RUNINFRA_WEBHOOK_SECRET.

In your ``urls.py``: ``path("webhooks/runinfra", receive)``.
"""

from __future__ import annotations

import os

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from runinfra_ext import WebhookVerificationError, webhooks

# Where several processes listen, an object with the same methods over your database.
store = webhooks.InMemoryReplayStore()


@csrf_exempt  # the signature is what proves the sender
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Check the raw body; answer 2xx, or the gateway delivers again."""
    try:
        with webhooks.handle(
            payload=request.body,  # the raw bytes: parsed and written again they differ
            signature_header=request.headers.get(webhooks.HEADER, ""),
            secret=os.environ["RUNINFRA_WEBHOOK_SECRET"],
            store=store,
        ) as event:
            print("event", event.type, event.id)  # what raises in here is delivered again
    except WebhookVerificationError as error:
        if error.reason != "replayed":  # taken before: the gateway need not deliver it again
            return HttpResponse(error.reason, status=400)
    return HttpResponse(status=204)
