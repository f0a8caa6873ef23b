"""What a change of the surface or of the document asks of callers, and of the version."""

from __future__ import annotations

import copy
import importlib
import json
import sys
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from types import SimpleNamespace
from typing import Literal, NamedTuple, TypedDict

import pytest
import yaml

from tests.trees import copied, replaced

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
compat = importlib.import_module("compat")
surface = importlib.import_module("compatibility.surface")
document = importlib.import_module("compatibility.document")
changes = importlib.import_module("compatibility.changes")
snapshot = importlib.import_module("surface")
source = importlib.import_module("compatibility.source")
commands = importlib.import_module("compatibility.commands")
plugin = importlib.import_module("compatibility.plugin")
sys.path.remove(str(ROOT / "scripts"))

MAJOR, MINOR = changes.Weight.MAJOR, changes.Weight.MINOR
SNAPSHOT = """\
# pkg

class Cat(Animal, Pet)
    __init__(self, name: 'str', /, age: 'int | None' = None, *, mood: 'str' = 'good') -> 'None'
    legs: int | None
    tail: str (property)
    speak(self, loud: 'bool' = False) -> 'str | None'
    purr(self) -> 'None' (async)
class CatParam(dict)
    name: Required[str]
    size: int
class Paw(tuple)
    __new__(side, size = 1)
    side: str
class Mood(Enum)
    BAD: Literal['bad']
    GOOD: Literal['good']
type Food: Literal['fish'] | Literal['mouse']
def feed(cat: 'Cat', food: 'Food' = <object object>, *more: 'Food') -> 'bool'
value LIVES: 9
value VERSION

# the methods of Client

client.cats.create(*, model: 'str', n: 'int | None' = None) -> 'Cat'

# the commands of cat

command cat
    --version: NotRequired[flag]
command cat feed
    arguments(name: 'text', /, *food: 'text')
    --at: NotRequired[Literal['noon'] | Literal['night']] = 'noon'
    --bowl: Required[int]
    -b: NotRequired[--bowl]
command cat toy throw

# pytest

fixture cat: Iterator[Cat]
marker cats(tame=True, **more)
option --cat-name: text
setting cat_mode: string

# pip

extra toys
extra toys-large
"""
CREATE = "Client: client.cats.create"
SURFACE = [
    ("value VERSION\n", "", [(MAJOR, "pkg.VERSION", "was removed")]),
    ("type Food", "class Dog()\ntype Food", [(MINOR, "pkg.Dog", "is new")]),
    (
        "type Food: Literal['fish'] | Literal['mouse']",
        "value Food",
        [
            (
                MAJOR,
                "pkg.Food",
                "was `type Food: Literal['fish'] | Literal['mouse']` and is `value Food`",
            )
        ],
    ),
    (
        "Literal['fish'] | Literal['mouse']",
        "Literal['mouse'] | Literal['bird']",
        [
            (MAJOR, "pkg.Food|Literal['fish']", "was removed"),
            (MINOR, "pkg.Food|Literal['bird']", "is new"),
        ],
    ),
    ("value LIVES: 9", "value LIVES: 7", [(MINOR, "pkg.LIVES", "is 7, was 9")]),
    ("    BAD: Literal['bad']\n", "", [(MAJOR, "pkg.Mood.BAD", "was removed")]),
    (
        "BAD: Literal['bad']",
        "BAD: Literal['worse']",
        [(MAJOR, "pkg.Mood.BAD", "is `Literal['worse']`, was `Literal['bad']`")],
    ),
    ("-> 'None' (async)", "-> 'None'", [(MAJOR, "pkg.Cat.purr", "must not be awaited any more")]),
    (
        "speak(self, loud: 'bool' = False) -> 'str | None'",
        "speak(self, loud: 'bool' = False) -> 'str | None' (async)",
        [(MAJOR, "pkg.Cat.speak", "must be awaited now")],
    ),
    (
        "__new__(side, size = 1)",
        "__new__(size = 1, side = 'left')",
        [
            (MINOR, "pkg.Paw.__new__(side)", "is 'left' by default, was None"),
            (MAJOR, "pkg.Paw.__new__", "takes its arguments in another order"),
        ],
    ),
    ("(Animal, Pet)", "(Animal)", [(MAJOR, "pkg.Cat", "is no Pet any more")]),
    ("(Animal, Pet)", "(Animal, Pet, Toy)", [(MINOR, "pkg.Cat", "has another base too")]),
    ("    tail: str (property)\n", "", [(MAJOR, "pkg.Cat.tail", "was removed")]),
    ("tail: str (property)", "tail: str", []),
    ("legs: int | None", "legs: int", [(MINOR, "pkg.Cat.legs", "is `int` only, was `int | None`")]),
    (
        "legs: int |",
        "legs: float | int |",
        [(MAJOR, "pkg.Cat.legs", "is `float | int | None`, was `int | None`")],
    ),
    (
        "    size: int",
        "    size: float | int",
        [(MINOR, "pkg.CatParam.size", "takes `float | int` too")],
    ),
    (
        "    size: int",
        "    size: float",
        [(MAJOR, "pkg.CatParam.size", "takes `float`, took `int`")],
    ),
    (
        "    size: int",
        "    size: Required[int]",
        [(MAJOR, "pkg.CatParam.size", "must be given now")],
    ),
    (
        "    size: int\n",
        "    size: int\n    age: Required[int]\n",
        [(MAJOR, "pkg.CatParam.age", "must be given now")],
    ),
    ("    size: int\n", "    size: int\n    age: int\n", [(MINOR, "pkg.CatParam.age", "is new")]),
    (", n: 'int | None' = None", "", [(MAJOR, f"{CREATE}(n)", "was removed")]),
    ("n: 'int | None' = None", "n: 'int | None'", [(MAJOR, f"{CREATE}(n)", "must be given now")]),
    (
        "n: 'int | None' = None",
        "n: 'int | None' = 1",
        [(MINOR, f"{CREATE}(n)", "is 1 by default, was None")],
    ),
    (
        "n: 'int | None' =",
        "n: 'int' =",
        [(MAJOR, f"{CREATE}(n)", "takes `int`, took `int | None`")],
    ),
    (
        "model: 'str'",
        "model: 'str | None'",
        [(MINOR, f"{CREATE}(model)", "takes `str | None` too")],
    ),
    ("model: 'str'", "model: 'Any'", [(MINOR, f"{CREATE}(model)", "takes `Any` too")]),
    (
        "n: 'int | None' = None",
        "n: 'int | None' = None, seed: 'int' = 0",
        [(MINOR, f"{CREATE}(seed)", "is new")],
    ),
    (
        "*, model: 'str'",
        "*, model: 'str', key: 'str'",
        [(MAJOR, f"{CREATE}(key)", "must be given now")],
    ),
    ("-> 'Cat'\n", "-> 'Cat | None'\n", [(MAJOR, CREATE, "returns `Cat | None`, was `Cat`")]),
    (
        "-> 'str | None'",
        "-> 'str'",
        [(MINOR, "pkg.Cat.speak", "returns `str` only, was `str | None`")],
    ),
    ("self, loud:", "self, *, loud:", [(MAJOR, "pkg.Cat.speak(loud)", "is keyword only now")]),
    ("name: 'str', /, age", "name: 'str', age", []),
    (
        "(cat: 'Cat', food: 'Food' = <object object>,",
        "(food: 'Food' = <object object>, cat: 'Cat' = 0,",
        [
            (MINOR, "pkg.feed(cat)", "is 0 by default, was None"),
            (MAJOR, "pkg.feed", "takes its arguments in another order"),
        ],
    ),
    ("<object object>", "<other object>", []),
    (", *more: 'Food'", "", [(MAJOR, "pkg.feed(*)", "was removed")]),
    ("command cat toy throw\n", "", [(MAJOR, "cat toy throw", "was removed")]),
    (
        "command cat toy throw",
        "command cat toy hide",
        [
            (MAJOR, "cat toy throw", "was removed"),
            (MINOR, "cat toy hide", "is new"),
        ],
    ),
    ("    --version: NotRequired[flag]\n", "", [(MAJOR, "cat.--version", "was removed")]),
    ("    -b: NotRequired[--bowl]\n", "", [(MAJOR, "cat feed.-b", "was removed")]),
    (
        "-b: NotRequired[--bowl]",
        "-b: NotRequired[--at]",
        [
            (MAJOR, "cat feed.-b", "takes `NotRequired[--at]`, took `NotRequired[--bowl]`"),
        ],
    ),
    (
        "    --bowl",
        "    --age: NotRequired[int]\n    --bowl",
        [(MINOR, "cat feed.--age", "is new")],
    ),
    (
        "    --bowl",
        "    --age: Required[int]\n    --bowl",
        [
            (MAJOR, "cat feed.--age", "must be given now"),
        ],
    ),
    (
        "--bowl: Required[int]",
        "--bowl: NotRequired[int] = 3",
        [
            (MINOR, "cat feed.--bowl", "may be left out now"),
        ],
    ),
    (
        "--bowl: Required[int]",
        "--bowl: Required[text]",
        [
            (MINOR, "cat feed.--bowl", "takes `Required[text]` too"),
        ],
    ),
    ("= 'noon'", "= 'night'", [(MINOR, "cat feed.--at", "is 'night' by default, was 'noon'")]),
    (
        "Literal['noon'] | ",
        "",
        [
            (
                MAJOR,
                "cat feed.--at",
                "takes `NotRequired[Literal['night']]`, took "
                "`NotRequired[Literal['noon'] | Literal['night']]`",
            ),
        ],
    ),
    (
        "arguments(name: 'text', /, *food: 'text')",
        "arguments(*food: 'text')",
        [
            (MAJOR, "cat feed.arguments(name)", "was removed"),
        ],
    ),
    (
        "    arguments(name: 'text', /, *food: 'text')\n",
        "",
        [
            (MAJOR, "cat feed.arguments", "was removed"),
        ],
    ),
    ("fixture cat: Iterator[Cat]\n", "", [(MAJOR, "pytest.cat", "was removed")]),
    (
        "Iterator[Cat]",
        "Iterator[Dog]",
        [
            (MAJOR, "pytest.cat", "is `Iterator[Dog]`, was `Iterator[Cat]`"),
        ],
    ),
    ("marker cats(tame=True, **more)\n", "", [(MAJOR, "pytest.cats", "was removed")]),
    ("(tame=True, **more)", "(**more)", [(MAJOR, "pytest.cats(tame)", "was removed")]),
    ("option --cat-name: text\n", "", [(MAJOR, "pytest.--cat-name", "was removed")]),
    ("setting cat_mode: string\n", "", [(MAJOR, "pytest.cat_mode", "was removed")]),
    ("extra toys\n", "", [(MAJOR, "pip.toys", "was removed")]),
    ("extra toys-large\n", "", [(MAJOR, "pip.toys-large", "was removed")]),
]


