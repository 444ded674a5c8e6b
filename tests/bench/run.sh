#!/usr/bin/env bash
# Every benchmark, each figure beside its peer's measured in the same run.
#
#   tests/bench/run.sh [segment|bar|footprint|warm|cold|hanging|uptime …]
#
# footprint takes three minutes, uptime eleven; MINUTES=1.5 makes a short one of it.
set -euo pipefail

main() {
    cd "${BASH_SOURCE[0]%/*}/../.."
    [ "$(uname -s)" = Linux ] || stop "the benchmarks read /proc: they run on Linux only"
    bash scripts/need.sh cc cargo tmux python3
    bash scripts/build.sh
    local programs name failed=""
    programs=$(cd "${CARGO_TARGET_DIR:-target}/release" && pwd -P)
    export PYTHONDONTWRITEBYTECODE=1
    [ $# -gt 0 ] || set -- segment bar footprint warm cold hanging uptime
    for name in "$@"; do
        "bench_$name" || failed="$failed $name"
    done
    [ -z "$failed" ] || stop "benchmarks that did not reach their goal:$failed"
}

bench_segment() {
    # A whole copy, as scripts/build.sh leaves ours.
    cc -O2 -static -o "$programs/reader.linked" tests/bench/reader.c &&
        cp "$programs/reader.linked" "$programs/reader" &&
        python3 tests/bench/segment.py "$programs/mamori" "$programs/mamori-status" "$programs/reader"
}

bench_bar() {
    python3 tests/bench/bar.py "$programs"
}

bench_footprint() {
    bash scripts/need.sh ssh ssh-keygen sshd || return
    bash scripts/need.sh monit || true
    python3 tests/bench/footprint.py "$programs"
}

bench_warm() {
    bash scripts/need.sh ssh ssh-keygen sshd xargs || return
    python3 tests/bench/warm.py "$programs"
}

bench_cold() {
    local peer
    bash scripts/need.sh ssh ssh-keygen sshd || return
    for peer in xargs parallel-ssh ansible; do
        bash scripts/need.sh "$peer" || true
    done
    python3 tests/bench/cold.py "$programs"
}

bench_hanging() {
    bash scripts/need.sh ssh ssh-keygen sshd || return
    python3 tests/bench/hanging.py "$programs"
}

bench_uptime() {
    bash scripts/need.sh ssh ssh-keygen sshd || return
    python3 tests/bench/uptime.py "$programs" --minutes "${MINUTES:-10}"
}

stop() {
    echo "error: $1" >&2
    exit 1
}

main "$@"
