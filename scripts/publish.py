"""Upload what `make release` made, if everything about it is as it must be.

    python scripts/publish.py

It takes no argument and reads no variable that would change what it checks. All that stands in the
way is told, and then nothing is uploaded; docs/releasing.md explains each.
"""

from __future__ import annotations

import email.utils
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

import certifi
from canary import ROWS
from releasing import artefacts, history, report
from releasing.verdict import Gate, problems

ROOT = Path(__file__).resolve().parent.parent
INDEX = "pypi"  # as twine knows it by itself, without a configuration
REPOSITORY = history.ORIGIN.removeprefix("https://github.com/")
WORKFLOW = f"{REPOSITORY}/.github/workflows/release.yml"
# What the identity of the workflow needs; a token, another index or a proxy can't come in.
IDENTITY = ("GITHUB_", "ACTIONS_", "RUNNER_")
# What gh gets to ask GitHub: no other host, and nothing that leads or looks elsewhere.
ASKING = ("HOME", "GH_TOKEN", "GITHUB_TOKEN")


def index_time(url: str | None = None) -> float:
    """The index's clock, in seconds since 1970.

    Args:
        url: of the index, where it is not the one that is uploaded to.

    Raises:
        OSError: it does not answer.
        ValueError: its answer has no time.
    """
    if url is None:
        url = import_module("twine.utils").DEFAULT_REPOSITORY
    # No variable names a proxy or an authority, which could tell another time.
    trusted = ssl.create_default_context(cafile=certifi.where())
    direct = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted)
    )
    try:
        with direct.open(url, timeout=30) as answer:
            told = answer.headers["Date"]
    except urllib.error.HTTPError as error:  # any answer tells the time
        told = error.headers["Date"]
    if told is None:
        msg = "its answer has no date"
        raise ValueError(msg)
    return email.utils.parsedate_to_datetime(told).timestamp()


def attested(path: Path, commit: str) -> str | None:
    """Why the publishing workflow does not vouch for a report; None if it does."""
    command = ["gh", "attestation", "verify", str(path), "--repo", REPOSITORY]
    command += ["--hostname", "github.com"]
    command += ["--signer-workflow", WORKFLOW, "--source-digest", commit]
    environ = {name: os.environ[name] for name in ASKING if name in os.environ}
    environ["PATH"] = history.SYSTEM
    try:
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "The report's attestation can't be verified: gh is not installed."
    if done.returncode:
        told = (done.stderr.strip() or done.stdout.strip()).splitlines()
        return f"No attestation of {WORKFLOW} vouches for the report: {' '.join(told[-1:])}"
    return None


def rebuild(source: Path, epoch: int) -> Mapping[str, str]:
    """The SHA-256 of the artefacts that a source makes."""
    return artefacts.build(source, source.with_name("dist"), epoch).sums()


def upload(files: Sequence[Path]) -> None:
    """Sign with the workflow's identity, and upload with it.

    Raises:
        subprocess.CalledProcessError: one of them failed.
    """
    environ = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(IDENTITY) or name in ("PATH", "HOME")
    }
    names = [str(path) for path in files]
    sign = [sys.executable, "-m", "pypi_attestations", "sign", *names]
    subprocess.run(sign, env=environ, check=True)
    names += [f"{name}.publish.attestation" for name in names]
    send = [sys.executable, "-m", "twine", "upload", "--non-interactive", "--attestations"]
    send += ["--config-file", os.devnull, "--repository", INDEX]
    subprocess.run([*send, *names], env=environ, check=True)


def publish(gate: Gate) -> int:
    """Check everything, then upload; the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        # What is checked here is what is sent: nobody can exchange it in between.
        mine = Path(folder)
        seen = gate._replace(dist=mine / "dist", report=mine / report.NAME)
        if gate.dist.is_dir():
            shutil.copytree(gate.dist, seen.dist)
        if gate.report.is_file():
            shutil.copy2(gate.report, seen.report)
        found = problems(seen)
        for problem in found:
            print(f"refused: {problem.replace(folder, str(gate.root))}", file=sys.stderr)
        if found:
            return 1
        upload(sorted(artefacts.Artefacts.of(seen.dist)))
    return 0


def main() -> int:
    """Run the command line; the exit code."""
    if len(sys.argv) > 1:
        print("refused: publish takes no arguments.", file=sys.stderr)
        return 2
    if not sys.flags.ignore_environment:
        print("refused: run `make publish`, where no variable chooses modules.", file=sys.stderr)
        return 2
    return publish(
        Gate(
            root=ROOT,
            dist=ROOT / "dist",
            report=ROOT / "out/release" / report.NAME,
            rows={row.name: row.checks for row in ROWS},
            now=time.time,
            index_time=index_time,
            attested=attested,
            rebuild=rebuild,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
