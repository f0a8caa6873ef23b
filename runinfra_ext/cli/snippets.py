"""Programs ready to paste: each operation by the SDK, its async client, openai's package and curl.

What an operation needs is written down once; the four forms are made of it. A test runs each of
them.
"""

from __future__ import annotations

import json
import pprint
import re
import shlex
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from .._call.urls import DEFAULT_BASE_URL

Form = Literal["python", "async", "openai", "curl"]


class Snippet(NamedTuple):
    """What is asked in the snippets of an operation.

    Attributes:
        method: of the client.
        names: shorter ones for it.
        model: where none is given.
        result: name of the variable.
        arguments: of the method, besides the model.
        after: what is done with the result.
        path: of the URL.
        openai: whether openai's package has such a method.
        openai_after: what is done with its result, where that differs.
        file: name of the argument that is a file, read from ``question.wav``.
        output: the file that curl writes.
    """

    method: str
    names: tuple[str, ...]
    model: str
    result: str
    arguments: Mapping[str, Any]
    after: str
    path: str
    openai: bool = True
    openai_after: str | None = None
    file: str | None = None
    output: str | None = None


_QUESTION: Final = [{"role": "user", "content": "Name one prime."}]
_TEXTS: Final = ["Our office is in Oslo.", "Refunds take five days."]
_SENTENCE: Final = "The train leaves at nine."

OPERATIONS: Final = (
    Snippet(
        "chat.completions.create",
        ("chat", "createChatCompletion"),
        "acme-chat-8b",
        "chat",
        {"messages": _QUESTION},
        "print(chat.choices[0].message.content)",
        "/chat/completions",
    ),
    Snippet(
        "responses.create",
        ("respond", "responses", "createResponse"),
        "acme-chat-8b",
        "response",
        {"input": "Name one prime."},
        "print(response.output_text)",
        "/responses",
    ),
    Snippet(
        "embeddings.create",
        ("embed", "embeddings", "createEmbedding"),
        "acme-embed-m",
        "result",
        {"input": ["red fox", "blue whale"]},
        "for item in result.data:\n    print(item.index, len(item.embedding))",
        "/embeddings",
    ),
    Snippet(
        "rerank.create",
        ("rerank", "createRerank"),
        "acme-rerank",
        "ranked",
        {"query": "how long do refunds take", "texts": _TEXTS},
        "for item in ranked.results:\n    print(item.score, item.index)",
        "/rerank",
        openai=False,
        openai_after='for item in ranked["results"]:\n    print(item["score"], item["index"])',
    ),
    Snippet(
        "images.generate",
        ("image", "images", "createImage"),
        "acme-flux",
        "images",
        {"prompt": "A paper boat", "size": "256x256"},
        'images.data[0].write_to_file("boat.png")\nprint("boat.png")',
        "/images/generations",
        openai_after=(
            "for image in images.data or []:\n"
            '    Path("boat.png").write_bytes(base64.b64decode(image.b64_json or ""))\n'
            'print("boat.png")'
        ),
    ),
    Snippet(
        "audio.speech.create",
        ("speak", "speech", "createSpeech"),
        "acme-tts",
        "speech",
        {"input": _SENTENCE, "voice": "nova", "response_format": "wav"},
        'speech.write_to_file("question.wav")\nprint("question.wav")',
        "/audio/speech",
        output="question.wav",
    ),
    Snippet(
        "audio.transcriptions.create",
        ("transcribe", "transcriptions", "createTranscription"),
        "acme-asr",
        "transcript",
        {},
        "print(transcript.text)",
        "/audio/transcriptions",
        file="file",
    ),
    Snippet(
        "voice.pipeline.create",
        ("voice", "createVoicePipeline"),
        "",
        "answer",
        {},
        'print(answer.transcript, "->", answer.text)\nanswer.write_to_file("answer.wav")',
        "/pipeline",
        openai=False,
        openai_after='print(answer["transcript"], "->", answer["responseText"])',
        file="audio",
    ),
    Snippet(
        "models.list",
        ("models", "listModels"),
        "",
        "models",
        {},
        "for model in models.data:\n    print(model.id)",
        "/models",
    ),
    Snippet(
        "models.retrieve",
        ("model", "retrieveModel"),
        "acme-chat-8b",
        "model",
        {},
        "print(model.id)",
        "/models",
    ),
)
_PIPELINE: Final = "voice.pipeline.create"
_ONE_MODEL: Final = "models.retrieve"
_LINE: Final = 88  # characters, as black's


