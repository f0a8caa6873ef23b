"""Wrong documents are refused where they are wrong: planted mistakes, and random ones."""

from __future__ import annotations

import copy
import random
import subprocess
import sys

import pytest

from tests.trees import ROOT, copied

sys.path.insert(0, str(ROOT / "scripts"))

import lint_document
from generation.document import DocumentError
from linting.source import Source

TEXT = (ROOT / "openapi/runinfra.yaml").read_text("utf-8")
MARK = "»"  # stands in the edit before what the message has to point at


def span(start, end):
    """The document's text from the first of two texts up to the second."""
    at = TEXT.index(start)
    return TEXT[at : TEXT.index(end, at)]


CLIENT_REQUEST_ID = '        - $ref: "#/components/parameters/ClientRequestId"\n'
LIST_MODELS = "      operationId: listModels\n"
MODEL_ID = "        id: {type: string, description: What to give as `model`.}\n"
RERANK = "  /rerank:\n    post:\n"
METHOD = "      x-runinfra-method: models.retrieve\n"
RETRIEVE = "  /models/{model}:\n    get:\n"
REPLAY = "      x-runinfra-replay: {class: keyed, scope: workspace, conservative: false}\n"
SENTINEL = "        done-sentinel: ends\n"

KEYED = span("      x-runinfra-replay: {class: keyed, scope: any", "      requestBody")
STREAM = span("      x-runinfra-stream:\n", SENTINEL)

