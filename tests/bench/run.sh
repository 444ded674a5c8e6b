#!/usr/bin/env bash
# Every benchmark, each figure beside its peer's measured in the same run.
#
#   tests/bench/run.sh [segment|bar|layout|footprint|warm|cold|hanging|uptime|recovery|campaign|rotation|history|forecast|agents|reports|dash|hub|fleet|partition …]
#
# layout and footprint take three minutes each, uptime eleven, recovery seven, campaign four,
# history six, reports ten, hub twenty, fleet eight, partition 22; MINUTES=1.5 makes a short one of uptime,
# SLICE=1 of recovery, campaign, history, agents, reports, hub, fleet.
set -euo pipefail

main() {
    cd "${BASH_SOURCE[0]%/*}/../.."
    [ "$(uname -s)" = Linux ] || stop "the benchmarks read /proc: they run on Linux only"
    bash scripts/need.sh cc cargo tmux python3
    bash scripts/build.sh
    local programs name failed=""
    programs=$(cd "${CARGO_TARGET_DIR:-target}/release" && pwd -P)
    export PYTHONDONTWRITEBYTECODE=1
    [ $# -gt 0 ] || set -- segment bar layout footprint warm cold hanging uptime recovery campaign rotation history forecast agents reports dash hub fleet partition
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

bench_layout() {
    local code=0
    cc -O2 -o "$programs/optimum" tests/bench/optimum.c || return
    python3 tests/bench/layout_plan.py "$programs" || code=1
    python3 tests/bench/layout_optimum.py "$programs" "$programs/optimum" || code=1
    python3 tests/bench/layout_peers.py "$programs" || code=1
    python3 tests/bench/layout_hook.py "$programs" || code=1
    return $code
}

bench_footprint() {
    bash scripts/need.sh ssh ssh-keygen sshd || return
    bash scripts/need.sh monit || true
    python3 tests/bench/footprint.py "$programs"
}

bench_rotation() {
    bash scripts/need.sh logrotate || true
    cc -O2 -o "$programs/writer" tests/bench/writer.c || return
    cc -O2 -o "$programs/peak" tests/bench/peak.c || return
    python3 tests/bench/rotation.py "$programs"
}

bench_reports() {
    bash scripts/need.sh git || return
    python3 tests/bench/reports.py "$programs" ${SLICE:+--small}
}

bench_history() {
    python3 tests/bench/history.py "$programs" ${SLICE:+--days 120}
}

bench_forecast() {
    python3 tests/bench/forecast.py "$programs"
}

bench_agents() {
    python3 tests/bench/agents.py "$programs" ${SLICE:+--megabytes 200}
}

bench_dash() {
    python3 tests/bench/dash.py "$programs"
}

bench_hub() {
    bash scripts/need.sh redis-server || return
    python3 tests/bench/hub.py "$programs" ${SLICE:+--sizes 20 --seconds 5 --warm-up 3 --changes 20}
}

bench_fleet() {
    bash scripts/need.sh ssh ssh-keygen sshd || return
    python3 tests/bench/fleet.py "$programs" ${SLICE:+--sizes 10 --seconds 10}
}

bench_partition() {
    bash scripts/need.sh ssh ssh-keygen sshd redis-server || return
    local minutes="${MINUTES:-10}"
    [ -z "${SLICE:-}" ] || minutes=1
    python3 tests/bench/partition.py "$programs" --minutes "$minutes" ${SLICE:+--changes 12 --kills 4 --worlds 1}
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

bench_recovery() {
    local peer code=0
    bash scripts/need.sh ssh ssh-keygen sshd || return
    for peer in runsv supervisord monit; do
        bash scripts/need.sh "$peer" || true
    done
    python3 tests/bench/recovery.py "$programs" ${SLICE:+--kills 5} || code=1
    python3 tests/bench/crash_loop.py "$programs" ${SLICE:+--seconds 20} || code=1
    python3 tests/bench/tmux_recovery.py "$programs" ${SLICE:+--times 5} || code=1
    python3 tests/bench/remote_recovery.py "$programs" ${SLICE:+--kills 1} || code=1
    return $code
}

bench_campaign() {
    local tool
    bash scripts/need.sh ssh ssh-keygen sshd || return
    for tool in runsv setpriv prlimit; do
        bash scripts/need.sh "$tool" || true
    done
    python3 tests/bench/campaign.py "$programs" ${SLICE:+--slice}
}

stop() {
    echo "error: $1" >&2
    exit 1
}

main "$@"
