# What a remote machine's sh learns besides the probe when it may act: bringing back what is
# configured for it, and nothing else. Before this stands, from deed.rs: the function
# mamori_deed, which knows each deed by its number.
# shellcheck shell=sh
# shellcheck disable=SC2086 # mamori_limit is several words
# shellcheck disable=SC2154 # the probe sets what is not set here
# shellcheck disable=SC2030,SC2031 # one deed, one shell

# TOKEN NUMBER [insist]: does one deed and says what came of it. In a shell of its own: what
# stays is nobody's child then, so that no later `wait` waits for it.
mamori_recover() {
    mamori_say "@$1 begin"
    (
        mamori_insist=${3-}
        mamori_deed "$2"
    )
    mamori_say "@$1 end"
} </dev/null 2>/dev/null

# sv SERVICE, systemctl MANAGER UNIT, launchctl LABEL: fails, and says so, when its owner
# stopped it.
mamori_owned() {
    case $1 in
        sv)
            mamori_out=$($mamori_limit sv status "$2")
            case ${mamori_out%%;*} in
                *'want down'*) mamori_stopped 'sv down' ;;
                *'want up'*) ;;
                down:*) mamori_stopped 'sv down' ;;
            esac
            ;;
        systemctl)
            mamori_out=$($mamori_limit systemctl "$2" show --property=LoadState,ActiveState,UnitFileState,Result,TriggeredBy -- "$3")
            case $mamori_out in *LoadState=masked* | *UnitFileState=masked*) mamori_stopped 'systemctl mask' || return ;; esac
            # What a socket starts needs not be enabled itself.
            case $mamori_out in
                *TriggeredBy=[a-zA-Z]*) ;;
                *UnitFileState=disabled*) mamori_stopped 'systemctl disable' || return ;;
            esac
            case $mamori_out in
                *LoadState=not-found*) ;;
                *ActiveState=inactive*)
                    case $mamori_out in *Result=success*) mamori_stopped 'systemctl stop' ;; esac
                    ;;
            esac
            ;;
        launchctl)
            case $($mamori_limit launchctl print-disabled "${2%/*}") in
                *"\"${2##*/}\" => disabled"* | *"\"${2##*/}\" => true"*) mamori_stopped 'launchctl disable' ;;
            esac
            ;;
    esac
}

mamori_stopped() {
    mamori_say "deed=left $1"
    return 1
}

# WORDS…: what must succeed before anything is started.
mamori_valid() {
    mamori_out=$(
        {
            mamori_own_locale
            exec $mamori_limit "$@"
        } 2>&1
    ) && return
    mamori_say "deed=invalid $?"
    printf '%s\n' "$mamori_out" | mamori_words
    return 1
}

# Says the first and the last line of its input that tell something.
mamori_words() {
    mamori_out=$(sed -n '/[A-Za-z0-9]/p' | sed -n '1{p;d;};$p' | cut -c 1-200)
    mamori_say "said=${mamori_out%%"$mamori_newline"*}"
    case $mamori_out in *"$mamori_newline"*) mamori_say "last=${mamori_out##*"$mamori_newline"}" ;; esac
}

# FILE NAME: ends the process that a pid file names, when we are told to insist, because it
# is there and does not do its work. Only one that is surely the service's: by its program
# or its script, by a file that root or we own and that is not older than the process.
mamori_unhang() {
    [ -n "$mamori_insist" ] || return 0
    [ -f "$1" ] || return 0
    [ -O "$1" ] || [ "$(mamori_of_file %u %u "$1")" = 0 ] || return 0
    mamori_pid=
    read -r mamori_pid <"$1"
    case $mamori_pid in '' | 0* | 1 | *[!0-9]*) return 0 ;; esac
    mamori_age "$mamori_pid" || return 0
    mamori_lives=$mamori_old
    mamori_written=$(mamori_of_file %Y %m "$1")
    case $mamori_written in '' | *[!0-9]*) return 0 ;; esac
    [ $(($(date +%s) - mamori_written)) -le $((mamori_lives + 2)) ] || return 0
    mamori_its=
    mamori_runs=
    mamori_count=0
    for mamori_one in $(ps -o args= -p "$mamori_pid"); do
        mamori_count=$((mamori_count + 1))
        mamori_one=${mamori_one##*/}
        mamori_one=${mamori_one%:}
        case $mamori_count$mamori_runs in
            1 | 2yes | 3yes) [ "$mamori_one" != "$2" ] || mamori_its=yes ;;
        esac
        case $mamori_count:$mamori_one in
            1:sh | 1:*[!r]sh | 1:busybox | 1:python* | 1:perl* | 1:ruby* | 1:node*) mamori_runs=yes ;;
        esac
        [ "$mamori_count" -lt 3 ] || break
    done
    [ -n "$mamori_its" ] || return 0
    mamori_say acted=yes
    kill "$mamori_pid"
    kill -CONT "$mamori_pid"
    sleep 1
    # The same one still, not another by the same number.
    mamori_age "$mamori_pid" || return 0
    [ "$mamori_old" -lt "$mamori_lives" ] || kill -KILL "$mamori_pid"
    return 0
}

