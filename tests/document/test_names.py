"""Names and answers that would become wrong code are refused, each on its own line."""

from __future__ import annotations

import re
import sys

import pytest

from tests.trees import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

import lint_document
from generation.document import DocumentError

TEXT = (ROOT / "openapi/runinfra.yaml").read_text("utf-8")
# What stands behind `#!` on a line has to be said of that line, and nothing of any other.
EXPECTED = re.compile(r"#! (.*)")
OPERATION = """\
  /n{n}{path}:
    get:
      operationId: {id}
      x-runinfra-method: {method}
      tags: {tags}
      x-runinfra-replay: {{class: safe, scope: any, conservative: true}}
      x-runinfra-scope: any
      summary: Something
      security: [{{bearerAuth: []}}]
{more}      responses:
{answers}"""
ANSWER = '        "200": {description: D., content: {application/json: {schema: {$ref: "#/components/schemas/%s"}}}}\n'
ZIP = "application/zip: {schema: {type: string, format: binary}}"
JSON = 'application/json: {schema: {$ref: "#/components/schemas/Model"}}'
TAKEN = "the generated code has another use for this name"


def parameter(text, message=""):
    """A parameter, and what has to be said of it."""
    told = f" #! {message}" if message else ""
    return f"      parameters:\n        - {{{text}, schema: {{type: string}}}}{told}\n"


OPERATIONS = [
    {"method": "close.list #! close.list: the client has a close of its own"},
    {"method": "request.list #! request.list: the client has a request of its own"},
    {"method": "webhooks.list #! webhooks.list: the client has a webhooks of its own"},
    {"method": f"pages.list #! the class AsyncPages of the namespace pages: {TAKEN}"},
    {"method": f"n.models #! models: {TAKEN}"},
    {"method": f"n.str.list #! str: {TAKEN}"},
    {"method": f"n.types #! types: {TAKEN}"},
    {"id": f"import #! import: {TAKEN}"},
    {"id": f"models #! models: {TAKEN}"},
    {"tags": f"[Class] #! Class: {TAKEN}"},
    {
        "path": "/{given}",
        "more": parameter("name: given, in: path, required: true", f"given: {TAKEN}"),
    },
    {
        "path": "/{Request}",
        "more": parameter("name: Request, in: path, required: true", f"Request: {TAKEN}"),
    },
    {
        "path": "/{params}",
        "more": parameter("name: params, in: path, required: true", "params: params is an option"),
    },
    {
        "more": parameter(
            "name: Authorization, in: header", "Authorization is a header that the client"
        )
    },
    {
        "more": parameter(
            "name: Content-Type, in: header", "Content-Type is a header that the client"
        )
    },
    {"more": parameter("name: X Team, in: header", "'X Team' is no name of a header")},
    {
        "more": parameter("name: X-Team, in: header")
        + "        - {name: x_team, in: query, schema: {type: string}} #! two arguments become x_team\n"
    },
    {
        "more": parameter(
            "name: a, in: query, style: deepObject", "a: style: deepObject is for objects"
        )
    },
    {"more": parameter("name: a, in: query, allowReserved: true", "a: allowReserved: everything")},
    {
        "answers": f'        "200":\n          description: D.\n          content: {{{JSON}, {ZIP}}}'
        " #! expected one kind of answer, got application/json, application/zip\n"
    },
    {
        "answers": ANSWER % "Model" + f'        "206": {{description: D., content: {{{ZIP}}}}}'
        " #! expected successes of one kind, got json and binary\n"
    },
    {
        "method": "paged.list",
        "more": parameter("name: after, in: query") + "      x-runinfra-pages:\n"
        "        items: rows #! x-runinfra-pages.items: the answer has no rows\n"
        "        next: later #! x-runinfra-pages.next: the answer has no later\n"
        "        parameter: begin #! x-runinfra-pages.parameter: there is no argument begin\n",
    },
    {"method": "paged.list_all #! paged.list_all comes with paged.list already"},
    {
        "method": "zipped.create",
        "answers": f'        "200": {{description: D., content: {{{ZIP}}}}}\n',
    },
    {"method": "zipped.stream #! zipped.stream comes with zipped.create already"},
    {"answers": ANSWER % "OddFields"},
    {
        "more": parameter(
            "name: a, in: query, style: spaceDelimited, explode: true", "a: explode: spaceDelimited"
        )
    },
    {"more": parameter("name: __a, in: query", "__a can't become a keyword argument")},
    {
        "answers": '        "200":\n          description: D.\n          content:\n'
        "            application/json; charset=utf-8: #! expected a media type in small letters\n"
        '              schema: {$ref: "#/components/schemas/Model"}\n'
    },
    {
        "more": "      requestBody:\n        content: #! expected one kind of body, got application/json and\n"
        '          application/json: {schema: {$ref: "#/components/schemas/OddForm"}}\n'
        f"          {ZIP}\n"
    },
    {
        "more": "      requestBody:\n        content:\n"
        "          application/json: #! make the object a component of its own\n"
        "            schema: {type: object, properties: {a: {type: string}}}\n"
    },
    {
        "more": "      requestBody:\n        content:\n"
        "          multipart/form-data: #! nested: a form has plain values\n"
        '            schema: {$ref: "#/components/schemas/OddNest"}\n'
    },
    {
        "more": "      requestBody:\n        content:\n"
        "          multipart/form-data:\n"
        '            schema: {$ref: "#/components/schemas/OddForm"}\n'
        "            encoding:\n"
        "              b: {contentType: text/csv} #! this body is no form with the field b\n"
        "              a: {contentType: text/csv, style: form} #! a: expected contentType, and\n"
        '              c: {contentType: "image/*"} #! c: contentType: expected one media type\n'
        "              d: {contentType: text/csv} #! d: contentType: objects are JSON\n"
        "              e: {contentType: application/json} #! e: contentType: objects are JSON\n"
        "              f: {contentType: application/json}\n"
    },
    {
        "more": parameter("name: after, in: query") + "      x-runinfra-pages:\n"
        "        items: data\n        next: created\n"
        "        parameter: after #! after is string, and created is number\n",
        "answers": ANSWER % "OddPage",
    },
]
SCHEMAS = f"""\
    OddFields:
      type: object
      properties:
        request_id: {{type: string}} #! OddFields.request_id: every result has a request_id of its own
        meta: {{type: string}} #! OddFields.meta: every result has a meta of its own
        field: {{type: string}} #! OddFields.field: {TAKEN}
        list: {{type: string}} #! OddFields.list: {TAKEN}
        self: {{type: string}} #! OddFields.self: {TAKEN}
        Any: {{type: string}} #! OddFields.Any: {TAKEN}
        Model: {{type: string}} #! OddFields.Model: {TAKEN}
        bytes: {{type: string, format: byte}} #! OddFields.bytes: {TAKEN}
        _nulls: {{type: string}} #! OddFields._nulls: {TAKEN}
        type: {{type: string}}
        type_: {{type: string}} #! type and type_ both become type_
        page_size: {{type: string}}
        page-size: {{type: string}} #! page_size and page-size both become page_size
    OddForm:
      type: object
      properties:
        a: {{type: string}}
        c: {{type: string, format: binary}}
        d: {{type: object}}
        e: {{type: string}}
        f: {{type: array, items: {{type: object}}}}
    OddNest:
      type: object
      properties:
        nested: {{type: array, items: {{type: array, items: {{type: string}}}}}}
    OddPage:
      type: object
      properties:
        data: {{type: array, items: {{$ref: "#/components/schemas/Model"}}}}
        created: {{type: number}}
"""


