#!/usr/bin/env bash
# Fuzzes every target, or the named ones, for this many seconds each: fuzz/run.sh SECONDS [target...]
# The working corpus is fuzz/corpus/, or the folder that FUZZ_CORPUS names. Failing inputs go to fuzz/artifacts/.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ! ${1:-} =~ ^[1-9][0-9]*$ ]]; then
    sed -n 2,3p fuzz/run.sh >&2
    exit 2
fi
seconds=$1
shift
targets=("$@")
if [[ ${#targets[@]} == 0 ]]; then
    mapfile -t targets < <(cargo +nightly fuzz list)
fi

# The crate has no unsafe code for a sanitizer to check, and the dictionary replaces the tracing of comparisons: without
# both, an input takes a tenth of the time.
flags=(--sanitizer none --no-trace-compares)

cargo +nightly fuzz build "${flags[@]}"
for target in "${targets[@]}"; do
    corpus=${FUZZ_CORPUS:-fuzz/corpus}/$target
    mkdir -p "$corpus"
    echo "== $target"
    cargo +nightly fuzz run "${flags[@]}" "$target" "$corpus" "fuzz/seeds/$target" -- \
        -dict=fuzz/sse.dict -max_len=4096 -timeout=10 -max_total_time="$seconds" -print_final_stats=1
done
