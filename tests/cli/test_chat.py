"""`runinfra-ext chat`."""

from __future__ import annotations

import json
import signal

import pytest

from runinfra_ext.cli import chat
from tests.network.hostile import Hostile, answer, answering

MODEL = ("-m", "acme-chat-8b")
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def asked(gateway):
    """The bodies of the chats that the gateway was asked."""
    return [e.body for e in gateway.journal if e.path.endswith("/chat/completions")]


def test_one_question(cli, gateway):
    """Its answer alone is on stdout; tokens, cost and id are on stderr."""
    gateway.answer(text="Two.", usage={"prompt_tokens": 1_000_000, "completion_tokens": 500_000})
    ran = cli("chat", *MODEL, "Name", "one", "prime.")
    assert (ran.code, ran.out) == (0, "Two.\n")
    assert ran.err.startswith("1000000 tokens in, 500000 out, about $0.320000, ")
    assert ran.err.strip().endswith(gateway.journal[0].request_id)
    (body,) = asked(gateway)
    assert body["messages"] == [{"role": "user", "content": "Name one prime."}]
    assert body["stream"] is True


def test_a_cost_that_the_gateway_tells(cli, gateway):
    """It is believed, and nothing is asked for it."""
    gateway.answer(text="Two.", usage={"cost": 0.25})
    ran = cli("chat", *MODEL, "hi")
    assert ", $0.250000, " in ran.err
    assert len(gateway.journal) == 1


def test_a_model_without_a_price(cli, gateway):
    """Tokens only."""
    ran = cli("chat", "-m", "Qwen/Qwen3-32B", "hi")
    assert "$" not in ran.err
    assert " tokens in, " in ran.err


def test_stdin(cli, gateway):
    """Where no question is given, or '-'."""
    assert cli("chat", *MODEL, stdin=b"From a pipe.\n").code == 0
    assert cli("chat", *MODEL, "-", stdin="Grüße.\n".encode()).code == 0
    texts = [body["messages"][0]["content"] for body in asked(gateway)]
    assert texts == ["From a pipe.", "Grüße."]


def test_no_question(cli, gateway):
    """Nothing is sent."""
    ran = cli("chat", *MODEL)
    assert (ran.code, gateway.journal) == (2, [])
    assert ran.err == "error: give a question, as an argument or on stdin\n"


@pytest.mark.parametrize("command", [("chat", *MODEL), ("embed", "-m", "acme-embed-m")])
def test_stdin_that_is_no_text(cli, gateway, command):
    """Said before anything is sent; a mark of the order of bytes is left out."""
    ran = cli(*command, stdin=b"\xff\xfe\x00bin")
    assert (ran.code, gateway.journal) == (2, [])
    assert ran.err == "error: stdin: expected text in UTF-8: invalid start byte at byte 0\n"
    assert cli(*command, stdin=b"\xef\xbb\xbfhi\n").code == 0
    assert "\ufeff" not in str(gateway.journal[0].body)


def test_options(cli, gateway, tmp_path):
    """They reach the request."""
    (tmp_path / "dot.png").write_bytes(PNG)
    ran = cli(
        "chat", *MODEL, "--system", "Be brief.", "--image", str(tmp_path / "dot.png"),
        "--image", "https://pictures.example/a.png", "--max-tokens", "9", "--temperature", "0", "What?",
    )  # fmt: skip
    assert ran.code == 0
    (body,) = asked(gateway)
    assert (body["max_tokens"], body["temperature"]) == (9, 0)
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    text, first, second = body["messages"][1]["content"]
    assert text == {"type": "text", "text": "What?"}
    assert first["image_url"]["url"].startswith("data:image/png;base64,iVBOR")
    assert second["image_url"]["url"] == "https://pictures.example/a.png"


def test_a_picture_that_is_none(cli, gateway, tmp_path):
    """Before anything is sent."""
    path = tmp_path / "text.png"
    path.write_text("no picture")
    assert cli("chat", *MODEL, "--image", str(path), "What?").code == 2
    assert cli("chat", *MODEL, "--image", str(tmp_path / "none.png"), "What?").code == 7
    assert gateway.journal == []


def test_a_schema(cli, gateway, tmp_path):
    """The answer is JSON that fits."""
    path = tmp_path / "schema.json"
    path.write_text(
        json.dumps({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]})
    )
    gateway.answer(json={"n": 7})
    ran = cli("chat", *MODEL, "--schema", str(path), "A number.")
    assert (ran.code, json.loads(ran.out)) == (0, {"n": 7})
    assert asked(gateway)[0]["response_format"]["type"] == "json_schema"
    gateway.answer(text="seven")
    ran = cli("chat", *MODEL, "--schema", str(path), "A number.")
    assert (ran.code, ran.out) == (6, "")
    path.write_text("[1]")
    assert cli("chat", *MODEL, "--schema", str(path), "A number.").code == 2
    path.write_text("{")
    assert "it is no JSON" in cli("chat", *MODEL, "--schema", str(path), "A number.").err