def said_of(path, text):
    """What is said of a document, by lines."""
    path.write_text(text, "utf-8")
    with pytest.raises(DocumentError) as caught:
        lint_document.checked(path)
    lines = [line.split(":", 2) for line in str(caught.value).splitlines()]
    return {int(number): message for _, number, message in lines}


def added(paths, schemas):
    """The document with more in it."""
    text = TEXT.replace("\npaths:\n", "\npaths:\n" + paths, 1)
    return text.replace("\n  schemas:\n", "\n  schemas:\n" + schemas, 1)


def test_taken_names_and_mixed_answers(tmp_path):
    """Each line that has a mistake is named with it, and no other line."""
    usual = {"path": "", "tags": "[Models]", "more": "", "answers": ANSWER % "Model"}
    paths = ""
    for n, given in enumerate(OPERATIONS):
        values = {**usual, "n": n, "id": f"odd{n}", "method": f"odd.m{n}", **given}
        paths += OPERATION.format(**values)
    text = added(paths, SCHEMAS)
    expected = {
        number: found[1]
        for number, line in enumerate(text.splitlines(), 1)
        if (found := EXPECTED.search(line))
    }
    said = said_of(tmp_path / "runinfra.yaml", text)
    assert said.keys() == expected.keys()
    for number, message in expected.items():
        assert message in said[number]


CIRCLES = {
    "schemas": "    Round:\n      anyOf: [{$ref: '#/components/schemas/Model'}, {$ref: '#/components/schemas/Trip'}]\n"
    "    Trip:\n      anyOf: [{$ref: '#/components/schemas/Model'}, {$ref: '#/components/schemas/Round'}]\n",
    "parameters": "    Round: {$ref: '#/components/parameters/Round'}\n",
    "responses": "    Round: {$ref: '#/components/responses/Round'}\n",
}


@pytest.mark.parametrize("kind", CIRCLES)
def test_references_in_a_circle(tmp_path, kind):
    """Nothing hangs and nothing recurs without end: the component is named with its line."""
    text = TEXT.replace(f"\n  {kind}:\n", f"\n  {kind}:\n{CIRCLES[kind]}", 1)
    line = text[: text.index("    Round:")].count("\n") + 1
    said = said_of(tmp_path / "runinfra.yaml", text)
    assert "Round refers to nothing but itself" in said[line]


WRONG_FIELDS = {
    "x-runinfra-file: true": "x-runinfra-file is for texts",
    "x-runinfra-scoped-default: 'x'": "x-runinfra-scoped-default is for texts",
}


def test_extensions_of_texts(tmp_path):
    """A file travels in a text, and a pipeline's default is one."""
    fields = "".join(
        f"        f{n}:\n          type: integer\n          {key} #! {message}\n"
        for n, (key, message) in enumerate(WRONG_FIELDS.items())
    )
    text = added("", f"    Odd:\n      type: object\n      properties:\n{fields}")
    text = text.replace(
        "assembles: ChatCompletion\n", "assembles: Response #! Response is made of\n"
    )
    said = said_of(tmp_path / "runinfra.yaml", text)
    for number, line in enumerate(text.splitlines(), 1):
        found = EXPECTED.search(line)
        assert (found is not None) == (number in said)
        assert found is None or found[1] in said[number]
