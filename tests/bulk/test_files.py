"""`client.bulk.run` and what can be done with its journal: files in, files out."""

from __future__ import annotations

import csv
import gzip
import json
import os
import sys
from datetime import date
from decimal import Decimal

import pytest

from runinfra_ext import ConfigurationError, InvalidRequestError, JournalError, RunInfra
from runinfra_ext.bulk import export, status
from runinfra_ext.sandbox import Sandbox
from tests.bulk.jobs import CHAT, EMBED, charges

pq = pytest.importorskip("pyarrow.parquet")
pa = pytest.importorskip("pyarrow")

TEMPLATE = {"model": CHAT, "messages": [{"role": "user", "content": "Say {n}, {{please}}."}]}


def request(number, **changes):
    """A line of a batch."""
    return {
        "custom_id": f"request-{number}",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {"model": CHAT, "messages": [{"role": "user", "content": f"Say {number}."}]},
        **changes,
    }


def write_lines(path, rows):
    """A file of JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def read_lines(path):
    """Its rows."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def run(both, source, output, **options):
    """Run a job of a file with either client."""

    async def scenario():
        async with both.client() as client:
            return await client.bulk.run(source, output=output, **options)

    return both.run(scenario)


def test_a_batch_of_openais_format(both, gateway, tmp_path):
    """Each line has its answer, in the order of the input, whatever its operation."""
    embedding = {"model": EMBED, "input": "a text"}
    rows = [
        request(0),
        request(1, url="/v1/embeddings", body=embedding),
        request(2, url="/v1/responses", body={"model": CHAT, "input": "Say 2."}),
        request(3, body={"model": "no-such-model", "messages": request(3)["body"]["messages"]}),
        request(4, body={**request(4)["body"], "stream": False}),
    ]
    source = write_lines(tmp_path / "requests.jsonl", rows)
    account = run(both, source, tmp_path / "results.jsonl", max_concurrency=1)
    assert (account.done, account.failed, account.total) == (4, 1, 5)
    found = read_lines(tmp_path / "results.jsonl")
    assert [line["custom_id"] for line in found] == [row["custom_id"] for row in rows]
    assert [line["response"]["status_code"] for line in found] == [200, 200, 200, 404, 200]
    assert [line["error"] is None for line in found] == [True, True, True, False, True]
    assert set(found[0]) == {"id", "custom_id", "response", "error"}
    assert "0" in found[0]["response"]["body"]["choices"][0]["message"]["content"]
    assert found[1]["response"]["body"]["data"][0]["embedding"]
    assert found[3]["error"]["code"] == "model_not_found"
    assert found[3]["response"]["body"]["error"]["code"] == "model_not_found"
    assert found[0]["response"]["request_id"].startswith("req_")
    again = run(both, source, tmp_path / "results.jsonl")
    assert (again.resumed, len(gateway.journal)) == (5, 5)
    assert read_lines(tmp_path / "results.jsonl") == found


def test_a_member_that_the_document_does_not_know(both, gateway, tmp_path):
    """It travels all the same, as the engine may know it."""
    gateway.configure(unknown_fields="ignore")
    body = {**request(0)["body"], "guided_regex": "[0-9]+"}
    source = write_lines(tmp_path / "in.jsonl", [request(0, body=body)])
    run(both, source, tmp_path / "out.jsonl")
    assert gateway.journal[0].body["guided_regex"] == "[0-9]+"


test_a_member_that_the_document_does_not_know = pytest.mark.sends_invalid(
    "a member of an engine's"
)(test_a_member_that_the_document_does_not_know)

BAD_LINES = [
    ('{"custom_id": "x", "url"', "line 2: no JSON"),
    ("[1]", "line 2: expected an object"),
    (json.dumps({"url": "/v1/embeddings"}), "line 2: custom_id: expected a non-blank string"),
    (json.dumps(request(0)), "line 2: 'request-0' is the key of line 1 already"),
    (json.dumps(request(1, url="/v1/files")), "line 2: url: expected one of /v1/"),
    (json.dumps(request(1, method="GET")), "line 2: method: expected 'POST'"),
    (json.dumps(request(1, body=[])), "line 2: body: expected an object"),
    (json.dumps(request(1, body={"stream": True})), "line 2: body.stream: a bulk job reads whole"),
    (json.dumps(request(1, more=1)), "line 2: more: no member of a batch request"),
]