# FORMAT BSD-FORMAT FILE: what stat tells of a file, here or on a BSD (macOS).
mamori_of_file() { stat -L -c "$1" "$3" || stat -L -f "$2" "$3"; }

# PID: how many seconds ago a process began, in mamori_old; fails where nobody tells. POSIX
# knows only [[dd-]hh:]mm:ss.
mamori_age() {
    mamori_one=$(ps -o etime= -p "$1" | tr -d ' ')
    mamori_old=0
    case $mamori_one in
        *-*)
            mamori_old=${mamori_one%%-*}
            mamori_one=${mamori_one#*-}
            ;;
    esac
    case $mamori_one in *:*:*) ;; *) mamori_one=00:$mamori_one ;; esac
    # A number that begins with 0 would be octal.
    case $mamori_old in 0?*) mamori_old=${mamori_old#0} ;; esac
    case $mamori_old:$mamori_one in
        :* | *[!0-9:]*) return 1 ;;
        *:[0-9][0-9]:[0-9][0-9]:[0-9][0-9]) ;;
        *) return 1 ;;
    esac
    mamori_left=${mamori_one#*:}
    mamori_old=$((mamori_old * 24 + 1${mamori_one%%:*} - 100))
    mamori_old=$(((mamori_old * 60 + 1${mamori_left%%:*} - 100) * 60 + 1${mamori_left#*:} - 100))
}

# Says so when it is ready.
mamori_is_ready() {
    case $(mamori_check) in *=ready) mamori_say deed=ready && return ;; esac
    return 1
}

# SECONDS: leaves its owner so long to bring it back.
mamori_await() {
    mamori_left=$1
    until mamori_is_ready; do
        [ "$mamori_left" -gt 0 ] || return 1
        mamori_left=$((mamori_left - 1))
        sleep 1
    done
}

# SECONDS WORDS…: starts it, so that it lives on without us, and waits until it is ready.
mamori_begin() {
    mamori_left=$(($1 * 5))
    shift
    if ! command -v "$1" >/dev/null; then
        mamori_say "deed=missing $1"
        return
    fi
    mamori_say acted=yes
    # What it says goes nowhere: a pipe would end it when its reader ends, and a file would
    # grow as long as it lives.
    (
        mamori_own_locale
        cd "$HOME" || exit
        if command -v setsid >/dev/null; then exec setsid "$@"; fi
        exec "$@"
    ) >/dev/null 2>&1 &
    mamori_child=$!
    mamori_settle
}

# Waits until what was begun is ready, has failed, or has had its time.
mamori_settle() {
    while :; do
        case $(mamori_check) in
            *=ready) mamori_say deed=ready && return ;;
            *=unknown) mamori_say deed=untold && return ;;
        esac
        if [ -n "$mamori_child" ] && ! kill -0 "$mamori_child"; then
            wait "$mamori_child"
            mamori_code=$?
            mamori_child=
            if [ "$mamori_code" -ne 0 ]; then
                mamori_say "deed=exited $mamori_code"
                return
            fi
        fi
        if [ "$mamori_left" -le 0 ]; then
            # It leads a session of its own, where there is a setsid.
            [ -z "$mamori_child" ] || kill -TERM -- "-$mamori_child" || kill "$mamori_child"
            mamori_say deed=late
            return
        fi
        mamori_left=$((mamori_left - 1))
        sleep 0.2 || {
            sleep 1
            mamori_left=$((mamori_left - 4))
        }
    done
}

# The locale that we found, not the one in which we ask.
mamori_own_locale() {
    if [ -n "$mamori_locale" ]; then
        LC_ALL=$mamori_locale
    else
        unset LC_ALL
    fi
}

# WORDS…: one tmux command; its answer is in mamori_out.
mamori_by_tmux() {
    mamori_out=$(
        {
            mamori_own_locale
            cd "$HOME" || exit
            exec $mamori_limit tmux -u "$@"
        } 2>&1
    )
}

# WORDS…: one tmux command of those that build a session. When it fails, what was built
# is taken down again.
mamori_build() {
    mamori_by_tmux "$@" && return
    mamori_code=$?
    mamori_said=$mamori_out
    [ -z "$mamori_id" ] || mamori_by_tmux kill-session -t "$mamori_id"
    mamori_say "deed=exited $mamori_code"
    mamori_say "said=$(printf '%s\n' "$mamori_said" | tail -n 1 | cut -c 1-200)"
    return 1
}

# TARGET: says so when the session is there.
mamori_has() {
    mamori_by_tmux has-session -t "$1" && mamori_say deed=ready
}

