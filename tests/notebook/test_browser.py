"""The executed notebook in a real browser, as nbconvert renders it."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest

from tests.chromium import NEEDED, chromium

pytestmark = NEEDED

# Of what is wider than its cell, and of pictures without a size.
_WRONG = """
return [...document.querySelectorAll('.jp-OutputArea-output')].filter(
    (one) => one.scrollWidth > one.clientWidth + 1 || one.clientHeight < 10
).map((one) => one.innerText).concat(
    [...document.querySelectorAll('.jp-OutputArea img')].filter((one) => one.naturalWidth < 16)
        .map((one) => one.src.slice(0, 40))
)"""


@pytest.fixture(scope="module")
def page(executed, tmp_path_factory):
    """The notebook as a page without anything from elsewhere."""
    from nbconvert import HTMLExporter

    body, _ = HTMLExporter(mathjax_url="", require_js_url="", jquery_url="").from_notebook_node(
        nbformat.read(executed, as_version=4)
    )
    path = tmp_path_factory.mktemp("page") / "tour.html"
    path.write_text(body, "utf-8")
    with chromium() as driver:
        driver.set_window_size(900, 3200)
        driver.get(path.as_uri())
        if where := os.environ.get("SCREENSHOTS"):
            Path(where).mkdir(parents=True, exist_ok=True)
            driver.save_screenshot(f"{where}/notebook.png")
        yield driver


def test_it_is_as_it_shall_look(page):
    """Tables, pictures and players are drawn, and nothing is cut."""
    count = lambda selector: len(page.find_elements("css selector", f".jp-OutputArea {selector}"))
    assert page.execute_script(_WRONG) == []
    assert count("table") >= 6
    assert count("audio[controls]") == 1
    assert count("img[src^='data:image/png']") == 1
    assert count("progress") == 2
    assert count("strong") >= 1
    full = "return [...document.querySelectorAll('progress')].map((one) => one.value / one.max)"
    assert page.execute_script(full) == [1, 1]
    assert page.execute_script("return document.querySelector('audio').duration") > 0.3
