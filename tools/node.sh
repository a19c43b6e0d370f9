#!/bin/sh
# Installs a folder's npm packages, as its package-lock.json says. Where that cannot be done, it says
# so and goes on, for what needs them is left out; with REQUIRE_NODE=1 it is a failure.
set -u

cannot() {
    echo "$1 What needs it is left out." >&2
    [ "${REQUIRE_NODE:-}" = 1 ] && exit 1
    exit 0
}

command -v npm >/dev/null 2>&1 || cannot "There is no Node with npm on the PATH."
npm ci --prefix "$1" --no-audit --no-fund --loglevel=error ||
    cannot "The npm packages of $1 could not be installed; the lines above say why."
touch "$1/node_modules/.ready"
