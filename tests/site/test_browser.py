"""The built site in a real browser: `make site` runs it after the build."""

from __future__ import annotations

import functools
import json
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from selenium.webdriver.support.ui import WebDriverWait

from tests.chromium import NEEDED, chromium

SITE = Path(__file__).resolve().parents[2] / "out/site"
pytestmark = [
    *NEEDED,
    pytest.mark.skipif(not (SITE / "index.html").exists(), reason="`make site` has not built it"),
]
PAGES = ["", "tutorial/", "performance/", "reference/operations/chat.completions.create/"]


class Quiet(SimpleHTTPRequestHandler):
    """Tells nobody of its requests."""

    def log_message(self, *_):
        """Nothing."""


@pytest.fixture(scope="module")
def base():
    """The site, on a port of this machine."""
    handler = functools.partial(Quiet, directory=str(SITE))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def driver():
    """One Chromium for all tests."""
    with chromium("performance") as made:
        yield made


def opened(driver, address, width, scheme):
    """Open a page, as a newcomer with this window and these colours."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    driver.get(address)
    driver.execute_script("localStorage.clear()")
    driver.get(address)
    ready = "return document.readyState === 'complete' && document.querySelector('.md-content h1')"
    WebDriverWait(driver, 60).until(lambda d: d.execute_script(ready))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("page", PAGES)
def test_it_fits_and_stays_at_home(driver, base, page, width, scheme):
    """No page is wider than its window, colours follow the reader's, nothing is fetched elsewhere."""
    driver.get_log("performance")
    driver.get_log("browser")
    opened(driver, base + page, width, scheme)
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    colours = driver.execute_script("return document.body.getAttribute('data-md-color-scheme')")
    assert colours == ("slate" if scheme == "dark" else "default")
    assert driver.get_log("browser") == []
    messages = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    asked = {
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    }
    assert asked
    assert [url for url in asked if not url.startswith((base, "data:", "blob:"))] == []


def test_it_can_be_searched(driver, base):
    """The index is the site's own, and finds a name of the reference."""
    opened(driver, base, 1280, "light")
    driver.execute_script(
        "const box = document.querySelector('input.md-search__input');"
        "document.querySelector('#__search').checked = true; box.focus(); box.value = 'RetryQuota';"
        "box.dispatchEvent(new Event('input', {bubbles: true}));"
        "box.dispatchEvent(new KeyboardEvent('keyup', {bubbles: true}));"
    )
    found = "return [...document.querySelectorAll('.md-search-result__link')].map(a => a.href)"
    WebDriverWait(driver, 60).until(lambda d: d.execute_script(found))
    assert any("/reference/" in address for address in driver.execute_script(found))


def test_charts_are_drawn(driver, base):
    """In the page itself, with a bar for this SDK in each."""
    opened(driver, f"{base}performance/", 1280, "light")
    counted = driver.execute_script(
        "return [document.querySelectorAll('.chart svg').length,"
        " document.querySelectorAll('.chart .ours rect').length]"
    )
    assert counted[0] == counted[1] >= 5