@pytest.mark.parametrize(("text", "message"), BAD_LINES)
def test_bad_lines(client: RunInfra, gateway, tmp_path, text, message):
    """Told with the line before anything is sent."""
    source = tmp_path / "requests.jsonl"
    source.write_text(json.dumps(request(0)) + "\n" + text + "\n" + json.dumps(request(9)) + "\n")
    with pytest.raises(InvalidRequestError, match="nothing was sent") as caught:
        client.bulk.run(source, output=tmp_path / "results.jsonl")
    assert message in caught.value.message
    assert len(gateway.journal) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["requests.jsonl"]


def test_a_torn_last_line(client: RunInfra, gateway, tmp_path):
    """A file that was not written to its end is told as what it is."""
    source = tmp_path / "requests.jsonl"
    source.write_text(json.dumps(request(0)) + "\n" + json.dumps(request(1))[:40])
    with pytest.raises(InvalidRequestError, match="line 2: the file ends in the middle of it"):
        client.bulk.run(source, output=tmp_path / "results.jsonl")
    assert len(gateway.journal) == 0


def test_bad_lines_are_recorded(both, gateway, tmp_path):
    """With on_bad_row="record" the others are done, and these stand in the output."""
    source = tmp_path / "requests.jsonl"
    lines = [json.dumps(request(0)), "no", json.dumps(request(0)), json.dumps(request(3))]
    source.write_text("\n".join(lines) + '\n{"custom')
    account = run(both, source, tmp_path / "results.jsonl", on_bad_row="record")
    assert (account.done, account.bad) == (2, 3)
    found = read_lines(tmp_path / "results.jsonl")
    assert [line["response"] is not None for line in found] == [True, False, False, True, False]
    assert "line 2: no JSON" in found[1]["error"]["message"]
    assert found[2]["custom_id"] == "request-0"
    assert status(tmp_path / "results.jsonl.journal").errors == {"InvalidRequestError": 3}


def test_csv(both, gateway, tmp_path):
    """A table fills a template, and the answers are a table."""
    source = tmp_path / "rows.csv"
    source.write_text('id,n\na,1\nb,"2\n2"\nc,3\n', "utf-8-sig")
    account = run(both, source, tmp_path / "out.csv", request=TEMPLATE, key="id")
    assert account.done == 3
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["key"] for row in rows] == ["a", "b", "c"]
    assert [row["ok"] for row in rows] == ["True"] * 3
    assert all(row["text"] for row in rows)
    said = {entry.body["messages"][0]["content"] for entry in gateway.journal}
    assert said == {"Say 1, {please}.", "Say 2\n2, {please}.", "Say 3, {please}."}


def test_parquet(both, gateway, tmp_path):
    """Texts of a Parquet file in, vectors in a Parquet file out; a value keeps its type."""
    table = pa.table({"n": [1, 2, 3], "text": ["one", "two", "three"], "size": [8, 8, 8]})
    pq.write_table(table, tmp_path / "rows.parquet")
    template = {"model": EMBED, "input": "{text}", "dimensions": "{size}"}
    run(
        both,
        tmp_path / "rows.parquet",
        tmp_path / "out.parquet",
        request=template,
        operation="embeddings.create",
        key="n",
    )
    found = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert [row["key"] for row in found] == ["1", "2", "3"]
    assert [len(row["embedding"]) for row in found] == [8, 8, 8]
    assert gateway.journal[0].body["dimensions"] == 8
    assert export(tmp_path / "out.parquet.journal", tmp_path / "out.csv") == 3
    with (tmp_path / "out.csv").open(newline="") as file:
        vectors = [json.loads(row["embedding"]) for row in csv.DictReader(file)]
    assert vectors == [row["embedding"] for row in found]