@pytest.mark.parametrize(("old", "new", "told"), SURFACE)
def test_what_a_change_of_the_surface_asks(old, new, told):
    """Each is told once, with its name and its weight."""
    assert old in SNAPSHOT
    found = list(surface.compare(SNAPSHOT, SNAPSHOT.replace(old, new, 1)))
    assert [tuple(change) for change in found] == told


def test_a_class_goes_as_a_whole():
    """Its members are not told one by one."""
    begin, end = SNAPSHOT.index("class CatParam"), SNAPSHOT.index("class Paw")
    without = SNAPSHOT[:begin] + SNAPSHOT[end:]
    assert list(surface.compare(SNAPSHOT, without)) == [(MAJOR, "pkg.CatParam", "was removed")]
    assert list(surface.compare(without, SNAPSHOT)) == [(MINOR, "pkg.CatParam", "is new")]


def test_every_line_of_the_snapshot_is_understood():
    """No name is lost, and every signature is read."""
    text = (ROOT / "tests/surface.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("# ")]
    found = surface.names(text)
    assert len(found) == len(lines)
    called = [line for line in found.values() if "(" in line.partition(": ")[0]]
    classes = [line for line in called if line.startswith("class ")]
    unread = [line for line in called if line not in classes and not surface.signature(line)]
    assert [line for line in unread if not line.endswith("(property)")] == []


def test_the_snapshot_tells_all_that_callers_can_hold(monkeypatch):
    """Values of types and enums, what must be awaited, what must be given, and the order of fields."""

    class Color(Enum):
        RED = "red"

    class Base(TypedDict, total=False):
        size: int

    class Given(Base):
        name: str

    class Pair(NamedTuple):
        left: int
        right: str = "r"

    async def fetch(key: str) -> None: ...

    namespace = SimpleNamespace(Color=Color, Given=Given, Pair=Pair)
    for cls in (Color, Given, Pair):
        cls.__module__ = "runinfra_ext.made"
    lines = [
        line
        for name, value in vars(namespace).items()
        for line in snapshot._described(name, value, vars(namespace))
    ]
    assert lines == [
        "class Color(Enum)",
        "    RED: Literal['red']",
        "class Given(dict)",
        "    name: Required[str]",
        "    size: NotRequired[int]",
        "class Pair(tuple)",
        "    __new__(left, right = 'r')",
        "    left: int",
        "    right: str",
    ]
    food = Literal["fish", 1] | list[Callable[[int, "Path"], None]] | dict[str, tuple[int, ...]]
    for value, line in (
        (fetch, "def fetch(key: 'str') -> 'None' (async)"),
        (
            food,
            "type it: Literal['fish'] | Literal[1] | list[Callable[[int, Path], None]] | dict[str, tuple[int, ...]]",
        ),
        ("text", "value it: 'text'"),
        (object(), "value it"),
    ):
        name = "fetch" if value is fetch else "it"
        assert list(snapshot._described(name, value, ())) == [line]


def test_commands_are_told_as_they_are_typed(monkeypatch):
    """Each name of an option, what it takes, and arguments in their order; without a command, less."""
    monkeypatch.setattr(sys, "path", [*sys.path])  # the canary's program adds its folder
    lines = list(commands.commands())
    run = lines[lines.index("command runinfra-ext bulk run") + 1 :]
    assert run[0] == "    arguments(rows: 'path', /)"
    assert {
        "    --max-concurrency: NotRequired[int[1..]]",
        "    --operation: NotRequired[text] = 'chat.completions.create'",
        "    --output: Required[path]",
        "    --skip-bad-rows: NotRequired[flag]",
        "    -o: NotRequired[--output]",
    } <= set(run[: run.index("command runinfra-ext bulk retry")])
    assert "    --image: NotRequired[text | repeated]" in lines
    sandbox = lines[lines.index("command runinfra-ext sandbox") :]
    assert "    --port: NotRequired[int] = 8080" in sandbox
    page = importlib.import_module("runinfra_ext.cli.page")
    less = {name: command for name, command in page.COMMANDS.items() if name != "voice"}
    monkeypatch.setattr(page, "COMMANDS", less)
    without = list(commands.commands())
    told = list(surface.compare("\n".join(lines), "\n".join(without)))
    assert told == [(MAJOR, "runinfra-ext voice", "was removed")]


def test_pytest_s_names_are_told(monkeypatch):
    """Fixtures, the marker with its settings, options; without one, less."""
    lines = plugin.pytest_names(ROOT)
    assert {
        "fixture runinfra_gateway: Iterator[Sandbox]",
        "marker runinfra(tls=False, cassette=None, **settings)",
        "option --runinfra-record: text",
        "setting runinfra_network: string",
    } <= set(lines)
    module = importlib.import_module(plugin.MODULE)
    monkeypatch.setattr(module, "pytest_configure", lambda _: None)
    assert [line for line in lines if line not in plugin.pytest_names(ROOT)] == [
        "marker runinfra(tls=False, cassette=None, **settings)"
    ]


def test_a_module_is_told_without_its_framework(tmp_path):
    """What a base that is not public adds belongs to each class; private names are nobody's."""
    path = tmp_path / "cats.py"
    path.write_text(
        "from somewhere import Animal\n"
        "__all__ = ['Cat', 'Dog', 'feed']\n"
        "class _Base:\n"
        "    legs: int | None = 4\n"
        "    def __init__(self, name: str, *, age: int = 1) -> None: ...\n"
        "    def _hidden(self): ...\n"
        "class Cat(_Base, Animal):\n"
        "    legs: int\n"
        "    @property\n"
        "    def tail(self) -> str: ...\n"
        "class Dog(_Base): ...\n"
        "async def feed(*cats: Cat) -> bool: ...\n",
        "utf-8",
    )
    init = "    __init__(self, name: 'str', *, age: 'int'=1) -> 'None'"
    assert list(source.module(path)) == [
        "class Cat(_Base, Animal)",
        init,
        "    legs: int",
        "    tail: str (property)",
        "class Dog(_Base)",
        init,
        "    legs: int | None",
        "def feed(*cats: 'Cat') -> 'bool' (async)",
    ]
    path.write_text("__all__ = ['Gone']\n", "utf-8")
    with pytest.raises(ValueError, match="Gone is in __all__, and neither a class nor a function"):
        list(source.module(path))


def test_every_integration_is_in_the_snapshot():
    """One that is added is imported for it, or read."""
    there = {
        path.stem
        for path in (ROOT / "runinfra_ext/integrations").glob("*.py")
        if not path.stem.startswith("_")
    }
    imported = {name.rpartition(".")[2] for name in snapshot.MODULES if ".integrations." in name}
    assert there == imported | set(snapshot.UNIMPORTED)


DOCUMENT = {
    "servers": [{"url": "https://cats.example"}],
    "security": [{"key": []}],
    "webhooks": {
        "born": {
            "post": {
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Cat"}}
                    }
                }
            }
        }
    },
    "paths": {
        "/cats": {
            "post": {
                "operationId": "createCat",
                "x-runinfra-replay": {"class": "keyed"},
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 9}}
                ],
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/NewCat"}}
                    }
                },
                "responses": {
                    "200": {
                        "headers": {"X-Count": {}},
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Cat"}}
                        },
                    },
                    "404": {"description": "No."},
                },
            },
            "get": {"operationId": "listCats", "responses": {}},
        }
    },
    "components": {
        "securitySchemes": {"key": {"type": "http"}},
        "schemas": {
            "NewCat": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "maxLength": 9},
                    "mood": {"enum": ["good", "bad"]},
                    "toys": {"type": "array", "items": {"type": "string"}},
                    "food": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
                    "kin": {"oneOf": [{"type": "object"}, {"type": "object", "maxProperties": 3}]},
                    "code": {"type": "string", "pattern": "a", "default": "a"},
                    "more": {"type": "object", "additionalProperties": {"type": "string"}},
                },
            },
            "Cat": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": {"type": "string"},
                    "mood": {"enum": ["good", "bad"]},
                    "mother": {"$ref": "#/components/schemas/Cat"},
                    "lives": {"type": ["integer", "null"]},
                },
            },
        },
    },
}
POST = ("paths", "/cats", "post")
NEW = ("components", "schemas", "NewCat")
CAT = ("components", "schemas", "Cat")
GONE = object()
EDITS = [
    ((*POST[:2], "get"), GONE, (MAJOR, "listCats", "was removed from the document")),
    ((*POST[:2], "put"), {"operationId": "putCat"}, (MINOR, "putCat", "is a new operation")),
    (
        (*POST, "x-runinfra-replay", "class"),
        "never",
        (MAJOR, "createCat", "has x-runinfra-replay {'class': 'never'}, had {'class': 'keyed'}"),
    ),
    ((*POST, "parameters"), [], (MAJOR, "createCat.limit", "was removed")),
    ((*POST, "parameters", 0, "required"), True, (MAJOR, "createCat.limit", "must be given now")),
    (
        (*POST, "parameters", 0, "schema", "maximum"),
        5,
        (MAJOR, "createCat.limit", "has maximum 5, had 9"),
    ),
    (
        (*POST, "parameters", 0, "schema", "maximum"),
        10,
        (MINOR, "createCat.limit", "has maximum 10, had 9"),
    ),
    (
        (*POST, "parameters", 0, "schema", "minimum"),
        1,
        (MAJOR, "createCat.limit", "has minimum 1, had None"),
    ),
    ((*POST, "requestBody"), GONE, (MAJOR, "createCat", "has no body any more")),
    ((*POST, "responses", "404"), GONE, (MAJOR, "createCat 404", "is an answer no more")),
    ((*POST, "responses", "409"), {}, (MINOR, "createCat 409", "is a new answer")),
    ((*NEW, "properties", "mood"), GONE, (MAJOR, "NewCat.mood", "was removed")),
    ((*NEW, "properties", "age"), {"type": "integer"}, (MINOR, "NewCat.age", "is new")),
    ((*NEW, "required"), ["name", "mood"], (MAJOR, "NewCat.mood", "must be given now")),
    (
        (*NEW, "properties", "name", "maxLength"),
        4,
        (MAJOR, "NewCat.name", "has maxLength 4, had 9"),
    ),
    (
        (*NEW, "properties", "name", "type"),
        ["string", "null"],
        (MINOR, "NewCat.name", "is null or string now"),
    ),
    (
        (*NEW, "properties", "toys", "items", "type"),
        "integer",
        (MAJOR, "NewCat.toys[]", "is integer now"),
    ),
    ((*NEW, "properties", "mood", "enum"), ["good"], (MAJOR, "NewCat.mood=bad", "was removed")),
    (
        (*NEW, "properties", "mood", "enum"),
        ["good", "bad", "odd"],
        (MINOR, "NewCat.mood=odd", "is new"),
    ),
    ((*NEW, "properties", "mood"), {}, (MINOR, "NewCat.mood", "takes any value")),
    (
        (*NEW, "properties", "food", "anyOf"),
        [{"type": "string"}],
        (MAJOR, "NewCat.food|integer", "was removed"),
    ),
    ((*CAT, "properties", "lives"), GONE, (MAJOR, "Cat.lives", "was removed")),
    ((*CAT, "properties", "lives", "type"), "integer", (MINOR, "Cat.lives", "is integer now")),
    (
        (*CAT, "properties", "id", "type"),
        ["string", "null"],
        (MAJOR, "Cat.id", "is null or string now"),
    ),
    ((*CAT, "required"), [], (MAJOR, "Cat.id", "may be missing now")),
    ((*CAT, "properties", "mood", "enum"), ["good"], (MAJOR, "Cat.mood=bad", "was removed")),
    (
        (*CAT, "properties", "mood"),
        {"enum": ["good", "bad", "odd"]},
        (MINOR, "Cat.mood=odd", "is new"),
    ),
    ((*CAT, "description"), "A cat.", None),
    (
        ("paths",),
        {"/dogs": DOCUMENT["paths"]["/cats"]},
        [
            (MAJOR, "listCats", "has path GET /dogs, had GET /cats"),
            (MAJOR, "createCat", "has path POST /dogs, had POST /cats"),
        ],
    ),
    (
        (*POST, "security"),
        [],
        (MAJOR, "createCat", "has security [], had None"),
    ),
    (
        (*POST, "x-runinfra-stream"),
        {"event": "Cat"},
        (MAJOR, "createCat", "has x-runinfra-stream {'event': 'Cat'}, had None"),
    ),
    ((*POST, "deprecated"), True, (MINOR, "createCat", "is deprecated now")),
    ((*POST, "requestBody", "required"), True, (MAJOR, "createCat", "must have a body now")),
    (
        (*POST, "requestBody", "content", "application/json", "encoding"),
        {"toys": {}},
        (MAJOR, "createCat application/json", "is encoded in another way"),
    ),
    (
        (*POST, "parameters", 0, "in"),
        "header",
        [
            (MAJOR, "createCat.limit", "was removed"),
            (MINOR, "createCat.limit (header)", "is new"),
        ],
    ),
    ((*POST, "parameters", 0, "explode"), False, (MAJOR, "createCat.limit", "has another explode")),
    (
        (*POST, "responses", "200", "headers"),
        {"X-Sum": {}},
        [
            (MAJOR, "createCat 200 x-count", "is no header of the answer any more"),
            (MINOR, "createCat 200 x-sum", "is a new header"),
        ],
    ),
    (("servers",), [], (MAJOR, "server https://cats.example", "was removed")),
    (("security",), [], (MAJOR, "security", "is another")),
    (
        ("components", "securitySchemes", "key", "type"),
        "apiKey",
        (MAJOR, "components.securitySchemes", "is another"),
    ),
    (("webhooks", "born"), GONE, (MAJOR, "webhook born", "was removed")),
    (("webhooks", "dead"), {}, (MINOR, "webhook dead", "is new")),
    (
        ("webhooks", "born", "post", "requestBody", "content", "application/json", "schema"),
        {"type": "object", "required": ["id"], "properties": {"id": {}, "mood": {}}},
        [
            (MAJOR, "webhook born.id", "is anything now"),
            (MAJOR, "webhook born.mood", "takes any value"),
            (MAJOR, "webhook born.mother", "was removed"),
            (MAJOR, "webhook born.lives", "was removed"),
        ],
    ),
    (
        (*NEW, "properties", "code", "default"),
        "b",
        (MINOR, "NewCat.code", "has default b, had a"),
    ),
    (
        (*NEW, "properties", "code", "pattern"),
        "b",
        (MAJOR, "NewCat.code", "has pattern b, had a"),
    ),
    (
        (*NEW, "properties", "code", "pattern"),
        GONE,
        (MINOR, "NewCat.code", "has pattern None, had a"),
    ),
    (
        (*CAT, "properties", "id", "format"),
        "uuid",
        (MINOR, "Cat.id", "has format uuid, had None"),
    ),
    (
        (*NEW, "properties", "name", "format"),
        "uuid",
        (MAJOR, "NewCat.name", "has format uuid, had None"),
    ),
    (
        (*NEW, "additionalProperties"),
        False,
        (MAJOR, "NewCat", "has additionalProperties False, had None"),
    ),
    ((*NEW, "additionalProperties"), True, None),
    (
        (*NEW, "properties", "more", "additionalProperties", "type"),
        "integer",
        (MAJOR, "NewCat.more(additionalProperties)", "is integer now"),
    ),
    (
        (*NEW, "properties", "toys", "items"),
        GONE,
        (MINOR, "NewCat.toys[]", "is anything now"),
    ),
    (
        (*NEW, "properties", "kin", "oneOf"),
        [{"type": "object"}],
        (MAJOR, "NewCat.kin|object 2", "was removed"),
    ),
    (
        (*NEW, "if"),
        {"required": ["mood"]},
        (MAJOR, "NewCat", "has if {'required': ['mood']}, had None"),
    ),
]


