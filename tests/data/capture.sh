#!/usr/bin/env bash
#
# Captures event streams from real servers, byte for byte, into this folder.
#
#   tests/data/capture.sh                  every stream
#   tests/data/capture.sh express          this one; any of: express better-sse sse-starlette
#
# Needs node, npm, python3 (with venv) and curl, and the network for the packages. These go into a temporary
# folder; in this one only NAME.sse changes. A capture that fails leaves the old file as it was.
# Times, random ids and the number of keep-alive comments differ from run to run: after capturing again,
# also update README.md and the tests' expectations.

set -euo pipefail

readonly ALL=(express better-sse sse-starlette)

# Major versions (minor ones below 1.0): what a server writes may change with them.
readonly NPM_PACKAGES=(express@5 better-sse@0.16)
readonly PYPI_PACKAGES=('sse-starlette>=3,<4' 'starlette>=1,<2' 'uvicorn>=0.30,<1')

# The pause between two events. The servers' default is that of a tutorial: some seconds.
export INTERVAL_MS=${INTERVAL_MS:-200}

# Seconds, for a server to start and for a whole stream.
readonly START_TIMEOUT=20 STREAM_TIMEOUT=60

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
readonly here
scratch= # temporary folder, removed at exit
server=  # process id of the running server, if there is one
port=    # where it listens

main() {
  local names=("$@") name
  ((${#names[@]})) || names=("${ALL[@]}")
  for name in "${names[@]}"; do
    is_known "$name" || fail "unknown stream: $name (there are: ${ALL[*]})"
  done
  require node npm python3 curl

  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  scratch=$(mktemp -d)

  for name in "${names[@]}"; do
    case $name in
      express | better-sse) install_npm_packages ;;
      sse-starlette) install_pypi_packages ;;
    esac
    start_server "$name"
    capture "$name"
    stop_server
  done
  print_versions
}

fail() {
  printf 'capture.sh: %s\n' "$*" >&2
  exit 1
}

is_known() {
  local name
  for name in "${ALL[@]}"; do
    [[ $name == "$1" ]] && return
  done
  return 1
}

require() {
  local tool missing=()
  for tool in "$@"; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  ((${#missing[@]} == 0)) || fail "not found, please install: ${missing[*]}"
}

# Both do nothing the second time.
install_npm_packages() {
  [[ ! -d $scratch/node_modules ]] || return 0
  echo '{ "private": true }' >"$scratch/package.json"
  (cd -- "$scratch" && npm install --loglevel=error --no-audit --no-fund --no-package-lock "${NPM_PACKAGES[@]}") >&2
}

install_pypi_packages() {
  [[ ! -d $scratch/venv ]] || return 0
  python3 -m venv "$scratch/venv"
  "$scratch/venv/bin/pip" install --quiet --disable-pip-version-check "${PYPI_PACKAGES[@]}" >&2
}

# Starts the server NAME and waits until its port, which it prints, answers. The program is copied next to the
# packages, because that is where node looks for them.
start_server() {
  local name=$1 program
  case $name in
    express) program=(node express.js) ;;
    better-sse) program=(node better-sse.mjs) ;;
    sse-starlette) program=(venv/bin/python sse-starlette.py) ;;
  esac
  cp -- "$here/servers/${program[1]}" "$scratch/"
  : >"$scratch/port" # so that it exists, and is empty, before the server prints

  (cd -- "$scratch" && exec "${program[@]}") >"$scratch/port" &
  server=$!

  local deadline=$((SECONDS + START_TIMEOUT))
  until read -r port <"$scratch/port" && answers "$port"; do
    kill -0 "$server" 2>/dev/null || fail "the server $name ended before it listened"
    ((SECONDS < deadline)) || fail "the server $name did not listen within $START_TIMEOUT s"
    sleep 0.05
  done
}

# Whether something listens on a local port. The connection is closed again at once.
answers() {
  (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Writes the body of the response, without the transfer coding, to NAME.sse. The server ends the stream.
capture() {
  local name=$1 body=$scratch/body type
  type=$(curl -sS -N --fail --noproxy '*' --max-time "$STREAM_TIMEOUT" -o "$body" -w '%{content_type}' \
    -H 'Accept: text/event-stream' "http://127.0.0.1:$port/events") || fail "the stream $name did not end well"
  [[ $type == text/event-stream* ]] || fail "$name is no event stream but '$type'"
  [[ -s $body ]] || fail "the stream $name is empty"
  cat -- "$body" >"$here/$name.sse"
  printf '%s.sse: %s bytes\n' "$name" "$(wc -c <"$body" | tr -d ' ')"
}

stop_server() {
  [[ -n $server ]] || return 0
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true # its status is that of the signal
  server=
}

# For the table in README.md.
print_versions() {
  if [[ -d $scratch/node_modules ]]; then
    (cd -- "$scratch" && node -p '["express", "better-sse"].map((name) =>
      `${name} ${JSON.parse(fs.readFileSync(`node_modules/${name}/package.json`)).version}`).join(", ") +
      `, Node.js ${process.versions.node}`')
  fi
  if [[ -d $scratch/venv ]]; then
    "$scratch/venv/bin/python" -c 'import platform; from importlib.metadata import version
names = ("sse-starlette", "starlette", "uvicorn")
print(", ".join(f"{name} {version(name)}" for name in names) + f", Python {platform.python_version()}")'
  fi
}

clean_up() {
  stop_server
  [[ -z $scratch ]] || rm -rf -- "$scratch"
}

main "$@"
