"""What stops a release: everything that is not as it must be, each told in a sentence."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from probes.strictness import GATEWAY

from . import artefacts, report
from .history import DOCUMENT, ORIGIN, Repository

LONGEST: Final = 24 * 3600  # seconds between the canary's end and the upload
SKEW: Final = 300  # seconds by which two clocks may differ


class Gate(NamedTuple):
    """What a release is held against. There is no way through it but the one below.

    Attributes:
        root: the clone.
        dist: where the artefacts are.
        report: of the canary that was run with them.
        rows: what the canary of this commit checks, by the names of its rows.
        rowless: operations of the document that none of them makes.
        now: this machine's clock, in seconds since 1970.
        index_time: the index's clock, which no one here can set.
        attested: why a report is not vouched for by the publishing workflow, for a commit and a
            tag; None if it is.
        identified: why this is not the publishing workflow at work on a tag; None if it is.
        rebuild: the SHA-256 of the artefacts that a folder's source makes, by their names.
        origin: the repository whose tags everybody sees.
    """

    root: Path
    dist: Path
    report: Path
    rows: Mapping[str, tuple[str, ...]]
    rowless: Sequence[str]
    now: Callable[[], float]
    index_time: Callable[[], float]
    attested: Callable[[Path, str, str], str | None]
    identified: Callable[[str], str | None]
    rebuild: Callable[[Path, int], Mapping[str, str]]
    origin: str = ORIGIN


def problems(gate: Gate) -> list[str]:
    """Why nothing may be uploaded; empty if it may."""
    try:
        content = report.read(gate.report)
    except ValueError as error:
        return [str(error)]
    repository = Repository(gate.root)
    try:
        found = _found(content, gate, repository)
        commit, tag = repository.commit, repository.tag
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        return [f"The report or the tree is of another form than a release's: {error}."]
    others = (gate.attested(gate.report, commit, tag), gate.identified(tag))
    return [*found, *(why for why in others if why is not None)]


def _found(content: Mapping[str, Any], gate: Gate, repository: Repository) -> list[str]:
    return [
        *_gateway(content),
        *_seal(content),
        *_rows(content, gate),
        *_audit(content, gate.report.with_name(report.BILL)),
        *_times(content, gate, repository),
        *_source(content, repository),
        *repository.unready(gate.origin),
        *_files(content, gate, repository),
    ]


def _gateway(content: Mapping[str, Any]) -> Iterator[str]:
    if content.get("sandbox") is not False:
        yield "The report is of the sandbox: only the gateway can vouch for a release."
    if str(content.get("gateway")).rstrip("/") != GATEWAY:
        yield f"The report is of {content.get('gateway')}, not of {GATEWAY}."
    if content.get("strict") is not True:
        yield "The canary was not strict."


def _seal(content: Mapping[str, Any]) -> Iterator[str]:
    if content.get("digest") != report.digest(content):
        yield "The report was changed after it was written: its digest is another."


def _rows(content: Mapping[str, Any], gate: Gate) -> Iterator[str]:
    wanted = gate.rows
    if gate.rowless:
        # A report may not mention them; the canary could not have made them.
        yield f"Operations that no row makes: {', '.join(gate.rowless)}."
    rows: list[dict[str, Any]] = content.get("rows") or []
    names = [row.get("name") for row in rows]
    if missing := [name for name in wanted if name not in names]:
        yield f"Rows are missing: {', '.join(missing)}."
    if unknown := [str(name) for name in names if name not in wanted]:
        yield f"Rows that this canary does not have: {', '.join(unknown)}."
    if len(names) != len(set(names)):
        yield "A row stands there twice."
    for row in rows:
        name, checks = str(row.get("name")), tuple(row.get("checks") or ())
        if row.get("result") != "passed":
            yield f"The row {name} is {row.get('result')}."
        elif checks != wanted.get(name, checks):
            yield f"The row {name} did not check all that it states."
        elif "request id present" in checks and not (
            isinstance(row.get("request_id"), str) and row["request_id"].strip()
        ):
            yield f"The row {name} has no request id."


def _audit(content: Mapping[str, Any], bill: Path) -> Iterator[str]:
    audit: Mapping[str, Any] = content.get("audit") or {}
    audited = audit.get("audited")
    if not isinstance(audited, list) or not audited:
        yield "Dependencies were not audited."
    for kind in ("vulnerabilities", "unaudited"):
        if (told := audit.get(kind)) != []:
            yield f"The audit found {kind}: {', '.join(map(str, told)) if told else told}."
    if not re.fullmatch("[0-9a-f]{64}", str(content.get("sbom_sha256"))) or not bill.is_file():
        yield "There is no bill of materials."
    elif artefacts.sha256(bill) != content.get("sbom_sha256"):
        yield "The bill of materials was changed after it was written."


def _times(content: Mapping[str, Any], gate: Gate, repository: Repository) -> Iterator[str]:
    now = gate.now()
    try:
        told = gate.index_time()
    except (OSError, ValueError) as error:
        yield f"The index does not tell the time: {error}."
    else:
        if abs(told - now) > SKEW:
            yield f"This machine's clock is {round(abs(told - now))} s away from the index's."
        now = max(now, told)
    try:
        begin, end = (_seconds(str(content.get(name))) for name in ("started", "finished"))
    except ValueError:
        yield "The report does not say when the canary ran."
        return
    if now - end > LONGEST:
        yield f"The report is {(now - end) / 3600:.1f} hours old: 24 at most."
    if end > now + SKEW:
        yield "The report is of the future: a clock was changed."
    if begin < repository.committed - SKEW:
        yield "The canary ran before the commit was made: a clock was changed."
    if end < begin:
        yield "The canary ended before it began."


def _seconds(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()


def _source(content: Mapping[str, Any], repository: Repository) -> Iterator[str]:
    commit = repository.commit
    if content.get("commit") != commit:
        yield f"The report is of commit {str(content.get('commit'))[:12]}, not of {commit[:12]}."
    if content.get("tag") != repository.tag:
        yield f"The report is of tag {content.get('tag')}, not of {repository.tag}."
    if content.get("version") != repository.version:
        yield f"The report is of version {content.get('version')}, not of {repository.version}."
    if content.get("document_sha256") != artefacts.sha256(repository.root / DOCUMENT):
        yield "The report is of another document."
    if content.get("changed") != []:
        yield "The tree was not clean when the artefacts were built."


def _files(content: Mapping[str, Any], gate: Gate, repository: Repository) -> Iterator[str]:
    try:
        built = artefacts.Artefacts.of(gate.dist)
    except FileNotFoundError as error:
        yield f"{error}."
        return
    sums = built.sums()
    if others := sorted({path.name for path in gate.dist.iterdir()} - set(sums)):
        yield f"There is more to upload than a release: {', '.join(others)}."
    wanted: Mapping[str, str] = content.get("artefacts") or {}
    for name, found in sums.items():
        if f"-{repository.version}" not in name:
            yield f"{name} is not of version {repository.version}."
        if wanted.get(name) != found:
            yield f"{name} is not the one that the canary was run with."
    if unbuilt := sorted(set(wanted) - set(sums)):
        yield f"The report is of {', '.join(unbuilt)} too."
    # Who changes an artefact could change the report with it; the commit can't be changed so.
    with tempfile.TemporaryDirectory() as folder:
        source = repository.export(Path(folder) / "source")
        if dict(gate.rebuild(source, repository.committed)) != sums:
            yield "The commit builds to other bytes than those artefacts."
