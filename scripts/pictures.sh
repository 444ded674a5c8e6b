#!/usr/bin/env bash
# `make pictures`: the README's pictures, taken of the real programs in a tmux of their own.
#
#   scripts/pictures.sh [PROGRAMS_FOLDER]     default: target/release
set -euo pipefail

main() {
    cd "${BASH_SOURCE[0]%/*}/.."
    bash scripts/need.sh tmux python3
    programs=${1:-${CARGO_TARGET_DIR:-target}/release}
    programs=$(cd "$programs" && pwd -P)
    home=$(mktemp -d)
    trap end EXIT
    mkdir -p "$home/.config/mamori"
    printf '[local]\nname = "laptop"\n' >"$home/.config/mamori/config.toml"
    python3 scripts/pictures/home.py "$programs" "$home"
    # As if a watcher ran: who holds this lock is one.
    (exec env -i PATH=/usr/bin:/bin python3 -c 'import fcntl, sys, time
lock = open(sys.argv[1], "a")
fcntl.flock(lock, fcntl.LOCK_EX)
time.sleep(600)' "$home/.miyabi/mamori/watch.lock") &
    watcher=$!
    mkdir -p docs/pictures
    picture dash 120 35 "The dashboard: three nodes, one with a disk that fills up" dash
    picture dash-phone 45 30 "The dashboard on a phone" dash
    picture menu 80 24 "The menu" menu
    picture alerts 80 24 "An alert's menu" alerts
}

in_home() {
    env -i HOME="$home" PATH="$programs:/usr/local/bin:/usr/bin:/bin" TZ=UTC LANG=C.UTF-8 TMUX_TMPDIR="$home" "$@"
}

inner() { in_home tmux -u -L inner -f "$home/tmux.conf" "$@"; }
outer() { in_home tmux -u -L outer -f /dev/null "$@"; }

# NAME COLUMNS ROWS TITLE WHAT
picture() {
    local name=$1 columns=$2 rows=$3 title=$4
    case $5 in
        dash)
            outer new-session -d -x "$columns" -y "$rows" "mamori dash"
            outer set-option -g status off
            until_shows "mugen"
            until_shows "live"
            ;;
        menu | alerts)
            cat >"$home/tmux.conf" <<END
set -s escape-time 0
set -g status-right-length 80
set -g status-right '#{mamori}  %H:%M'
set -g default-command "exec env PS1='\\$ ' sh"
run-shell '$PWD/mamori.tmux'
END
            inner new-session -d -s work -n code -x "$columns" -y "$rows"
            outer new-session -d -x "$columns" -y "$rows" "exec env -u TMUX tmux -u -L inner attach"
            outer set-option -g status off
            until_shows "▲ 2/3"
            outer send-keys C-b g
            until_shows "Dashboard"
            if [ "$5" = alerts ]; then
                outer send-keys a
                until_shows " alerts "
                outer send-keys 1
                until_shows "Acknowledge"
            fi
            ;;
    esac
    sleep 0.3
    outer capture-pane -e -p | python3 scripts/pictures/svg.py "$columns" "$rows" "$title" >"docs/pictures/$name.svg"
    echo "docs/pictures/$name.svg"
    outer kill-server
    inner kill-server 2>/dev/null || true
}

until_shows() {
    local _
    for _ in {1..200}; do
        if outer capture-pane -p | grep -qF -- "$1"; then return; fi
        sleep 0.05
    done
    echo "error: \`$1\` does not show" >&2
    outer capture-pane -p >&2
    return 1
}

end() {
    outer kill-server 2>/dev/null || true
    inner kill-server 2>/dev/null || true
    [ -z "${watcher-}" ] || kill "$watcher" 2>/dev/null || true
    rm -rf "$home"
}

main "$@"