def test_values_that_json_does_not_have(client: RunInfra, gateway, tmp_path):
    """Dates and decimals are their texts, lists JSON; missing numbers and bytes are bad rows."""
    table = pa.table(
        {
            "day": [date(2026, 1, day) for day in (1, 2, 3)],
            "price": [Decimal("1.50")] * 3,
            "tags": [["a", "é"]] * 3,
            "size": [1.5, float("nan"), 2.0],
            "raw": [b"x", b"x", b"x"],
        }
    )
    pq.write_table(table, tmp_path / "rows.parquet")
    messages = [{"role": "user", "content": "{day} {price} {tags} {{day}} {size}"}]
    template = {"model": CHAT, "user": "{day}", "messages": messages}
    account = client.bulk.run(
        tmp_path / "rows.parquet",
        output=tmp_path / "out.jsonl",
        request=template,
        on_bad_row="record",
    )
    assert (account.done, account.bad) == (2, 1)
    said = {entry.body["user"]: entry.body["messages"][0]["content"] for entry in gateway.journal}
    assert said["2026-01-03"] == '2026-01-03 1.50 ["a", "é"] {day} 2.0'
    found = read_lines(tmp_path / "out.jsonl")
    assert "line 2: column 'size' has no value" in found[1]["error"]["message"]
    with pytest.raises(InvalidRequestError, match="line 1: column 'raw' has bytes: expected"):
        client.bulk.run(
            tmp_path / "rows.parquet",
            output=tmp_path / "more.jsonl",
            request={**template, "user": "{raw}"},
        )


def test_a_document_in_a_csv_file(client: RunInfra, gateway, tmp_path):
    """Larger than csv takes at first; its limit is for others as it was."""
    limit = csv.field_size_limit()
    (tmp_path / "rows.csv").write_text('n\n"' + "word " * 40_000 + '"\n')
    account = client.bulk.run(tmp_path / "rows.csv", output=tmp_path / "o.csv", request=TEMPLATE)
    assert account.done == 1
    assert len(gateway.journal[0].body["messages"][0]["content"]) > 200_000
    assert csv.field_size_limit() == limit


@pytest.mark.parametrize("encoded", ["\ufeff{}\r\n\r\n{}\r\n", "{}\n{}"])
def test_files_of_other_systems(client: RunInfra, tmp_path, encoded):
    """A byte order mark, CRLF, blank lines, no end of line at the end."""
    source = tmp_path / "requests.jsonl"
    source.write_bytes(encoded.format(json.dumps(request(0)), json.dumps(request(1))).encode())
    client.bulk.run(source, output=tmp_path / "out.jsonl")
    assert [line["custom_id"] for line in read_lines(tmp_path / "out.jsonl")] == [
        "request-0",
        "request-1",
    ]


def test_a_key_that_no_file_takes(client: RunInfra, gateway, tmp_path):
    """Half of a surrogate pair is told before anything is sent."""
    source = write_lines(tmp_path / "requests.jsonl", [request(0, custom_id="\ud800")])
    with pytest.raises(InvalidRequestError, match="line 1: custom_id: expected a non-blank string"):
        client.bulk.run(source, output=tmp_path / "out.jsonl")
    source = write_lines(tmp_path / "rows.jsonl", [{"n": "\ud800"}])
    with pytest.raises(InvalidRequestError, match="line 1: n: expected a key of the row"):
        client.bulk.run(source, output=tmp_path / "out.jsonl", request=TEMPLATE, key="n")
    with pytest.raises(InvalidRequestError, match="key: expected a non-blank string or a whole"):
        list(client.bulk.map(["\ud800"], lambda _: request(0)["body"], key=str))
    assert len(gateway.journal) == 0


def test_retry(both, gateway, tmp_path):
    """All that a second try needs is in the journal."""
    gateway.script("400")
    source = write_lines(tmp_path / "rows.jsonl", [{"n": number} for number in range(4)])
    run(both, source, tmp_path / "out.jsonl", request=TEMPLATE, max_concurrency=1)
    before = status(tmp_path / "out.jsonl.journal")
    assert before.errors == {"BadRequestError": 1}
    assert (before.operation, before.account.total, before.account.stopped) == (
        "chat.completions.create",
        4,
        None,
    )

    async def scenario():
        async with both.client() as client:
            return await client.bulk.retry(tmp_path / "out.jsonl.journal")

    account = both.run(scenario)
    assert (account.done, account.failed, account.resumed) == (4, 0, 3)
    assert all(line["error"] is None for line in read_lines(tmp_path / "out.jsonl"))
    assert len(charges(gateway)) == 4


