"""Whatever the schema, the value satisfies it, or the schema is refused; and values are plausible."""

from __future__ import annotations

import itertools
import json
import re
import time

import jsonschema
import pytest
from hypothesis import given, settings

from runinfra_ext.sandbox.instances import NoInstance, instance
from runinfra_ext.sandbox.mentions import Mentions

from . import schemas

FORMATS = jsonschema.Draft202012Validator.FORMAT_CHECKER
PROMPT = "What is the weather in Paris for 3 people?"


def problem(schema, value):
    """What another validator finds wrong."""
    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    error = jsonschema.exceptions.best_match(
        kind(schema, format_checker=FORMATS).iter_errors(value)
    )
    return None if error is None else f"{json.dumps(schema)}: {json.dumps(value)}: {error.message}"


def as_parameters(schema):
    """A schema as the parameters of a tool: it is an object already, or a member of one."""
    if schema.get("type") == "object":
        return schema
    inner = {key: value for key, value in schema.items() if key != "$defs"}
    definitions = {"$defs": schema["$defs"]} if "$defs" in schema else {}
    return {"type": "object", "properties": {"value": inner}, "required": ["value"], **definitions}


def asked(plain, schema, prompt=PROMPT, **more):
    """The answer to a request for JSON of a schema."""
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    body = {"model": "acme-chat-8b", "messages": [{"role": "user", "content": prompt}]}
    return plain.post("/chat/completions", {**body, "response_format": form, **more})


def called(plain, schema, prompt=PROMPT):
    """The answer to a request that must call a tool with these parameters."""
    tool = {"type": "function", "function": {"name": "f", "parameters": schema}}
    body = {"model": "acme-chat-8b", "messages": [{"role": "user", "content": prompt}]}
    more = {"tools": [tool], "tool_choice": "required"}
    return plain.post("/chat/completions", {**body, **more})


def value_of(answer):
    """The value in an answer of either kind."""
    assert answer.status_code == 200, answer.text
    message = answer.json()["choices"][0]["message"]
    calls = message.get("tool_calls")
    return json.loads(calls[0]["function"]["arguments"] if calls else message["content"])


def wrong(plain, made):
    """Every disagreement about a list of schemas, in both places of a request."""
    found = []
    for schema in made:
        found.append(problem(schema, value_of(asked(plain, schema))))
        parameters = as_parameters(schema)
        found.append(problem(parameters, value_of(called(plain, parameters))))
    return [text for text in found if text is not None]


def test_schemas_of_applications(plain):
    """Every schema that pydantic makes of a type is satisfied, as a form and as parameters."""
    made = schemas.of_pydantic()
    assert len(made) >= 80
    assert wrong(plain, made) == []


def test_schemas_of_random_types(plain):
    """And of types that are put together at random."""
    made = schemas.of_random_types(120)
    assert len(made) == 120
    assert wrong(plain, made) == []


@settings(max_examples=200)
@given(schemas.keywords)
def test_any_keywords_at_all(schema):
    """Keywords put together at random are satisfied or refused, and nothing else happens."""
    try:
        value = instance(schema, Mentions([PROMPT]))
    except NoInstance:
        return
    assert problem(schema, value) is None


def obj(**properties):
    """An object with these members, all required."""
    return {"type": "object", "properties": properties, "required": list(properties)}


