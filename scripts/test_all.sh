#!/bin/sh
# Run a target of the Makefile on several Pythons, each in an environment of its own.
# What fails is run once more, alone.
# Usage: sh scripts/test_all.sh [TARGET [VERSION...]]; by default the tests on all supported ones.
set -eu

target=${1:-test}
[ "$#" -gt 0 ] && shift
[ "$#" -gt 0 ] || set -- 3.11 3.12 3.13
# The quick tests need none of the tools that check, build and generate.
case $target in test-quick) tools=test ;; *) tools=dev ;; esac
found=0
for version in "$@"; do
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
    run() { make --no-print-directory "$target" PYTHON="$python" VENV=".venv-$version" TOOLS="$tools" "$@"; }
    # Once more and alone, what failed beside others: a fault fails twice, a crowded machine once.
    run || run JOBS=0 WORKERS=0 ARGS="--lf --lfnf=none"
done
[ "$found" -gt 0 ] || { echo "no supported Python found" >&2; exit 1; }
