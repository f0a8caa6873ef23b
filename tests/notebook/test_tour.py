"""What the cells of examples/tour.ipynb show."""

from __future__ import annotations

import base64
import json

import nbformat

from tests.notebook.conftest import TOUR


def shown(outputs, begin):
    """The views of the cell that begins so; it has one output."""
    [output] = next(value for line, value in outputs.items() if line.startswith(begin))
    assert output.output_type in {"display_data", "execute_result"}
    return output.data


def test_every_result_shows_itself(outputs):
    """Markdown, tables, a picture and a player, as a real kernel sends them."""
    assert "| Oslo |" in shown(outputs, "question")["text/markdown"]
    assert "text/html" not in shown(outputs, "question")
    for begin, words in (
        ("from runinfra_ext", "acme-chat-8b"),
        ("chat.usage", "total_tokens"),
        ("client.embeddings", "256"),
        ("client.rerank", "Refunds take five days."),
        ("client.images", "data:image/png;base64,"),
        ("speech = ", "data:audio/wav;base64,"),
    ):
        views = shown(outputs, begin)
        assert words in views["text/html"], begin
        assert len(views["text/plain"]) < 5000, begin


def test_what_grows_is_whole_in_the_end(outputs):
    """One output for each, with its last state."""
    assert "brown fox" in shown(outputs, "stream = ")["text/markdown"]
    found = outputs["async with AsyncRunInfra() as concurrent:"]
    assert found[0].data["text/markdown"] == "Seven."
    bar, words = outputs["client.audio.transcriptions.create("]
    assert bar.data["text/plain"].startswith("speech.wav: ")
    assert "text" in words.data["text/html"]
    job, said = next(value for line, value in outputs.items() if line.startswith("def request"))
    assert job.data["text/plain"].startswith("bulk: 3 of 3 rows")
    assert "red" in said.data["text/plain"]


def test_a_png_is_there_for_what_shows_no_html(outputs):
    """And it is the picture."""
    html = shown(outputs, "client.images")["text/html"]
    assert base64.b64decode(html.partition("base64,")[2].partition('"')[0]).startswith(b"\x89PNG")


def test_the_notebook_is_kept_without_outputs():
    """What is in the repository holds nothing of a run."""
    book = nbformat.read(TOUR, as_version=4)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.outputs for cell in code if cell.outputs or cell.execution_count] == []
    assert (
        TOUR.read_text("utf-8")
        == json.dumps(json.loads(TOUR.read_text("utf-8")), indent=1, ensure_ascii=False) + "\n"
    )