ARRAY = {"type": "array"}
TREE = {
    "$ref": "#/$defs/Node",
    "$defs": {
        "Node": {
            **obj(v={"type": "integer"}, c={"type": "array", "items": {"$ref": "#/$defs/Node"}}),
            "additionalProperties": False,
        }
    },
}
KEYWORDS = {
    **{
        f"format {name}": {"type": "string", "format": name}
        for name in (
            "date date-time time duration email hostname ipv4 ipv6 uri uri-reference iri uuid "
            "json-pointer relative-json-pointer uri-template regex idn-email idn-hostname nonsense"
        ).split()
    },
    "pattern": {"type": "string", "pattern": r"^[A-Z]{3}-\d{4}$"},
    "pattern with look-ahead": {"type": "string", "pattern": r"^(?=.*\d)(?=.*[A-Z])[A-Za-z\d]{8,}$"},
    "pattern in the middle": {"type": "string", "pattern": "x{3}", "minLength": 10},
    "two patterns": {"allOf": [{"pattern": "^a"}, {"pattern": "z$"}], "type": "string"},
    "format and pattern": {"type": "string", "format": "uuid", "pattern": "^c"},
    "lengths": {"type": "string", "minLength": 41, "maxLength": 41},
    "bounds": {"type": "integer", "exclusiveMinimum": 4, "exclusiveMaximum": 6},
    "bounds of a real": {"type": "number", "exclusiveMinimum": 0, "maximum": 1e-9},
    "huge": {"type": "integer", "minimum": 10**30},
    "multipleOf": {"type": "integer", "multipleOf": 7, "minimum": 50, "maximum": 60},
    "multipleOf a fraction": {"type": "number", "multipleOf": 0.25, "minimum": 3.1, "maximum": 3.4},
    "two multiples": {"allOf": [{"multipleOf": 4}, {"multipleOf": 6}], "type": "integer", "minimum": 1},
    "prefixItems": {**ARRAY, "prefixItems": [{"type": "string"}, {"type": "integer"}], "minItems": 2, "items": False},
    "contains": {**ARRAY, "items": {"type": "integer"}, "contains": {"minimum": 100}, "minContains": 2},
    "maxContains": {**ARRAY, "items": {"type": "integer"}, "contains": {"const": 5}, "maxContains": 1, "minItems": 3},
    "contains behind a prefix": {**ARRAY, "prefixItems": [{"type": "string"}], "contains": {"type": "integer"}},
    "uniqueItems": {**ARRAY, "uniqueItems": True, "items": {"type": "integer", "minimum": 1, "maximum": 4}, "minItems": 4},
    "unique objects": {**ARRAY, "uniqueItems": True, "items": obj(n={"type": "string"}), "minItems": 3},
    "repeated items": {**ARRAY, "items": {"type": "integer"}, "not": {"uniqueItems": True}},
    "minProperties": {"type": "object", "minProperties": 3},
    "maxProperties": {"type": "object", "maxProperties": 1, "properties": {"a": True, "b": True}, "required": ["b"]},
    "propertyNames": {"type": "object", "propertyNames": {"pattern": "^x-"}, "minProperties": 2},
    "propertyNames of an enum": {"type": "object", "propertyNames": {"enum": ["a", "b"]}, "minProperties": 2},
    "patternProperties": {
        "type": "object", "patternProperties": {"^n_": {"type": "integer"}},
        "additionalProperties": False, "minProperties": 2,
    },
    "dependentRequired": {**obj(a={"type": "string"}), "dependentRequired": {"a": ["b"]}},
    "if and then": {**obj(k={"enum": ["a", "b"]}), "if": {"properties": {"k": {"const": "a"}}}, "then": {"required": ["x"]}},
    "allOf": {"allOf": [obj(a={"type": "integer"}), obj(b={"type": "string"})], "unevaluatedProperties": False},
    "anyOf": {"anyOf": [obj(a={"const": 1}), {"type": "null"}]},
    "oneOf": {"oneOf": [{"type": "integer", "multipleOf": 3}, {"type": "integer", "multipleOf": 5}]},
    "oneOf of objects": {"type": "object", "properties": {"a": {}, "b": {}}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
    "oneOf with members in common": {
        **obj(kind={"type": "string"}, shape={
            "type": "object",
            "properties": {name: {"type": "number"} for name in ("radius", "length", "width", "base", "height")},
            "oneOf": [{"required": ["radius"]}, {"required": ["length", "width"]}, {"required": ["base", "height"]}],
        }),
    },
    "oneOf of references beside the rest": {
        "type": "object", "required": ["mode"], "oneOf": [{"$ref": "#/$defs/timed"}, {"$ref": "#/$defs/plain"}],
        "$defs": {
            "shared": {"properties": {"name": {"type": "string"}}},
            "timed": {"required": ["start"], "allOf": [{"$ref": "#/$defs/shared"}], "properties": {"mode": {"enum": ["timed"]}}},
            "plain": {"allOf": [{"$ref": "#/$defs/shared"}], "properties": {"mode": {"enum": ["now", "never"]}}},
        },
    },
    "no whole number": {"type": "number", "not": {"type": "integer"}},
    "a dialect that is named inside": {
        **obj(user={"$ref": "#/$defs/user"}),
        "$defs": {"user": {"$schema": "http://json-schema.org/draft-04/schema", **obj(id={"type": "integer"})}},
    },
    "not": {"type": "string", "not": {"enum": ["Paris", "sample"]}, "minLength": 2},
    "not a type": {"not": {"type": ["string", "object"]}},
    "$ref with siblings": {"$ref": "#/$defs/a", "minimum": 5, "$defs": {"a": {"type": "integer", "maximum": 7}}},
    "$ref with escapes": {"$ref": "#/$defs/a~1b%20~0c", "$defs": {"a/b ~c": {"type": "null"}}},
    "$ref to a member": {"properties": {"a": {"type": "integer"}, "b": {"$ref": "#/properties/a"}}, "required": ["b"]},
    "$anchor": {"$ref": "#here", "$defs": {"x": {"$anchor": "here", "type": "boolean"}}},
    "recursion": TREE,
    "recursion with siblings": {"allOf": [{"$ref": "#/$defs/Node"}], "required": ["extra"], "$defs": TREE["$defs"]}
    | {"$defs": {"Node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}}},
    "recursion into itself": obj(name={"type": "string"}) | {"properties": {"name": {}, "child": {"$ref": "#"}}},
    "const": {"const": {"a": [1, None]}},
    "enum": {"enum": [None, {"b": 2}, "c"]},
    "null": {"type": "null"},
    "true": obj(anything=True),
    "draft 7": {
        "$schema": "http://json-schema.org/draft-07/schema#", **ARRAY,
        "items": [{"type": "string"}, {"type": "integer"}], "additionalItems": False, "minItems": 2,
    },
    "a dialect of its own": {"$schema": "https://example.com/own", "type": "integer"},
}  # fmt: skip


@pytest.mark.parametrize("name", KEYWORDS)
def test_each_keyword(plain, name):
    """As a form, and as a parameter of a tool."""
    schema = KEYWORDS[name]
    known = {key: value for key, value in schema.items() if key != "$schema" or "draft-07" in value}
    assert problem(known, value_of(asked(plain, schema))) is None
    if (
        "$schema" not in schema
        and "#/properties" not in json.dumps(schema)
        and '"#"' not in json.dumps(schema)
    ):
        parameters = as_parameters(schema)
        assert problem(parameters, value_of(called(plain, parameters))) is None


def test_classes_of_unicode(plain):
    """Patterns are JavaScript's, which Python does not read in every case."""
    schema = obj(
        a={"type": "string", "pattern": r"^\p{Lu}\p{Ll}+$"},
        b={"pattern": r"^(?<n>x)[\p{N}]$", "type": "string"},
    )
    value = value_of(asked(plain, schema, "hello"))
    assert re.fullmatch("[A-Z][a-z]+", value["a"])
    assert re.fullmatch("x[0-9]", value["b"])


IMPOSSIBLE = {
    "bounds that cross": {"type": "integer", "minimum": 5, "maximum": 4},
    "a false member": obj(a=False),
    "no such string": {"type": "string", "minLength": 5, "maxLength": 3},
    "types that exclude each other": {"allOf": [{"type": "string"}, {"type": "integer"}]},
    "an endless value": {"$ref": "#/$defs/N", "$defs": {"N": obj(next={"$ref": "#/$defs/N"})}},
    "too few values": {**ARRAY, "uniqueItems": True, "items": {"enum": [1, 2]}, "minItems": 3},
    "patterns that exclude each other": {"type": "string", "allOf": [{"pattern": "^a+$"}, {"pattern": "^b+$"}]},
    "a pattern of control letters": {"type": "string", "pattern": "^\\x00\\x01$", "format": "email"},
    "a million items": {**ARRAY, "minItems": 10**6},
    "a gigabyte": {"type": "string", "minLength": 10**9},
    "a machine too large": {"type": "string", "pattern": "^(?:a{1000}){1000}$"},
    "a type that is none": {"type": "banana"},
    "a reference to nothing": {"$ref": "#/$defs/nothing"},
    "a reference to elsewhere": {"$ref": "https://example.com/schema.json"},
    "a pattern that is none": {"type": "string", "pattern": "("},
    "too deep": json.loads('{"type":"object","required":["a"],"properties":{"a":' * 150 + "{}" + "}}" * 150),
}  # fmt: skip


@pytest.mark.parametrize(
    ("schema", "kinds"),
    [
        ({"items": [{"type": "integer"}, {"const": "x"}], "minItems": 2}, [int, str]),
        ({"items": [{"type": "integer"}, True], "additionalItems": False, "minItems": 1}, [int, ...]),
        ({"items": [{"const": "x"}], "additionalItems": {"type": "boolean"}, "minItems": 3}, [str, bool, bool]),
    ],
)  # fmt: skip
def test_tuples_as_older_schemas_write_them(plain, schema, kinds):
    """Also without the dialect's name, which most that make them leave out."""
    schema = obj(value={"type": "array", **schema})
    old = {"$schema": "http://json-schema.org/draft-07/schema#", **schema}
    value = value_of(asked(plain, schema))
    assert problem(old, value) is None
    assert problem(old, value_of(called(plain, schema))) is None
    assert all(k is ... or type(v) is k for v, k in zip(value["value"], kinds, strict=False))
    assert len(value["value"]) <= len(kinds)


def test_bounds_as_older_schemas_write_them(plain):
    """As OpenAPI 3.0 does: an exclusive bound is a switch. Members of such names are none."""
    bounds = {"minimum": 3, "exclusiveMinimum": True, "maximum": 5, "exclusiveMaximum": True}
    number = {"type": "integer", **bounds}
    assert value_of(asked(plain, obj(value=number))) == {"value": 4}
    number |= {"exclusiveMinimum": False, "maximum": 4}
    assert value_of(asked(plain, obj(value=number))) == {"value": 3}
    named = obj(items={"type": "integer"}, exclusiveMinimum={"const": True})
    assert problem(named, value_of(called(plain, named))) is None
    named = {"type": "object", "required": ["items"], "dependentRequired": {"items": ["b"]}}
    assert {"items", "b"} <= value_of(asked(plain, named)).keys()


def test_a_crowded_machine_changes_nothing(monkeypatch):
    """What bounds the search is work, not the time that passes while others work."""
    moments = itertools.count(step=100)
    monkeypatch.setattr(time, "monotonic", lambda: float(next(moments)))
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    assert isinstance(instance(schema, Mentions([PROMPT]))["a"], str)


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_nothing_satisfies_is_refused(plain, name):
    """A clear 400 that names the field, at once; never a 500, and never a wrong value."""
    schema = IMPOSSIBLE[name]
    began = time.monotonic()
    error = asked(plain, schema).json()["error"]
    assert (error["param"], error["code"]) == (
        "response_format.json_schema.schema",
        "invalid_json_schema",
    )
    assert "response_format.json_schema.schema: " in error["message"]
    answer = called(plain, obj(value=schema) | {"$defs": schema.get("$defs", {})})
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "tools.0.function.parameters"
    assert time.monotonic() - began < 20
    entry = plain.post(
        "/chat/completions",
        {"model": "acme-chat-8b", "messages": [{"role": "user", "content": "Hi"}]},
    )
    assert entry.status_code == 200


def test_a_refused_stream_is_a_400_too(plain):
    """Before the stream begins."""
    answer = asked(plain, IMPOSSIBLE["a false member"], stream=True)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json")


S, I, N, B = ({"type": kind} for kind in ("string", "integer", "number", "boolean"))  # noqa: E741 - types of one letter keep the table readable
DAY = {"type": "string", "format": "date"}
MOMENT = {"type": "string", "format": "date-time"}
NAMED = [
    ("magic_function(3)", {"input": I}, {"input": 3}),
    ("What is magic_function(-2.5)?", {"x": N}, {"x": -2.5}),
    ("Add 3 and 4", {"a": I, "b": I}, {"a": 3, "b": 4}),
    ("Set b to 4 and a to 3", {"a": I, "b": I}, {"a": 3, "b": 4}),
    ("A table for 2 guests in 5 days", {"days": I, "guests": I}, {"days": 5, "guests": 2}),
    ("Give me 40 of 7", {"count": {"type": "integer", "maximum": 10}}, {"count": 7}),
    ("What is the weather in Paris?", {"city": S}, {"city": "Paris"}),
    ("Is it raining in New York today?", {"location": S}, {"location": "New York"}),
    ("Flights from New York to São Paulo", {"to": S, "from": S}, {"to": "São Paulo", "from": "New York"}),
    ("Flights from Oslo to Rome", {"origin": S, "destination": S}, {"origin": "Oslo", "destination": "Rome"}),
    ("The weather in Rome", {"city": S, "country": S}, {"city": "Rome", "country": "France"}),
    ("Say hello to Grace Hopper", {"name": S}, {"name": "Grace Hopper"}),
    ('Translate "good morning"', {"text": S}, {"text": "good morning"}),
    ("Translate 'good morning'", {"phrase": S}, {"phrase": "good morning"}),
    ("look up `foo.bar`", {"symbol": S}, {"symbol": "foo.bar"}),
    ("find who wrote it", {"query": S}, {"query": "find who wrote it"}),
    ("title: Dune, year: 1965", {"title": S, "year": I}, {"title": "Dune", "year": 1965}),
    ('the title is "The Dispossessed"', {"title": S}, {"title": "The Dispossessed"}),
    ("on 2027-05-03", {"day": DAY}, {"day": "2027-05-03"}),
    ("on 3 May 2027 with 2 guests", {"date": DAY, "guests": I}, {"date": "2027-05-03", "guests": 2}),
    ("on May 3rd, 2027 at 14:30", {"at": MOMENT}, {"at": "2027-05-03T14:30:00Z"}),
    ("mail grace@navy.mil", {"to": {"type": "string", "format": "email"}}, {"to": "grace@navy.mil"}),
    ("mail grace@navy.mil", {"email": S}, {"email": "grace@navy.mil"}),
    ("read https://a.example/b?c=1.", {"url": S}, {"url": "https://a.example/b?c=1"}),
    ("the area of a rectangle of length 4 and width 7", {"of": {
        "type": "object", "properties": {"radius": N, "length": N, "width": N},
        "oneOf": [{"required": ["radius"]}, {"required": ["length", "width"]}],
    }}, {"of": {"length": 4, "width": 7}}),
    ("in fahrenheit please", {"unit": {"enum": ["celsius", "fahrenheit"]}}, {"unit": "fahrenheit"}),
    ("please", {"unit": {"enum": ["celsius", "fahrenheit"], "default": "fahrenheit"}}, {"unit": "fahrenheit"}),
    ("please", {"unit": {"enum": ["kelvin", "celsius"]}}, {"unit": "kelvin"}),
    ("compute 2 + 3 * 4", {"expression": S}, {"expression": "2 + 3 * 4"}),
    ("without images", {"images": B, "links": B}, {"images": False, "links": True}),
    ("hello", {"n": {**I, "minimum": 10, "maximum": 20}}, {"n": 15}),
    ("hello", {"n": {**N, "exclusiveMinimum": 0, "exclusiveMaximum": 1}}, {"n": 0.5}),
    ("hello", {"n": {**I, "default": 11}, "s": {**S, "examples": ["abc"]}}, {"n": 11, "s": "abc"}),
    ("hello", {"age": I, "email": S, "birthday": S}, {"age": 36, "email": "ada@example.com", "birthday": "2026-05-18"}),
    ("hello", {"when": MOMENT, "name": S}, {"when": "2026-05-18T09:30:00Z", "name": "Ada Lovelace"}),
    ("hello", {"n": {"anyOf": [I, {"type": "null"}]}}, {"n": 7}),
    ("hello", {"n": {"type": ["null", "boolean"]}}, {"n": True}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("prompt", "properties", "wanted"), NAMED, ids=[case[0][:30] for case in NAMED]
)
def test_what_is_said_goes_where_it_fits(plain, prompt, properties, wanted):
    """What the conversation names goes into the parameter that it fits; else what is plausible."""
    schema = obj(**properties)
    assert value_of(called(plain, schema, prompt)) == wanted
    assert list(value_of(asked(plain, schema, prompt))) == list(properties)


def test_values_are_a_function_of_the_request(plain):
    """The same request gets the same values."""
    schema = schemas.of_pydantic()[0]
    assert asked(plain, schema).json()["choices"] == asked(plain, schema).json()["choices"]
