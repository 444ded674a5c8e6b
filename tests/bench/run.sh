#!/usr/bin/env bash
# Every benchmark, each figure beside its peer's measured in the same run.
#
#   tests/bench/run.sh [segment|bar|footprint …]
set -euo pipefail

main() {
    cd "${BASH_SOURCE[0]%/*}/../.."
    [ "$(uname -s)" = Linux ] || stop "the benchmarks read /proc: they run on Linux only"
    bash scripts/need.sh cc cargo tmux python3
    bash scripts/build.sh
    local programs name failed=""
    programs=$(cd "${CARGO_TARGET_DIR:-target}/release" && pwd -P)
    export PYTHONDONTWRITEBYTECODE=1
    [ $# -gt 0 ] || set -- segment bar footprint
    for name in "$@"; do
        "bench_$name" || failed="$failed $name"
    done
    [ -z "$failed" ] || stop "benchmarks that did not reach their goal:$failed"
}

bench_segment() {
    cc -O2 -static -o "$programs/reader" tests/bench/reader.c &&
        python3 tests/bench/segment.py "$programs/mamori" "$programs/mamori-status" "$programs/reader"
}

bench_bar() {
    python3 tests/bench/bar.py "$programs"
}

bench_footprint() {
    bash scripts/need.sh monit || true
    python3 tests/bench/footprint.py "$programs"
}

stop() {
    echo "error: $1" >&2
    exit 1
}

main "$@"
