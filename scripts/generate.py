"""Regenerate everything that comes from the document, or check that it is up to date.

    python scripts/generate.py            write runinfra_client/ and the rest that is generated
    python scripts/generate.py --check    compare with a fresh generation; exit 1 on a difference

Everything is made in a temporary folder and moved into place at the end: when a step fails, the
message names the place, and the tree is as it was.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

import jinja2

sys.path.insert(0, str(Path(__file__).resolve().parent))

from generation.document import DocumentError
from generation.endpoints import operation_rows
from generation.facts import one_line, snake
from generation.methods import call_options, call_type, complete, hand_written, namespaces
from generation.models import answers_only, module_of
from generation.nested import Richer
from generation.params import ParamsWriter
from generation.public import listed, public_types
from generation.scopes import scoped_namespaces
from generation.twins import HAND_WRITTEN, write_twins
from generation.unions import union_rows
from lint_document import checked

DOCUMENT = Path("openapi/runinfra.yaml")
TEMPLATES = Path("openapi/templates")
CONFIG = Path("generator-config.yml")
CLIENT = Path("runinfra_client")
ASYNC = Path("runinfra_ext/_async")
SYNC = Path("runinfra_ext/_sync")
CALLS = Path("runinfra_ext/_call/calls")
HEADER = "# Generated from openapi/runinfra.yaml by `make gen`; do not edit.\n"
SANDBOX_DOCUMENT = Path("runinfra_ext/sandbox/document.json")


PUBLIC_TYPES = Path("runinfra_ext/types.py")
RESULTS = (Path("runinfra_ext/_answer/completions.py"), Path("runinfra_ext/_answer/results.py"))
NESTED = Path("runinfra_ext/_answer/nested.py")
_OWN_ASYNC = ("namespaces.py", "namespaces.pyi", "stream_types.py")
FILES = (SANDBOX_DOCUMENT, PUBLIC_TYPES, NESTED, *(ASYNC / name for name in _OWN_ASYNC))
_GENERATED_ASYNC = shutil.ignore_patterns("resources", *_OWN_ASYNC, "__pycache__")


def main() -> int:
    """Run the command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        try:
            generate(options.root, fresh)
        except DocumentError as error:
            print(error, file=sys.stderr)
            return 1
        if options.check:
            return report(differences(options.root, fresh))
        install(options.root, fresh)
    return 0


def generate(root: Path, fresh: Path) -> None:
    """Make all generated files below ``fresh``.

    Raises:
        DocumentError: a step failed; the message says where.
    """
    document = checked(root / DOCUMENT)
    params = ParamsWriter(document)
    rows, unions = operation_rows(document, params), union_rows(document)
    templates = _templates(root / TEMPLATES)
    _write_models(root, fresh / CLIENT, answers_only(document))
    _write_client(templates, fresh / CLIENT, rows, unions, params)
    _format(fresh / CLIENT)
    richer = Richer([root / path for path in RESULTS], fresh / CLIENT / "models", unions)
    _write_nested(templates, fresh / NESTED, rows, richer)
    _write_methods(root, templates, fresh, document, rows, unions, richer)
    _format(fresh / CALLS)
    whole = fresh / "async"  # the twins are made of all of it, written and generated
    shutil.copytree(root / ASYNC, whole / ASYNC, ignore=_GENERATED_ASYNC)
    shutil.copytree(fresh / ASYNC, whole / ASYNC, dirs_exist_ok=True)
    write_twins(whole / ASYNC, fresh / SYNC)
    shutil.rmtree(whole)
    _format(fresh / SYNC)
    models = listed(fresh / CLIENT / "models/__init__.py")
    package = root / PUBLIC_TYPES.parent
    names = public_types(package, rows, models, params.definitions, unions, richer)
    text = templates.get_template("ext_types.py.jinja").render(names=names)
    (fresh / PUBLIC_TYPES).write_text(text, encoding="utf-8")
    _format(fresh / PUBLIC_TYPES)
    (fresh / SANDBOX_DOCUMENT).parent.mkdir(parents=True)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    (fresh / SANDBOX_DOCUMENT).write_text(text + "\n", encoding="utf-8")


def _write_models(root: Path, target: Path, document: dict[str, Any]) -> None:
    """Let the generator make the models, and what stands beside them."""
    # The post hooks call `ruff` by name: the one of this environment has to come first.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "answers.json"
        part.write_text(json.dumps(document), encoding="utf-8")
        command = [
            *(sys.executable, "-m", "openapi_python_client", "generate"),
            *("--path", str(part), "--config", str(root / CONFIG)),
            *("--custom-template-path", str(root / TEMPLATES)),
            *("--output-path", str(target), "--meta", "none", "--fail-on-warning"),
        ]
        result = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env={**os.environ, "PATH": path, "COLUMNS": "200"},
            check=False,
        )
    if result.returncode:
        raise DocumentError(f"{DOCUMENT}: the generator says:\n{result.stdout}{result.stderr}")
    shutil.rmtree(target / "api", ignore_errors=True)  # written by our own templates
    (target / "models/free_object.py").unlink(missing_ok=True)  # a plain dict


