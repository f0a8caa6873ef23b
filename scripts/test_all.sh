#!/bin/sh
# Run the tests on every supported Python that this machine has, each in its own environment.
set -eu

found=0
for version in 3.11 3.12 3.13; do
    python=$(command -v "python$version" || true)
    # A version manager's shim may exist for a version that is not enabled here.
    if [ -z "$python" ] || ! "$python" -c '' 2>/dev/null; then
        python=$(ls -d "$HOME"/.pyenv/versions/"$version".*/bin/python 2>/dev/null | tail -n 1 || true)
    fi
    if [ -z "$python" ]; then
        echo "== Python $version: not installed, not run"
        continue
    fi
    found=$((found + 1))
    echo "== Python $version"
    make --no-print-directory test PYTHON="$python" VENV=".venv-$version"
done
[ "$found" -gt 0 ] || { echo "no supported Python found" >&2; exit 1; }
