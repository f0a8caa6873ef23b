"""The sandbox's page as it is served: what it shows, hides and takes."""

from __future__ import annotations

import json
import re
from importlib import resources

import httpx
import pytest

from runinfra_ext.sandbox import Sandbox, Settings
from runinfra_ext.sandbox import rows as rows_module
from runinfra_ext.sandbox.redaction import HIDDEN, Redactor

MODEL = "acme-chat-8b"


@pytest.fixture
def page(gateway):
    """A browser without scripts: the page's client."""
    with httpx.Client(base_url=gateway.root_url) as client:
        yield client


def ask(client, content, **options):
    messages = [{"role": "user", "content": content}]
    return client.chat.completions.create(model=MODEL, messages=messages, **options)


def parts(html, name):
    """The inner HTML of an element that has no element of its own kind in it."""
    return re.search(rf'<(\w+) id="{name}"[^>]*>(.*?)</\1>', html, re.DOTALL)[2]


def rows(html):
    """What stands in the lines of the list, as text."""
    found = re.findall(r"<summary>(.*?)</summary>", parts(html, "requests"), re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in found]


def test_an_empty_page(page, gateway):
    """How to point a client here; nothing comes from elsewhere, and no script stands in it."""
    answer = page.get("/")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert f'base_url="{gateway.base_url}"' in answer.text
    links = re.findall(r'(?:src|href|action)="([^"]*)"', answer.text)
    assert {link.partition("/")[0] for link in links} == {"", "#requests", "data:,"}
    assert re.findall(r"<script[^>]*>([^<]*)</script>", answer.text) == [""]
    assert gateway.journal == []  # looking is no request


