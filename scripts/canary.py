"""Exercise every operation of the SDK against a live gateway, or against the sandbox.

    python scripts/canary.py              the gateway that RUNINFRA_API_KEY belongs to: PAID CALLS
    python scripts/canary.py --sandbox    the bundled sandbox, to test the canary itself
    python scripts/canary.py --list       the rows, what they check, and what they need
    python scripts/canary.py --strict     as a release needs it: every row must pass, at the gateway

Exit code 0: no row failed, and at least one passed; strictly, all passed. 1: a row failed, or none
passed; strictly, one did not pass. 2: no API key, or one or an address or arguments that can't be
used.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from probes import media, promises, refusals, report, strictness, text, variables
from probes.running import Outcome, Row, Target, run_row

from runinfra_client.operations import OPERATIONS
from runinfra_ext import RunInfraError
from runinfra_ext.sandbox import Sandbox

ROWS: tuple[Row, ...] = (*text.ROWS, *media.ROWS, *refusals.ROWS, *promises.ROWS)
# What the rows call; an operation that is added to the document is listed until a row makes it.
_MADE = frozenset(
    {
        "audio.speech.create",
        "audio.transcriptions.create",
        "chat.completions.create",
        "embeddings.create",
        "images.generate",
        "models.list",
        "models.retrieve",
        "rerank.create",
        "responses.create",
        "voice.pipeline.create",
    }
)
_BY_NAME = {row.name: row for row in ROWS}
_COST = (
    "It makes PAID calls with your key: about thirty tiny ones (answers of at most"
    f" {text.MAX_TOKENS} tokens, one image, one sentence of speech). Rows of images, speech,"
    " transcription and voice run only when their own variables are set."
)


def main(
    arguments: Sequence[str] | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    prog: str = "python scripts/canary.py",
) -> int:
    """Run the command line; the exit code.

    Args:
        arguments: of the command line; the process's own if left out.
        environ: the variables; the process's own if left out.
        prog: what the program is called.
    """
    options = command_line(prog).parse_args(arguments)
    if options.list:
        print("\n".join(_listed(row) for row in options.only))
        for name in without_fixture():
            print(f"{name}\n    needs:  a fixture: what to call it with, and what to look for")
        return 0
    if environ is None:
        environ = dict(os.environ)
        # A client reads it too, and would address the pipeline in the rows of the workspace.
        os.environ.pop(variables.PIPELINE_ID, None)
    if options.strict and options.only is not ROWS:
        print("--strict runs every row: --only can't be given with it.", file=sys.stderr)
        return 2
    if options.sandbox:
        with Sandbox() as gateway:
            given = variables.of_sandbox(gateway)
            return run(options.only, given, options.report, strict=options.strict, sandbox=True)
    given = {
        name: environ[name].strip() for name in variables.HELP if environ.get(name, "").strip()
    }
    if variables.API_KEY not in given:
        print(
            f"No API key: set {variables.API_KEY} to run the canary against the live gateway"
            " (paid calls), or give --sandbox to run it against the bundled sandbox.",
            file=sys.stderr,
        )
        return 2
    return run(options.only, given, options.report, strict=options.strict)


def run(
    rows: Sequence[Row],
    given: Mapping[str, str],
    path: Path,
    *,
    strict: bool = False,
    sandbox: bool = False,
) -> int:
    """Run the rows, print the table and write the report; the exit code."""
    target = Target(given)
    try:
        base_url = target.workspace.base_url
    except RunInfraError as error:
        # The key or the address can't be one: no row could say more.
        print(report.redacted(error.message, given), file=sys.stderr)
        return 2
    unfit = None if sandbox or not strict else strictness.unfit(base_url)
    if unfit is not None:
        target.close()
        print(f"{base_url} can't vouch for a release: {unfit}", file=sys.stderr)
        return 2
    try:
        print(f"gateway: {base_url}", flush=True)
        outcomes: list[Outcome] = [run_row(row, target) for row in rows]
    finally:
        target.close()
    if rows is ROWS:
        outcomes += [Outcome(name, "skipped", "needs a fixture") for name in without_fixture()]
    print(report.table(outcomes, given))
    report.write(path, outcomes, base_url, given, strict=strict, sandbox=sandbox)
    print(f"report: {path}")
    sums = report.count(outcomes)
    if strict:
        return 0 if sums["passed"] == len(outcomes) else 1
    return 0 if sums["passed"] and not sums["failed"] else 1


def without_fixture() -> list[str]:
    """The operations of the document that no row makes yet, by the SDK's names."""
    return sorted(facts.function for facts in OPERATIONS.values() if facts.function not in _MADE)


def command_line(prog: str) -> argparse.ArgumentParser:
    """What it takes; `runinfra-ext canary` has the same."""
    width = max(map(len, variables.HELP))
    listed = "\n".join(f"  {name:{width}}  {what}" for name, what in variables.HELP.items())
    parser = argparse.ArgumentParser(
        prog=prog,
        description=f"Exercise every operation of the SDK against a live gateway.\n{_COST}",
        epilog=f"variables (a row that lacks one of its own is skipped):\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--sandbox", action="store_true", help="use the bundled sandbox: free")
    parser.add_argument(
        "--strict", action="store_true", help="every row must pass, at the gateway itself"
    )
    parser.add_argument("--list", action="store_true", help="show the rows and run nothing")
    parser.add_argument(
        "--only", type=_rows, default=ROWS, metavar="NAME,…", help="run these rows only"
    )
    parser.add_argument(
        "--report",
        type=Path,
        default=Path("out/canary.json"),
        metavar="PATH",
        help="where the JSON report goes (out/canary.json)",
    )
    return parser


def _rows(names: str) -> tuple[Row, ...]:
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in _BY_NAME]
    if unknown or not wanted:
        msg = f"no such row: {', '.join(unknown) or names!r}; --list shows them"
        raise argparse.ArgumentTypeError(msg)
    return tuple(_BY_NAME[name] for name in dict.fromkeys(wanted))


def _listed(row: Row) -> str:
    needs = ", ".join(row.missing({})) or "nothing of its own"
    return f"{row.name}\n    checks: {', '.join(row.checks)}\n    needs:  {needs}"


if __name__ == "__main__":
    sys.exit(main())
