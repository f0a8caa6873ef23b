"""How results look in a notebook, and that nothing of a server's text is run or fetched there."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import pytest

from runinfra_ext._answer import notebook
from runinfra_ext._ground.wire import Headers
from runinfra_ext._media.formats import wav_duration
from runinfra_ext.types import (
    ChatCompletion,
    CompletionUsage,
    ImageList,
    Meta,
    Model,
    ModelList,
    RerankResult,
    Response,
    SpeechAudio,
    TranscriptionVerbose,
    VoicePipelineResult,
)

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
        ("[x](page.html)", "[x](page.html)"),
        ("[x](javascript&colon;alert(1))", "[x](#colon;alert(1))"),
        ("[x](&#106;avascript:alert(1))", "[x](#alert(1))"),
        ("[x](\njavascript:alert(1))", "[x](#\njavascript:alert(1))"),
        ("[x]\n\n[x]: javascript:alert(1)", "[x]\n\n[x]\u2060: javascript:alert(1)"),
        ("> [x]:\n> javascript:alert(1)", "> [x]\u2060:\n> javascript:alert(1)"),
        ("[x\ny]: &#106;avascript&#58;a", "[x\ny]\u2060: &#106;avascript&#58;a"),
        ("[x]: https://a.b/c", "[x]: https://a.b/c"),
        ("```\na\n```\r<b>", "```\na\n```\n&lt;b>"),
        ("a\r\nb\rc", "a\nb\nc"),
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
    assert len(vectors.data[0]._repr_html_()) < 500
    assert "<td>0</td>" in text  # numbers stand to the right
    assert '<td style="text-align: left">acme-chat-8b</td>' in models._repr_html_()


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


def test_any_model():
    """What has no view of its own is a short table: usage, a model, a transcript."""
    usage = {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8, EVIL: EVIL}
    page = Tags(CompletionUsage.from_dict(usage)._repr_html_())
    assert {tag for tag, _ in page.tags} <= TABLE
    assert page.text.startswith("prompt_tokens3completion_tokens5total_tokens8")
    words = TranscriptionVerbose.from_dict({"text": "word " * 1000})._repr_html_()
    assert "word word" in words
    assert words.count("word") == 400
    assert "… 3000 more characters" in words
    assert Tags(Model.from_dict({"id": EVIL, "object": "model"})._repr_html_()).text.startswith(
        f"id{EVIL}"
    )


def test_what_is_large_is_short(both):
    """Neither the view nor the plain form of a large answer fills a screen."""
    both.gateway.answer(embedding=[[0.5] * 3072] * 64)

    async def scenario():
        async with both.client() as client:
            return await client.embeddings.create(model="acme-embed-m", input=["a"] * 64)

    vectors = both.run(scenario)
    assert len(str(vectors.to_dict())) > 500_000
    assert len(repr(vectors)) < 2000
    assert len(repr(vectors.data[0])) < 200
    assert len(vectors._repr_html_()) < 10_000
    picture = images(PNG + bytes(1_000_000)).data[0]
    assert len(repr(picture)) < 300


def test_a_refusal():
    """It is shown where there is no text."""
    message = {"role": "assistant", "content": None, "refusal": "I won't."}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    chat = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    made = ChatCompletion.from_dict(chat)
    assert made._repr_markdown_() == "I won't."
    assert made._repr_html_() is None


def test_a_call_of_a_response():
    """It follows the text, as code."""
    call = {"type": "function_call", "id": "1", "call_id": "2", "name": "f", "arguments": "```"}
    made = Response.from_dict(
        {"id": "1", "object": "response", "model": "m", "status": "completed", "output": [call]}
    )
    assert made._repr_markdown_() == "````\nf(```)\n````"
    assert made._repr_html_() is None


def test_samples_are_played_as_wav():
    """A browser can't play raw samples; where their rate is told it needs not."""
    for label, tags in (("audio/pcm", "audio/pcm"), ("audio/L16; rate=24000", "audio/wav")):
        meta = Meta("createSpeech", 200, Headers([("content-type", label)]), None, "", None, False, 1, (), 0.1)  # fmt: skip
        speech = SpeechAudio(bytes(480), meta)
        [(_, attributes)] = Tags(speech._repr_html_()).tags
        head, _, data = attributes["src"].partition(",")
        assert head == f"data:{tags};base64"
        if tags == "audio/wav":
            assert wav_duration(base64.b64decode(data)) == speech.duration == 0.01


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
