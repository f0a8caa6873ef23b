"""Brings the pages together: those that are written, and those that are made."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import yaml
from generation.normal import normal

from . import api, charts
from .operations import Reference

_ABOUT: Final = (
    "The Python SDK for RunInfra, an OpenAI-compatible gateway: safe retries, streams that tell the"
    " truth, never a second charge. Each page below is Markdown."
)
# Pages by what readers come for; what stands in none of these is a how-to.
TUTORIAL: Final = ("tutorial.md",)
EXPLANATION: Final = ("architecture.md", "document.md", "performance.md")
PROJECT: Final = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md")
PROJECT_DOCS: Final = ("canary.md", "releasing.md")
# The first pages of the how-tos, in the order in which they are wanted.
FIRST: Final = (
    "recipes.md",
    "operations.md",
    "configuration.md",
    "errors.md",
    "retries.md",
    "streaming.md",
    "tools.md",
    "audio.md",
    "webhooks.md",
    "limits.md",
    "network.md",
    "testing.md",
    "production.md",
)


class Gathered:
    """The source of the site, in a folder.

    Args:
        root: of the project.
        folder: where the pages go; it is emptied.
        repository: address of what is no page.
        site: address of the site.
    """

    def __init__(self, root: Path, folder: Path, repository: str, site: str) -> None:
        self.root, self.folder = root, folder
        self._repository, self._site = repository, site

    def gather(self) -> list[Any]:
        """Write every page; the site's navigation."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.root / "docs", self.folder)
        for name in PROJECT:
            text = (self.root / name).read_text("utf-8")
            self._write(name.lower(), re.sub(r"\]\(docs/", "](", text))
        for path in sorted(self.folder.rglob("*.md")):
            path.write_text(self._linked(path), encoding="utf-8")
        document = self.root / "openapi/runinfra.yaml"
        shutil.copy(document, self.folder)
        reference = Reference(normal(yaml.safe_load(document.read_text("utf-8"))))
        made = api.pages() | reference.pages()
        for name, text in made.items():
            self._write(name, text)
        self._charts()
        return self._navigation(made)

    def title(self, name: str) -> str:
        """The heading of a page."""
        text = (self.folder / name).read_text("utf-8")
        found = re.search(r"^# (.+)$", text, re.MULTILINE)
        return found[1].replace("`", "") if found else name

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _linked(self, path: Path) -> str:
        """A page whose links lead to pages, or to the repository."""
        where = path.relative_to(self.folder).parent

        def link(found: re.Match[str]) -> str:
            target = found[1]
            if re.match(r"https?:|mailto:|#", target):
                return found[0]
            name, hash_, anchor = target.partition("#")
            full = (self.root / "docs" / where / name).resolve()
            for project in PROJECT:
                if full == self.root / project or full == self.root / "docs" / project:
                    up = "../" * len(where.parts)
                    return f"]({up}{project.lower()}{hash_}{anchor})"
            if full.is_relative_to(self.root / "docs") and full.exists():
                return found[0]
            outside = full.relative_to(self.root)
            if not full.exists():
                # A page of the project links to what lies beside it.
                outside = Path(name)
                full = self.root / outside
            kind = "tree" if full.is_dir() else "blob"
            return f"]({self._repository}/{kind}/main/{outside}{hash_}{anchor})"

        text = path.read_text("utf-8")
        parts = re.split(r"(```.*?```)", text, flags=re.DOTALL)
        pattern = r"\]\(([^)\s]+)\)"
        return "".join(p if p.startswith("```") else re.sub(pattern, link, p) for p in parts)

    def _charts(self) -> None:
        result = json.loads((self.root / "benchmarks/results.json").read_text("utf-8"))
        shown = charts.charts(result)
        versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
        rounds = f"{result['rounds']} round{'s' * (result['rounds'] != 1)}"
        kind = ", a first look with little work" if result["quick"] else ""
        told = f"Python {result['python']}, {result['machine']}; {versions}; {rounds}{kind}."
        path = self.folder / "performance.md"
        lines = [
            "## Charts",
            f"CPU of one process unless it says otherwise; shorter is better. {told}",
        ]
        text = path.read_text("utf-8").rstrip()
        path.write_text("\n\n".join([text, *lines, *shown]) + "\n", encoding="utf-8")

    def _navigation(self, made: Iterable[str]) -> list[Any]:
        written = {p.name for p in self.folder.glob("*.md")}
        placed = {"index.md", *TUTORIAL, *EXPLANATION, *PROJECT_DOCS, *(n.lower() for n in PROJECT)}
        others = [*FIRST, *sorted(written - placed - set(FIRST))]
        operations = sorted(n for n in made if "/operations/" in n and not n.endswith("index.md"))
        modules = sorted(n for n in made if n.count("/") == 1 and n != "reference/document.md")
        decisions = sorted(f"decisions/{p.name}" for p in (self.folder / "decisions").glob("*.md"))

        def entries(names: Iterable[str]) -> list[dict[str, str]]:
            return [{self.title(name): name} for name in names]

        return [
            {"Home": "index.md"},
            {"Tutorial": TUTORIAL[0]},
            {"How to": entries(others)},
            {
                "Reference": [
                    {
                        "Operations": [
                            {"All": "reference/operations/index.md"},
                            *entries(operations),
                        ]
                    },
                    *entries(modules),
                    {"The OpenAPI document": "reference/document.md"},
                ]
            },
            {"Explanation": [*entries(EXPLANATION), {"Decisions": entries(decisions)}]},
            {"Project": entries([*(n.lower() for n in PROJECT), *PROJECT_DOCS])},
        ]


def twins(source: Path, built: Path, navigation: list[Any], site: str) -> None:
    """Beside each page its Markdown, and `llms.txt`, which lists them.

    Args:
        source: of the pages.
        built: the site.
        navigation: as it was built.
        site: its address.
    """
    for path in source.rglob("*.md"):
        target = built / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    lines = [
        "# RunInfra for Python",
        "",
        f"> {_ABOUT}",
    ]
    for entry in navigation:
        for title, value in entry.items():
            lines += ["", f"## {title}", "", *_listed(value, title, site)]
    (built / "llms.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _listed(value: Any, title: str, site: str) -> list[str]:
    if isinstance(value, str):
        return [f"- [{title}]({site}{value})"]
    return [
        line
        for entry in value
        for name, inner in entry.items()
        for line in _listed(inner, name, site)
    ]