def test_an_output_of_somebody_elses(client: RunInfra, gateway, tmp_path):
    """What this journal did not write is not replaced, and nothing is sent."""
    source = write_lines(tmp_path / "requests.jsonl", [request(0)])
    output = tmp_path / "results.jsonl"
    output.write_text("precious")
    with pytest.raises(JournalError, match="exists, and is not what was written"):
        client.bulk.run(source, output=output)
    assert (output.read_text(), len(gateway.journal)) == ("precious", 0)
    output.unlink()
    client.bulk.run(source, output=output)
    output.write_text(output.read_text() + "more")
    with pytest.raises(JournalError, match="Move it away, or give another output"):
        client.bulk.run(source, output=output)
    with pytest.raises(JournalError, match="exists"):
        export(tmp_path / "results.jsonl.journal", output)


def test_a_changed_template_is_another_job(client: RunInfra, tmp_path):
    """The journal's job had another template: told, and nothing mixed."""
    source = write_lines(tmp_path / "rows.jsonl", [{"n": 1}])
    client.bulk.run(source, output=tmp_path / "out.jsonl", request=TEMPLATE)
    other = {**TEMPLATE, "model": "Qwen/Qwen3-32B"}
    with pytest.raises(JournalError, match="is of another job: request is "):
        client.bulk.run(source, output=tmp_path / "out.jsonl", request=other)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"input": "none.jsonl"}, InvalidRequestError, "input: there is no file"),
        (
            {"input": "rows.txt"},
            InvalidRequestError,
            "input: expected a file that ends with .jsonl",
        ),
        ({"output": "out.txt"}, InvalidRequestError, "output: expected a file that ends with"),
        ({"output": "rows.jsonl"}, InvalidRequestError, "output: expected another file"),
        (
            {"journal": "rows.jsonl"},
            InvalidRequestError,
            "journal: expected another file than the i",
        ),
        (
            {"journal": "out.jsonl"},
            InvalidRequestError,
            "journal: expected another file than the o",
        ),
        ({"input": "twice.csv"}, InvalidRequestError, "can't be read: it has two columns 'n'"),
        ({"request": None, "key": "n"}, InvalidRequestError, "key: the rows of a batch file"),
        ({"request": {}}, InvalidRequestError, "request: expected a mapping"),
        ({"request": {"a": {1, 2}}}, InvalidRequestError, "request: expected values that JSON"),
        ({"request": {"a": "{x}"}}, InvalidRequestError, "line 1: no column 'x' .there are n, e"),
        ({"request": {"a": ["{e}"]}}, InvalidRequestError, "line 1: column 'e' has no value"),
        ({"key": "x"}, InvalidRequestError, "line 1: x: expected a key of the row"),
        ({"key": 3}, InvalidRequestError, "key: expected the name of a column"),
        ({"input": "rows.csv", "request": None}, InvalidRequestError, "request: expected a templ"),
        ({"input": "poor.csv"}, InvalidRequestError, "line 3: expected 2 columns"),
        ({"operation": "chat.completions.parse"}, InvalidRequestError, "operation: a file holds"),
        ({"input": "not.parquet"}, InvalidRequestError, "can't be read"),
    ],
)
def test_wrong_arguments(client: RunInfra, gateway, tmp_path, arguments, error, message):
    """Told before anything is sent."""
    write_lines(tmp_path / "rows.jsonl", [{"n": 1, "e": None}])
    (tmp_path / "rows.csv").write_text("n\n1\n")
    (tmp_path / "poor.csv").write_text("n,m\n1,2\n3\n")
    (tmp_path / "twice.csv").write_text("n,n\n1,2\n")
    (tmp_path / "not.parquet").write_text("no Parquet file")
    given = {"input": "rows.jsonl", "output": "out.jsonl", "request": TEMPLATE, **arguments}
    given["input"] = tmp_path / given["input"]
    for name in {"output", "journal"} & given.keys():
        given[name] = tmp_path / given[name]
    with pytest.raises(error, match=message):
        client.bulk.run(given.pop("input"), **given)
    assert len(gateway.journal) == 0