@pytest.mark.parametrize(("path", "value", "told"), EDITS)
def test_what_a_change_of_the_document_asks(path, value, told):
    """What callers send may widen, what they get may narrow; all else breaks somebody."""
    after = copy.deepcopy(DOCUMENT)
    node = after
    for part in path[:-1]:
        node = node[part]
    if value is GONE:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    found = [tuple(change) for change in document.Comparison(DOCUMENT, after).changes()]
    assert found == ([] if told is None else told if isinstance(told, list) else [told])


@pytest.mark.parametrize(
    ("last", "weight", "least"),
    [
        ("0.1.0", MAJOR, "0.2.0"),
        ("0.1.0", MINOR, "0.1.1"),
        ("1.4.2", MAJOR, "2.0.0"),
        ("1.4.2", MINOR, "1.5.0"),
        ("1.4.2", changes.Weight.PATCH, "1.4.3"),
        ("1.4.0rc2", MAJOR, "1.4.0"),
    ],
)
def test_the_version_follows(last, weight, least):
    """Semantic versions; before 1.0.0 the second number tells of a break."""
    assert changes.next_version(last, weight) == least


@pytest.fixture
def tree(tmp_path):
    """A copy of what is compared, just after a release."""
    for folder in ("runinfra_ext", "openapi", "tests"):
        (tmp_path / folder).mkdir()
    copied(["openapi/runinfra.yaml", "tests/surface.txt"], tmp_path)
    (tmp_path / "runinfra_ext/_version.py").write_text('__version__ = "0.1.0"\n', "utf-8")
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## 0.1.0 - 2026-01-02\n", "utf-8")
    compat.take(tmp_path)
    return tmp_path