def _write_client(
    templates: jinja2.Environment,
    target: Path,
    rows: list[dict[str, Any]],
    unions: list[dict[str, Any]],
    params: ParamsWriter,
) -> None:
    """Write the rest of the low-level client: facts, arguments, operations."""
    members = sorted({member for union in unions for member in union["members"]})
    models = [_import_of(name) for name in sorted(params.models)]
    for name, values in (
        ("facts", {}),
        ("meta", {}),
        ("wire", {}),
        ("operations", {"operations": rows}),
        ("unions", {"unions": unions, "imports": [_import_of(name) for name in members]}),
        ("params", {"definitions": params.definitions, "models": models}),
    ):
        text = templates.get_template(f"{name}.py.jinja").render(**values)
        (target / f"{name}.py").write_text(text, encoding="utf-8")
    (target / "api").mkdir()
    _package(target / "api", "The operations, by their tags.")
    by_name = {union["name"]: union for union in unions}
    for row in rows:
        folder = target / "api" / row["tag"]
        if not folder.exists():
            folder.mkdir()
            _package(folder, f"Operations of the tag {row['tag']}.")
        text = templates.get_template("endpoint.py.jinja").render(
            op=row,
            event=_event_of(row, by_name),
            single=len(row["results"]) == 1
            and row["result_type"].count("models.") == 1
            and "|" not in row["result_type"],
            has_flag=any(member.name == "stream" for member in row["explicit"]),
        )
        (folder / f"{row['module']}.py").write_text(text, encoding="utf-8")
    (target / "py.typed").touch()


def _write_nested(
    templates: jinja2.Environment, target: Path, rows: list[dict[str, Any]], richer: Richer
) -> None:
    """Write the models that hold a richer one."""
    events = {row["stream"]["event"] for row in rows if row["stream"]}
    single = sorted(name for name in events if name in richer)
    text = templates.get_template("nested.py.jinja").render(richer=richer, events=single)
    target.parent.mkdir(parents=True)
    target.write_text(text, encoding="utf-8")
    _format(target)


def _write_methods(
    root: Path,
    templates: jinja2.Environment,
    fresh: Path,
    document: dict[str, Any],
    rows: list[dict[str, Any]],
    unions: list[dict[str, Any]],
    richer: Richer,
) -> None:
    """Write the SDK's methods, the types of their arguments, and the client's namespaces."""
    mixins = hand_written(root / ASYNC / "mixins")
    spaces = namespaces(rows, document, {name: found[1] for name, found in mixins.items()})
    by_name = {union["name"]: union for union in unions}
    resources = fresh / ASYNC / "resources"
    for folder, doc in (
        (resources, "The operations, grouped as OpenAI users know them."),
        (fresh / CALLS, "Keyword arguments of the methods, as type checkers and editors see them."),
    ):
        folder.mkdir(parents=True)
        _package(folder, doc)
    for space in spaces:
        own = [row for row in rows if row["function"].split(".")[0] == space["name"]]
        with_types = [row for row in own if call_type(row) == f"{row['base']}Call"]
        for used in space["uses"]:
            used["event"] = _event_of(used["row"], by_name)
            complete(used, document, richer)
        text = templates.get_template("resource.py.jinja").render(
            space=space,
            mixins=[
                (class_["mixin"], mixins[class_["mixin"]][0])
                for class_ in space["classes"]
                if class_["mixin"]
            ],
        )
        (resources / f"{space['name']}.py").write_text(text, encoding="utf-8")
        text = templates.get_template("calls.py.jinja").render(
            name=space["name"],
            rows=[
                {
                    **row,
                    "options": call_options(row),
                    "scoped": [member for member in row["members"] if member.scoped],
                }
                for row in with_types
            ],
        )
        (fresh / CALLS / f"{space['name']}.py").write_text(text, encoding="utf-8")
    streams = [used["stream"] for space in spaces for used in space["uses"] if used["event"]]
    text = templates.get_template("stream_types.py.jinja").render(streams=streams)
    (fresh / ASYNC / "stream_types.py").write_text(text, encoding="utf-8")
    text = templates.get_template("namespaces.py.jinja").render(spaces=spaces)
    (fresh / ASYNC / "namespaces.py").write_text(text, encoding="utf-8")
    shutil.copytree(root / ASYNC / "mixins", fresh / ASYNC / "mixins")
    scoped = {
        f"{row['base']}Call" for row in rows if any(member.scoped for member in row["members"])
    }
    text = scoped_namespaces(fresh / ASYNC, spaces, scoped)
    shutil.rmtree(fresh / ASYNC / "mixins")
    (fresh / ASYNC / "namespaces.pyi").write_text(text, encoding="utf-8")
    _format(fresh / ASYNC)


