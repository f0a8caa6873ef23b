"""Times, dates, ids and bytes in answers: types of Python, written back to exactly what came."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
import typing

import pytest

import runinfra_client.models
from runinfra_client import types
from tests.trees import ROOT, copied, replaced

FIELDS = """\
    Deployment:
      description: A deployment.
      type: object
      required: [id, made, day, key, days]
      properties:
        id: {type: string, format: uuid, description: Its id.}
        made: {type: string, format: date-time, description: When it was made.}
        day: {type: string, format: date, description: The day.}
        key: {type: string, format: byte, description: Its key.}
        raw: {type: [string, "null"], format: binary, description: Bytes.}
        ended: {type: [string, "null"], format: date-time, description: When it ended.}
        started:
          anyOf: [{type: string, format: date-time}, {type: integer}, {type: "null"}]
        days: {type: array, items: {type: string, format: date}, description: All days.}
        breaks:
          type: [array, "null"]
          description: When it did nothing.
          items: {type: [string, "null"], format: date-time}
        what:
          anyOf:
            - {$ref: "#/components/schemas/ModelPricing"}
            - {type: string, format: date}
            - {type: "null"}
        parts:
          type: [array, "null"]
          description: More of them.
          items: {$ref: "#/components/schemas/Deployment"}
"""
CODE = """
import copy, datetime as dt, json, pickle, sys, typing
from uuid import UUID
from runinfra_client.models import Deployment, ModelPricing

UTC = dt.timezone.utc
came = {
    "id": "8D2F5C1E-7B1A-4F38-9A58-3F0F6A1C2B77", "made": "2026-11-25t09:30:00.1230000z",
    "day": "2026-11-25", "key": "AAEC", "raw": "/w==", "ended": None,
    "started": 5, "days": ["2026-11-24", "2026-11-25"],
    "breaks": ["2026-11-25T10:00:00+01:00", None], "what": "2026-12-01", "mood": "good",
    "parts": [{"id": "8d2f5c1e7b1a4f389a583f0f6a1c2b77", "made": "2026-11-25T09:30:00",
               "day": "2026-11-25", "key": "", "days": [], "what": {"input": 1.5}}],
}
it = Deployment.from_dict(came)
assert it.id == UUID("8d2f5c1e-7b1a-4f38-9a58-3f0f6a1c2b77") and type(it.id) is UUID
assert it.made == dt.datetime(2026, 11, 25, 9, 30, 0, 123000, tzinfo=UTC), it.made
assert it.day == dt.date(2026, 11, 25) and type(it.day) is dt.date
assert (it.key, it.raw, it.ended, it.started) == (b"\\0\\1\\2", b"\\xff", None, 5)
assert it.days == [dt.date(2026, 11, 24), dt.date(2026, 11, 25)]
assert it.breaks == [dt.datetime(2026, 11, 25, 9, 0, tzinfo=UTC), None]
assert it.what == dt.date(2026, 12, 1)
assert it.parts[0].made == dt.datetime(2026, 11, 25, 9, 30)
assert isinstance(it.parts[0].what, ModelPricing)
for twin in (it, copy.copy(it), copy.deepcopy(it), pickle.loads(pickle.dumps(it))):
    assert twin == it and twin.to_dict() == came, twin.to_dict()
assert json.dumps(it.to_dict())

it.day, it.days, it.key = dt.date(2027, 1, 1), [dt.date(2027, 1, 2)], b"hi"
changed = {"day": "2027-01-01", "days": ["2027-01-02"], "key": "aGk="}
assert it.to_dict() == {**came, **changed}, it.to_dict()
made = Deployment(id=UUID(int=1), made=dt.datetime(2026, 1, 1, tzinfo=UTC), day=dt.date(2026, 1, 1),
                  key=b"", days=[])
assert made.to_dict() == {"id": str(UUID(int=1)), "made": "2026-01-01T00:00:00+00:00",
                          "day": "2026-01-01", "key": "", "days": []}
assert typing.get_type_hints(Deployment)["breaks"] == list[dt.datetime | None] | None
for key, wrong in (("id", "x"), ("made", "yesterday"), ("made", 5), ("made", "2026"), ("day", "2026"),
                   ("day", "2026-11-25T00:00:00"), ("key", "*"), ("days", ["x"]), ("what", "x")):
    try:
        Deployment.from_dict({**came, key: wrong})
    except (TypeError, ValueError, AttributeError):
        continue
    raise AssertionError((key, wrong))
print("dateutil" in sys.modules)
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A generated copy of the project whose answers have values of every format."""
    parts = ("openapi", "scripts", "runinfra_client", "runinfra_ext", "generator-config.yml")
    tree = copied(parts, tmp_path_factory.mktemp("formats"))
    document = tree / "openapi/runinfra.yaml"
    replaced(document, "    # ---- models ----\n", FIELDS)
    replaced(
        document,
        "        reasoning_efforts:",
        '        deployment:\n          anyOf: [{$ref: "#/components/schemas/Deployment"}, {type: "null"}]\n'
        "        reasoning_efforts:",
    )
    run(tree, str(ROOT / "scripts/generate.py"), "--root", str(tree))
    return tree


def run(tree, *command):
    """Run Python on a copy; what it prints."""
    done = subprocess.run(
        [sys.executable, *command], cwd=tree, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_values_are_of_python_and_travel_back_as_they_came(tree):
    """Read by their format, written back to the same text, refused when they are something else."""
    assert run(tree, "-c", CODE) == "True\n"


def test_the_models_pass_the_type_checker(tree):
    """The generated model is well-typed: nothing is missing among its imports."""
    target = tree / "runinfra_client/models/deployment.py"
    run(tree, "-m", "mypy", "--strict", "--follow-imports=silent", str(target))


def test_all_annotations_resolve():
    """What the annotations of every model name is there at run time."""
    for module in pkgutil.iter_modules(runinfra_client.models.__path__):
        importlib.import_module(f"runinfra_client.models.{module.name}")
    for name in runinfra_client.models.__all__:
        hints = typing.get_type_hints(getattr(runinfra_client.models, name))
        assert hints["additional_properties"] == dict[str, typing.Any]


@pytest.mark.parametrize(
    ("text", "year", "zone"),
    [
        ("2026-11-25T09:30:00Z", 2026, True),
        ("2026-11-25 09:30:00.5+05:30", 2026, True),
        ("2026-11-25T09:30:00", 2026, False),
    ],
)
def test_times_are_read(text, year, zone):
    """With a T or a space, with fractions, with and without an offset."""
    moment = types.moment(text)
    assert (moment.year, moment.tzinfo is not None) == (year, zone)
