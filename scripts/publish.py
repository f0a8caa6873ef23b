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
from canary import ROWS, without_fixture
from releasing import artefacts, history, report
from releasing.verdict import Gate, problems

ROOT = Path(__file__).resolve().parent.parent
INDEX = "pypi"  # as twine knows it by itself, without a configuration
REPOSITORY = history.ORIGIN.removeprefix("https://github.com/")
WORKFLOW = f"{REPOSITORY}/.github/workflows/release.yml"
# What the identity of the workflow needs; a token, another index or a proxy can't come in.
IDENTITY = ("GITHUB_", "ACTIONS_", "RUNNER_")
# What gh gets to ask GitHub: no other host or settings, and nothing that leads or looks elsewhere.
ASKING = ("GH_TOKEN", "GITHUB_TOKEN")
# What loads foreign code into every process, Python's own switches or not.
LOADING = ("LD_PRELOAD", "LD_AUDIT", "DYLD_INSERT_LIBRARIES")


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


def attested(path: Path, commit: str, tag: str) -> str | None:
    """Why the publishing workflow does not vouch for a report; None if it does."""
    command = ["gh", "attestation", "verify", str(path), "--repo", REPOSITORY]
    command += ["--hostname", "github.com", "--deny-self-hosted-runners"]
    command += ["--signer-workflow", WORKFLOW]
    command += ["--source-digest", commit, "--source-ref", f"refs/tags/{tag}"]
    environ = {name: os.environ[name] for name in ASKING if name in os.environ}
    environ["PATH"] = history.SYSTEM
    with tempfile.TemporaryDirectory() as home:
        environ["HOME"] = home
        try:
            done = subprocess.run(
                command, cwd=home, env=environ, capture_output=True, text=True, check=False
            )
        except FileNotFoundError:
            return "The report's attestation can't be verified: gh is not installed."
    if done.returncode:
        told = (done.stderr.strip() or done.stdout.strip()).splitlines()
        return f"No attestation of {WORKFLOW} vouches for the report: {' '.join(told[-1:])}"
    return None


def identified(tag: str) -> str | None:
    """Why this is not the publishing workflow at work on a tag; None if it is.

    The index asks for the identity itself, which can't be made up. Without this, signing would
    ask whoever sits at the terminal for theirs.
    """
    wanted = {
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_WORKFLOW_REF": f"{WORKFLOW}@refs/tags/{tag}",
        "ACTIONS_ID_TOKEN_REQUEST_URL": None,
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": None,
    }
    for name, value in wanted.items():
        found = os.environ.get(name, "")
        if value is None and not found:
            return f"Only the publishing workflow may upload: {name} is not set."
        if value not in (None, found):
            return f"Only the publishing workflow may upload: {name} is {found!r}."
    return None


def rebuild(source: Path, epoch: int) -> Mapping[str, str]:
    """The SHA-256 of the artefacts that a source makes."""
    return artefacts.build(source, source.with_name("dist"), epoch).sums()


def upload(files: Sequence[Path]) -> None:
    """Sign with the workflow's identity, and upload with it.

    Raises:
        subprocess.CalledProcessError: one of them failed.
    """
    environ = {name: value for name, value in os.environ.items() if name.startswith(IDENTITY)}
    environ["PATH"] = history.SYSTEM
    environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
    names = [str(path) for path in files]
    # Isolated: what lies in this folder is not imported, and no file of a home is read.
    python = [sys.executable, "-I", "-m"]
    with tempfile.TemporaryDirectory() as home:
        environ["HOME"] = home
        sign = [*python, "pypi_attestations", "sign", *names]
        subprocess.run(sign, cwd=home, env=environ, check=True)
        names += [f"{name}.publish.attestation" for name in names]
        send = [*python, "twine", "upload", "--non-interactive", "--attestations"]
        send += ["--config-file", os.devnull, "--repository", INDEX]
        subprocess.run([*send, *names], cwd=home, env=environ, check=True)


def copied(gate: Gate, folder: Path) -> Gate:
    """The gate before a copy of what is to be uploaded.

    Raises:
        OSError: something in it is no file.
    """
    seen = gate._replace(dist=folder / "dist", report=folder / report.NAME)
    if gate.dist.is_dir():
        shutil.copytree(gate.dist, seen.dist)
    for name in (report.NAME, report.BILL):
        path = gate.report.with_name(name)
        if path.is_file():
            shutil.copy2(path, folder / name)
    return seen


def publish(gate: Gate) -> int:
    """Check everything, then upload; the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        # What is checked here is what is sent: nobody can exchange it in between.
        try:
            seen = copied(gate, Path(folder))
            found = problems(seen)
        except OSError as error:
            found = [f"What is to be uploaded can't be read: {error}."]
        for problem in found:
            print(f"refused: {_plain(problem.replace(folder, str(gate.root)))}", file=sys.stderr)
        if found:
            return 1
        try:
            upload(sorted(artefacts.Artefacts.of(seen.dist)))
        except subprocess.CalledProcessError as error:
            tool = error.cmd[3]
            print(
                f"{tool} failed. What the index has already can be sent again: run it once more.",
                file=sys.stderr,
            )
            return 1
    return 0


def _plain(text: str) -> str:
    """A text, some of which the report chose, without what moves the cursor of a terminal."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def unfit() -> str | None:
    """Why this process must not publish; None if it may."""
    if len(sys.argv) > 1:
        return "publish takes no arguments"
    if not (
        sys.flags.ignore_environment
        and sys.flags.no_user_site
        and sys.flags.dont_write_bytecode
        and sys.pycache_prefix == os.devnull
    ):
        return "run `make publish`, where no variable or cache chooses modules"
    if loading := [name for name in LOADING if os.environ.get(name)]:
        return f"{', '.join(loading)} brings other code into every process"
    return None


def main() -> int:
    """Run the command line; the exit code."""
    if (why := unfit()) is not None:
        print(f"refused: {why}.", file=sys.stderr)
        return 2
    return publish(
        Gate(
            root=ROOT,
            dist=ROOT / "dist",
            report=ROOT / "out/release" / report.NAME,
            rows={row.name: row.checks for row in ROWS},
            rowless=without_fixture(),
            now=time.time,
            index_time=index_time,
            attested=attested,
            identified=identified,
            rebuild=rebuild,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
