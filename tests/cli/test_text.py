"""`runinfra-ext respond`, `embed` and `rerank`."""

from __future__ import annotations

import json

import pytest

CHAT, EMBED, RERANK = ("-m", "acme-chat-8b"), ("-m", "acme-embed-m"), ("-m", "acme-rerank")


def bodies(gateway):
    return [entry.body for entry in gateway.journal if entry.method == "POST"]


def test_respond(cli, gateway):
    """Streamed; what it used is told aside."""
    gateway.answer(text="Two.")
    ran = cli("respond", *CHAT, "--instructions", "Be brief.", "--max-tokens", "50",
              "Name", "a", "prime.")  # fmt: skip
    assert (ran.code, ran.out) == (0, "Two.\n")
    assert " tokens in, 1 out, about $" in ran.err
    (body,) = bodies(gateway)
    assert body["stream"] is True
    assert (body["input"], body["instructions"]) == ("Name a prime.", "Be brief.")
    assert body["max_output_tokens"] == 50


def test_respond_whole(cli, gateway):
    """From stdin, not streamed, and as JSON."""
    assert cli("respond", *CHAT, "--no-stream", stdin=b"hi\n").out == "You said: hi\n"
    whole = json.loads(cli("respond", *CHAT, "--json", "hi").out)
    assert whole["object"] == "response"
    assert whole["cli"]["input_tokens"] == 1
    assert [body.get("stream") for body in bodies(gateway)] == [None, None]


def test_respond_with_a_schema(cli, gateway, tmp_path):
    """An object."""
    path = tmp_path / "schema.json"
    path.write_text('{"type": "object", "properties": {"n": {"type": "integer"}}}')
    gateway.answer(json={"n": 7})
    assert json.loads(cli("respond", *CHAT, "--schema", str(path), "A number.").out) == {"n": 7}
    gateway.answer(json={"n": 8})
    ran = cli("respond", *CHAT, "--json", "--schema", str(path), "A number.")
    assert json.loads(ran.out)["output_text"] == '{"n": 8}'


def test_respond_cut_short(cli, gateway):
    """It is told."""
    gateway.answer(text="and so", finish_reason="length")
    assert "the answer is incomplete" in cli("respond", *CHAT, "hi").err


def test_embed(cli, gateway):
    """A JSON object for each text."""
    ran = cli("embed", *EMBED, "red fox", "blue whale", "--dimensions", "8")
    rows = [json.loads(line) for line in ran.out.splitlines()]
    assert [(row["index"], row["text"], len(row["embedding"])) for row in rows] == [
        (0, "red fox", 8),
        (1, "blue whale", 8),
    ]
    assert ran.err == "2 texts, 4 tokens in\n"


def test_embed_many(cli, gateway, tmp_path):
    """Lines of stdin, in requests of 128; the file is there when all of it is."""
    path = tmp_path / "vectors.jsonl"
    text = "\n".join(f"text {number}" for number in range(130)).encode()
    ran = cli("embed", *EMBED, "-o", str(path), "--dimensions", "2", stdin=text + b"\n\n")
    assert (ran.code, ran.out) == (0, "")
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [row["index"] for row in rows] == list(range(130))
    assert [len(body["input"]) for body in bodies(gateway)] == [128, 2]
    gateway.script("ok", "500")
    path.unlink()
    ran = cli("embed", *EMBED, "-o", str(path), "--max-retries", "0", stdin=text)
    assert (ran.code, list(tmp_path.iterdir())) == (1, [])


def test_lines_of_stdin(cli, gateway):
    """They end where lines end, and nowhere within a text."""
    ran = cli(
        "embed", "-m", "acme-embed-m", "--json", stdin="a\u2028b\u0085\r\n\nc\x0bd\re".encode()
    )
    texts = ["a\u2028b\u0085", "c\x0bd", "e"]
    assert [json.loads(line)["text"] for line in ran.out.split("\n")[:-1]] == texts
    assert gateway.journal[-1].body["input"] == texts


@pytest.mark.parametrize("command", ["chat", "respond"])
def test_a_blank_question(cli, gateway, command):
    """It is none, and is not paid for."""
    ran = cli(command, "-m", "acme-chat-8b", " ")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "give a" in ran.err
    assert gateway.journal == []


def test_rerank(cli):
    """The best first."""
    texts = ["Our office is in Oslo.", "Refunds take five days."]
    ran = cli("rerank", *RERANK, "how long do refunds take", *texts)
    rows = [line.split("\t") for line in ran.out.splitlines()]
    assert [row[1:] for row in rows] == [["1", texts[1]], ["0", texts[0]]]
    assert float(rows[0][0]) > float(rows[1][0])
    stdin = "\n".join(texts).encode()
    assert len(cli("rerank", *RERANK, "refunds", "--top", "1", stdin=stdin).out.splitlines()) == 1
    whole = json.loads(cli("rerank", *RERANK, "--json", "refunds", *texts).out)
    assert whole["document_count"] == 2


@pytest.mark.parametrize(
    "command", [("embed", *EMBED), ("rerank", *RERANK, "refunds"), ("respond", *CHAT)]
)
def test_nothing_given(cli, gateway, command):
    """Nothing is sent."""
    ran = cli(*command)
    assert (ran.code, gateway.journal) == (2, [])
    assert ran.err.startswith("error: give ")


def test_on_a_terminal(terminal):
    """Streamed text, and tables."""
    shown = terminal("respond", *CHAT, "hello")
    assert (shown.code, "You said: hello\n" in shown.text) == (0, True)
    shown = terminal("embed", *EMBED, "red fox")
    assert shown.text.splitlines()[0].split() == ["index", "dimensions", "vector", "text"]
    assert "…" in shown.text
    shown = terminal("rerank", *RERANK, "refunds", "Oslo", "Refunds take five days.")
    assert shown.text.splitlines()[2].endswith("Refunds take five days.")
