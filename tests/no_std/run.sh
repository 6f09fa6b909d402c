#!/usr/bin/env bash
# Proves by linking that the crate needs no `std`, and its core no allocator: builds the binaries, runs them, and looks
# for symbols of `std` in them. For x86_64-unknown-linux-gnu; needs a C linker, and `nm` of binutils.
set -euo pipefail
target_dir=$(realpath -m "${CARGO_TARGET_DIR:-$(dirname "$0")/../../target}")/no_std
cd "$(dirname "$0")"

prove() { # binary, crates that must not be in it, arguments for Cargo
    local binary=$1 absent=$2 profile symbols
    shift 2
    for profile in dev release; do
        cargo build --quiet --locked --target-dir "$target_dir" --profile "$profile" --bin "$binary" "$@"
        local path=$target_dir/${profile/dev/debug}/$binary
        "$path" || { echo "$binary ($profile): check $? does not hold" >&2; return 1; }
        symbols=$(nm --demangle "$path")
        # Without this, an empty list would prove everything.
        grep -qw 'main' <<<"$symbols" && grep -q 'sse_wire::' <<<"$symbols" ||
            { echo "$binary ($profile): no symbols to look at" >&2; return 1; }
        if grep -E "\b($absent)::" <<<"$symbols" >&2; then
            echo "$binary ($profile): the symbols above must not be there" >&2
            return 1
        fi
        echo "$binary ($profile): links, runs, has no symbol of $absent"
    done
}

prove core_only 'std|alloc'
prove with_alloc 'std' --features alloc
