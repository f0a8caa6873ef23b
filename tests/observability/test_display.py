"""Streams and bars as a notebook shows them while they grow, and without one."""

from __future__ import annotations

import asyncio
import io
import sys
import types

import pytest

from runinfra_ext import AsyncRunInfra, RunInfraError
from runinfra_ext._display.growing import GrowingText
from runinfra_ext.bulk.account import Account
from runinfra_ext.bulk.progress import Display
from runinfra_ext.progress import ProgressBar
from tests.helpers import Clock

CHAT = {"model": "acme-chat-8b", "messages": [{"role": "user", "content": "hi"}], "stream": True}


class Cell:
    """Stands for IPython: what a cell displayed, and what it was updated to."""

    def __init__(self):
        self.outputs = []
        self.updates = 0

    def display(self, views, *, raw, display_id):
        assert raw
        assert display_id
        self.outputs.append(views)
        place = len(self.outputs) - 1

        def update(views, *, raw):
            assert raw
            self.updates += 1
            self.outputs[place] = views

        return types.SimpleNamespace(update=update)


@pytest.fixture
def cell(monkeypatch):
    """This process looks like the kernel of a notebook."""
    made = Cell()
    kernel = types.ModuleType("IPython")
    kernel.get_ipython = lambda: types.SimpleNamespace(kernel=object())
    shows = types.ModuleType("IPython.display")
    shows.display = made.display
    monkeypatch.setitem(sys.modules, "IPython", kernel)
    monkeypatch.setitem(sys.modules, "IPython.display", shows)
    return made


async def opened(client):
    return await client.chat.completions.create(**CHAT)


def test_a_stream_grows_in_place(both, cell):
    """One output, which holds the whole text in the end; the result is that of the stream."""

    async def scenario():
        both.gateway.answer(text="**one** two <b>three")
        async with both.client() as client:
            stream = await opened(client)
            result = await stream.display()
            return result, await stream.final()

    result, again = both.run(scenario)
    assert result == again
    assert result.choices[0].message.content == "**one** two <b>three"
    assert cell.outputs == [
        {"text/markdown": "**one** two &lt;b>three", "text/plain": "**one** two <b>three"}
    ]


def test_a_stream_that_ends_a_cell(both, cell):
    """The blocking one is read and grows; the async one shows what has come, and says what to do."""

    async def scenario():
        both.gateway.answer(text="one two three")
        async with both.client() as client:
            stream = await opened(client)
            shown = getattr(stream, "inner", stream)
            shown._ipython_display_()
            first = [views["text/plain"] for views in cell.outputs]
            whole = await stream.final()
            shown._ipython_display_()
            return first, whole

    first, whole = both.run(scenario)
    assert whole.choices[0].message.content == "one two three"
    hint = "`await stream.display()` shows it as it comes."
    assert first == ([hint] if both.kind == "async" else ["one two three"])
    assert cell.outputs[-1]["text/plain"] == "one two three"


def test_without_a_notebook_it_is_printed(both, capsys):
    """As it comes, with what had come before; a line ends it."""

    async def scenario():
        both.gateway.answer(text="one two three")
        async with both.client() as client:
            stream = await opened(client)
            while not stream.text:
                await anext(stream)
            return await stream.display()

    both.run(scenario)
    assert capsys.readouterr().out == "one two three\n"


def test_tool_calls_are_shown(both, cell):
    """A stream without text is not an empty cell, and neither is its result."""

    async def scenario():
        both.gateway.answer(tool_calls=[{"name": "weather", "arguments": {"city": "`<b>`"}}])
        async with both.client() as client:
            return await (await opened(client)).display()

    result = both.run(scenario)
    said = '```\nweather({"city": "`<b>`"})\n```'
    assert cell.outputs[0]["text/markdown"].strip() == said
    assert result._repr_markdown_() == said


@pytest.mark.parametrize("fault", ["cut-stream:3", "stall:3"])
def test_what_had_come_stays(both, cell, fault):
    """A stream that breaks is an error beneath what it has brought."""

    async def scenario():
        both.gateway.answer(text="one two three four five six")
        both.gateway.script(fault)
        async with both.client(idle_timeout=0.2) as client:
            stream = await opened(client)
            with pytest.raises(RunInfraError) as caught:
                await stream.display()
            assert caught.value.partial.choices[0].message.content == stream.text
            return stream.text

    text = both.run(scenario)
    assert text.startswith("one")
    assert cell.outputs[-1]["text/plain"] == text


def test_a_cell_is_not_flooded(cell):
    """A thousand pieces are a few updates; the longer the text, the fewer."""
    clock = Clock()
    with GrowingText(clock=clock) as growing:
        for _ in range(1000):
            growing.add("word ")
            clock.now += 0.001
    assert 9 <= cell.updates <= 11
    assert cell.outputs == [{"text/markdown": "word " * 1000, "text/plain": "word " * 1000}]
    cell.updates = 0
    with GrowingText("x" * 2_000_000, clock=clock) as growing:
        for _ in range(100):
            growing.add("word ")
            clock.now += 0.1
    assert cell.updates <= 2


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_nothing_moves_a_terminal(monkeypatch):
    """What a model says is printed without what would clear or colour it."""
    monkeypatch.setattr(sys, "stdout", Terminal())
    with GrowingText() as growing:
        growing.add("a\x1b[2Jb\n")
    assert sys.stdout.getvalue() == "a\\x1b[2Jb\n\n"