def test_without_pyarrow(client: RunInfra, tmp_path, monkeypatch):
    """The extra is named before anything is sent."""
    source = write_lines(tmp_path / "requests.jsonl", [request(0)])
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'runinfra-ext\[parquet\]'"):
        client.bulk.run(source, output=tmp_path / "out.parquet")


def test_retry_of_a_job_without_a_file(client: RunInfra, tmp_path):
    """Its rows came from a program, and can come only from there again."""
    list(client.bulk.map([1], lambda _: request(0)["body"], journal=tmp_path / "run.db"))
    with pytest.raises(JournalError, match="rows came from a program"):
        client.bulk.retry(tmp_path / "run.db")


def test_answers_that_are_no_json(client: RunInfra, tmp_path):
    """Sound stands in the output as base64."""
    source = write_lines(tmp_path / "rows.jsonl", [{"n": "one"}])
    template = {"model": "acme-tts", "input": "{n}", "voice": "alloy"}
    client.bulk.run(
        source, output=tmp_path / "out.jsonl", request=template, operation="audio.speech.create"
    )
    import base64

    body = read_lines(tmp_path / "out.jsonl")[0]["response"]["body"]
    assert len(base64.b64decode(body)) > 100


@pytest.mark.parametrize(
    ("operation", "template", "text"),
    [
        ("responses.create", {"model": CHAT, "input": "Say {n}."}, "one"),
        ("rerank.create", {"model": "acme-rerank", "query": "{n}", "texts": ["a"]}, '"index":0'),
    ],
)
def test_texts_of_a_table(client: RunInfra, gateway, tmp_path, operation, template, text):
    """What a model said, or the whole answer; a row that failed has its error; both formats."""
    gateway.answer(text="number one", required=False)
    source = tmp_path / "rows.csv"
    source.write_text("n\n1\n2,2\n")
    client.bulk.run(
        source,
        output=tmp_path / "out.csv",
        request=template,
        operation=operation,
        on_bad_row="record",
    )
    export(tmp_path / "out.csv.journal", tmp_path / "out.parquet")
    good, bad = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert text in good["text"]
    assert (good["ok"], bad["ok"]) == (True, False)
    assert "line 3: expected 1 columns" in bad["error"]
    with (tmp_path / "out.csv").open(newline="") as file:
        assert [row["text"] for row in csv.DictReader(file)] == [good["text"], ""]


def test_transcripts_in_their_own_form(client: RunInfra, gateway, tmp_path):
    """A text that is no JSON stands as it is; a file that is not ASCII too."""
    job = client.bulk.map(
        ["é"],
        lambda item: {
            "model": "acme-asr",
            "file": ("a.wav", b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes(64)),
            "response_format": "text",
        },
        operation="audio.transcriptions.create",
        journal=tmp_path / "run.db",
    )
    said = [row.unwrap() for row in job]
    export(tmp_path / "run.db", tmp_path / "out.jsonl")
    assert read_lines(tmp_path / "out.jsonl")[0]["response"]["body"] == said[0]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b'{"a": "\xe9"}', "line 1: not UTF-8: it has the byte 0xe9"),
        ("a.jsonl", "{}\n{}\n".encode("utf-16"), "can't be read: it is UTF-16; expected text in"),
        ("a.jsonl", "{}\n{}\n".encode("utf-16-le"), "line 1: no JSON: it has bytes that are zero"),
        ("a.csv", gzip.compress(b"n\n1\n", mtime=0), "can't be read: it is compressed (gzip)"),
        ("a.jsonl", b"\n{\n", "line 2: no JSON: Expecting property name enclosed in double quotes"),
        ("a.jsonl", b"{}\r{}\r", "line 1: no JSON: Extra data at character 4"),
        ("a.csv", b"n\n\xe9\n", "can't be read: it is not UTF-8: it has the byte 0xe9"),
        ("a.csv", b'n\n1\n"2', "can't be read: after line 2: unexpected end of data"),
    ],
)
def test_what_is_wrong_with_a_file(client, gateway, tmp_path, name, content, message):
    """It is told in words that fit, with the line."""
    source = tmp_path / name
    source.write_bytes(content)
    with pytest.raises(InvalidRequestError) as caught:
        client.bulk.run(source, output=tmp_path / "out.jsonl", request=TEMPLATE)
    assert message in str(caught.value)
    assert gateway.journal == []


