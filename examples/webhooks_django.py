"""Receive RunInfra's webhooks with Django; the secret comes from RUNINFRA_WEBHOOK_SECRET.

In your ``urls.py``: ``path("webhooks/runinfra", receive)``.
"""

from __future__ import annotations

import os

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from runinfra_ext import WebhookVerificationError
from runinfra_ext._webhooks import events as webhooks


@csrf_exempt  # the signature is what proves the sender
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Check the raw body; answer 2xx, or the gateway delivers again."""
    try:
        event = webhooks.construct_event(
            payload=request.body,  # the raw bytes: parsed and written again they differ
            signature_header=request.headers.get(webhooks.HEADER, ""),
            secret=os.environ["RUNINFRA_WEBHOOK_SECRET"],
        )
    except WebhookVerificationError as error:
        return HttpResponse(error.reason, status=400)
    print("event", event.type, event.id)
    return HttpResponse(status=204)
