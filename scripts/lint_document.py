"""Our own rules for the document: what the generator, the SDK and the sandbox rely on.

    python scripts/lint_document.py [PATH]

Prints ``openapi/runinfra.yaml:LINE: RULE message`` for each finding; exit code 1 if there is any.
`make gen` refuses a document that is *wrong*: one that would become wrong code, or none, without a
word of the generator. The other rules are about what a finished document has; `make document` asks
for those too.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from generation.document import DocumentError
from generation.normal import normal
from linting.arguments import arguments
from linting.examples import missing_examples, wrong_examples
from linting.extensions import extensions
from linting.ignored import ignored
from linting.names import names, pages
from linting.operations import operations
from linting.schemas import poor_schemas, wrong_schemas
from linting.source import Finding, Source
from linting.structure import structure
from linting.style import style, unused


def wrong(document: Mapping[str, Any]) -> list[Finding]:
    """What has to be right before anything can be generated."""
    found = structure(document)
    if found:
        return found  # the other rules rely on it
    document = normal(document, lambda where, said: found.append(Finding(where, "all-of", said)))
    found += [*extensions(document), *operations(document), *wrong_schemas(document)]
    found = found or [
        *(*arguments(document), *ignored(document)),
        *(*names(document), *pages(document)),
    ]
    return found or [*wrong_examples(document)]


def lint(document: Mapping[str, Any]) -> list[Finding]:
    """All findings in a document."""
    found = wrong(document)
    if not found:
        plain = normal(document)
        found = [*poor_schemas(plain), *missing_examples(plain), *style(plain), *unused(document)]
    return found


def checked(path: Path) -> dict[str, Any]:
    """A document that is not wrong, in its plainest form.

    Raises:
        DocumentError: it is; one line for each finding, with ``file:line``.
    """
    source = Source(path)
    found = wrong(source.document)
    if found:
        raise DocumentError(said(source, found))
    return normal(source.document)


def said(source: Source, found: list[Finding]) -> str:
    """Findings in the order of their lines."""
    lines = sorted({(source.line(finding.where), source.said(finding)) for finding in found})
    return "\n".join(text for _, text in lines)


def main(arguments: list[str]) -> int:
    """Run the command line; the exit code."""
    root = Path(__file__).resolve().parent.parent
    path = Path(arguments[0]) if arguments else root / "openapi/runinfra.yaml"
    try:
        source = Source(path)
        found = lint(source.document)
    except DocumentError as error:
        print(error)
        return 1
    if found:
        print(said(source, found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