# NAME WORDS…: a session and its first window, whose ids are remembered.
mamori_session() {
    mamori_id=
    mamori_name=$1
    shift
    mamori_build new-session -d -s "$mamori_name" -P -F '#{session_id} #{window_id} #{pane_id}' "$@" || return
    mamori_id=${mamori_out%% *}
    mamori_rest=${mamori_out#* }
    mamori_window_id=${mamori_rest%% *}
    mamori_pane_id=${mamori_rest#* }
}

# WORDS…: another window.
mamori_window() {
    mamori_build new-window -d -t "$mamori_id:" -P -F '#{window_id} #{pane_id}' "$@" || return
    mamori_window_id=${mamori_out%% *}
    mamori_pane_id=${mamori_out#* }
}

# WORDS…: another pane, with room made for it.
mamori_pane() {
    mamori_build split-window -d -t "$mamori_window_id" -P -F '#{pane_id}' "$@" || return
    mamori_pane_id=$mamori_out
    mamori_by_tmux select-layout -t "$mamori_window_id" tiled || :
}

# PLACE PROGRAM TEXT: notes what runs in the pane just made, in the window of that place.
mamori_made() {
    mamori_one="a pane of window $1 ended at once: \`$3\`"
    command -v "$2" >/dev/null || mamori_one="$mamori_one (\`$2\` is not there)"
    mamori_all="${mamori_all-}$mamori_pane_id $mamori_one$mamori_newline"
}

# SECONDS: says which of the panes that were made are gone, once the others have stood still
# for so long: what ran in them had ended. A command that cannot run does so a moment after
# its pane was made.
mamori_whole() {
    [ -n "${mamori_all-}" ] || return 0
    mamori_there=
    for mamori_one in 1 2 3 4 5 6 7 8 9 10; do
        mamori_by_tmux list-panes -s -t "$mamori_id" -F '#{pane_id}' || mamori_out=
        mamori_out=$mamori_newline$mamori_out$mamori_newline
        [ "$mamori_out" != "$mamori_there" ] || break
        mamori_there=$mamori_out
        sleep "$1" || sleep 1
    done
    mamori_rest=$mamori_all
    while [ -n "$mamori_rest" ]; do
        mamori_line=${mamori_rest%%"$mamori_newline"*}
        mamori_rest=${mamori_rest#*"$mamori_newline"}
        case $mamori_there in
            *"$mamori_newline${mamori_line%% *}$mamori_newline"*) ;;
            *) mamori_say "note=${mamori_line#* }" ;;
        esac
    done
}

mamori_role() { mamori_by_tmux set-option -p -t "$mamori_pane_id" @mamori-role "$1" || :; }

mamori_layout() { mamori_by_tmux select-layout -t "$mamori_window_id" "$1" || :; }

# The ssh server of a machine whose old connection we still hold, by whoever looks after it:
# only the machine's own, on the port of its own configuration.
mamori_start_sshd() {
    mamori_config=${PREFIX-}/etc/ssh/sshd_config
    [ "$mamori_platform" = termux ] || mamori_config=/etc/ssh/sshd_config
    mamori_port=$(sed -n 's/^[[:space:]]*[Pp][Oo][Rr][Tt][[:space:]=]*\([0-9][0-9]*\).*/\1/p' "$mamori_config" | head -n 1)
    if [ "$mamori_platform" = termux ]; then : "${mamori_port:=8022}"; else : "${mamori_port:=22}"; fi
    # Both ends of the connection, four words.
    case ${SSH_CONNECTION-} in *" $mamori_port") ;; *) mamori_say deed=foreign && return ;; esac
    mamori_check() { mamori_listener_back; }
    if [ "$mamori_platform" = termux ]; then
        if [ -e "$PREFIX/var/service/sshd/supervise/ok" ]; then
            SVDIR=$PREFIX/var/service
            export SVDIR
            mamori_owned sv sshd || return
            mamori_await 3 && return
            mamori_begin 10 sv up sshd
        elif [ -e "$PREFIX/var/service/sshd/down" ]; then
            mamori_stopped sv-disable || :
        else
            mamori_begin 10 sshd
        fi
    elif [ "$mamori_platform" = macos ]; then
        mamori_owned launchctl system/com.openssh.sshd || return
        if [ "$mamori_user" != 0 ]; then mamori_say deed=root && return; fi
        mamori_begin 10 launchctl kickstart -k system/com.openssh.sshd
    elif [ -d /run/systemd/system ]; then
        mamori_unit=ssh
        $mamori_limit systemctl cat ssh.service >/dev/null || mamori_unit=sshd
        mamori_owned systemctl --system "$mamori_unit" || return
        mamori_await 3 && return
        if [ "$mamori_user" != 0 ]; then mamori_say deed=root && return; fi
        mamori_begin 10 systemctl start "$mamori_unit"
    elif [ "$mamori_user" != 0 ]; then
        mamori_say deed=root
    else
        mamori_begin 10 sh -c 'service ssh start || service sshd start'
    fi
}

# Whether anybody listens where we came in: the address that sshd told the shell.
mamori_listener_back() {
    # shellcheck disable=SC2086 # four words: both ends of the connection
    set -- ${SSH_CONNECTION-}
    [ $# -eq 4 ] && mamori_service sshd ssh "$3" "$4"
}
