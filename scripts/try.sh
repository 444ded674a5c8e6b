#!/usr/bin/env bash
# `make try`: the real thing in a tmux of its own, which touches neither your tmux nor your
# ~/.miyabi. `try.sh stop` ends what it left running.
set -euo pipefail

main() {
    cd "${BASH_SOURCE[0]%/*}/.."
    local folder
    mkdir -p "${CARGO_TARGET_DIR:-target}/try/home" "${CARGO_TARGET_DIR:-target}/release"
    folder=$(cd "${CARGO_TARGET_DIR:-target}" && pwd -P)
    export MAMORI_ROOT=$PWD MAMORI_HOME=$folder/try/home PATH=$folder/release:$PATH
    log=$folder/try/watch.log
    unset TMUX TMUX_PANE
    if [ "${1-}" = stop ]; then
        end_all
        echo "stopped"
        return
    fi
    bash scripts/need.sh cc cargo tmux
    bash scripts/build.sh
    start
    if [ -t 0 ] && [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]; then
        in_try attach-session -t =try || true
        # Another terminal may still be attached.
        [ -n "$(in_try list-clients 2>/dev/null)" ] || end_all
    else
        explain
    fi
}

in_try() {
    tmux -u -L mamori-try -f tmux/try.conf "$@"
}

start() {
    # A watcher of an earlier build makes way.
    end_watcher
    in_background mamori watch >"$log" 2>&1 </dev/null
    until_true a_watcher || fail "the watcher does not start"
    if ! in_try has-session -t =try 2>/dev/null; then
        # shellcheck disable=SC2016 # the window's own shell expands it
        in_try new-session -d -s try -x 100 -y 30 'mamori health; echo; echo "C-b g opens the menu, C-b d leaves and ends all of it."; exec "${SHELL:-sh}"'
    fi
    until_true bar_shows_data || fail "the status bar shows no data: $(bar)"
}

# In a session of its own: closing this terminal does not end it.
in_background() {
    if command -v setsid >/dev/null; then setsid "$@" & else nohup "$@" & fi
}

# What the bar shows, without colours.
bar() {
    in_try display-message -p -t =try: '#{T:status-right}' | sed 's/#\[[^]]*\]//g'
}

bar_shows_data() {
    case $(bar) in *[●▲✖]\ [0-9]*) ;; *) return 1 ;; esac
}

# Its process id. `mamori status` speaks through its exit code of other things.
watcher() {
    { mamori status --json 2>/dev/null || true; } | sed -n 's/.*"watcher":{"running":true,"pid":\([0-9]*\).*/\1/p'
}

a_watcher() {
    [ -n "$(watcher)" ]
}

no_watcher() {
    ! a_watcher
}

end_watcher() {
    local pid
    pid=$(watcher)
    [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
    until_true no_watcher || fail "the watcher $pid does not end"
}

end_all() {
    in_try kill-server 2>/dev/null || true
    ! command -v mamori >/dev/null || end_watcher
}

# A condition, asked for at most 20 seconds.
until_true() {
    for _ in {1..200}; do
        ! "$@" || return 0
        sleep 0.1
    done
    return 1
}

explain() {
    echo
    echo "The status bar shows:  $(bar)"
    echo "look:  tmux -u -L mamori-try attach    (there: C-b g opens the menu, C-b d leaves)"
    echo "end:   make try-stop"
}

fail() {
    echo "error: $1" >&2
    sed 's/^/watch: /' "$log" >&2 || true
    end_all
    exit 1
}

main "$@"
