#!/bin/sh
# Make a virtual environment with a group of tools of pyproject.toml, and what is named beside it.
# Usage: PYTHON=python3.11 sh scripts/bootstrap.sh VENV GROUP [ARGUMENT OF PIP...]
set -eu

venv=$1
group=$2
shift 2
python=${PYTHON:-python3.11}

if ! command -v "$python" >/dev/null 2>&1; then
    python=python3
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Python 3.11 or later is needed; '$python' is not. Set PYTHON=/path/to/python3.11" >&2
    exit 1
fi

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
pip() { "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }
pip 'pip>=25.1' # the first that reads dependency groups
pip --group "$group" "$@"
touch "$venv/.ready"