def _package(folder: Path, doc: str) -> None:
    text = f'{HEADER}"""{doc}"""\n'
    (folder / "__init__.py").write_text(text, encoding="utf-8")


def _event_of(row: dict[str, Any], unions: dict[str, Any]) -> dict[str, Any] | None:
    if row["stream"] is None:
        return None
    name = row["stream"]["event"]
    union = unions.get(name)
    return {
        "name": name,
        "type": name if union else f"models.{name}",
        "union": union is not None,
        "function": snake(name),
    }


def _templates(folder: Path) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,
    )
    environment.filters["lit"] = repr
    environment.filters["one_line"] = one_line
    environment.filters["of_types"] = _of_types
    environment.filters["lit_query"] = lambda part: (
        f"({part[1]!r}, params.get({part[0]!r}), {part[2]!r})"
    )
    environment.filters["lit_header"] = lambda part: (
        f"({part[1]!r}, params.get({part[0]!r}), {part[2]!r})"
    )
    return environment


def _of_types(annotation: str, names: Collection[str]) -> str:
    """An annotation of the methods, which know what is loaded late as of ``types``."""
    late = {"FileInput", *names}
    return re.sub(r"\w+", lambda m: f"types.{m[0]}" if m[0] in late else m[0], annotation)


def _import_of(name: str) -> dict[str, str]:
    return {"name": name, "module": module_of(name)}


def _format(folder: Path) -> None:
    ruff = str(Path(sys.executable).parent / "ruff")
    # Else it looks which modules stand where it is called: a new one would be sorted otherwise.
    ours = 'lint.isort.known-first-party = ["runinfra_client", "runinfra_ext"]'
    for arguments in (
        [
            "check",
            "--fix",
            "-q",
            "--select",
            "F401,I,TC005",
            "--line-length",
            "100",
            "--config",
            ours,
        ],
        ["format", "-q", "--line-length", "100"],
    ):
        command = [ruff, arguments[0], "--isolated", "--no-cache", *arguments[1:], str(folder)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode:
            raise DocumentError(f"{folder.name}: ruff says:\n{result.stdout}{result.stderr}")


def generated_files(root: Path) -> set[Path]:
    """The generated files that stand in a tree, relative to it."""
    found = [p for p in (root / CLIENT).rglob("*") if p.is_file()]
    for folder in (CALLS, ASYNC / "resources"):
        found += (root / folder).rglob("*.py")
    found += [
        p
        for p in (root / SYNC).rglob("*.py*")
        if p.name not in HAND_WRITTEN and p != root / SYNC / "__init__.py"
    ]
    found += [p for p in map(root.joinpath, FILES) if p.exists()]
    return {p.relative_to(root) for p in found if "__pycache__" not in p.parts}


def differences(root: Path, fresh: Path) -> list[str]:
    """One text for each file that differs: its name and the start of a diff."""
    result = []
    old, new = generated_files(root), generated_files(fresh)
    for path in sorted(old | new):
        if path not in new:
            result.append(f"{path}: not generated from the document")
        elif path not in old:
            result.append(f"{path}: missing")
        elif (root / path).read_bytes() != (fresh / path).read_bytes():
            before = (root / path).read_text("utf-8").splitlines()
            after = (fresh / path).read_text("utf-8").splitlines()
            diff = difflib.unified_diff(before, after, "in the tree", "generated", n=1, lineterm="")
            result.append("\n".join([f"{path}: differs", *list(diff)[:20]]))
    return result


def report(found: list[str]) -> int:
    """Print the differences; the exit code."""
    for text in found:
        print(text)
    if found:
        print(f"\n{len(found)} generated file(s) differ; run `make gen` and commit the result.")
        return 1
    return 0


def install(root: Path, fresh: Path) -> None:
    """Put the fresh files into the tree and remove those that are no longer generated."""
    new = generated_files(fresh)
    for path in generated_files(root) - new:
        (root / path).unlink()
        left = [entry for entry in (root / path).parent.iterdir() if entry.name != "__pycache__"]
        if not left:
            shutil.rmtree((root / path).parent)
    for path in new:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(fresh / path, root / path)


if __name__ == "__main__":
    sys.exit(main())