def test_json(cli, gateway):
    """The whole completion, with its id and what it used."""
    ran = cli("chat", *MODEL, "--json", "hi")
    whole = json.loads(ran.out)
    assert whole["choices"][0]["message"]["content"] == "You said: hi"
    assert whole["request_id"] == gateway.journal[0].request_id
    assert whole["cli"]["estimated"] is True
    assert ran.err == ""


def test_history(cli, gateway, tmp_path):
    """A file to go on from; the system's words are replaced, not doubled."""
    path = tmp_path / "talk.json"
    assert cli("chat", *MODEL, "--history", str(path), "--system", "A.", "One.").code == 0
    assert cli("chat", *MODEL, "--history", str(path), "--system", "B.", "Two.").code == 0
    kept = json.loads(path.read_text())
    assert [one["content"] for one in kept] == [
        "B.", "One.", "You said: One.", "Two.", "You said: Two.",
    ]  # fmt: skip
    assert asked(gateway)[1]["messages"] == kept[:-1]
    gateway.script("500")
    before = path.read_text()
    assert cli("chat", *MODEL, "--history", str(path), "--max-retries", "0", "Three.").code == 1
    assert path.read_text() == before
    path.write_text('[{"role": "clown"}]')
    assert cli("chat", *MODEL, "--history", str(path), "Four.").code == 2
    path.write_text("no JSON")
    assert cli("chat", *MODEL, "--history", str(path), "Four.").code == 2


def test_a_stream_that_is_cut(cli, gateway):
    """What had come is there; it is an error all the same."""
    gateway.answer(text="one two three four five six")
    gateway.script("cut-stream:3")
    ran = cli("chat", *MODEL, "hi")
    assert ran.code in {5, 6}
    assert ran.out.startswith("one")
    assert ran.out.endswith("\n")
    assert ran.err.startswith("error: ")


def test_an_unusual_end(cli, gateway):
    """A cut by the limit of tokens is told, and a replay too."""
    gateway.answer(text="and so", finish_reason="length")
    assert "ended by length" in cli("chat", *MODEL, "hi").err


def test_no_price_is_no_trouble(cli):
    """The answer is there; what it cost is a nicety."""
    body = (
        b'{"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [],'
        b'"usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}}'
    )
    with Hostile(answering(answer(body), answer(b"", status="500 No"))) as server:
        ran = cli("chat", *MODEL, "--no-stream", "hi", "--base-url", server.base_url)
    assert (ran.code, ran.out) == (0, "\n")
    assert ran.err.startswith("1 tokens in, 2 out, ")


def test_no_usage(cli):
    """Nothing is made up."""
    body = b'{"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": []}'
    with Hostile(answering(answer(body))) as server:
        ran = cli("chat", *MODEL, "--no-stream", "hi", "--base-url", server.base_url)
    assert "tokens" not in ran.err


def test_a_conversation_in_this_process(cli, gateway, monkeypatch, tmp_path):
    """Typed on a terminal: it remembers, forgets when told, and ends when told."""
    lines = iter(["One.", "", "Two.", "/clear", "Three.", "/exit"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(lines))
    monkeypatch.setattr(chat, "is_typed", lambda: True)
    path = tmp_path / "talk.json"
    ran = cli("chat", *MODEL, "--system", "S.", "--history", str(path))
    assert ran.code == 0
    counts = [len(body["messages"]) for body in asked(gateway)]
    assert counts == [2, 4, 2]
    assert len(json.loads(path.read_text())) == 3


def test_a_conversation_on_a_terminal(terminal, gateway):
    """What is typed is asked, with what was said before; Ctrl-D ends it."""
    shown = terminal(
        "chat",
        *MODEL,
        typed=[("> ", "One.\n"), ("req_", ""), ("> ", "Two.\n"), ("req_", ""), ("> ", "\x04")],
    )
    assert shown.code == 0
    assert len(asked(gateway)[1]["messages"]) == 3
    assert "Ctrl-D ends it" in shown.text


@pytest.mark.parametrize("where", ["prompt", "stream"])
def test_ctrl_c(terminal, gateway, where, tmp_path):
    """It ends with 130, says nothing of Python, and leaves no file."""
    if where == "prompt":
        shown = terminal("chat", *MODEL, "--history", "talk.json", typed=[("> ", "\x03")])
    else:
        gateway.script("stall:3")
        gateway.answer(text="some words that never end", required=False)
        shown = terminal(
            "chat", *MODEL, "--history", "talk.json", "hi", signals=("some", signal.SIGINT)
        )
    assert shown.code == 130
    assert "Traceback" not in shown.text
    assert list(tmp_path.iterdir()) == []
