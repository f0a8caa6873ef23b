"""Hold a gateway and the document against each other, with schemathesis.

    python scripts/contract.py                              the sandbox, as a process of its own
    python scripts/contract.py --base-url URL               any gateway; RUNINFRA_API_KEY is its key
    python scripts/contract.py --long                       ten times as many examples, a new seed

Against a real gateway it makes paid calls, a few thousand of them. RUNINFRA_PIPELINE_ID names a
pipeline for the voice route, and RUNINFRA_CONTRACT_MODELS says which model serves which operation,
as JSON: {"createEmbedding": "your-model"}. Exit code 1 when something disagrees.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "openapi/runinfra.yaml"
FOLDER = ROOT / "tests/contract"
EXAMPLES = 25  # for each operation and phase: a few seconds in all
LONG_EXAMPLES = 300


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    text = __doc__ or ""
    parser = argparse.ArgumentParser(
        description=text.partition("\n")[0], epilog=text.partition("\n\n")[2],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--base-url", help="a running gateway, with /v1; the sandbox if left out")
    parser.add_argument("--long", action="store_true", help="more examples, chosen anew each time")
    parser.add_argument("--document", type=Path, default=DOCUMENT, help="the OpenAPI document")
    options, more = parser.parse_known_args(arguments)
    environment = dict(os.environ)
    with ExitStack() as stack:
        base_url = options.base_url
        if base_url:
            if not environment.get("RUNINFRA_API_KEY"):
                print("RUNINFRA_API_KEY: expected the gateway's key", file=sys.stderr)
                return 2
            environment.setdefault("RUNINFRA_PIPELINE_ID", "pipe_unknown")
        else:
            from runinfra_ext.sandbox import Sandbox, Settings  # noqa: PLC0415 - not for a real gateway

            # The document's objects are open, and what is generated has members that nobody knows.
            settings = Settings(unknown_fields="ignore")
            gateway = stack.enter_context(Sandbox(process=True, settings=settings))
            base_url = gateway.base_url
            environment["RUNINFRA_API_KEY"] = gateway.api_key
            environment["RUNINFRA_PIPELINE_ID"] = gateway.pipeline_id
        environment["SCHEMATHESIS_HOOKS"] = str(FOLDER / "hooks.py")
        command = [
            str(Path(sys.executable).parent / "st"),
            *("--config-file", str(FOLDER / "schemathesis.toml")),
            *("run", str(options.document), "--url", base_url),
            *(["--max-examples", str(LONG_EXAMPLES if options.long else EXAMPLES)]),
            *([] if options.long else ["--generation-deterministic"]),
            *more,
        ]
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
