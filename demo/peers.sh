#!/bin/sh
# Measures other event stream servers as `demo load --floor` measures this one: the same clients, the same feed.
# Installs durable-streams (the Rust registry) and nginx with nchan (Debian, as root) if they are missing.
#
#   cargo build --release -p demo && demo/peers.sh OUT_DIR [CLIENTS…]
set -eu

out=${1:?a directory for the results}
shift
[ $# -gt 0 ] || set -- 100 1000 5000 10000 19900
seconds=${SECONDS_EACH:-15}
demo=${DEMO:-target/release/demo}
tools=${TOOLS:-target/peers}
work=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
ulimit -n "$(ulimit -Hn)"
mkdir -p "$out"

if ! [ -x "$tools/bin/durable-streams-server" ]; then
    cargo install --locked --root "$tools" --version 0.1.5 durable-streams
fi
if ! [ -e /usr/lib/nginx/modules/ngx_nchan_module.so ]; then
    apt-get install -y nginx-light libnginx-mod-nchan
fi

# Waits until the port accepts connections.
listening() {
    tries=0
    until curl -s -o "$work/answer" "http://127.0.0.1:$1/"; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || { echo "nobody listens on port $1" >&2; exit 1; }
        sleep 0.1
    done
}

measure() { # NAME CLIENTS PID STREAM PUBLISH
    "$demo" load "$4" --publish-to "$5" --pid "$3" --name "$1" --clients "$2" --seconds "$seconds" \
        --json "$out/run-$1-$2.json" || echo "$1, $2 clients: not everything arrived" >&2
    kill $server
    wait $server || true
    server=
}

for clients; do
    "$tools/bin/durable-streams-server" --port 4437 --durability memory --data-dir "$work/data-$clients" &
    server=$!
    listening 4437
    stream=http://127.0.0.1:4437/v1/stream/load
    curl -fsS -X PUT -H 'content-type: text/plain' $stream
    measure durable-streams "$clients" $server "$stream?offset=now&live=sse" $stream

    cat > "$work/nginx.conf" <<CONF
load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
pid $work/nginx.pid;
error_log stderr;
daemon off;
master_process off;
worker_rlimit_nofile $(ulimit -n);
events { worker_connections $((clients + 64)); }
http {
    access_log off;
    nchan_shared_memory_size 64m;
    client_body_temp_path $work/body;
    server {
        listen 127.0.0.1:4438 backlog=4096;
        location = /publish { nchan_publisher; nchan_channel_id load; }
        location = /stream { nchan_subscriber eventsource; nchan_channel_id load; nchan_subscriber_first_message newest; }
    }
}
CONF
    nginx -p "$work" -c "$work/nginx.conf" &
    server=$!
    listening 4438
    measure nchan "$clients" $server http://127.0.0.1:4438/stream http://127.0.0.1:4438/publish

    "$demo" load --floor --clients "$clients" --seconds "$seconds" --json "$out/run-demo-$clients.json" ||
        echo "demo, $clients clients: not everything arrived" >&2
done
"$demo" load --from "$out"/run-*.json --out "$out" || echo "not everything arrived everywhere" >&2
