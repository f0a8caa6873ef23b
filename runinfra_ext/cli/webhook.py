"""``runinfra-ext webhook``."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ..errors import ConfigurationError, WebhookVerificationError
from .session import Session, first_line

if TYPE_CHECKING:
    from .receiver import Delivery

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    help="Sign, verify and receive webhooks.",
    epilog=(
        "The secret is that of RUNINFRA_WEBHOOK_SECRET, or of the file that --secret-file names;"
        " it never stands on the command line."
    ),
)

VARIABLE: Final = "RUNINFRA_WEBHOOK_SECRET"
_SecretFile = Annotated[
    str | None, typer.Option("--secret-file", help="A file whose first line is the secret.")
]
_Payload = Annotated[
    str, typer.Argument(help="A file with the raw body, exactly as it came; '-' for stdin.")
]


@app.command()
def sign(
    ctx: typer.Context,
    payload: _Payload = "-",
    *,
    secret_file: _SecretFile = None,
    timestamp: Annotated[int | None, typer.Option(help="Unix time; now if left out.")] = None,
) -> None:
    """Print the RunInfra-Signature header for a body, to test a handler with."""
    from .. import webhooks

    screen = ctx.ensure_object(Session).screen
    header = webhooks.signature_header(
        payload=_body(payload), secret=_secret(secret_file), timestamp=timestamp
    )
    if screen.json:
        screen.data({"header": webhooks.HEADER, "value": header})
    else:
        screen.text(header)


@app.command()
def verify(
    ctx: typer.Context,
    payload: _Payload = "-",
    *,
    signature: Annotated[str, typer.Option(help="Value of the RunInfra-Signature header.")],
    secret_file: _SecretFile = None,
    tolerance: Annotated[
        float, typer.Option(help="Seconds that it may be old, or in the future.", min=0)
    ] = 300.0,
) -> None:
    """Check that a delivery is the gateway's; exit code 1 and the reason if it is not."""
    from .. import webhooks

    screen = ctx.ensure_object(Session).screen
    secret, body = _secret(secret_file), _body(payload)
    try:
        event = webhooks.construct_event(
            payload=body, signature_header=signature, secret=secret, tolerance_seconds=tolerance
        )
    except WebhookVerificationError as error:
        if not screen.json:
            raise
        screen.data({"verified": False, "reason": error.reason, "message": error.message})
        raise typer.Exit(1) from None
    if screen.json:
        screen.data({"verified": True, "id": event.id, "type": event.type})
    else:
        screen.text(f"verified: {event.type or 'an event'}, {event.id or 'without an id'}")


@app.command()
def listen(
    ctx: typer.Context,
    *,
    port: Annotated[int, typer.Option(help="0 for a free one.", min=0, max=65535)] = 4242,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    forward_to: Annotated[
        str | None, typer.Option(help="URL of an application that gets what is verified.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Show the events, not only a line.")] = False,
    count: Annotated[int | None, typer.Option(help="End after so many.", min=1)] = None,
    secret_file: _SecretFile = None,
) -> None:
    """Receive deliveries on this machine, verify them, and show them.

    What is not signed with the secret is answered 400 and forwarded to nobody. With --forward-to
    the application's status is the answer, so that the gateway repeats what it has refused.
    """
    from .receiver import Receiver

    session = ctx.ensure_object(Session)
    screen = session.screen

    def told(delivery: Delivery) -> None:
        if screen.json:
            screen.data(delivery.as_dict())
            return
        screen.styled(f"{delivery.status:<5}", "32" if delivery.status < 300 else "31")
        screen.text(delivery.line())
        if show and delivery.event is not None:
            screen.text(json.dumps(delivery.event, ensure_ascii=False, indent=2))

    with Receiver(host, port, _secret(secret_file), forward_to, told) as receiver:
        if screen.json:
            screen.data({"url": receiver.url})
        else:
            onward = f", forwarding to {forward_to}" if forward_to else ""
            screen.text(f"listening on {receiver.url}{onward}; Ctrl-C ends it")
        receiver.run(count)


def _secret(file: str | None) -> str:
    if file is not None:
        return first_line(file, "--secret-file", "the secret")
    secret = os.environ.get(VARIABLE, "")
    if not secret.strip():
        msg = f"no secret: set {VARIABLE}, or give --secret-file"
        raise ConfigurationError(msg, param="secret")
    return secret


def _body(payload: str) -> Any:
    return sys.stdin.buffer.read() if payload == "-" else Path(payload).read_bytes()
