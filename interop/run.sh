#!/usr/bin/env bash
#
# Tests sse-wire against other people's clients and servers, in both directions, on loopback. Prints a table; fails on any
# difference that is not known.
#
#   interop/run.sh
#
# Needs cargo, node 20 or later, npm, python3 (3.10 or later, with venv), curl, and the network for the packages. These
# go into a temporary folder. The table is made by matrix.py.

set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"

# Major versions (minor ones below 1.0): what a peer makes of a stream may change with them. The one of conformance is the
# last that runs on node 20.
readonly NPM_PACKAGES=(eventsource@4 eventsource-parser@3 express@5 better-sse@0.16
  @modelcontextprotocol/conformance@0.1.13)
readonly PYPI_PACKAGES=('httpx-sse>=0.4,<0.5' 'httpx>=0.28,<1' 'sse-starlette>=3,<4' 'starlette>=1,<2' 'uvicorn>=0.30,<1')

# Seconds, for the packages of one registry, for the whole table, and for a scenario.
readonly INSTALL_TIMEOUT=600 TABLE_TIMEOUT=600

scratch= # temporary folder, removed at exit
child=   # process id of what runs now

main() {
  local tool target
  for tool in cargo node npm python3 curl timeout; do
    command -v "$tool" >/dev/null || fail "not found, please install: $tool"
  done
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  scratch=$(mktemp -d)

  target=$(cargo metadata --no-deps --format-version 1 |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')
  # Between programs of this repository first, which needs no network: tests/.
  run cargo test --quiet
  # As the tests were built, with which all but cat is there already.
  run cargo build --quiet --profile test --bins --examples
  run cargo build --quiet --profile test --manifest-path ../Cargo.toml --package sse-wire-examples --example cat \
    --target-dir "$target"

  # The programs go next to the packages, because that is where node looks for them.
  cp -- peers/* ../tests/data/servers/* "$scratch/"
  echo '{ "private": true }' >"$scratch/package.json"
  run timeout "$INSTALL_TIMEOUT" npm install --prefix "$scratch" --loglevel=error --no-audit --no-fund --no-package-lock \
    "${NPM_PACKAGES[@]}" >/dev/null
  python3 -m venv "$scratch/venv"
  run timeout "$INSTALL_TIMEOUT" "$scratch/venv/bin/pip" install --quiet --disable-pip-version-check "${PYPI_PACKAGES[@]}"

  run timeout "$TABLE_TIMEOUT" python3 matrix.py "$target/debug" "$scratch"

  # A stream that ends after an id, `retry`, and the answer on the next connection.
  run timeout "$TABLE_TIMEOUT" env NO_PROXY=localhost "$scratch/node_modules/.bin/conformance" client \
    --scenario sse-retry --command "$target/debug/examples/client_mcp" --output-dir "$scratch/mcp"
}

# In the background, because bash hears a signal only while it waits.
run() {
  "$@" &
  child=$!
  wait "$child"
  child=
}

fail() {
  printf 'run.sh: %s\n' "$*" >&2
  exit 1
}

clean_up() {
  if [[ -n $child ]]; then
    kill "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
  fi
  [[ -z $scratch ]] || rm -rf -- "$scratch"
}

main "$@"
