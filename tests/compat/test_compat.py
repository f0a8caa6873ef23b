"""What a change of the surface or of the document asks of callers, and of the version."""

from __future__ import annotations

import copy
import importlib
import json
import sys
from pathlib import Path

import pytest
import yaml

from tests.trees import copied, replaced

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
compat = importlib.import_module("compat")
surface = importlib.import_module("compatibility.surface")
document = importlib.import_module("compatibility.document")
changes = importlib.import_module("compatibility.changes")
sys.path.remove(str(ROOT / "scripts"))

MAJOR, MINOR = changes.Weight.MAJOR, changes.Weight.MINOR
SNAPSHOT = """\
# pkg

class Cat(Animal, Pet)
    __init__(self, name: 'str', /, age: 'int | None' = None, *, mood: 'str' = 'good') -> 'None'
    legs: int | None
    tail: str (property)
    speak(self, loud: 'bool' = False) -> 'str | None'
class CatParam(dict)
    name: Required[str]
    size: int
type Food
def feed(cat: 'Cat', food: 'Food' = <object object>, *more: 'Food') -> 'bool'
value VERSION

# the methods of Client

client.cats.create(*, model: 'str', n: 'int | None' = None) -> 'Cat'
"""
CREATE = "Client: client.cats.create"
SURFACE = [
    ("value VERSION\n", "", [(MAJOR, "pkg.VERSION", "was removed")]),
    ("type Food\n", "type Food\nclass Dog()\n", [(MINOR, "pkg.Dog", "is new")]),
    ("type Food", "value Food", [(MAJOR, "pkg.Food", "was `type Food` and is `value Food`")]),
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
]


@pytest.mark.parametrize(("old", "new", "told"), SURFACE)
def test_what_a_change_of_the_surface_asks(old, new, told):
    """Each is told once, with its name and its weight."""
    assert old in SNAPSHOT
    found = list(surface.compare(SNAPSHOT, SNAPSHOT.replace(old, new, 1)))
    assert [tuple(change) for change in found] == told


def test_a_class_goes_as_a_whole():
    """Its members are not told one by one."""
    begin, end = SNAPSHOT.index("class CatParam"), SNAPSHOT.index("type Food")
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


DOCUMENT = {
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
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Cat"}}
                        }
                    },
                    "404": {"description": "No."},
                },
            },
            "get": {"operationId": "listCats", "responses": {}},
        }
    },
    "components": {
        "schemas": {
            "NewCat": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "maxLength": 9},
                    "mood": {"enum": ["good", "bad"]},
                    "toys": {"type": "array", "items": {"type": "string"}},
                    "food": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
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
        }
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
    assert found == ([] if told is None else [told])


@pytest.mark.parametrize(
    ("last", "weight", "least"),
    [
        ("0.1.0", MAJOR, "0.2.0"),
        ("0.1.0", MINOR, "0.1.1"),
        ("1.4.2", MAJOR, "2.0.0"),
        ("1.4.2", MINOR, "1.5.0"),
        ("1.4.2", changes.Weight.PATCH, "1.4.3"),
    ],
)
def test_the_version_follows(last, weight, least):
    """Semantic versions; before 1.0.0 the second number tells of a break."""
    assert changes.next_version(last, weight) == least


@pytest.fixture
def tree(tmp_path):
    """A copy of what is compared, just after a release."""
    parts = ["CHANGELOG.md", "compat"]
    for folder in ("runinfra_ext", "openapi", "tests"):
        (tmp_path / folder).mkdir()
    copied(
        ["runinfra_ext/_version.py", "openapi/runinfra.yaml", "tests/surface.txt", *parts], tmp_path
    )
    compat.take(tmp_path)
    text = (tmp_path / "CHANGELOG.md").read_text("utf-8")
    (tmp_path / "CHANGELOG.md").write_text(text.replace("- unreleased", "- 2026-01-02"), "utf-8")
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


def test_what_was_announced_may_go(tree, capsys):
    """A name that the last release called deprecated is no break."""
    (tree / "compat/deprecated.txt").write_text("runinfra_ext.AlreadyCompletedError\n", "utf-8")
    replaced(tree / "tests/surface.txt", "class AlreadyCompletedError(ConflictError)\n", "")
    assert compat.told(tree) == 1
    shown = capsys.readouterr().out
    assert "AlreadyCompletedError: was removed, as was announced" in shown
    assert "the next is 0.1.1 at least" in shown


def test_what_is_not_out_promises_nothing(tree, capsys):
    """Until the first release its own baseline is told, and holds nothing back."""
    replaced(tree / "CHANGELOG.md", "- 2026-01-02", "- unreleased")
    replaced(tree / "tests/surface.txt", "class AlreadyCompletedError(ConflictError)\n", "")
    assert compat.told(tree) == 0
    assert "0.1.0 is not out yet" in capsys.readouterr().out


def test_the_baseline_is_of_a_release():
    """It names its version, and both of its parts can be read."""
    last = ROOT / "compat"
    version = json.loads((last / "release.json").read_text("utf-8"))["version"]
    assert tuple(map(int, version.split("."))) >= (0, 1, 0)
    assert surface.names((last / "surface.txt").read_text("utf-8"))
    assert yaml.safe_load((last / "runinfra.yaml").read_text("utf-8"))["openapi"] == "3.1.0"
