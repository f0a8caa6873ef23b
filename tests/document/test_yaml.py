"""The document as text: encodings, lines, aliases, and what YAML 1.1 and 1.2 read differently."""

from __future__ import annotations

import sys

import pytest

from tests.trees import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

from generation.document import DocumentError
from linting.source import Source

HEAD = "openapi: 3.1.0\npaths: {}\n"
# Nine of nine of nine...: a page of text that stands for millions of values.
GROWING = "".join(
    f"x-{name}: &{name} [{', '.join(['*' + before if before else '1'] * 9)}]\n"
    for before, name in zip(["", *"abcdefgh"], "abcdefghi", strict=True)
)


def read(tmp_path, data):
    """What is read of some bytes."""
    path = tmp_path / "runinfra.yaml"
    path.write_bytes(data)
    return Source(path).document


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "1: not an OpenAPI document"),
        (b"# only words\n", "1: not an OpenAPI document"),
        (b"- a\n", "1: not an OpenAPI document"),
        (HEAD.encode("utf-16"), "1: yaml expected UTF-8, got the byte 0xff"),
        ((HEAD + "x-a: ä\n").encode("latin-1"), "3: yaml expected UTF-8, got the byte 0xe4"),
        ((HEAD + "x-a: \a\n").encode(), "3: yaml the character U+0007 is not allowed"),
        ((HEAD + "x-a:\n\tb: 1\n").encode(), "4:1: yaml found character that cannot start"),
        ((HEAD + "---\na: 1\n").encode(), "3:1: yaml but found another document"),
    ],
)
def test_what_is_no_text_of_yaml_is_refused_with_its_line(tmp_path, data, message):
    """No traceback, and one line that says where."""
    with pytest.raises(DocumentError) as told:
        read(tmp_path, data)
    assert str(told.value).startswith(f"openapi/runinfra.yaml:{message}")
    assert len(str(told.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<<: {b: 1}", "<<: YAML 1.2 has no merge keys: use $ref or allOf"),
        ("yes: 1", "put yes in quotes: keys are texts"),
        ("200: 1", "put 200 in quotes: keys are texts"),
        ("2026-01-01: 1", "put 2026-01-01 in quotes: keys are texts"),
        ("? [a]\n: 1", "expected a text as the key"),
        ("x-a: !color red", "the tag !color is none of JSON's"),
        ("x-a: !!set {a, b}", "the tag tag:yaml.org,2002:set is none of JSON's"),
        ("x-a: 2026-01-01", "JSON has no such value: put 2026-01-01 in quotes"),
        *(
            (f"x-a: {value}", f"{value} is another value in YAML 1.2: put it in quotes")
            for value in ("yes", "On", "010", "1:30", "1_000", "1e3", "0o17")
        ),
        ("x-a: " + "[" * 101 + "]" * 101, "this is nested in more than 100 levels"),
        ("x-a: " + "{b: " * 3000 + "1" + "}" * 3000, "this is nested in more than 100 levels"),
        (GROWING, "the aliases in this amount to more than 300000 values"),
    ],
)
def test_what_json_or_another_reader_takes_otherwise_is_refused(tmp_path, text, message):
    """Nothing is read in a way that is right for one version of YAML only."""
    with pytest.raises(DocumentError, match="yaml") as told:
        read(tmp_path, (HEAD + text + "\n").encode())
    lines = str(told.value).splitlines()
    assert lines[0].partition(": yaml ")[2].startswith(message)
    assert int(lines[0].split(":")[1]) >= 3


@pytest.mark.parametrize("before", ["", "\ufeff", "%YAML 1.2\n---\n"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_means_the_same_everywhere_is_read(tmp_path, before, end):
    """A mark in front, another system's lines, aliases, and all values of JSON."""
    text = (
        before
        + HEAD
        + "x-a: &a [1, -2.5, 1.0e+3, 0x10, true, null, ~, 'yes', \"010\", 1.2.3]\nx-b: *a\n"
    )
    document = read(tmp_path, text.replace("\n", end).encode())
    assert document["x-a"] == [1, -2.5, 1000.0, 16, True, None, None, "yes", "010", "1.2.3"]
    assert document["x-b"] == document["x-a"]