def test_a_bar_in_a_cell(cell):
    """It grows in place, tells sizes in words, and holds nothing that runs."""
    clock = Clock()
    bar = ProgressBar("<b>talk.wav", clock=clock)
    bar(0, 2_000_000)
    bar(500_000, 2_000_000)  # too soon
    clock.now += 1
    bar(1_000_000, 2_000_000)
    (views,) = cell.outputs
    assert views["text/plain"] == "<b>talk.wav: 1.0 MB of 2.0 MB"
    assert 'max="2000000" value="1000000"' in views["text/html"]
    assert "&lt;b>" not in views["text/html"]
    assert "&lt;b&gt;talk.wav" in views["text/html"]
    bar(2_000_000, 2_000_000)
    bar.close()
    assert cell.outputs[0]["text/plain"] == "<b>talk.wav: 2.0 MB of 2.0 MB"
    assert cell.updates == 2


def test_a_bar_whose_end_nobody_knows(cell):
    """It moves, and tells in the end what there is."""
    with ProgressBar(clock=Clock()) as bar:
        bar(12)
        bar(13)
        assert "value" not in cell.outputs[0]["text/html"]
    assert cell.outputs[0]["text/plain"] == "13 bytes"


def test_a_bar_in_a_log(capsys):
    """A line every ten seconds."""
    clock = Clock()
    bar = ProgressBar("talk.wav", clock=clock)
    for second in range(25):
        bar(second, 100)
        clock.now += 1
    assert (
        capsys.readouterr().err
        == "talk.wav: 10 bytes of 100 bytes\ntalk.wav: 20 bytes of 100 bytes\n"
    )
    bar(100, 100)
    assert capsys.readouterr().err == ""


class Left(io.StringIO):
    def write(self, text):
        raise BrokenPipeError


def closed():
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize("stderr", [None, Left(), closed()], ids=["none", "left", "closed"])
def test_nobody_reads_the_log(monkeypatch, stderr):
    """A transfer goes on, and a job, which has paid rows on their way."""
    monkeypatch.setattr(sys, "stderr", stderr)
    clock = Clock()
    bar, display = ProgressBar("talk.wav", clock=clock), Display(True, clock)
    display.begin(lambda: Account(total=3))
    clock.now += 60
    bar(1, 2)
    display.tick()
    display.interrupted(2)
    display.end(Account(total=3))


def test_a_bar_on_a_terminal(monkeypatch):
    """rich draws it, and it goes away in the end."""
    monkeypatch.setattr(sys, "stderr", Terminal())
    bar = ProgressBar("talk.wav")
    bar(1, 2)
    bar(2, 2)
    shown = sys.stderr.getvalue()
    assert "talk.wav" in shown
    assert shown.endswith("\x1b[2K")
    monkeypatch.setitem(sys.modules, "rich.progress", None)
    assert ProgressBar("talk.wav")._line is None


def test_an_upload_and_a_download(both, cell, tmp_path):
    """The SDK's transfers move the bar to its end."""
    wav = tmp_path / "talk.wav"
    wav.write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(300_000))

    async def scenario():
        async with both.client() as client:
            await client.audio.transcriptions.create(
                model="acme-asr", file=wav, on_progress=ProgressBar("up")
            )
            speech = await client.audio.speech.stream(
                model="acme-tts", input="Hello.", voice="nova"
            )
            with ProgressBar("down") as bar:
                await speech.write_to_file(tmp_path / "out.mp3", on_progress=bar)
            await speech.close()

    both.run(scenario)
    up, down = cell.outputs
    assert up["text/plain"] == "up: 300.0 kB of 300.0 kB"
    assert down["text/plain"].startswith("down: ")


def test_a_bulk_job(cell):
    """Its account grows in one output."""
    clock = Clock()
    account = Account(total=3)
    display = Display(True, clock)
    display.begin(lambda: account)
    display.tick()
    account.done = 3
    display.tick()
    display.end(account)
    (views,) = cell.outputs
    assert views["text/plain"].startswith("bulk: 3 of 3 rows")
    assert 'max="3" value="3"' in views["text/html"]
    assert cell.updates == 1


def test_cancelling_shows_what_came(gateway, cell):
    """As Ctrl-C in a notebook does: the cell keeps what it has."""

    async def scenario():
        gateway.answer(text="one two three four five six", required=False)
        gateway.script("stall:3")
        async with AsyncRunInfra(api_key=gateway.api_key, base_url=gateway.base_url) as client:
            stream = await opened(client)
            task = asyncio.ensure_future(stream.display())
            while not stream.text:
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return stream.text

    text = asyncio.run(scenario())
    assert cell.outputs[-1]["text/plain"] == text