@pytest.mark.parametrize("on_bad_row", ["raise", "record"])
def test_an_argument_that_is_wrong_has_its_line(both, tmp_path, on_bad_row):
    """The message has it, which is all that a command line shows."""
    body = {"model": CHAT, "messages": [{"role": "user", "content": "Hi"}], "temperature": "hot"}
    source = write_lines(tmp_path / "in.jsonl", [request(1), request(2, body=body)])
    output = tmp_path / "out.jsonl"
    message = "line 2: temperature: expected a finite number"
    if on_bad_row == "raise":
        with pytest.raises(InvalidRequestError, match="nothing was sent, because of .*" + message):
            run(both, source, output)
        assert both.gateway.journal == []
    else:
        assert run(both, source, output, on_bad_row=on_bad_row).bad == 1
        assert read_lines(output)[1]["error"]["message"].startswith(message)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"request": {"model": CHAT}}, "line 2: .*'messages'"),
        ({"request": {**TEMPLATE, "colour": "red"}}, "line 2: .*'colour'"),
        (
            {"request": {"model": CHAT, "input": "{n}"}, "operation": "embeddings.create"},
            "line 3: input: expected",
        ),
    ],
)
def test_arguments_of_a_template(both, tmp_path, more, message):
    """They are looked at with the values of each line, before anything is sent."""
    source = tmp_path / "in.jsonl"
    source.write_text('\n{"n": "a"}\n{"n": ""}\n')
    with pytest.raises(InvalidRequestError, match="nothing was sent, because of .*" + message):
        run(both, source, tmp_path / "out.jsonl", **more)
    assert both.gateway.journal == []


@pytest.mark.parametrize("value", [[b"x"], [float("nan")], float("inf")])
def test_values_within_values(client, gateway, tmp_path, value):
    """What JSON has not is not written as Python shows it, at whatever depth."""
    source = tmp_path / "in.parquet"
    pq.write_table(pa.table({"n": [value]}), source)
    with pytest.raises(InvalidRequestError, match="line 1: column 'n' has (bytes|nan|inf)"):
        client.bulk.run(source, output=tmp_path / "out.jsonl", request=TEMPLATE)
    assert gateway.journal == []


@pytest.mark.parametrize("path", [None, 5, b"a.jsonl", "", "a\0.jsonl"])
def test_paths_that_are_none(client, tmp_path, path):
    """Each is named, whichever it is."""
    source = write_lines(tmp_path / "in.jsonl", [request(1)])
    output = tmp_path / "out.jsonl"
    for name, options in {
        "input": {"input": path, "output": output},
        "output": {"input": source, "output": path},
        "journal": {"input": source, "output": output, "journal": path},
    }.items():
        if name != "journal" or path is not None:
            with pytest.raises(InvalidRequestError, match=f"{name}: expected the path of a file"):
                client.bulk.run(**options)
    for look in (status, lambda given: export(given, output), client.bulk.retry):
        with pytest.raises(InvalidRequestError, match="journal: expected the path of a file"):
            look(path)


def test_names_that_mean_something_to_sqlite(client, gateway, tmp_path, monkeypatch):
    """They are files like others: what was paid for is on the disk."""
    monkeypatch.chdir(tmp_path)
    source = write_lines(tmp_path / "in.jsonl", [request(1)])
    for _ in range(2):
        client.bulk.run(source, output="new/out.jsonl", journal=":memory:")
    assert status(":memory:").account.done == 1
    assert len(gateway.charges) == 1
    client.bulk.run(source, output="other/out.jsonl")  # folders are made, of both
    assert status("other/out.jsonl.journal").account.done == 1


