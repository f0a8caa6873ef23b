#!/bin/sh
# Make a virtual environment with the package (editable) and its development tools.
# Usage: PYTHON=python3.11 sh scripts/bootstrap.sh .venv
set -eu

venv=${1:-.venv}
python=${PYTHON:-python3.11}

if ! command -v "$python" >/dev/null 2>&1; then
    python=python3
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Python 3.11 or later is needed; '$python' is not. Set PYTHON=/path/to/python3.11" >&2
    exit 1
fi

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable '.[sandbox,dev]'
touch "$venv/.ready"
