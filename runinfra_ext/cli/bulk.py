"""``runinfra-ext bulk``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .files import read_json
from .session import Session
from .usage import prices

if TYPE_CHECKING:
    from ..bulk import Account

app = typer.Typer(
    rich_markup_mode=None, add_completion=False, help="Send many rows as one job, with a journal."
)

_Journal = Annotated[Path, typer.Argument(help="The job's journal.")]
_Concurrency = Annotated[int | None, typer.Option(help="Requests on their way at most.", min=1)]
_Pace = Annotated[float | None, typer.Option(help="Pace of requests.")]
_Cost = Annotated[float | None, typer.Option(help="US dollars for the whole job.")]
_Failures = Annotated[int | None, typer.Option(help="Failed rows that are borne.", min=0)]
_Deadline = Annotated[float | None, typer.Option(help="Seconds after which nothing is sent.")]


@app.command()
def run(
    ctx: typer.Context,
    rows: Annotated[Path, typer.Argument(help="A .jsonl, .csv or .parquet file.")],
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file to write: .jsonl, .csv or .parquet.")
    ],
    request: Annotated[
        Path | None,
        typer.Option(help="A template of a row's request (JSON file); texts name {columns}."),
    ] = None,
    operation: Annotated[
        str, typer.Option(help="The method to call with the template.")
    ] = "chat.completions.create",
    key: Annotated[str | None, typer.Option(help="The column that names a row.")] = None,
    journal: Annotated[
        Path | None, typer.Option(help="The job's journal; OUTPUT.journal if left out.")
    ] = None,
    max_concurrency: _Concurrency = None,
    requests_per_minute: _Pace = None,
    max_cost: _Cost = None,
    max_failures: _Failures = None,
    deadline: _Deadline = None,
    skip_bad_rows: Annotated[
        bool, typer.Option("--skip-bad-rows", help="Record rows that can't be sent.")
    ] = False,
) -> None:
    """Do the requests of a file, and write what comes to another.

    The file is in OpenAI's batch format, or it has rows that fill the template of --request. Each
    row is paid for once: the same command goes on where a job stopped, by its journal. The exit
    code is 1 if rows have failed; `retry` does those again.
    """
    session = ctx.ensure_object(Session)
    options = _options(
        session, max_concurrency, requests_per_minute, max_cost, max_failures, deadline
    )
    template = None if request is None else read_json(request, "--request")
    if skip_bad_rows:
        options["on_bad_row"] = "record"
    with session.client() as client:
        if max_cost is not None:
            options["price"] = prices(client)
        start: Any = client.bulk.run
        account: Account = start(
            rows,
            output=output,
            request=template,
            operation=operation,
            key=key,
            journal=journal,
            **options,
        )
    _told(session, account, output=str(output))


@app.command()
def retry(
    ctx: typer.Context,
    journal: _Journal,
    *,
    max_concurrency: _Concurrency = None,
    requests_per_minute: _Pace = None,
    max_cost: _Cost = None,
    max_failures: _Failures = None,
    deadline: _Deadline = None,
) -> None:
    """Do a job's failed rows again, and write its output anew."""
    session = ctx.ensure_object(Session)
    options = _options(
        session, max_concurrency, requests_per_minute, max_cost, max_failures, deadline
    )
    with session.client() as client:
        if max_cost is not None:
            options["price"] = prices(client)
        start: Any = client.bulk.retry
        account: Account = start(journal, **options)
    _told(session, account)


@app.command()
def status(ctx: typer.Context, journal: _Journal) -> None:
    """Look at a job, also while it runs. Nothing is sent."""
    import attrs

    from ..bulk import status as look

    screen = ctx.ensure_object(Session).screen
    found = look(journal)
    account = found.account
    if screen.json:
        whole = attrs.asdict(found)
        screen.data({name: whole[name] for name in ("job", "operation", "account", "errors")})
        return
    rows: list[tuple[str, object]] = [("job", found.job), ("operation", found.operation)]
    counts = ("done", "failed", "bad", "input_tokens", "output_tokens")
    rows += [(name.replace("_", " "), getattr(account, name)) for name in counts]
    if account.priced:
        rows.append(("cost", f"${account.cost:.4f}"))
    rows += [(f"failed by {name}", count) for name, count in sorted(found.errors.items())]
    rows.append(("state", account.stopped or "ended"))
    screen.table(("what", "value"), rows)


@app.command()
def export(
    ctx: typer.Context,
    journal: _Journal,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The file to write: .jsonl, .csv or .parquet.")
    ],
) -> None:
    """Write what a job has so far to a file. Nothing is sent."""
    from ..bulk import export as write

    screen = ctx.ensure_object(Session).screen
    count = write(journal, output)
    if screen.json:
        screen.data({"output": str(output), "rows": count})
    else:
        screen.note(f"{output}, {count} rows")


def _options(
    session: Session,
    max_concurrency: int | None,
    requests_per_minute: float | None,
    max_cost: float | None,
    max_failures: int | None,
    deadline: float | None,
) -> dict[str, Any]:
    given = {
        "max_concurrency": max_concurrency,
        "requests_per_minute": requests_per_minute,
        "max_cost": max_cost,
        "max_failures": max_failures,
        "deadline": deadline,
        "max_retries": session.max_retries,
    }
    options: dict[str, Any] = {name: one for name, one in given.items() if one is not None}
    options["progress"] = not session.json
    return options


def _told(session: Session, account: Account, output: str | None = None) -> None:
    """What was done; exit code 1 if rows have failed."""
    screen = session.screen
    if screen.json:
        import attrs

        screen.data({**attrs.asdict(account), **({} if output is None else {"output": output})})
    elif output is not None:
        screen.note(output)
    if account.failed or account.bad:
        raise typer.Exit(1)
