"""The pages that are made: the reference from code and document, charts, links, and the built site."""

from __future__ import annotations

import importlib
import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from runinfra_client.operations import OPERATIONS

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
build_site = importlib.import_module("build_site")
api = importlib.import_module("sitemaking.api")
charts = importlib.import_module("sitemaking.charts")
docstrings = importlib.import_module("sitemaking.docstrings")
gathering = importlib.import_module("sitemaking.gathering")
normal = importlib.import_module("generation.normal")
operations = importlib.import_module("sitemaking.operations")
surface = importlib.import_module("surface")
sys.path.remove(str(ROOT / "scripts"))

DOCUMENT = normal.normal(yaml.safe_load((ROOT / "openapi/runinfra.yaml").read_text("utf-8")))
REFERENCE = operations.Reference(DOCUMENT)
EXAMPLES = REFERENCE.examples()


@pytest.fixture(scope="module")
def reference():
    """Every page of the reference, by its path."""
    return api.pages() | REFERENCE.pages()


def test_every_public_name_is_explained(reference):
    """Each stands on one page, with what it says of itself."""
    for name, place in api.places().items():
        page, _, anchor = place.partition("#")
        assert f"{{ #{anchor} }}" in reference[page], name
    from runinfra_ext import RetryQuota

    page = reference[api.places()["RetryQuota"].partition("#")[0]]
    assert RetryQuota.__doc__.splitlines()[0].replace("``", "`") in page


def test_every_method_of_a_client_is_explained(reference):
    """With its signature, its parameters and their types."""
    page = reference["reference/client.md"]
    assert "## client.chat.completions.create { #client.chat.completions.create }" in page
    assert "## client.chat.completions.run_tools" in page
    assert "\n    model: str,\n" in page
    assert "- `model` (`str`): Id of the model." in page


def test_types_have_their_public_names(reference):
    """No module that only we know stands before one, as in what it is written as in the code."""
    shown = re.sub(r"\]\(\S+\)|\{ #\S+ \}", "", "".join(reference.values()))
    assert re.findall(r"\b(?:completions|models|results|types)\.[A-Z]\w+", shown) == []
    assert " -> ChatCompletion | ChatCompletionStream" in reference["reference/client.md"]


def test_nothing_of_the_docstrings_markup_is_left(reference):
    """Roles and double backticks of docstrings are not Markdown."""
    for name, text in reference.items():
        prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
        assert re.findall(r":(?:class|meth|func|attr):`", prose) == [], name


@pytest.mark.parametrize("function", EXAMPLES)
def test_the_example_of_an_operation_runs(function, gateway, monkeypatch, capsys):
    """As it stands on the page; it calls that operation."""
    gateway.reset()
    monkeypatch.setenv("RUNINFRA_API_KEY", gateway.api_key)
    monkeypatch.setenv("RUNINFRA_BASE_URL", gateway.base_url)
    exec(compile(EXAMPLES[function], function, "exec", dont_inherit=True), {"__name__": "__main__"})
    assert capsys.readouterr().out.strip()
    [wanted] = [name for name, facts in OPERATIONS.items() if facts.function == function]
    assert gateway.journal[-1].operation == wanted


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_is_told_whole(reference, operation):
    """Parameters, errors with their classes, the replay class, and the document's examples."""
    facts = OPERATIONS[operation]
    page = reference[f"reference/operations/{facts.function}.md"]
    for name in facts.fields:
        assert f"- `{name}` (" in page
    assert f"**Repeats** (`{facts.replay}`)" in page
    assert (
        "- **401** [`AuthenticationError`](../errors.md#runinfra_ext.errors.AuthenticationError)"
        in page
    )
    assert f"{facts.method} {facts.path}" in page
    assert EXAMPLES[facts.function] in page


def test_every_schema_can_be_looked_at(reference):
    """Each has a place, and each place that is linked is there."""
    page = reference["reference/document.md"]
    for name in DOCUMENT["components"]["schemas"]:
        assert f"{{ #{name.lower()} }}" in page
    for anchor in re.findall(r"\]\(#([^)]+)\)", page):
        assert f"{{ #{anchor} }}" in page


def test_types_are_linked():
    """Public names within a type lead to their places, the rest stays code."""
    links = docstrings.Links({"Timeout": "reference/runinfra_ext.md#t"})
    linked = "[`Timeout`](../reference/runinfra_ext.md#t)"
    assert links.annotation("float | Timeout | None") == f"`float |` {linked} `| None`"
    assert links.annotation("str | None") == "`str | None`"
    assert links.text("See :class:`~runinfra_ext.Timeout` and ``x``::") == f"See {linked} and `x`:"


def test_charts_are_of_the_benchmark_s_numbers():
    """A bar for each contender, as long as its number, told in words too."""
    result = json.loads((ROOT / "benchmarks/results.json").read_text("utf-8"))
    drawn = charts.charts(result)
    assert len(drawn) >= 5
    entry = {"work": "a < b", "unit": "µs", "numbers": {"openai": 200.0, "ext": 50.0}}
    [chart] = charts.charts({"rows": [{**entry, "work": charts.CHOSEN[0]}]})
    svg = ET.fromstring(chart).find("svg")
    widths = [float(rect.get("width")) for rect in svg.iter("rect")]
    assert widths == [105.0, 420.0]
    assert [text.text for text in svg.iter("text")] == ["this SDK", "50 µs", "openai", "200 µs"]
    assert "a &lt; b" in charts._chart(entry)


def test_dead_links_and_foreign_requests_are_found(tmp_path):
    """Whatever a browser would fetch from elsewhere, and whatever leads nowhere."""
    (tmp_path / "a").mkdir()
    (tmp_path / "index.html").write_text(
        '<p id="here"><a href="a/">a</a><a href="#here">h</a><a href="https://other.example/">o</a>'
        '<a href="b/">b</a><a href="a/#gone">g</a><script src="https://cdn.example/x.js"></script>'
        '<link rel="stylesheet" href="//fonts.example/f.css"><link rel="canonical" href="https://me.example/">'
        '<img src="a/x.png">'
    )
    (tmp_path / "a/index.html").write_text("<p>", "utf-8")
    (tmp_path / "s.css").write_text("@import url(https://cdn.example/f.css)", "utf-8")
    assert build_site.faults(tmp_path) == [
        "index.html: fetches https://cdn.example/x.js",
        "index.html: fetches //fonts.example/f.css",
        "index.html: b/ leads nowhere",
        "index.html: a/#gone has no such place",
        "s.css: fetches https://cdn.example/f.css",
    ]


def test_pages_are_gathered(tmp_path):
    """Every page of docs/ is in the navigation; links to the code lead to the repository."""
    gathered = gathering.Gathered(
        ROOT, tmp_path / "source", "https://repo.example", "https://site.example/"
    )
    navigation = gathered.gather()
    listed = gathering._listed(navigation, "", "")
    for path in (ROOT / "docs").rglob("*.md"):
        name = str(path.relative_to(ROOT / "docs"))
        assert any(f"]({name})" in line for line in listed), name
    for path in (tmp_path / "source").rglob("*.md"):
        text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
        assert re.findall(r"\]\(\.\./(?:runinfra_ext|examples|scripts)", text) == [], path
    (tmp_path / "built").mkdir()
    gathering.twins(tmp_path / "source", tmp_path / "built", navigation, "https://site.example/")
    index = (tmp_path / "built/llms.txt").read_text("utf-8")
    assert index.startswith("# RunInfra for Python\n")
    for address in re.findall(r"\]\(https://site\.example/([^)]+)\)", index):
        assert (tmp_path / "built" / address).is_file(), address
