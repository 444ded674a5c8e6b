#!/usr/bin/env bash
# Does it compile, without a warning of ours, for Android (Termux) and macOS?
#
# With the toolchain's own standard library for those targets where it is installed
# (rustup target add …), else on Debian with the library's source from its packages.
set -euo pipefail

targets=(aarch64-linux-android aarch64-apple-darwin)

main() {
    cd "${BASH_SOURCE[0]%/*}/.."
    local target code=0
    CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/portability
    export CARGO_TARGET_DIR
    for target in "${targets[@]}"; do
        if [ -d "$(rustc --print target-libdir --target "$target" 2>/dev/null)" ]; then
            compiles "$target" cargo check || code=1
        elif command -v apt-get >/dev/null && [ -e /etc/debian_version ]; then
            bash scripts/need.sh cc rust-web
            RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc \
                compiles "$target" /usr/bin/cargo check -Zbuild-std=std,panic_abort || code=1
        else
            echo "$target: skipped: its standard library is not installed (rustup target add $target)"
        fi
    done
    return $code
}

# TARGET COMMAND…: warnings in other people's crates are not shown by cargo, ours fail.
compiles() {
    local target=$1 log
    log=$(mktemp)
    shift
    if ! "$@" --locked --lib --bins --target "$target" >"$log" 2>&1; then
        grep -vE '^ +(Compiling|Checking|Downloaded|Downloading) ' "$log" >&2 || true
        complain "$target: does not compile" "$log" || return
    fi
    if grep -qE '^warning: .*generated [0-9]+ warning' "$log"; then
        grep -vE '^ +(Compiling|Checking|Downloaded|Downloading) ' "$log" >&2 || true
        complain "$target: compiles with warnings" "$log" || return
    fi
    rm -f "$log"
    echo "$target: compiles without warnings"
}

complain() {
    rm -f "$2"
    echo "error: $1" >&2
    return 1
}

main "$@"
