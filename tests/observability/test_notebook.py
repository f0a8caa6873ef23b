"""How results look in a notebook, and that nothing of a server's text is run or fetched there."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import pytest

from runinfra_ext._answer import notebook
from runinfra_ext.types import ImageList, ModelList, RerankResult, VoicePipelineResult

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&"


class Tags(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, page):
        super().__init__()
        self.tags = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


TABLE = {"table", "thead", "tbody", "tr", "th", "td", "p", "b"}


def test_an_answer(both):
    """A chat answer and a response are Markdown."""

    async def scenario():
        async with both.client() as client:
            chat = await client.chat.completions.create(
                model="acme-chat-8b", messages=[{"role": "user", "content": "**Bold** <b>"}]
            )
            response = await client.responses.create(model="acme-chat-8b", input="# Title")
            return chat, response

    chat, response = both.run(scenario)
    said = chat.choices[0].message.content
    assert "<b>" in said
    assert chat._repr_markdown_() == said.replace("<b>", "&lt;b>")
    assert response._repr_markdown_() == response.output_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (EVIL, EVIL.replace("<", "&lt;")),
        ("![x](http://tracker/?q=secret)", "\\!\\[x](http://tracker/?q=secret)"),
        ("[x](JavaScript:alert(1))", "[x](#alert(1))"),
        ("[x](https://a.b/c?d&e)", "[x](https://a.b/c?d&e)"),
        ("> quoted, *said*, a < b", "> quoted, *said*, a < b"),
        ("`<b>`", "`<\u2060b>`"),
        ("\\`<b>`", "\\`<\u2060b>`"),
        ("```html\n<b>&![\n```\n<b>", "```html\n<b>&![\n```\n&lt;b>"),
        ("~~~\n<b>\n```\n<b>\n~~~~\n<b>", "~~~\n<b>\n```\n<b>\n~~~~\n&lt;b>"),
        ("````\n```\n<b>", "````\n```\n<b>"),
        ("```\n```a\n<b>\n```\n<b>", "```\n```a\n<b>\n```\n&lt;b>"),
        (" ```\n```\n<b>", " ```\n```\n&lt;b>"),
        ("- ```\n```\n<b>", "- ```\n```\n&lt;b>"),
        ("> ~~~\n```\n<b>", "> ~~~\n```\n&lt;b>"),
        ("```a\n" * 20_000, "```a\n" * 20_000),
        ("```\n" + "x" * 100_000, "```\n" + "x" * 99_996 + "\n```\n\n… 4 more characters"),
        ("x" * 100_001, "x" * 100_000 + "\n\n… 1 more characters"),
    ],
)
def test_markdown_is_harmless(text, shown):
    """Outside of code neither HTML nor a picture is left; code stays as it is."""
    assert notebook.markdown(text) == shown


def test_tables(both):
    """Models, rankings and vectors are short tables."""

    async def scenario():
        async with both.client() as client:
            models = await client.models.list()
            ranks = await client.rerank.create(
                model="acme-rerank", query="fox", documents=["a fox", "a hen"]
            )
            vectors = await client.embeddings.create(model="acme-embed-m", input=["a", "b"])
            return models, ranks, vectors

    models, ranks, vectors = both.run(scenario)
    page = Tags(models._repr_html_())
    assert {tag for tag, _ in page.tags} == TABLE - {"p", "b"}
    assert len([tag for tag, _ in page.tags if tag == "tr"]) == len(models) + 1
    assert "acme-chat-8b" in page.text
    assert re.search(r"acme-rerank", Tags(ranks._repr_html_()).text)
    text = vectors._repr_html_()
    assert len(text) < 1000
    assert f"{len(vectors.data[0].embedding)}" in Tags(text).text
    assert f"{vectors.usage.total_tokens} tokens" in text
    assert len(vectors.data[0]._repr_html_()) < 400


def test_a_long_table():
    """It is cut, and says so; a server's text is only text."""
    data = [{"id": EVIL, "object": "model", "name": "n" * 1000}] * 60
    page = Tags(ModelList.from_dict({"object": "list", "data": data})._repr_html_())
    assert {tag for tag, _ in page.tags} <= TABLE
    assert page.text.count(EVIL) == 50
    assert "n" * 301 not in page.text
    assert page.text.endswith("… 10 more")
    results = [{"index": i, "score": 0.5, "text": EVIL} for i in range(60)]
    ranks = {"object": "runinfra.rerank", "model": EVIL, "results": results}
    page = Tags(RerankResult.from_dict(ranks)._repr_html_())
    assert {tag for tag, _ in page.tags} <= TABLE
    assert page.text.endswith(f"… 10 more; {EVIL}")


PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
JPEG = b"\xff\xd8\xff\xe0" + bytes(20)


def images(*data):
    """Pictures as an answer has them."""
    items = [
        {"url": item} if isinstance(item, str) else {"b64_json": base64.b64encode(item).decode()}
        for item in data
    ]
    return ImageList.from_dict({"created": 1, "data": items})


def test_pictures():
    """Those that are in the answer are shown; nothing is fetched."""
    made = images(PNG, JPEG, b"no picture at all", "https://host/x.png" + EVIL)
    other, url = made.data[2:]
    assert [image._repr_png_() for image in made.data] == [PNG, None, None, None]
    sources = [
        attributes["src"] for tag, attributes in Tags(made._repr_html_()).tags if tag == "img"
    ]
    assert sources == [
        f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
        for kind, data in (("png", PNG), ("jpeg", JPEG))
    ]
    assert "17 bytes" in other._repr_html_()
    assert "https://host/x.png" in Tags(url._repr_html_()).text
    assert {tag for tag, _ in Tags(url._repr_html_()).tags} == {"p", "b"}


def test_sound(both):
    """Speech has a player, with the sound inside."""

    async def scenario():
        async with both.client() as client:
            return await client.audio.speech.create(
                model="acme-tts", input="Hello.", voice="nova", response_format="wav"
            )

    speech = both.run(scenario)
    [(tag, attributes)] = Tags(speech._repr_html_()).tags
    assert (tag, "controls" in attributes) == ("audio", True)
    head, _, data = attributes["src"].partition(",")
    assert head == "data:audio/wav;base64"
    assert base64.b64decode(data) == speech.content


def test_sound_that_is_not_played():
    """What is too large, or labelled as something else, is only told of."""
    assert Tags(notebook.player(b"x" * (20 * 1024 * 1024 + 1), "audio/mpeg")).tags == [("p", {})]
    assert Tags(notebook.player(b"x", f"audio/{EVIL}")).tags == [("p", {})]
    assert Tags(notebook.player(b"x", "text/html")).tags == [("p", {})]


def test_voice():
    """What was heard, what was said, and a player if there is sound."""
    wav = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(20)
    answer = {"transcript": EVIL, "responseText": "Hi."}
    page = Tags(VoicePipelineResult.from_dict(answer)._repr_html_())
    assert page.text == f"heard {EVIL}said Hi."
    answer["audio_base64"] = base64.b64encode(wav).decode()
    page = Tags(VoicePipelineResult.from_dict(answer)._repr_html_())
    assert [tag for tag, _ in page.tags] == ["p", "b", "p", "b", "audio"]
    assert page.tags[-1][1]["src"].startswith("data:audio/wav;base64,")
