#!/bin/sh
# Makes .venv with all that Cairn's development needs, as uv.lock says. Never needs root.
set -eu

fail() {
    echo "$1" >&2
    exit 1
}

[ -f uv.lock ] || fail "Run this in the folder of the project: make setup"

if [ ! -x .venv/bin/uv ] || ! .venv/bin/uv --version >/dev/null 2>&1; then
    command -v python3 >/dev/null 2>&1 ||
        fail "Cairn needs Python 3.11 or newer, and there is no python3 on the PATH."
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "Cairn needs Python 3.11 or newer, and python3 is $(python3 --version 2>&1)."
    python3 -c 'import ensurepip, venv' >/dev/null 2>&1 ||
        fail "python3 has no venv module. Install it (on Debian and Ubuntu: the package python3-venv)."
    echo "Making .venv"
    python3 -m venv --clear .venv ||
        fail "The virtual environment .venv could not be made; the lines above say why."
    .venv/bin/python -m pip install --quiet --disable-pip-version-check uv ||
        fail "uv could not be installed from the Python package index. Is there a network?"
fi

# Compiled here, by all processors at once, the first start of eleven programs is much quicker.
.venv/bin/uv sync --frozen --all-packages --compile-bytecode ||
    fail "Not all packages could be installed; the lines above say why. Try again: what came is kept."
