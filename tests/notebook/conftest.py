"""examples/tour.ipynb, executed by a kernel against the sandbox."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from runinfra_ext.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
TOUR = ROOT / "examples/tour.ipynb"
# In a process of its own: its event loop and its sockets are none of the tests'.
_EXECUTE = (
    "import sys, nbformat, nbclient; book = nbformat.read(sys.argv[1], as_version=4);"
    "nbclient.NotebookClient(book, timeout=120).execute(); nbformat.write(book, sys.argv[2])"
)


@pytest.fixture(scope="session")
def executed(tmp_path_factory):
    """The path of the notebook with its outputs."""
    path = tmp_path_factory.mktemp("notebook") / "tour.ipynb"
    with Sandbox() as gateway:
        variables = {"RUNINFRA_API_KEY": gateway.api_key, "RUNINFRA_BASE_URL": gateway.base_url}
        run = subprocess.run(
            [sys.executable, "-c", _EXECUTE, str(TOUR), str(path)],
            capture_output=True,
            text=True,
            cwd=path.parent,
            env={
                **os.environ,
                **variables,
                "PYTHONPATH": str(ROOT),
                "IPYTHONDIR": str(path.parent),
            },
        )
    assert run.returncode == 0, run.stderr
    return path


@pytest.fixture
def outputs(executed):
    """The outputs of each cell of code, by its first line."""
    cells = nbformat.read(executed, as_version=4).cells
    return {
        cell.source.partition("\n")[0]: cell.outputs for cell in cells if cell.cell_type == "code"
    }