def test_nothing_changed(tree, capsys):
    """Just after a release there is nothing to tell."""
    assert compat.told(tree) == 0
    assert "Nothing changed for callers since 0.1.0." in capsys.readouterr().out


def test_a_break_needs_a_version(tree, capsys):
    """With the old version it is a failure that names what broke, and the least version."""
    replaced(tree / "tests/surface.txt", "class AlreadyCompletedError(ConflictError)\n", "")
    replaced(tree / "openapi/runinfra.yaml", "operationId: listModels", "operationId: listAll")
    assert compat.told(tree) == 1
    shown = capsys.readouterr().out
    assert "Breaks callers:\n  runinfra_ext.AlreadyCompletedError: was removed" in shown
    assert "  listModels: was removed from the document" in shown
    assert "New, or wider:\n  listAll: is a new operation" in shown
    assert "The last release is 0.1.0: the next is 0.2.0 at least; it says 0.1.0." in shown
    replaced(tree / "runinfra_ext/_version.py", "0.1.0", "0.2.0")
    assert compat.told(tree) == 0


def test_a_candidate_has_the_number_of_its_release(tree, capsys):
    """It may be compared, and be what is compared with."""
    replaced(tree / "tests/surface.txt", "class AlreadyCompletedError(ConflictError)\n", "")
    replaced(tree / "runinfra_ext/_version.py", "0.1.0", "0.2.0rc1")
    assert compat.told(tree) == 0
    assert "the next is 0.2.0 at least; it says 0.2.0rc1." in capsys.readouterr().out
    compat.take(tree)
    replaced(tree / "openapi/runinfra.yaml", "operationId: listModels", "operationId: listAll")
    assert compat.told(tree) == 0
    assert "The last release is 0.2.0rc1: the next is 0.2.0 at least" in capsys.readouterr().out