def test_a_journal_that_is_broken(client, tmp_path):
    """All that looks into it says so."""
    source = write_lines(tmp_path / "in.jsonl", [request(1)])
    output, journal = tmp_path / "out.jsonl", tmp_path / "j.db"
    client.bulk.run(source, output=output, journal=journal)
    data = bytearray(journal.read_bytes())
    data[4096:] = b"x" * (len(data) - 4096)
    journal.write_bytes(bytes(data))
    for look in (
        lambda: status(journal),
        lambda: export(journal, output),
        lambda: client.bulk.retry(journal),
        lambda: client.bulk.run(source, output=output, journal=journal),
    ):
        with pytest.raises(JournalError, match=r"j\.db can't be used: database disk image is mal"):
            look()


def test_answers_that_no_file_takes(both, tmp_path):
    """Half a character, NaN, and members that nobody promised: the rows are written all the same."""
    answer = {
        "id": "a",
        "object": "chat.completion",
        "created": 1,
        "model": CHAT,
        "choices": [],
        "output": [None, {"content": ["x", {"text": "a\ud800b"}]}],
        "odd": float("nan"),
    }
    source = write_lines(tmp_path / "in.jsonl", [request(1)])
    output, journal = tmp_path / "out.jsonl", tmp_path / "j.db"
    asked = {"method": "POST", "path": "/chat/completions", "body": request(1)["body"]}
    headers = {"content-type": "application/json"}
    said = {"status": 200, "headers": headers, "text": json.dumps(answer)}
    cassette = write_lines(tmp_path / "said.jsonl", [{"request": asked, "answer": said}])

    async def scenario():
        with Sandbox(replay=cassette) as player:
            plain = {"base_url": player.base_url, "ssl_context": None}
            async with both.client(**plain) as client:
                return await client.bulk.run(source, output=output, journal=journal)

    assert both.run(scenario).done == 1
    [line] = output.read_text("utf-8").splitlines()
    body = json.loads(line, parse_constant=pytest.fail)["response"]["body"]
    assert body == {**answer, "odd": None}
    export(journal, tmp_path / "out.csv")
    export(journal, tmp_path / "out.parquet")
    [row] = csv.DictReader((tmp_path / "out.csv").read_text("utf-8").splitlines())
    assert row["text"] == "a\ufffdb"
    assert pq.read_table(tmp_path / "out.parquet").to_pylist()[0]["text"] == "a\ufffdb"


def written(tmp_path, *columns):
    """A Parquet file of columns with these names and values."""
    names = [name for name, _ in columns]
    pq.write_table(
        pa.Table.from_arrays([array for _, array in columns], names), tmp_path / "in.parquet"
    )
    return tmp_path / "in.parquet"


FINE = ("n", pa.array(["a", "b"]))
ODD = pa.array([0, 1_000_000_001], pa.timestamp("ns"))


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (ODD, "timestamp[ns]"),
        (pa.array([0, 1], pa.duration("ns")), "duration[ns]"),
        (pa.array([[], [1]], pa.list_(pa.timestamp("ns"))), "list<element: timestamp[ns]>"),
        (pa.array([0, 10**15], pa.timestamp("ms")), "timestamp[ms]"),
        (pa.array([0, 10**8], pa.date32()), "date32[day]"),
        (pa.array([b"a", b"\xff"]).view(pa.string()), "string"),
    ],
)
def test_values_that_python_can_not_hold(client, gateway, tmp_path, column, kind):
    """The column, the row and its type are told; the other rows are as good as ever."""
    source = written(tmp_path, ("n", column))
    with pytest.raises(InvalidRequestError) as caught:
        client.bulk.run(source, output=tmp_path / "out.csv", request=TEMPLATE)
    assert f"line 2: column 'n' has a {kind} that can't be read" in str(caught.value)
    assert "line 1" not in str(caught.value)
    assert gateway.journal == []
    options = {"request": TEMPLATE, "on_bad_row": "record"}
    account = client.bulk.run(source, output=tmp_path / "out.csv", **options)
    assert (account.done, account.bad) == (1, 1)


