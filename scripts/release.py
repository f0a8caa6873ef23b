"""Make a release: build both artefacts, and run the strict canary with the wheel.

    python scripts/release.py              at the gateway: PAID CALLS with RUNINFRA_API_KEY
    python scripts/release.py --sandbox    all of it at the sandbox; `publish` refuses that report

What `scripts/publish.py` uploads is in dist/; the report and the bill of materials are in
out/release/. Exit code 0: everything held. 1: something did not, and is told. The page
docs/releasing.md explains what is held against what.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from releasing import artefacts, report
from releasing.history import DOCUMENT, Repository

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
OUT = ROOT / "out/release"
# Of the environment the canary gets these only: neither a proxy, nor authorities that would let
# another machine be the gateway.
GIVEN = ("RUNINFRA_API_KEY", "RUNINFRA_PIPELINE_ID", "RUNINFRA_WEBHOOK_SECRET", "RUNINFRA_CANARY_")


class Failed(Exception):
    """A step did not hold; the message says which."""


def surroundings(folder: Path, *, sandbox: bool) -> dict[str, str]:
    """What the tools get of the environment.

    At the gateway that is nothing that names another index, database, proxy or authority, and no
    settings or cache of somebody's home. A trial may need what the machine has.

    Args:
        folder: a home of their own.
        sandbox: whether it is a trial.
    """
    if sandbox:
        return {n: v for n, v in os.environ.items() if not n.startswith("PIP_AUDIT_")}
    given = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return {**given, "HOME": str(folder), "PIP_CONFIG_FILE": os.devnull}


class Clean(NamedTuple):
    """An environment with nothing in it but the wheel and what it needs: not even pip.

    Attributes:
        folder: where it is.
        environ: of the tools that make it and look at it.
    """

    folder: Path
    environ: Mapping[str, str]

    def make(self) -> None:
        """Make it."""
        tool("venv", "--without-pip", str(self.folder), environ=self.environ)

    @property
    def python(self) -> str:
        """Its interpreter."""
        return str(self.folder / "bin/python")

    def install(self, *requirements: str) -> None:
        """Install with this environment's pip."""
        arguments = ("--python", self.python, "--quiet", "install", *requirements)
        tool("pip", *arguments, environ=self.environ)

    def packages(self) -> str:
        """The folder of its packages."""
        code = "import sysconfig; print(sysconfig.get_path('purelib'))"
        done = subprocess.run(
            [self.python, "-I", "-c", code], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()


def tool(module: str, *arguments: str, environ: Mapping[str, str]) -> None:
    """Run a tool of this environment.

    Raises:
        Failed: it found something, and has said what.
    """
    # Isolated: what lies where this was called is not taken for a module.
    command = [sys.executable, "-I", "-m", module, *arguments]
    done = subprocess.run(command, env=environ, check=False)
    if done.returncode:
        msg = f"{module} failed"
        raise Failed(msg)


def build_twice(repository: Repository, folder: Path) -> artefacts.Artefacts:
    """Build the commit, and once more elsewhere: the same bytes, or it is not published.

    Raises:
        Failed: they differ.
    """
    sums: list[dict[str, str]] = []
    for number, zone in enumerate(("UTC", "Pacific/Auckland")):
        source = repository.export(folder / f"source-{number}")
        environ = {**os.environ, "TZ": zone, "PYTHONHASHSEED": str(number)}
        built = artefacts.build(source, folder / f"dist-{number}", repository.committed, environ)
        sums.append(built.sums())
    if sums[0] != sums[1]:
        msg = f"the commit builds to other bytes each time: {sums[0]} and {sums[1]}"
        raise Failed(msg)
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    return artefacts.Artefacts(*(Path(shutil.copy2(path, DIST)) for path in built))


def audit(clean: Clean) -> dict[str, Any]:
    """Known vulnerabilities of what the wheel brings along.

    Raises:
        Failed: the database could not be asked.
    """
    command = [sys.executable, "-I", "-m", "pip_audit", "--path", clean.packages()]
    command += ["--format", "json", "--progress-spinner", "off"]
    done = subprocess.run(command, env=clean.environ, capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError) as error:
        msg = f"pip-audit failed: {done.stderr.strip()[-500:]}"
        raise Failed(msg) from error
    others = [entry for entry in found if entry["name"] != "runinfra-ext"]
    return {
        "audited": sorted(f"{e['name']} {e['version']}" for e in others if "version" in e),
        "unaudited": sorted(e["name"] for e in others if "skip_reason" in e),
        "vulnerabilities": sorted(
            f"{e['name']} {vulnerability['id']}"
            for e in others
            for vulnerability in e.get("vulns", ())
        ),
    }


def bill(clean: Clean) -> str:
    """Write the bill of materials (CycloneDX); its SHA-256."""
    path = OUT / report.BILL
    tool(
        "cyclonedx_py",
        *("environment", clean.python, "--pyproject", str(ROOT / "pyproject.toml")),
        *("--output-reproducible", "--output-format", "JSON", "--output-file", str(path)),
        environ=clean.environ,
    )
    return artefacts.sha256(path)


def canary(clean: Clean, scripts: Path, *, sandbox: bool) -> dict[str, Any]:
    """Run the strict canary with the wheel; its report, whatever held.

    Raises:
        Failed: it could not begin.
    """
    environ = {name: value for name, value in os.environ.items() if name.startswith(GIVEN)}
    where = subprocess.run(
        [clean.python, "-I", "-c", "import runinfra_ext; print(runinfra_ext.__file__)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    if not Path(where).is_relative_to(clean.packages()):
        msg = f"the SDK came from {where}, not from the wheel"
        raise Failed(msg)
    path = scripts / "canary.json"
    command = [clean.python, "-I", str(scripts / "canary.py"), "--strict", "--report", str(path)]
    subprocess.run(
        [*command, *(["--sandbox"] if sandbox else [])], env=environ, cwd=scripts, check=False
    )
    if not path.exists():
        msg = "the canary did not run"
        raise Failed(msg)
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def release(*, sandbox: bool) -> dict[str, Any]:
    """Do it all; the report.

    Raises:
        Failed: a step did not hold.
    """
    repository = Repository(ROOT)
    if not sandbox:
        unready = repository.unready()
        if "RUNINFRA_API_KEY" not in os.environ:
            unready.append("There is no API key: set RUNINFRA_API_KEY, or take SANDBOX=1.")
        if unready:
            raise Failed("\n".join(unready))
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        print("== building, twice", flush=True)
        built = build_twice(repository, folder)
        environ = surroundings(folder, sandbox=sandbox)
        tool("twine", "check", "--strict", *map(str, built), environ=environ)
        print("== installing the wheel", flush=True)
        clean = Clean(folder / "venv", environ)
        clean.make()
        clean.install(str(built.wheel))
        print("== auditing what it needs", flush=True)
        audited, sbom = audit(clean), bill(clean)
        if sandbox:
            clean.install(f"{built.wheel}[sandbox]")
        print("== the strict canary", flush=True)
        # The commit's scripts; isolated, they find no packages but the wheel's.
        scripts = folder / "source-0/scripts"
        started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        flown = canary(clean, scripts, sandbox=sandbox)
    return {
        "schema": report.SCHEMA,
        "version": repository.version,
        "commit": repository.commit,
        "tag": repository.tag,
        "changed": repository.changed(),
        "document_sha256": artefacts.sha256(ROOT / DOCUMENT),
        "artefacts": built.sums(),
        "sbom_sha256": sbom,
        "audit": audited,
        "python": platform.python_version(),
        "gateway": flown["base_url"],
        "sandbox": flown["sandbox"],
        "strict": flown["strict"],
        "started": started,
        "finished": flown["finished"],
        "rows": flown["rows"],
    }


def main() -> int:
    """Run the command line; the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sandbox", action="store_true", help="at the bundled sandbox: free")
    try:
        content = release(sandbox=parser.parse_args().sandbox)
    except (Failed, OSError, ValueError, subprocess.CalledProcessError) as error:
        print(f"not released: {error}", file=sys.stderr)
        return 1
    report.write(OUT / report.NAME, content)
    for name, digest in content["artefacts"].items():
        print(f"{digest}  {name}")
    print(f"report: {OUT / report.NAME}")
    audited: dict[str, list[str]] = content["audit"]
    stopping = audited["vulnerabilities"]
    if audited["unaudited"]:
        print(f"could not be audited: {', '.join(audited['unaudited'])}", file=sys.stderr)
        # A trial may be made where the database of vulnerabilities can't be asked.
        stopping = stopping if content["sandbox"] else [*stopping, *audited["unaudited"]]
    stopping = [*stopping, *(row["name"] for row in content["rows"] if row["result"] != "passed")]
    if stopping:
        print(f"did not hold: {', '.join(stopping)}", file=sys.stderr)
    return 1 if stopping else 0


if __name__ == "__main__":
    sys.exit(main())
