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
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import jinja2

sys.path.insert(0, str(Path(__file__).resolve().parent))

from generation.document import DocumentError
from generation.params import ParamsWriter
from generation.tables import operation_rows, snake, union_rows
from generation.twins import HAND_WRITTEN, write_twins
from lint_document import checked

DOCUMENT = Path("openapi/runinfra.yaml")
TEMPLATES = Path("openapi/templates")
CONFIG = Path("generator-config.yml")
CLIENT = Path("runinfra_client")
ASYNC = Path("runinfra_ext/_async")
SYNC = Path("runinfra_ext/_sync")
SANDBOX_DOCUMENT = Path("runinfra_ext/sandbox/document.json")


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
    tables = operation_rows(document), union_rows(document)
    params = ParamsWriter(document)
    definitions = params.definitions()
    _run_generator(root, fresh / CLIENT)
    _render_tables(root, fresh / CLIENT, *tables, definitions, sorted(params.models))
    (fresh / CLIENT / "py.typed").touch()
    _format(fresh / CLIENT)
    write_twins(root / ASYNC, fresh / SYNC)
    _format(fresh / SYNC)
    (fresh / SANDBOX_DOCUMENT).parent.mkdir(parents=True)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    (fresh / SANDBOX_DOCUMENT).write_text(text + "\n", encoding="utf-8")


def _run_generator(root: Path, target: Path) -> None:
    # The post hooks call `ruff` by name: the one of this environment has to come first.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    command = [
        *(sys.executable, "-m", "openapi_python_client", "generate"),
        *("--path", str(root / DOCUMENT), "--config", str(root / CONFIG)),
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


def _render_tables(
    root: Path,
    target: Path,
    operations: list[dict[str, Any]],
    unions: list[dict[str, Any]],
    definitions: list[dict[str, Any]],
    models: list[str],
) -> None:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(root / TEMPLATES),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,
    )
    environment.filters["lit"] = repr
    members = sorted({member for union in unions for member in union["members"]})
    imports = [_import_of(name) for name in members]
    for name, values in (
        ("operations", {"operations": operations}),
        ("unions", {"unions": unions, "imports": imports}),
        ("params", {"definitions": definitions, "models": [_import_of(name) for name in models]}),
    ):
        text = environment.get_template(f"{name}.py.jinja").render(**values)
        (target / f"{name}.py").write_text(text, encoding="utf-8")


def _import_of(name: str) -> dict[str, str]:
    return {"name": name, "module": snake(name)}


def _format(folder: Path) -> None:
    ruff = str(Path(sys.executable).parent / "ruff")
    for arguments in (
        ["check", "--fix", "-q", "--select", "F401,I"],
        ["format", "-q", "--line-length", "100"],
    ):
        command = [ruff, arguments[0], "--isolated", "--no-cache", *arguments[1:], str(folder)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode:
            raise DocumentError(f"{folder.name}: ruff says:\n{result.stdout}{result.stderr}")


def generated_files(root: Path) -> set[Path]:
    """The generated files that stand in a tree, relative to it."""
    found = [p for p in (root / CLIENT).rglob("*") if p.is_file()]
    found += [
        p
        for p in (root / SYNC).rglob("*.py")
        if p.name not in HAND_WRITTEN and p != root / SYNC / "__init__.py"
    ]
    found += [p for p in [root / SANDBOX_DOCUMENT] if p.exists()]
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
    for path in new:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(fresh / path, root / path)


if __name__ == "__main__":
    sys.exit(main())
