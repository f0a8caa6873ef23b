"""The sandbox's page in a real browser: it follows what happens, by mouse and by keyboard."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import httpx
import pytest
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from runinfra_ext import RunInfra
from runinfra_ext.sandbox import Sandbox, Settings
from tests.chromium import NEEDED, chromium

pytestmark = NEEDED
MODEL = "acme-chat-8b"
NOON = 1_767_182_400.0  # of a day; the picture in the docs shows it
TOOL = {
    "type": "function",
    "function": {
        "name": "find_train",
        "parameters": {"type": "object", "properties": {"to": {"type": "string"}}},
    },
}


@pytest.fixture(scope="module")
def driver():
    """One Chromium for all tests."""
    with chromium() as made:
        yield made


class Window:
    """The page, in the browser."""

    def __init__(self, driver, gateway):
        self.driver, self.gateway = driver, gateway

    def open(self, width=1280, height=960, scheme="light"):
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": True}
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        self.driver.get(self.gateway.root_url)

    def find(self, selector):
        return self.driver.find_elements("css selector", selector)

    def text(self, selector):
        return [element.text for element in self.find(selector)]

    def until(self, condition):
        return WebDriverWait(self.driver, 20).until(lambda _: condition())

    def script(self, text):
        return self.driver.execute_script(f"return {text}")

    def press(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def tab_to(self, selector, limit=60):
        """Go on with the tabulator until an element has the focus."""
        for _ in range(limit):
            if self.script(f"document.activeElement.matches({selector!r})"):
                return
            self.press(Keys.TAB)
        pytest.fail(f"{selector} is not reached by keyboard")

    def picture(self, name):
        """Keep a picture of the page, where that is wanted."""
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
        data = base64.b64decode(shot["data"])
        assert data.startswith(b"\x89PNG")
        if folder := os.environ.get("SCREENSHOTS"):
            Path(folder, name).write_bytes(data)


@pytest.fixture
def window(driver):
    """The page of a fresh sandbox, on which nothing may go wrong."""
    ticks = iter(range(10_000))
    with Sandbox(settings=Settings(balance_cents=500), clock=lambda: NOON + next(ticks)) as gateway:
        yield Window(driver, gateway)
        driver.get("about:blank")  # it asks no more
        errors = [line for line in driver.get_log("browser") if line["level"] == "SEVERE"]
    assert errors == []


@pytest.fixture
def client(window):
    with RunInfra(api_key=window.gateway.api_key, base_url=window.gateway.base_url) as made:
        yield made


def ask(client, content, **options):
    messages = [{"role": "user", "content": content}]
    return client.chat.completions.create(model=MODEL, messages=messages, **options)


def work(client, gateway):
    """A little of everything, always alike."""
    ask(client, "Name one prime.", idempotency_key="order-1016")
    gateway.script("503", "lost")
    ask(client, "Count to five.", idempotency_key="order-1017")
    ask(client, "Count to ten.", stream=True, stream_options={"include_usage": True}).final()
    client.embeddings.create(model="acme-embed-m", input=["fox"], idempotency_key="fox-1")
    client.images.generate(model="acme-flux", prompt="fox", size="8x8", idempotency_key="fox-2")
    gateway.answer(tool_calls=[{"name": "find_train", "arguments": {"to": "Bergen"}}])
    ask(client, "I want to see Bergen.", tools=[TOOL], idempotency_key="trip-1")
    gateway.script("429", "cut-stream:3")
    gateway.answer(text="Take the 09:15.", match={"contains": "09:15"}, times=2)


def test_requests_come_as_they_happen(window, client):
    """New ones stand first; an open one stays open and keeps the focus while others come."""
    window.open()
    assert "No request yet" in window.text("#requests")[0]
    ask(client, "Name one prime.")
    window.until(lambda: len(window.find("#requests summary")) == 1)
    assert "Armed\n0" in window.text("#facts")[0]
    window.tab_to("#requests summary")
    window.press(Keys.ENTER)
    assert "Seven." in window.text("#requests pre")[1]
    first = window.gateway.journal[0].request_id
    ask(client, "Count to two.")
    window.until(lambda: len(window.find("#requests summary")) == 2)
    newest, oldest = window.find("#requests li")
    assert newest.find_element("css selector", "details").get_attribute("open") is None
    assert oldest.find_element("css selector", "details").get_attribute("open") is not None
    assert window.script("document.activeElement.closest('li').id") == first
    assert window.text("#count") == ["2 since the start"]


def test_it_can_be_paused(window, client):
    """Nothing moves until it goes on."""
    window.open()
    window.find("#pause")[0].click()
    assert window.find("#pause")[0].get_attribute("aria-pressed") == "true"
    before = window.script("document.getElementById('requests').innerHTML")
    ask(client, "Name one prime.")
    assert window.script("document.getElementById('requests').innerHTML") == before
    window.find("#pause")[0].click()
    window.until(lambda: len(window.find("#requests summary")) == 1)


def test_arming_by_keyboard(window, client):
    """A fault and an answer, without a mouse; what was done is said."""
    window.open()
    window.tab_to("aside .arm:nth-of-type(1) > summary")
    window.press(Keys.ENTER)
    window.tab_to("#fault")
    window.press("status")
    window.until(lambda: "answer with this status" in window.text("#fault-hint")[0])
    window.press(Keys.TAB, "503", Keys.ENTER)
    window.until(lambda: window.text("#message") == ["Armed status:503 for the next request."])
    window.until(lambda: "fault status:503" in window.text("#armed")[0])
    window.tab_to("aside .arm:nth-of-type(2) > summary")
    window.press(Keys.ENTER)
    window.tab_to("#content")
    window.press("A fox.")
    window.tab_to("form[action$=answer] button")
    window.press(Keys.ENTER)
    window.until(lambda: window.text("#message") == ["Dictated text."])
    assert window.script("document.getElementById('content').value") == ""
    chat = ask(client, "Hello")
    assert (chat.meta.attempts, chat.choices[0].message.content) == (2, "A fox.")
    window.until(lambda: "Nothing is armed" in window.text("#armed")[0])


def test_what_is_wrong_is_said(window):
    """And what was typed stays."""
    window.open()
    for summary in window.find("aside .arm > summary"):
        summary.click()
    window.script("document.getElementById('kind').value = 'scores'")
    window.find("#content")[0].send_keys("{")
    window.find("form[action$=answer] button")[0].click()
    window.until(lambda: "The answer is no JSON" in window.text("#message")[0])
    assert window.find("#message")[0].get_attribute("class") == "wrong"
    assert window.script("document.getElementById('content').value") == "{"
    # Chromium notes each refused request; this one was meant.
    [line] = window.driver.get_log("browser")
    assert "400" in line["message"]


def test_reset_and_disarm(window, client):
    """Each a button."""
    work(client, window.gateway)
    window.open()
    [disarm] = window.find("#armed button")
    disarm.click()
    window.until(lambda: "Nothing is armed" in window.text("#armed")[0])
    window.find("form[action$=reset] button")[0].click()
    window.until(lambda: "No request yet" in window.text("#requests")[0])
    assert window.gateway.journal == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_every_size_and_scheme(window, client, width, scheme):
    """Nothing is cut off, and everything has a name."""
    work(client, window.gateway)
    window.open(width, 960, scheme)
    for summary in window.find("aside .arm > summary, #requests li:nth-child(2) summary"):
        summary.click()
    assert window.script("document.documentElement.scrollWidth <= innerWidth")
    dark = window.script("getComputedStyle(document.body).backgroundColor") == "rgb(21, 24, 26)"
    assert dark == (scheme == "dark")
    unnamed = """[...document.querySelectorAll('input, select, textarea, button')].filter(
        (field) => field.tagName === 'BUTTON' ? !field.textContent : !field.labels.length
    ).length"""
    assert window.script(unnamed) == 0
    small = """[...document.querySelectorAll('button, summary, input, select, textarea')].filter(
        (field) => field.getBoundingClientRect().height < 24).length"""
    assert window.script(small) == 0
    assert window.script("document.querySelectorAll('h1').length") == 1
    window.picture(f"window-{width}-{scheme}.png" if width != 1280 else f"wide-{scheme}.png")


def test_the_picture_in_the_docs(window, client):
    """The page as docs/sandbox.md shows it: wide, with a request opened."""
    work(client, window.gateway)
    window.open(1280, 900)
    window.script("document.querySelector('#requests details').open = true")
    assert "find_train" in window.text("#requests pre")[1]
    window.picture("sandbox.png")


def test_without_scripts(window, client):
    """The page works by reloading it."""
    ask(client, "Name one prime.")
    window.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        window.open()
        window.find("aside .arm > summary")[0].click()
        window.find("form[action$=fault] button")[0].click()
        window.until(lambda: "fault ok" in window.text("#armed")[0])
        assert len(window.find("#requests summary")) == 1
    finally:
        window.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_a_sandbox_that_has_gone(window):
    """It is said, once."""
    window.open()
    window.gateway.stop()
    window.until(lambda: window.text("#message") == ["The sandbox does not answer any more."])
    window.driver.get("about:blank")
    window.driver.get_log("browser")  # of fetches that failed; these were meant


def test_the_page_is_served_to_the_browser(window):
    """What the test looks at is what the sandbox serves."""
    window.open()
    assert window.driver.title == "RunInfra sandbox"
    assert httpx.get(window.gateway.root_url).status_code == 200