# What stands in the document, what stands there instead, and a part of the message.
MISTAKES = {
    "syntax": ("openapi: 3.1.0\n", "openapi: [3.1.0\n»info2: x\n", "expected ',' or ']'"),
    "duplicate key": (LIST_MODELS, LIST_MODELS + "»" + LIST_MODELS, "operationId is there already"),
    "number as key": (
        '        "200":\n          description: The scores.',
        "»        200:\n          description: The scores.",
        "put 200 in quotes",
    ),
    "date without quotes": (
        "                    latency_ms: 412.5\n",
        "»                    latency_ms: 2026-11-24\n",
        "put 2026-11-24 in quotes",
    ),
    "no number": (
        "                    latency_ms: 412.5\n",
        "»                    latency_ms: .nan\n",
        "JSON has no such value",
    ),
    "holds itself": (
        "    FreeObject:\n      description: Any JSON object.\n",
        "»    FreeObject: &free\n      description: Any JSON object.\n      items: *free\n",
        "holds itself",
    ),
    "no paths": (TEXT, "»" + TEXT.replace("\npaths:\n", "\npath:\n"), "no `paths`"),
    "unknown extension": (
        REPLAY,
        "»      x-runinfra-reply: {class: keyed}\n" + REPLAY,
        "x-runinfra-reply is no extension of ours; did you mean x-runinfra-replay?",
    ),
    "extension at the wrong kind of object": (
        MODEL_ID,
        "        id:\n          type: string\n»          x-runinfra-scope: any\n",
        "x-runinfra-scope belongs to an object of another kind: operation",
    ),
    "replay class": (
        REPLAY,
        "»" + REPLAY.replace("keyed", "sometimes"),
        "x-runinfra-replay.class: expected safe or keyed or never, got 'sometimes'",
    ),
    "replay scope": (
        REPLAY,
        "»" + REPLAY.replace("workspace", "workspce"),
        "x-runinfra-replay.scope: expected any or workspace, got 'workspce'",
    ),
    "replay policy": (
        REPLAY,
        "»" + REPLAY.replace("false", "maybe"),
        "x-runinfra-replay.conservative: expected true or false",
    ),
    "replay member missing": (
        REPLAY,
        "»" + REPLAY.replace(", conservative: false", ""),
        "x-runinfra-replay: conservative is missing",
    ),
    "replay member unknown": (
        REPLAY,
        "      x-runinfra-replay:\n        class: keyed\n        scope: any\n"
        "        conservative: false\n»        retries: 3\n",
        "x-runinfra-replay.retries: expected one of",
    ),
    "replay is no object": (REPLAY, "»      x-runinfra-replay: safe\n", "expected the members"),
    "replay missing": (
        span(RERANK, REPLAY) + REPLAY,
        span(RERANK, REPLAY).replace("    post", "»    post"),
        "x-runinfra-replay is missing",
    ),
    "scope": (
        "      x-runinfra-scope: pipeline\n",
        "»      x-runinfra-scope: pipelin\n",
        "x-runinfra-scope: expected any or pipeline, got 'pipelin'",
    ),
    "scope without the pipeline's path": (
        "      x-runinfra-scope: pipeline\n",
        "»      x-runinfra-scope: any\n",
        "the scope pipeline goes with a path below /{pipeline_id}",
    ),
    "stream marker": (
        SENTINEL,
        "»        done-sentinel: end\n",
        "x-runinfra-stream.done-sentinel: expected ends or skipped, got 'end'",
    ),
    "stream marker unknown": (
        SENTINEL,
        SENTINEL + "»        sentinel: x\n",
        "x-runinfra-stream.sentinel: expected one of",
    ),
    "stream marker missing": (
        "      x-runinfra-stream:\n        event: ChatCompletionChunk\n",
        "»      x-runinfra-stream:\n",
        "x-runinfra-stream: event is missing",
    ),
    "stream event unknown": (
        "        event: ChatCompletionChunk\n",
        "»        event: ChatCompletionChnk\n",
        "there is no schema 'ChatCompletionChnk'",
    ),
    "stream of what nothing assembles": (
        "        assembles: ChatCompletion\n",
        "»        assembles: EmbeddingList\n",
        "expected one of ChatCompletion, Response, or the event itself, got 'EmbeddingList'",
    ),
    "terminal event unknown": (
        "        terminal-events: [response.completed, response.incomplete]\n",
        "»        terminal-events: [response.complete]\n",
        "has no event of the type 'response.complete'",
    ),
    "complete without sentinel": (
        "        complete-without-sentinel: finish_reason\n",
        "»        complete-without-sentinel: finish\n",
        "expected finish_reason or none",
    ),
    "scoped default": (
        "          x-runinfra-scoped-default: default\n",
        "»          x-runinfra-scoped-default: 5\n",
        "x-runinfra-scoped-default: expected a text",
    ),
    "method parameter": (
        "          x-runinfra-method-parameter: true\n",
        "»          x-runinfra-method-parameter: yes please\n",
        "x-runinfra-method-parameter: expected true",
    ),
    "empty": (
        "          x-runinfra-empty: true\n",
        "»          x-runinfra-empty: 1\n",
        "x-runinfra-empty: expected true",
    ),
    "empty, but a text": (
        MODEL_ID + span(MODEL_ID, "        name:").removeprefix(MODEL_ID) + "        name: {",
        MODEL_ID
        + span(MODEL_ID, "        name:").removeprefix(MODEL_ID)
        + "»        name: {x-runinfra-empty: true, ",
        "Model.name: expected an optional list, or an object without required members",
    ),
    "accepts": (
        "      x-runinfra-accepts: [ChatCompletionMessage]\n",
        "»      x-runinfra-accepts: [ChatMassage]\n",
        "there is no schema 'ChatMassage'",
    ),
    "method missing": (
        span(RETRIEVE, METHOD) + METHOD,
        span(RETRIEVE, METHOD).replace("    get", "»    get"),
        "x-runinfra-method is missing: expected the SDK's method as a dotted name",
    ),
    "method without a namespace": (
        "      x-runinfra-method: models.list\n",
        "»      x-runinfra-method: models\n",
        "expected the SDK's method as a dotted name, such as usage.list, got 'models'",
    ),
    "method is a keyword": (
        "      x-runinfra-method: models.list\n",
        "»      x-runinfra-method: models.import\n",
        "expected the SDK's method",
    ),
    "method twice": (
        "      x-runinfra-method: models.retrieve\n",
        "»      x-runinfra-method: models.list\n",
        "models.list clashes with models.list of listModels",
    ),
    "method below a method": (
        "      x-runinfra-method: models.retrieve\n",
        "»      x-runinfra-method: models.list.one\n",
        "models.list.one clashes with models.list of listModels",
    ),
    "operation id twice": (
        "      operationId: retrieveModel\n",
        "»      operationId: listModels\n",
        "listModels is an operation's already",
    ),
    "operation id missing": (
        RETRIEVE + "      operationId: retrieveModel\n",
        RETRIEVE.replace("    get", "»    get"),
        "operationId is missing",
    ),
    "operation id no name": (
        "      operationId: retrieveModel\n",
        "»      operationId: retrieve-model\n",
        "operationId: expected letters and digits",
    ),
    "no such verb": (
        RETRIEVE,
        RETRIEVE.replace("    get", "»    head"),
        "expected one of get, put",
    ),
    "path parameter undeclared": (
        RETRIEVE,
        "  /models/{model}/{version}:\n»    get:\n",
        "nobody declares the parameter version of /models/{model}/{version}",
    ),
    "path parameter that the path lacks": (
        '        - $ref: "#/components/parameters/IdempotencyKey"\n',
        "»        - {name: chat, in: path, required: true, schema: {type: string}}\n",
        "chat is declared, but /chat/completions has no such parameter",
    ),
    "path parameter optional": (
        "        - name: model\n          in: path\n          required: true\n",
        "»        - name: model\n          in: path\n",
        '"required" is a required property',
    ),
    "parameter twice": (
        '        - $ref: "#/components/parameters/IdempotencyKey"\n',
        '        - $ref: "#/components/parameters/IdempotencyKey"\n'
        '»        - $ref: "#/components/parameters/IdempotencyKey"\n',
        "Idempotency-Key in header is declared twice",
    ),
    "same path": (
        RETRIEVE,
        "  /models/{id}:\n    parameters: []\n»" + RETRIEVE,
        "/models/{model} is the same path as /models/{id}",
    ),
    "path without a brace": (RETRIEVE, "»  /models/{model:\n    get:\n", "expected braces"),
    "no success": (
        span(RETRIEVE, '00":'),
        span(RETRIEVE, '00":').replace("      responses:", "»      responses:")[:-1] + "3",
        "no answer for success",
    ),
    "no answers": (
        span("  event:\n    post:\n", "components:"),
        span("  event:\n    post:\n", "      responses:").replace("    post", "»    post") + "\n",
        "no answer for success",
    ),
    "status": (
        '        "200":\n          description: The scores.',
        '»        "2OO":\n          description: The scores.',
        "2OO",
    ),
    "unknown type": (
        MODEL_ID,
        "»        id: {type: strng, description: x}\n",
        "unknown type 'strng'",
    ),
    "unknown type among several": (
        '        name: {type: [string, "null"], description: For people.}\n',
        "»        name: {type: [string, nil], description: For people.}\n",
        "unknown type 'nil'",
    ),
    "unknown format": (
        MODEL_ID,
        "        id:\n          type: string\n»          format: date-tiem\n",
        "unknown format 'date-tiem'",
    ),
    "format of another type": (
        MODEL_ID,
        "        id:\n          type: string\n»          format: int64\n",
        "unknown format 'int64' of 'string'",
    ),
    "array without items": (
        MODEL_ID,
        "»        id:\n          type: array\n",
        "an array needs items",
    ),
    "boolean schema": (MODEL_ID, "»        id: true\n", "expected an object (schema), got True"),
    "misspelt key": (
        MODEL_ID,
        "        id:\n          type: string\n»          minLenght: 3\n",
        "minLenght is no key of this object (schema); did you mean minLength?",
    ),
    "key of another shape": (
        MODEL_ID,
        "        id:\n          type: string\n»          minLength: three\n",
        '"three" is not of type',
    ),
    "key of an operation": (
        LIST_MODELS,
        LIST_MODELS + "»      tag: Models\n",
        "did you mean tags?",
    ),
    "shape of an operation": (
        "      tags: [Models]\n      summary: List models\n",
        "»      tags: Models\n      summary: List models\n",
        '"Models" is not of type "array"',
    ),
    "enum of two kinds": (
        "      enum: [b64_json, url]\n",
        "»      enum: [b64_json, 5]\n",
        "5 is not of the type 'string'",
    ),
    "enum of fractions": (
        MODEL_ID,
        "        id:\n          type: number\n»          enum: [1.5, 2]\n",
        "expected texts, or whole numbers",
    ),
    "no tag": (
        LIST_MODELS + "      tags: [Models]\n",
        LIST_MODELS + "»      tags: []\n",
        "expected one tag, such as [Models], got []",
    ),
    "dangling schema": (
        '                $ref: "#/components/schemas/ModelList"\n',
        '»                $ref: "#/components/schemas/ModelLst"\n',
        "there is no component #/components/schemas/ModelLst; did you mean ModelList?",
    ),
    "dangling answer": (
        '        "422": {$ref: "#/components/responses/Unprocessable"}\n',
        '»        "422": {$ref: "#/components/responses/Unprocessible"}\n',
        "did you mean Unprocessable?",
    ),
    "reference to another kind": (
        '                $ref: "#/components/schemas/ModelList"\n',
        '»                $ref: "#/components/responses/NotFound"\n',
        "expected one of components.schemas",
    ),
    "reference to elsewhere": (
        '                $ref: "#/components/schemas/ModelList"\n',
        '»                $ref: "other.yaml#/ModelList"\n',
        "expected #/components/schemas/NAME",
    ),
    "key beside a reference": (
        '                $ref: "#/components/schemas/ModelList"\n',
        '                $ref: "#/components/schemas/ModelList"\n»                minProperties: 1\n',
        "minProperties stands beside $ref",
    ),
    "refers to itself": (
        "    FreeObject:\n      description: Any JSON object.\n      type: object\n"
        "      additionalProperties: true\n",
        '»    FreeObject:\n      allOf: [{$ref: "#/components/schemas/FreeObject"}]\n',
        "FreeObject refers to nothing but itself",
    ),
    "constant of another type": (
        "        type: {type: string, const: json_object}\n",
        "»        type: {type: string, const: 5}\n",
        "5 is not of the type 'string'",
    ),
    "range upside down": (
        "minimum: 0.25, maximum: 4, description: 1 if left out.",
        "»minimum: 25, maximum: 4, description: 1 if left out.",
        "minimum 25 is more than maximum 4",
    ),
    "no regular expression": (
        MODEL_ID,
        "        id:\n          type: string\n»          pattern: '(a'\n",
        "no regular expression",
    ),
    "required but no property": (
        "      required: [id, object]\n",
        "»      required: [id, objekt]\n",
        "Model has no property objekt",
    ),
    "name of the models' own": (
        MODEL_ID,
        MODEL_ID + "»        to_dict: {type: string}\n",
        "Model.to_dict is a name of the models' own",
    ),
    "name that is no class": (
        "    # ---- models ----\n",
        "»    model-list: {type: object}\n",
        "can't be the name of a class here",
    ),
    "security scheme": (
        "security:\n  - bearerAuth: []\n",
        "security:\n»  - bearerAuht: []\n",
        "there is no security scheme bearerAuht",
    ),
    "parameter in a cookie": (
        CLIENT_REQUEST_ID,
        "»        - {name: who, in: cookie, schema: {type: string}}\n",
        "cookies are not sent",
    ),
    "parameter that is an object of anything": (
        CLIENT_REQUEST_ID,
        '»        - {name: who, in: query, schema: {$ref: "#/components/schemas/FreeObject"}}\n',
        "who: expected an object with members",
    ),
    "parameter with an object inside": (
        CLIENT_REQUEST_ID,
        '»        - {name: who, in: query, schema: {$ref: "#/components/schemas/ErrorEnvelope"}}\n',
        "who: the members of a parameter are texts, numbers, true or false",
    ),
    "parameter of members that is no component": (
        CLIENT_REQUEST_ID,
        "»        - {name: who, in: query, schema: {type: object, properties: {a: {type: string}}}}\n",
        "who: make the object a component of its own",
    ),
    "parameter of any other members": (
        CLIENT_REQUEST_ID,
        "»        - {name: who, in: query,"
        " schema: {type: object, additionalProperties: {type: string}}}\n",
        "who: other members would be any parameter: use the style deepObject",
    ),
    "parameter that a member is too": (
        CLIENT_REQUEST_ID,
        "        - {name: input, in: query, schema: {type: string}}\n"
        '»        - {name: who, in: query, schema: {$ref: "#/components/schemas/ModelPricing"}}\n',
        "input: two parameters of the query would have this name",
    ),
    "parameter that is deep and no object": (
        CLIENT_REQUEST_ID,
        "»        - {name: who, in: query, style: deepObject, schema: {type: string}}\n",
        "who: style: deepObject is for objects, each member by itself",
    ),
    "parameter of a path in a style of its own": (
        "        - name: model\n          in: path\n          required: true\n",
        "»        - name: model\n          in: path\n          required: true\n"
        "          style: matrix\n",
        "model: style: expected simple, got matrix",
    ),
    "path that is not encoded": (
        RETRIEVE,
        RETRIEVE.replace("/models", "»/modèles").replace("  »", "»  "),
        "expected percent-encoded ASCII around names in /modèles/{model}",
    ),
    "key that is not the client's": (
        "      security:\n        - bearerAuth: []\n      x-runinfra-method: models.list\n",
        "»      security:\n        - webhookSignature: []\n      x-runinfra-method: models.list\n",
        "expected a choice with nothing but the bearer token",
    ),
    "class that the generator names otherwise": (
        TEXT,
        TEXT.replace("ModelPricing", "Model4k").replace("\n    Model4k:\n", "\n»    Model4k:\n"),
        "Model4k: expected Model4K, which the generator makes of it",
    ),
    "class that the types have": (
        TEXT,
        TEXT.replace("ModelPricing", "Timeout").replace("\n    Timeout:\n", "\n»    Timeout:\n"),
        "Timeout: runinfra_ext.types has another Timeout already",
    ),
    "all of contradicting types": (
        "    Model:\n",
        "    Odd:\n»      allOf: [{type: string}, {type: integer}]\n    Model:\n",
        "allOf: type is 'string' here, and 'integer' there",
    ),
    "all of what a part forbids": (
        "    Model:\n",
        "    Odd:\n»      allOf: [{type: object, properties: {a: {}}, additionalProperties: false},"
        " {type: object, properties: {b: {}}}]\n    Model:\n",
        "allOf: additionalProperties: false of another part forbids b",
    ),
    "all of a union and more": (
        "    Model:\n",
        "    Odd:\n»      allOf: [{oneOf: [{type: string}, {type: integer}]}, {minLength: 1}]\n"
        "    Model:\n",
        "allOf: a union and something else are no one schema here",
    ),
    "all of what has no end": (
        "    Model:\n",
        '»    Odd: {allOf: [{$ref: "#/components/schemas/One"}, {$ref: "#/components/schemas/Two"}]}\n'
        '    One: {type: object, properties: {a: {$ref: "#/components/schemas/One"}}}\n'
        '    Two: {type: object, properties: {a: {$ref: "#/components/schemas/Two"}}}\n'
        "    Model:\n",
        "allOf: the parts lead to each other without an end",
    ),
    "method that stands before methods": (
        "      x-runinfra-method: models.list\n",
        "»      x-runinfra-method: models.documented\n",
        "documented: the generated code has another use for this name",
    ),
    "parameter without a schema": (
        CLIENT_REQUEST_ID,
        "»        - {name: who, in: query, content: {application/json: {schema: {type: string}}}}\n",
        "a parameter needs a schema",
    ),
    "parameter by the name of an option": (
        CLIENT_REQUEST_ID,
        "»        - {name: timeout, in: query, schema: {type: integer}}\n",
        "timeout is an option of every call",
    ),
    "parameter that is no argument": (
        CLIENT_REQUEST_ID,
        "»        - {name: __class, in: query, schema: {type: integer}}\n",
        "__class can't become a keyword argument",
    ),
    "null of another version": (
        MODEL_ID,
        MODEL_ID + "»        note: {type: string, nullable: true}\n",
        "nullable is no key of this object (schema): OpenAPI 3.1 has the type 'null'",
    ),
    "path by reference": (
        "\npaths:\n",
        '\npaths:\n  /other:\n»    $ref: "#/paths/~1models"\n',
        "write this out (path)",
    ),
    "value twice": (
        CLIENT_REQUEST_ID,
        "        - name: kind\n          in: query\n          schema:\n            type: string\n"
        "»            enum: [a, b, a]\n",
        "'a' is there twice",
    ),
    "parameter twice but for Python's words": (
        CLIENT_REQUEST_ID,
        "        - {name: class_, in: query, schema: {type: integer}}\n"
        "»        - {name: class, in: query, schema: {type: integer}}\n",
        "class: two arguments become class_",
    ),
    "parameter twice but for its spelling": (
        CLIENT_REQUEST_ID,
        "        - {name: page_size, in: query, schema: {type: integer}}\n"
        "»        - {name: page-size, in: query, schema: {type: integer}}\n",
        "two arguments become page_size",
    ),
    "body without a schema": (
        "          audio/wav:\n            schema: {type: string, format: binary}\n",
        "»          audio/wav: {}\n",
        "a body needs a schema",
    ),
    "body that is no object": (
        "          application/json:\n            schema:\n"
        '              $ref: "#/components/schemas/RerankRequest"\n',
        "»          application/json:\n            schema:\n"
        "              type: array\n              items: {type: string}\n",
        "application/json: expected an object with properties",
    ),
    "object as bytes": (
        "          audio/wav:\n            schema: {type: string, format: binary}\n",
        "»          application/x-www-form-urlencoded:\n"
        '            schema: {$ref: "#/components/schemas/ModelPricing"}\n',
        "application/x-www-form-urlencoded is sent as bytes",
    ),
    "answer that is no object": (
        "            application/json:\n              schema:\n"
        '                $ref: "#/components/schemas/ModelList"\n',
        "»            application/json:\n              schema:\n                type: integer\n",
        "a JSON answer has to be a component that is an object",
    ),
    "wrong example": (
        "                    latency_ms: 412.5\n",
        "»                    latency_ms: fast\n",
        '"fast" is not of types',
    ),
    "wrong example of a parameter": (
        "          example: pipe_demo\n",
        '»          example: ""\n',
        "shorter than 1",
    ),
    "stream without its extension": (
        span(
            "  /embeddings:\n",
            '            application/json:\n              schema:\n                $ref: "#/components/schemas/EmbeddingList',
        ),
        span(
            "  /embeddings:\n",
            '            application/json:\n              schema:\n                $ref: "#/components/schemas/EmbeddingList',
        ).replace("    post", "»    post")
        + "            text/event-stream: {}\n",
        "text/event-stream and x-runinfra-stream go together",
    ),
    "stream of something else": (
        "              schema: # the whole text; the content is what the data of each event is\n"
        "                type: string\n                contentMediaType: text/event-stream\n"
        '                contentSchema: {$ref: "#/components/schemas/ChatCompletionChunk"}\n',
        "»              schema:\n"
        "                type: string\n                contentMediaType: text/event-stream\n"
        '                contentSchema: {$ref: "#/components/schemas/ChatCompletion"}\n',
        "expected a text with the content ChatCompletionChunk",
    ),
    "replay by a key that is not sent": (
        KEYED,
        "»" + KEYED.replace('        - $ref: "#/components/parameters/IdempotencyKey"\n', ""),
        "keyed: expected the parameter Idempotency-Key",
    ),
    "objects that are no answer's": (
        "      x-runinfra-accepts: [ChatCompletionMessage]\n",
        "»      x-runinfra-accepts: [ChatCompletionRequest]\n",
        "x-runinfra-accepts: ChatCompletionRequest is no object of an answer",
    ),
    "objects that nobody gives": (
        "    Model:\n",
        "    Model:\n»      x-runinfra-accepts: [ModelList]\n",
        "x-runinfra-accepts belongs to a component of requests that is a union",
    ),
    "file that comes": (
        MODEL_ID,
        "        id:\n          type: string\n»          x-runinfra-file: true\n",
        "x-runinfra-file belongs to an argument",
    ),
    "bytes in JSON": (
        "        description: {type: string, description: What it is for.}\n",
        "»        description: {type: string, format: binary, description: What it is for.}\n",
        "binary belongs to a field of a form: bytes in JSON have the format byte",
    ),
    "one way": (
        MODEL_ID,
        "»        id: {type: string, readOnly: true, description: What to give as `model`.}\n",
        "readOnly is not looked at",
    ),
    "null in a closed set": (
        MODEL_ID,
        '»        id: {type: [string, "null"], enum: [a], description: What to give.}\n',
        "null is none of a closed set",
    ),
    "two components in one module": (
        "    Model:\n",
        "    HttpModel: {type: object, description: D.}\n"
        "»    HTTPModel: {type: object, description: D.}\n    Model:\n",
        "HttpModel and HTTPModel both become http_model.py",
    ),
    "discriminator": (
        "      x-runinfra-accepts: [ChatCompletionMessage]\n",
        "      x-runinfra-accepts: [ChatCompletionMessage]\n"
        "»      discriminator: {propertyName: name}\n",
        "expected a property that is required and constant in each, got 'name'",
    ),
    "stream without an end": (
        STREAM + SENTINEL,
        "»" + STREAM + "        done-sentinel: skipped\n",
        "nothing ends the stream well",
    ),
    "extension without a stream": (
        LIST_MODELS,
        LIST_MODELS
        + "»      x-runinfra-stream: {event: Model, assembles: Model, done-sentinel: ends,\n"
        "        terminal-events: [], error-events: [], complete-without-sentinel: none}\n",
        "text/event-stream and x-runinfra-stream go together",
    ),
}


