#!/usr/bin/env bash
# Are the small programs small, static on Linux, and free of what they must not link?
# Builds the release programs.
set -euo pipefail

limit=1500000
# Crates that have no business in a program which may start at every refresh, or at every split.
heavy='clap|sysinfo|chrono|toml|rusqlite|libsqlite3|ureq|hyper|prometheus_client|redis|ratatui'

main() {
    cd "${BASH_SOURCE[0]%/*}/.."
    bash scripts/need.sh cc cargo readelf nm
    local program code=0
    for program in ${SMALL:-mamori-status mamori-layout}; do
        links_little "$program" || code=1
    done
    # What is checked next is what gets installed.
    bash scripts/build.sh
    for program in ${SMALL:-mamori-status mamori-layout}; do
        is_small "$program" || code=1
        is_static "$program" || code=1
    done
    return $code
}

file() {
    echo "${CARGO_TARGET_DIR:-target}/release/$1"
}

# By the names in a copy that is not stripped.
links_little() {
    local names heavy=$heavy
    # The segment speaks to nobody.
    [ "$1" != mamori-status ] || heavy="$heavy|tmux_interface"
    cargo rustc --release --locked --bin "$1" -- -C strip=none
    names=$(nm -C "$(file "$1")" | cut -d' ' -f3-)
    # Without these the check would prove nothing.
    grep -q serde_json <<<"$names" || complain "cannot read the names in $1" || return
    if grep -m 5 -E "(^|[< &])($heavy)[a-z_]*::" <<<"$names"; then
        complain "$1 links the above"
    fi
}

is_small() {
    local size
    size=$(($(wc -c <"$(file "$1")")))
    echo "$1: $size bytes (limit $limit)"
    [ "$size" -le $limit ] || complain "$1 is too big"
}

is_static() {
    case $(rustc -vV | sed -n 's/^host: //p') in *-linux-gnu* | *-linux-musl*) ;; *) return 0 ;; esac
    # Never inside a pipe's condition alone: a file that cannot be read is not static.
    local headers
    headers=$(readelf -lWd "$(file "$1")") || return
    if grep -E 'INTERP|NEEDED' <<<"$headers"; then
        complain "$1 is not static"
    fi
}

complain() {
    echo "error: $1" >&2
    return 1
}

main "$@"
