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
            mamori_out=$($mamori_limit systemctl "$2" show --property=LoadState,ActiveState,UnitFileState,Result -- "$3")
            case $mamori_out in
                *LoadState=masked* | *UnitFileState=masked*) mamori_stopped 'systemctl mask' ;;
                *UnitFileState=disabled*) mamori_stopped 'systemctl disable' ;;
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
            LC_ALL=$mamori_locale
            exec $mamori_limit "$@"
        } 2>&1
    ) && return
    mamori_say "deed=invalid $?"
    mamori_say "said=$(printf '%s\n' "$mamori_out" | tail -n 1 | cut -c 1-200)"
    return 1
}

# FILE NAME: ends the process that a pid file names when it is the service's, and when we
# are told to insist: it is there, and does not do its work.
mamori_unhang() {
    [ -n "$mamori_insist" ] || return 0
    mamori_pid=
    read -r mamori_pid <"$1"
    case $mamori_pid in '' | 0* | 1 | *[!0-9]*) return 0 ;; esac
    mamori_its=
    mamori_count=0
    for mamori_one in $(ps -o args= -p "$mamori_pid" || tr '\000' ' ' <"/proc/$mamori_pid/cmdline"); do
        mamori_count=$((mamori_count + 1))
        [ "$mamori_count" -le 3 ] || break
        [ "${mamori_one##*/}" != "$2" ] || mamori_its=yes
    done
    [ -n "$mamori_its" ] || return 0
    mamori_say acted=yes
    kill "$mamori_pid"
    kill -CONT "$mamori_pid"
    sleep 1
    kill -0 "$mamori_pid" && kill -KILL "$mamori_pid"
    return 0
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
    (
        LC_ALL=$mamori_locale
        cd "$HOME" || exit
        if command -v setsid; then exec setsid "$@"; fi
        exec "$@"
    ) >/dev/null &
    mamori_child=$!
    while :; do
        case $(mamori_check) in *=ready) mamori_say deed=ready && return ;; esac
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
            [ -z "$mamori_child" ] || kill "$mamori_child"
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

# WORDS…: one command of several that make up a deed.
mamori_do() {
    mamori_out=$($mamori_limit "$@" 2>&1) && return
    mamori_say "deed=exited $?"
    mamori_say "said=$(printf '%s\n' "$mamori_out" | tail -n 1 | cut -c 1-200)"
    return 1
}

# The ssh server of a machine whose old connection we still hold: by whoever looks after it.
mamori_start_sshd() {
    if [ "$mamori_platform" = termux ]; then
        if [ -e "$PREFIX/var/service/sshd/supervise/ok" ]; then
            SVDIR=$PREFIX/var/service
            export SVDIR
            mamori_owned sv sshd || return
            mamori_check() { mamori_listener_back; }
            mamori_begin 10 sv up sshd
        else
            mamori_check() { mamori_listener_back; }
            mamori_begin 10 sshd
        fi
    elif [ "$mamori_user" != 0 ]; then
        if [ "$mamori_platform" = macos ]; then
            mamori_say 'deed=root sudo launchctl kickstart -k system/com.openssh.sshd'
        else
            mamori_say 'deed=root sudo systemctl start ssh || sudo service ssh start'
        fi
    else
        mamori_check() { mamori_listener_back; }
        if [ "$mamori_platform" = macos ]; then
            mamori_begin 10 launchctl kickstart -k system/com.openssh.sshd
        elif [ -d /run/systemd/system ]; then
            mamori_begin 10 sh -c 'systemctl start ssh || systemctl start sshd'
        else
            mamori_begin 10 sh -c 'service ssh start || service sshd start || { mkdir -p /run/sshd; exec /usr/sbin/sshd; }'
        fi
    fi
}

# Whether anybody listens where we came in: the address that sshd told the shell.
mamori_listener_back() {
    # shellcheck disable=SC2086 # four words: both ends of the connection
    set -- ${SSH_CONNECTION-}
    [ $# -eq 4 ] && mamori_service sshd ssh "$3" "$4"
}