def test_files(page):
    """The style and the script; no other file."""
    for name, kind in (("window.css", "text/css"), ("window.js", "text/javascript")):
        answer = page.get(f"/sandbox/window/{name}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
        assert "://" not in answer.text
    for path in ("/sandbox/window/window.html", "/sandbox/window/../window.py", "/sandbox/window/"):
        assert page.get(path).status_code == 404


def test_requests(page, gateway, client):
    """The newest first, with what became of each."""
    gateway.configure(balance_cents=100)
    gateway.answer(text="dictated", usage={"total_tokens": 12_345})
    gateway.script("ok", "lost", "ok", "ok", "ok", "never-answer")
    ask(client, "Hello")
    ask(client, "Count to five.", idempotency_key="order-7")
    client.embeddings.create(model="acme-embed-m", input="fox")
    stream = ask(client, "Count to three.", stream=True, stream_options={"include_usage": True})
    stream.final()
    html = page.get("/").text
    lines = [re.sub(r"^\d\d:\d\d:\d\d ", "", line) for line in rows(html)]
    lines = [re.sub(r" key [0-9a-f]{8}-.*", "", line) for line in lines]
    assert lines == [
        "chat.completions.create acme-chat-8b status 200 tokens 6 charged 1 ¢",
        "embeddings.create acme-embed-m status 200 tokens 1 charged 1 ¢",
        "chat.completions.create acme-chat-8b replayed status 200 tokens 8 key order-7",
        "chat.completions.create acme-chat-8b fault: lost status none tokens 8 charged 1 ¢ key order-7",
        "chat.completions.create acme-chat-8b dictated status 200 tokens 12,345 charged 1 ¢",
    ]
    assert "5 since the start" in html
    facts = re.sub(r"<[^>]*>", " ", re.search(r'id="facts">(.*?)</dl>', html)[1]).split()
    assert " ".join(facts) == ("Requests 5 Charged 4 cents Credit left 96 cents At work 0 Armed 1")
    assert "chat.completions.create × 3" in parts(html, "ledger")
    assert "fault <code>never-answer</code>" in parts(html, "armed")
    assert "6 events, the first of them:" in html
    assert "&quot;content&quot;:&quot; two&quot;" in html


def test_refused_requests(page, gateway, client):
    """They are shown as well: unknown routes, wrong keys, bodies that break the document."""
    httpx.get(gateway.base_url + "/nowhere")
    httpx.get(gateway.base_url + "/models", headers={"authorization": "Bearer nobody"})
    headers = {"authorization": f"Bearer {gateway.api_key}"}
    httpx.post(gateway.base_url + "/embeddings", json={"model": 5}, headers=headers)
    html = page.get("/").text
    assert [line.partition(" ")[2] for line in rows(html)] == [
        "embeddings.create status 400",
        "models.list status 401",
        "GET /v1/nowhere status 404",
    ]
    assert 'class="problem"' in html


def test_nothing_secret_and_nothing_alive(page, gateway, client):
    """No key is shown, and what a request says is text."""
    evil = '</pre><script>alert(1)</script>"><img src=x onerror=alert(2)>'
    key = gateway.api_key
    ask(client, f"{evil} {key} sk-abcdefgh12345678", idempotency_key="<b>bold</b>")
    ask(client, f"Say: {key} <i>", stream=True).final()
    httpx.post(f"{gateway.base_url}/<u>?key={key}", headers={"x-secret-token": "hidden-value"})
    gateway.answer(text=evil, match={"contains": evil, "model": "<s>"})
    gateway.script("redirect:<q>")
    html = page.get("/").text
    assert [text for text in (key, "sk-abc", "hidden-value", "Bearer") if text in html] == []
    for tag in ("<script>", "<img", "<b>bold", "<i>", "<u>", "<s>", "<q>"):
        assert tag not in html
    assert html.count("[redacted]") >= 3


def test_long_values_are_shortened(page, gateway, client):
    """A page stays a page, whatever is sent."""
    ask(client, "Say: " + "x" * 50_000)
    client.embeddings.create(model="acme-embed-m", input=[f"text {n}" * 99 for n in range(60)])
    html = page.get("/").text
    assert "… (50,005 letters)" in html
    assert "… and more" in html
    assert len(html) < 60_000


def test_halves_of_letters(tmp_path):
    """A gateway's events may be cut in the middle of an emoji; the page shows the rest."""
    asked = {"password": "\ud83d secret", "say": "\ud83d half"}
    line = {
        "request": {"method": "POST", "path": "/nothing", "body": {**asked, "password": HIDDEN}},
        "answer": {"status": 200, "headers": {"content-type": "application/json"}, "json": asked},
    }
    file = tmp_path / "halves.jsonl"
    file.write_text(json.dumps(line) + "\n", "utf-8")
    with Sandbox(replay=file) as player, httpx.Client(base_url=player.root_url) as page:
        answer = page.post("/v1/nothing", content=json.dumps(asked))
        assert (answer.status_code, answer.json()) == (200, asked)
        assert "? half" in page.get("/").text
        assert page.get("/sandbox/window/live").status_code == 200


def test_a_key_at_the_end_of_what_is_shown(page, gateway, client):
    """Neither a whole one nor a part of it."""
    key = "rp_live_" + "k" * 56
    for size in (350, 390, 1370, 1395):
        ask(client, "Say: " + "x " * (size // 2) + key + " y" * 2000)
    assert "rp_live_k" not in page.get("/").text


def test_large_requests_cost_little(page, gateway, client, monkeypatch):
    """What is not shown is not looked through, and what has not changed is not made anew."""
    looked = []

    class Counting(Redactor):
        def text(self, text):
            looked.append(len(text))
            return super().text(text)

    monkeypatch.setattr(rows_module, "_redactor", Counting())
    texts = ["some words here " * 10] * 2000
    client.embeddings.create(model="acme-embed-m", input=texts)
    first = page.get("/").text
    assert sum(looked) < 200_000
    looked.clear()
    assert page.get("/").text == first
    assert looked == []


def test_what_changes(page, gateway, client):
    """Once more only if something has changed since."""
    first = page.get("/sandbox/window/live")
    tag = {"if-none-match": first.headers["etag"]}
    assert page.get("/sandbox/window/live", headers=tag).status_code == 304
    ask(client, "Hello")
    second = page.get("/sandbox/window/live", headers=tag)
    assert second.status_code == 200
    assert len(rows(second.text)) == 1


def test_only_the_last_are_shown(page, gateway):
    """A long run does not make a long page."""
    with httpx.Client(base_url=gateway.base_url) as http:
        for _ in range(103):
            http.get("/nowhere")
    html = page.get("/").text
    assert len(rows(html)) == 100
    assert "103 since the start, the last 100 are shown" in html


@pytest.mark.parametrize(
    ("form", "fields", "message"),
    [
        (
            "fault",
            {"fault": "503", "argument": "", "times": "2"},
            "Armed 503 for the next 2 requests.",
        ),
        ("fault", {"fault": "ok", "times": "1"}, "Armed ok for the next request."),
        ("fault", {"fault": "truncate", "argument": "3"}, "Armed truncate:3 for the next request."),
        ("answer", {"kind": "text", "content": "hi", "times": "1", "model": ""}, "Dictated text."),
        (
            "answer",
            {"kind": "tool_calls", "content": '[{"name": "add"}]', "times": "2", "contains": "x"},
            "Dictated tool_calls for the next 2 requests that fit.",
        ),
        ("clear", {}, "Nothing is armed any more."),
        ("reset", {}, "The sandbox has forgotten all that happened."),
    ],
)
def test_forms(page, gateway, form, fields, message):
    """With a script they say what happened; without one they lead back to the page."""
    answer = page.post(
        f"/sandbox/window/{form}", data=fields, headers={"accept": "application/json"}
    )
    assert (answer.status_code, answer.json()) == (200, {"message": message})
    answer = page.post(f"/sandbox/window/{form}", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert len(gateway.state.script) == {"503": 4, "ok": 2, "truncate": 2}.get(
        fields.get("fault"), 0
    )
    assert len(gateway.state.answers) == (2 if form == "answer" else 0)
    assert gateway.unused_answers == []  # no test has set them


def test_what_is_armed_happens(page, client):
    """In its order, and then it is no longer armed."""
    page.post("/sandbox/window/fault", data={"fault": "status", "argument": "503", "times": "1"})
    order = {
        "kind": "text",
        "content": "A fox.",
        "times": "1",
        "contains": "Bergen",
        "model": MODEL,
    }
    page.post("/sandbox/window/answer", data=order)
    armed = parts(page.get("/").text, "armed")
    assert "status:503" in armed
    assert f"text: &#x27;A fox.&#x27;<small>model {MODEL}, contains Bergen</small>" in armed
    chat = ask(client, "Bergen?")
    assert (chat.meta.attempts, chat.choices[0].message.content) == (2, "A fox.")
    assert "Nothing is armed" in parts(page.get("/").text, "armed")


@pytest.mark.parametrize(
    ("form", "fields", "message"),
    [
        ("fault", {"fault": "thunder"}, "No such fault: thunder."),
        ("fault", {}, "expected the name of a fault"),
        ("fault", {"fault": "ok", "argument": "5"}, "No such fault: ok."),
        ("fault", {"fault": "503", "times": "0"}, "Times: expected 1 to 100, got &#x27;0&#x27;"),
        ("answer", {"kind": "json", "content": "{"}, "The answer is no JSON: "),
        ("answer", {"kind": "scores", "content": "{}"}, "scores: expected a list of numbers"),
        ("answer", {"kind": "colour", "content": "1"}, "unexpected keyword argument"),
        ("answer", {"kind": "text", "content": "a", "times": "x"}, "Times: expected 1 to 100"),
    ],
)
def test_forms_that_make_no_sense(page, gateway, form, fields, message):
    """The page comes back and says what is wrong; nothing is armed."""
    answer = page.post(f"/sandbox/window/{form}", data=fields)
    assert answer.status_code == 400
    assert message in parts(answer.text, "message")
    assert (len(gateway.state.script), gateway.state.answers) == (0, [])


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-origin", "host": "evil.example"},
        {"origin": "http://[", "host": "127.0.0.1"},
        {"origin": "http://127.0.0.1", "host": "[::1"},
    ],
)
def test_other_sites_arm_nothing(page, gateway, headers):
    """A page of another site, or one whose name points here, can't reach the sandbox."""
    for path in ("/sandbox/window/reset", "/sandbox/reset"):
        assert page.post(path, headers=headers).status_code == 403
    read = {**headers, "origin": "https://evil.example"}
    for path in ("/", "/sandbox/journal"):
        assert page.get(path, headers=read).status_code == 403


def test_browsers_of_this_machine_may(page, gateway):
    """A person who types the address or follows a link, and the page itself."""
    host = gateway.root_url.removeprefix("http://")
    assert page.get("/", headers={"sec-fetch-site": "none"}).status_code == 200
    assert page.get("/", headers={"sec-fetch-site": "cross-site"}).status_code == 200
    own = {"origin": gateway.root_url, "sec-fetch-site": "same-origin"}
    assert page.post("/sandbox/window/reset", headers=own).status_code == 303
    other = {"host": host.replace("127.0.0.1", "box.localhost"), "sec-fetch-site": "none"}
    assert page.get("/", headers=other).status_code == 200


def test_it_says_what_is_taped(gateway, tmp_path):
    """While it records or replays."""
    file = tmp_path / "tape.jsonl"
    with Sandbox(record=file, upstream=gateway.base_url) as recorder:
        headers = {"authorization": f"Bearer {gateway.api_key}"}
        body = {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}]}
        httpx.post(f"{recorder.base_url}/chat/completions", json=body, headers=headers)
        html = httpx.get(recorder.root_url).text
        assert "records 127.0.0.1 to tape.jsonl" in html
        assert "chat.completions.create acme-chat-8b status 200 tokens" in rows(html)[0]
    with Sandbox(replay=file, settings=Settings(plan="enterprise")) as player:
        html = httpx.get(player.root_url).text
        assert "replays tape.jsonl" in html
        assert "enterprise" in parts(html, "limits")


def luminance(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_are_readable(scheme):
    """At least 4.5 to 1 for every text on every ground, as WCAG's level AA wants."""
    style = resources.files("runinfra_ext.sandbox").joinpath("pages/window.css").read_text("utf-8")
    block = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[scheme]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
    pairs = [
        (text, ground)
        for text in ("text", "quiet", "accent", "good", "warn", "bad")
        for ground in ("ground", "card", "soft")
    ]
    for text, ground in [*pairs, ("on-accent", "accent")]:
        values = sorted(luminance(colours[name]) for name in (text, ground))
        contrast = (values[1] + 0.05) / (values[0] + 0.05)
        assert contrast >= 4.5, (text, ground, contrast)