def test_a_version_never_falls(tree, capsys):
    """Also when nothing has changed for callers."""
    replaced(tree / "compat/release.json", "0.1.0", "0.2.0")
    assert compat.told(tree) == 1
    assert "The last release is 0.2.0: 0.1.0 is lower." in capsys.readouterr().out


def test_what_was_announced_may_go(tree, capsys):
    """A name that the last release called deprecated is no break."""
    (tree / "compat/deprecated.txt").write_text("runinfra_ext.AlreadyCompletedError\n", "utf-8")
    replaced(tree / "tests/surface.txt", "class AlreadyCompletedError(ConflictError)\n", "")
    assert compat.told(tree) == 1
    shown = capsys.readouterr().out
    assert "AlreadyCompletedError: was removed, as was announced" in shown
    assert "the next is 0.1.1 at least" in shown


def test_what_is_not_out_promises_nothing(tree, capsys):
    """Until the first release its own baseline is told, and holds nothing back; its day changes nothing."""
    replaced(tree / "CHANGELOG.md", "- 2026-01-02", "- unreleased")
    compat.take(tree)
    replaced(tree / "tests/surface.txt", "class AlreadyCompletedError(ConflictError)\n", "")
    for day in ("unreleased", "2026-01-02"):  # `make changelog` gives it one before `make check`
        replaced(tree / "CHANGELOG.md", "- unreleased", f"- {day}")
        assert compat.told(tree) == 0
        assert "0.1.0 is not out yet" in capsys.readouterr().out
    # Once it is out, it holds; so it does for a version after it.
    replaced(tree / "runinfra_ext/_version.py", "0.1.0", "0.1.1")
    assert compat.told(tree) == 1
    replaced(tree / "runinfra_ext/_version.py", "0.1.1", "0.1.0")
    replaced(tree / "compat/release.json", "false", "true")
    assert compat.told(tree) == 1


def test_the_baseline_is_of_a_release():
    """It names its version, and both of its parts can be read."""
    last = ROOT / "compat"
    facts = json.loads((last / "release.json").read_text("utf-8"))
    assert changes.numbers(facts["version"]) >= (0, 1, 0)
    assert isinstance(facts["out"], bool)
    assert surface.names((last / "surface.txt").read_text("utf-8"))
    assert yaml.safe_load((last / "runinfra.yaml").read_text("utf-8"))["openapi"] == "3.1.0"
