#!/usr/bin/env bash
#
# `demo serve` with a log file, killed every few seconds by SIGKILL or SIGTERM. This fails unless every event reaches every
# client once and in order, and every process ends as it should.
#
#   demo/soak.sh                   five minutes
#   demo/soak.sh 60                seconds
#   DEMO=target/debug/demo demo/soak.sh    with this program, without building one

set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

unset DEMO_LOG DEMO_TOKEN
seconds=${1:-300} port=${PORT:-21099}
[ -n "${DEMO-}" ] || cargo build --quiet --release --package demo
demo=${DEMO:-target/release/demo}
work=$(mktemp -d)
server= load=

end() {
  trap - EXIT
  # Only processes started here.
  kill -KILL $server $load 2>/dev/null || true
  wait 2>/dev/null
  rm -rf "$work"
}
trap end EXIT
trap 'exit 1' INT TERM

start() {
  "$demo" serve --addr "127.0.0.1:$port" --no-sources --retry 200 --log-file "$work/events.jsonl" >>"$work/server.log" 2>&1 &
  server=$!
  local try
  for ((try = 0; try < 300; try++)); do
    curl --silent --fail --output /dev/null "http://127.0.0.1:$port/ready" && return
    sleep 0.1
  done
  fail 'the server does not start'
}

fail() {
  printf 'error: %s\n' "$*" >&2
  cat "$work/server.log" >&2
  exit 1
}

# stop SIGNAL STATUS: ends the server, which must end with this status, and not earlier.
stop() {
  local code=0
  kill "-$1" "$server" 2>/dev/null || fail "the server has ended by itself"
  # Bash reports kills on standard error.
  wait "$server" 2>/dev/null || code=$?
  [ "$code" = "$2" ] || fail "the server ended with status $code after SIG$1, expected $2"
}

start
"$demo" load "http://127.0.0.1:$port" --clients 200 --rate 20 --seconds "$seconds" --insist 60 --patience 30 &
load=$!
kills=0 last=$((SECONDS + seconds))
while ((SECONDS < last)); do
  sleep "$((1 + RANDOM % 4)).$((RANDOM % 10))"
  kill -0 "$load" 2>/dev/null || break
  if ((RANDOM % 2)); then stop KILL 137; else stop TERM 0; fi
  kills=$((kills + 1))
  start
done
code=0
wait "$load" || code=$?
load=
stop TERM 0
echo "$kills kills of the server's process"
((code == 0)) || fail "the clients ended with status $code"
((kills)) || fail 'the clients ended before the first kill'
