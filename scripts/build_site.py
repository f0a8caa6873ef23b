"""Build the documentation's site into out/site.

    python scripts/build_site.py

The pages of docs/ and the project, the reference from the code and the document, the charts from
the benchmark's numbers. A warning is a failure; so is a link that leads nowhere, or anything that a
browser would fetch from elsewhere. Beside each page lies its Markdown; llms.txt lists them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import yaml
from sitemaking.gathering import Gathered, twins

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "out/site-source"
SITE = ROOT / "out/site"
# What a browser fetches by itself, by tag and attribute; a link of `rel=canonical` it does not.
_FETCHED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
_FETCHING = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch", "manifest"}


class Page(HTMLParser):
    """What a page links to, fetches, and can be linked to at.

    Args:
        text: of the page.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.anchors: set[str] = {""}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag has."""
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given.get("id", ""), given.get("name", "")}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        kinds = set(given.get("rel", "").split())
        if tag in _FETCHED and _FETCHED[tag] in given and (tag != "link" or kinds & _FETCHING):
            self.fetched.append(given[_FETCHED[tag]])


def faults(site: Path) -> list[str]:
    """Links that lead nowhere, and what would be fetched from elsewhere."""
    pages = {path: Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    found: list[str] = []
    for path, page in pages.items():
        if path.name == "404.html":
            continue  # its links are from the site's root
        shown = path.relative_to(site)
        found += [f"{shown}: fetches {url}" for url in page.fetched if urlsplit(url).netloc]
        for link in page.links:
            address, anchor = urldefrag(link)
            if urlsplit(address).scheme or urlsplit(address).netloc:
                continue
            target = (path.parent / unquote(urlsplit(address).path)).resolve() if address else path
            target = target / "index.html" if target.is_dir() else target
            if not target.exists():
                found.append(f"{shown}: {link} leads nowhere")
            elif target in pages and unquote(anchor) not in pages[target].anchors:
                found.append(f"{shown}: {link} has no such place")
    for path in sorted(site.rglob("*.css")):
        for url in re.findall(r"url\(([^)]+)\)", path.read_text("utf-8")):
            if url.strip("\"'").startswith(("http", "//")):
                found.append(f"{path.relative_to(site)}: fetches {url}")
    return found


def build(source: Path, site: Path) -> list[str]:
    """Build the site; what is wrong with it.

    Raises:
        subprocess.CalledProcessError: the generator has warned, and said of what.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]
    gathered = Gathered(ROOT, source, project["Repository"], project["Documentation"])
    navigation = gathered.gather()
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    settings |= {"nav": navigation, "docs_dir": str(source), "site_url": project["Documentation"]}
    config = source.with_suffix(".yml")
    config.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--clean", "--quiet"]
    command += ["--config-file", str(config), "--site-dir", str(site)]
    # What the theme says of its own future is no warning of these pages.
    environ = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    subprocess.run(command, cwd=ROOT, env=environ, check=True)
    twins(source, site, navigation, project["Documentation"])
    return faults(site)


def main() -> int:
    """Run the command line; the exit code."""
    SOURCE.parent.mkdir(exist_ok=True)
    shutil.rmtree(SITE, ignore_errors=True)
    try:
        found = build(SOURCE, SITE)
    except subprocess.CalledProcessError as error:
        print(error, file=sys.stderr)
        return 1
    for fault in found:
        print(fault, file=sys.stderr)
    print(f"{sum(1 for _ in SITE.rglob('*.html'))} pages: {SITE / 'index.html'}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