def program(snippet: Snippet, *, model: str, form: Form) -> str:
    """A program that does one operation.

    Args:
        snippet: of the operation.
        model: id.
        form: for whom.
    """
    if form == "curl":
        return _curl(snippet, model)
    given = dict(snippet.arguments)
    if snippet.model:
        given = {"model": model, **given}
    if form == "openai":
        return _openai(snippet, given)
    awaited = "await " if form == "async" else ""
    body = [
        *_assigned(snippet.result, f"{awaited}client.{snippet.method}", _written(given, snippet)),
        *snippet.after.split("\n"),
    ]
    options = (
        'pipeline_id=os.environ["RUNINFRA_PIPELINE_ID"]' if snippet.method == _PIPELINE else ""
    )
    imports = ["import os", ""] if options else []
    if form == "python":
        lines = [
            *imports,
            "from runinfra_ext import RunInfra",
            "",
            f"with RunInfra({options}) as client:",
            *_indented(body),
        ]
        return _text(lines)
    lines = [
        "import asyncio",
        *(imports or [""]),
        "from runinfra_ext import AsyncRunInfra",
        "",
        "",
        "async def main() -> None:",
        f"    async with AsyncRunInfra({options}) as client:",
        *_indented(_indented(body)),
        "",
        "",
        "asyncio.run(main())",
    ]
    return _text(lines)


def _openai(snippet: Snippet, given: dict[str, Any]) -> str:
    after = snippet.openai_after or snippet.after
    imports = ["import os"]
    if "base64." in after:
        imports.insert(0, "import base64")
    if "Path(" in after or snippet.file is not None:
        imports.append("from pathlib import Path")
    if not snippet.openai:
        imports.append("from typing import Any")
    written = _written(given, snippet)
    call = f"client.{snippet.method}"
    if snippet.file is not None:
        written = [part.replace('"question.wav"', 'Path("question.wav")') for part in written]
    if not snippet.openai:
        call = "client.post"
        written = [f'"{snippet.path}"', "cast_to=object"]
        if snippet.file is None:
            inner = ",\n".join(f"        {json.dumps(k)}: {_literal(v)}" for k, v in given.items())
            written.append(f"body={{\n{inner},\n    }}")
        else:
            written.append('content=Path("question.wav").read_bytes()')
            written.append('options={"headers": {"Content-Type": "audio/wav"}}')
    base = f'base_url=os.environ.get("RUNINFRA_BASE_URL", "{DEFAULT_BASE_URL}")'
    if snippet.method == _PIPELINE:
        base = (
            f'base_url=os.environ.get("RUNINFRA_BASE_URL", "{DEFAULT_BASE_URL}")\n'
            '    + "/"\n    + os.environ["RUNINFRA_PIPELINE_ID"]'
        )
    lines = [
        *imports,
        "",
        "from openai import OpenAI",
        "",
        "client = OpenAI(",
        '    api_key=os.environ["RUNINFRA_API_KEY"],',
        f"    {base},",
        ")",
        *_assigned(snippet.result, call, written, untyped=not snippet.openai),
        *after.split("\n"),
    ]
    return _text(lines)


def _curl(snippet: Snippet, model: str) -> str:
    pipeline = "/$RUNINFRA_PIPELINE_ID" if snippet.method == _PIPELINE else ""
    path = snippet.path
    if snippet.method == _ONE_MODEL:
        from .._call.urls import encode_segment

        path = f"{path}/{encode_segment(model)}"
    url = f"${{RUNINFRA_BASE_URL:-{DEFAULT_BASE_URL}}}{pipeline}{path}"
    parts = [
        f'curl --fail-with-body --silent --show-error "{url}"',
        '--header "Authorization: Bearer $RUNINFRA_API_KEY"',
    ]
    if snippet.method == _PIPELINE:
        parts += ['--header "Content-Type: audio/wav"', "--data-binary @question.wav"]
    elif snippet.file is not None:
        parts += [f"--form {snippet.file}=@question.wav", f"--form {shlex.quote(f'model={model}')}"]
    elif snippet.arguments:
        body = json.dumps({"model": model, **snippet.arguments}, ensure_ascii=False, indent=2)
        parts += ['--header "Content-Type: application/json"', f"--data {shlex.quote(body)}"]
    if snippet.output is not None:
        parts.append(f"--output {snippet.output}")
    return " \\\n  ".join(parts) + "\n"


def _written(given: dict[str, Any], snippet: Snippet) -> list[str]:
    """Arguments as Python."""
    parts = [f"{name}={_literal(value)}" for name, value in given.items()]
    if snippet.method == _ONE_MODEL:
        parts = [_literal(given["model"])]
    if snippet.file is not None:
        parts.append(f'{snippet.file}="question.wav"')
    return parts


def _literal(value: Any) -> str:
    """A value as Python, with double quotes as formatters like them."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    text = pprint.pformat(value, width=10_000, sort_dicts=False)
    return re.sub(r"'([^'\"\\]*)'", r'"\1"', text)


def _assigned(name: str, call: str, arguments: list[str], *, untyped: bool = False) -> list[str]:
    """A statement that calls, on one line if it is short."""
    variable = f"{name}: Any" if untyped else name
    short = f"{variable} = {call}({', '.join(arguments)})"
    if len(short) + 8 <= _LINE:
        return [short]
    return [f"{variable} = {call}(", *(f"    {part}," for part in arguments), ")"]


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" if line else line for line in lines]


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