def planted(old, new):
    """The document with an edit, and the line of the mark in it."""
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    return text.replace(MARK, ""), text[: text.index(MARK)].count("\n") + 1


def refused(path, text):
    """What is said of a document that has to be refused."""
    path.write_text(text, "utf-8")
    with pytest.raises(DocumentError) as caught:
        lint_document.checked(path)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("name", MISTAKES)
def test_a_planted_mistake_is_refused_where_it_is(tmp_path, name):
    """The message says what is wrong, and on which line."""
    old, new, message = MISTAKES[name]
    text, line = planted(old, new)
    said = refused(tmp_path / "runinfra.yaml", text)
    found = [text for text in said if message in text]
    assert found, said
    assert found[0].startswith(f"openapi/runinfra.yaml:{line}:"), said


@pytest.mark.parametrize("name", ["syntax", "scope", "dangling schema", "method twice"])
def test_generation_refuses_it_and_leaves_the_tree(tmp_path, name):
    """`make gen` says the same, without a traceback, and changes nothing."""
    old, new, message = MISTAKES[name]
    text, line = planted(old, new)
    tree = copied(("openapi",), tmp_path)
    (tree / "openapi/runinfra.yaml").write_text(text, "utf-8")
    command = [sys.executable, str(ROOT / "scripts/generate.py"), "--root", str(tree)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"openapi/runinfra.yaml:{line}:" in done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tree.iterdir()] == ["openapi"]


ODD_VALUES = [None, True, 5, "", "x", [], {}, [None], {"$ref": 5}, {"$ref": "#/components/x/y"}]


def places(node, where=()):
    """Every place of the document."""
    parts = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in parts:
        yield (*where, key)
        if isinstance(value, dict | list):
            yield from places(value, (*where, key))


def test_no_odd_document_breaks_the_rules_themselves():
    """Whatever stands anywhere is judged, not stumbled over; every finding has a line."""
    source = Source(ROOT / "openapi/runinfra.yaml")
    every, chance = list(places(source.document)), random.Random(20)
    refused = 0
    for _ in range(25):
        document = copy.deepcopy(source.document)
        where = chance.choice(every)
        node = document
        for key in where[:-1]:
            node = node[key]
        if chance.random() < 0.3:
            del node[where[-1]]
        else:
            node[where[-1]] = chance.choice(ODD_VALUES)
        said = [source.said(finding) for finding in lint_document.lint(document)]
        refused += bool(said)
        assert all(text.startswith("openapi/runinfra.yaml:") for text in said)
    assert refused > 12