def test_columns_that_nobody_looks_at(client, gateway, tmp_path):
    """What no request takes can't be wrong, and two of one name are no riddle."""
    source = written(tmp_path, FINE, ("when", ODD), ("x", FINE[1]), ("x", FINE[1]))
    assert client.bulk.run(source, output=tmp_path / "out.csv", request=TEMPLATE).done == 2
    plain = {"model": CHAT, "messages": [{"role": "user", "content": "Hi."}]}
    assert client.bulk.run(source, output=tmp_path / "plain.csv", request=plain).done == 2
    assert len(gateway.journal) == 4
    with pytest.raises(InvalidRequestError, match=r"no column 'm' \(there are n, when, x\)"):
        client.bulk.run(source, output=tmp_path / "o.csv", request={**plain, "user": "{m}"})
    source = written(tmp_path, FINE, FINE)
    with pytest.raises(InvalidRequestError, match="it has two columns 'n'"):
        client.bulk.run(source, output=tmp_path / "o.csv", request=TEMPLATE)


def test_long_numbers_keep_their_digits(client, gateway, tmp_path):
    """An id of thirty digits is sent as it stands."""
    number = 123456789012345678901234567890
    source = write_lines(tmp_path / "rows.jsonl", [{"n": number}])
    client.bulk.run(source, output=tmp_path / "out.jsonl", request=TEMPLATE, key="n")
    assert f"Say {number}," in gateway.journal[0].body["messages"][0]["content"]
    assert read_lines(tmp_path / "out.jsonl")[0]["custom_id"] == str(number)


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        ("in.jsonl/out.jsonl", "File exists"),
        ("/proc/out.jsonl", "No such file or directory"),
        ("x" * 300 + ".jsonl", "File name too long"),
    ],
)
def test_an_output_that_can_not_be_written(client, gateway, tmp_path, output, problem):
    """It is told before anything is paid for."""
    source = write_lines(tmp_path / "in.jsonl", [request(1)])
    with pytest.raises(InvalidRequestError) as caught:
        client.bulk.run(source, output=tmp_path / output, journal=tmp_path / "run.db")
    assert str(caught.value).startswith("output: expected a file that can be written")
    assert problem in str(caught.value)
    assert gateway.journal == []
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_an_output_that_leads_to_itself(client, tmp_path):
    """It was a bare RuntimeError; a link to a file that is still to be made is fine."""
    source = write_lines(tmp_path / "in.jsonl", [request(1)])
    (tmp_path / "out.jsonl").symlink_to("out.jsonl")
    with pytest.raises(InvalidRequestError, match=r"output: .* levels of symbolic links"):
        client.bulk.run(source, output=tmp_path / "out.jsonl")
    (tmp_path / "link.jsonl").symlink_to("made.jsonl")
    assert client.bulk.run(source, output=tmp_path / "link.jsonl").done == 1
    assert len(read_lines(tmp_path / "made.jsonl")) == 1


def test_a_disk_that_is_full_at_the_end(client, gateway, tmp_path, monkeypatch):
    """The rows are kept: the error says where, and the same call writes them."""
    source = write_lines(tmp_path / "in.jsonl", [request(1)])

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("runinfra_ext.bulk.orders.export", full)
        with pytest.raises(OSError, match="No space") as caught:
            client.bulk.run(source, output=tmp_path / "out.jsonl")
    assert f"all is kept in {tmp_path / 'out.jsonl.journal'}" in caught.value.__notes__[0]
    assert client.bulk.run(source, output=tmp_path / "out.jsonl").resumed == 1
    assert len(gateway.charges) == 1


def test_a_process_that_goes_elsewhere(client, tmp_path, monkeypatch):
    """Paths are those of the place where the job was begun."""
    monkeypatch.chdir(tmp_path)
    write_lines(tmp_path / "in.jsonl", [request(1)])
    (tmp_path / "sub").mkdir()
    client.bulk.run("in.jsonl", output="out.jsonl", progress=lambda _: os.chdir(tmp_path / "sub"))
    assert len(read_lines(tmp_path / "out.jsonl")) == 1
    assert list((tmp_path / "sub").iterdir()) == []
