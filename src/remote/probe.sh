# What a remote machine's sh learns once, and then is asked again and again.
# It only reads. POSIX sh, for dash, busybox, bash 3.2, zsh as sh and mksh.
# Before this stand, from probe.rs: mamori_pseudo and mamori_network (types of
# file systems), mamori_seconds (for one program that may hang), mamori_ask_battery, mamori_asks_services and the function mamori_services.
# shellcheck shell=sh
# shellcheck disable=SC2086 # mamori_limit is several words
# shellcheck disable=SC2154 # probe.rs sets what is not set here

# What rc files may have done to the shell.
\unalias -a 2>/dev/null
set +efuvxC
IFS=' 	
'
mamori_newline='
'
mamori_locale=${LC_ALL-}
LC_ALL=C
export LC_ALL
unset CDPATH ENV BASH_ENV TMUX TMUX_PANE
cd / >/dev/null 2>&1

# Nothing of the current folder is ever called, whatever PATH says.
mamori_path=
mamori_rest=${PATH-}:
while [ -n "$mamori_rest" ]; do
    case $mamori_rest in
        /*) mamori_path=$mamori_path${mamori_rest%%:*}: ;;
    esac
    mamori_rest=${mamori_rest#*:}
done

# Which system this is, who we are, and what ends a program that hangs.
mamori_start() {
    case ${TERMUX_VERSION+set}:${PREFIX-}:${HOME-} in
        set:* | *com.termux/*)
            mamori_platform=termux
            : "${PREFIX:=/data/data/com.termux/files/usr}" "${TMPDIR:=$PREFIX/tmp}"
            mamori_path=$mamori_path$PREFIX/bin:
            ;;
        *)
            mamori_platform=''
            : "${TMPDIR:=/tmp}"
            ;;
    esac
    PATH=$mamori_path/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin:/opt/homebrew/bin:/opt/local/bin:/home/linuxbrew/.linuxbrew/bin:/run/current-system/sw/bin:/system/bin
    export PATH
    [ -n "$mamori_platform" ] || mamori_platform=$(uname -s)
    case $mamori_platform in
        Linux) mamori_platform=linux ;;
        Darwin) mamori_platform=macos ;;
    esac
    mamori_user=$(id -u)
    # KILL, for one that waits for a dead server hears nothing else. macOS has
    # no timeout, but perl.
    mamori_limit=
    # shellcheck disable=SC2016
    for mamori_one in 'timeout -s KILL' 'perl -e alarm(shift);exec{$ARGV[0]}@ARGV'; do
        mamori_one="$mamori_one $mamori_seconds"
        if $mamori_one sh -c : >/dev/null; then
            mamori_limit=$mamori_one
            break
        fi
    done
    mamori_find_listener
} </dev/null 2>/dev/null

# Writes a line. echo would take backslashes, and mksh has no printf of its own.
case ${KSH_VERSION+$(command -v print)} in
    print)
        # shellcheck disable=SC3061,SC2039
        mamori_say() { print -r -- "$1"; }
        ;;
    *)
        mamori_say() { printf '%s\n' "$1"; }
        ;;
esac

# The listener is the topmost of our next ancestors that are sshd; a session's own process
# is none, and where /proc shows no strangers it stays unknown.
mamori_listener=
mamori_find_listener() {
    mamori_one=$PPID
    while [ "${mamori_one:-0}" -gt 1 ]; do
        mamori_line=
        read -r mamori_line <"/proc/$mamori_one/stat" || return 0
        mamori_name=${mamori_line#*\(}
        mamori_name=${mamori_name%\)*}
        case $mamori_name in
            sshd-session | sshd-auth) ;;
            sshd*) mamori_listener=$mamori_one mamori_listener_name=$mamori_name ;;
            # Beyond it may stand another server, through which somebody started it.
            *) [ -z "$mamori_listener" ] || return 0 ;;
        esac
        mamori_line=${mamori_line##*\) }
        mamori_line=${mamori_line#* }
        mamori_one=${mamori_line%% *}
    done
}

mamori_start

mamori_listener_gone() {
    [ -n "$mamori_listener" ] || return 1
    mamori_name=
    read -r mamori_name <"/proc/$mamori_listener/comm"
    [ "$mamori_name" != "$mamori_listener_name" ]
}

# Whether a service that we are asked about is not ready.
mamori_unready() {
    case $(
        mamori_services
        wait
    ) in *=not*) return 0 ;; esac
    return 1
}

mamori_alive() {
    if mamori_listener_gone; then
        mamori_say "@$1 alive listener-gone"
    elif [ -n "$mamori_asks_services" ] && mamori_unready; then
        mamori_say "@$1 alive unready"
    else
        mamori_say "@$1 alive"
    fi
} </dev/null 2>/dev/null

# KEY FILE: the first line of a file, if it can be read.
mamori_first() {
    IFS= read -r mamori_line <"$2" && mamori_say "$1=$mamori_line"
}

# KEY TEXT: every line of a text.
mamori_lines() {
    mamori_rest=$2$mamori_newline
    while [ -n "$mamori_rest" ]; do
        mamori_say "$1=${mamori_rest%%"$mamori_newline"*}"
        mamori_rest=${mamori_rest#*"$mamori_newline"}
    done
}

mamori_linux() {
    mamori_first boot /proc/sys/kernel/random/boot_id
    if [ "$mamori_platform" = linux ]; then
        mamori_first uptime /proc/uptime
        mamori_first load /proc/loadavg
        mamori_first cpu /proc/stat
    fi
    if read -r mamori_line </proc/meminfo; then
        while read -r mamori_line; do
            case $mamori_line in
                MemTotal:* | MemAvailable:*) mamori_say "memory=$mamori_line" ;;
                Buffers:*) break ;;
            esac
        done </proc/meminfo
    fi
    if [ "$mamori_platform" = linux ]; then
        mamori_battery
        mamori_pressure
    else
        # Android closes its counters to programs, but not to this one.
        mamori_lines clock "$($mamori_limit uptime)"
    fi
    mamori_disks
}

# What stands still for want of memory; where that is not counted, the pages
# that came back from swap, and their size.
mamori_pressure() {
    if read -r mamori_line </proc/pressure/memory; then
        while read -r mamori_line; do
            case $mamori_line in
                full*) mamori_say "pressure=$mamori_line" ;;
            esac
        done </proc/pressure/memory
        return
    fi
    while read -r mamori_one mamori_line; do
        [ "$mamori_one" = pswpin ] || continue
        mamori_say "swapped=$mamori_line $(getconf PAGESIZE)"
        return
    done </proc/vmstat
}

# The first battery of the machine itself, not of a mouse.
mamori_battery() {
    for mamori_one in /sys/class/power_supply/*; do
        mamori_kind='' mamori_scope='' mamori_charge='' mamori_state=''
        read -r mamori_kind <"$mamori_one/type"
        [ "$mamori_kind" = Battery ] || continue
        read -r mamori_scope <"$mamori_one/scope"
        [ "$mamori_scope" != Device ] || continue
        read -r mamori_charge <"$mamori_one/capacity"
        read -r mamori_state <"$mamori_one/status"
        mamori_say "battery=$mamori_charge $mamori_state"
        return
    done
    mamori_say battery=none
}

# RAW: undoes the kernel's octal escapes, into mamori_point. Names with a line
# break are left out: the answer has lines.
mamori_unescape() {
    mamori_point=
    mamori_rest=$1
    while :; do
        case $mamori_rest in
            *\\*) ;;
            *) break ;;
        esac
        mamori_point=$mamori_point${mamori_rest%%\\*}
        mamori_rest=${mamori_rest#*\\}
        case $mamori_rest in
            040*) mamori_point="$mamori_point " ;;
            011*) mamori_point="$mamori_point	" ;;
            043*) mamori_point="$mamori_point#" ;;
            134*) mamori_point="$mamori_point\\" ;;
            *) return 1 ;;
        esac
        mamori_rest=${mamori_rest#???}
    done
    mamori_point=$mamori_point$mamori_rest
}

# Space of what is on this machine, asked at once; what a server answers for
# is only told, since asking may hang.
mamori_disks() {
    mamori_careful='' mamori_root='' mamori_count=0
    set --
    read -r mamori_line </proc/self/mountinfo || return 0
    while read -r _ _ mamori_device _ mamori_raw mamori_access mamori_rest; do
        case $mamori_raw in
            /proc | /proc/* | /sys | /sys/*) continue ;;
        esac
        mamori_rest=" $mamori_rest"
        mamori_rest=${mamori_rest#* - }
        mamori_kind=${mamori_rest%% *}
        mamori_rest=${mamori_rest#* }
        mamori_source=${mamori_rest%% *}
        case ,$mamori_access,${mamori_rest#* }, in
            *,ro,*) mamori_access=ro mamori_use= ;;
            *) mamori_access=rw mamori_use=ask ;;
        esac
        case $mamori_kind in
            fuse.*) mamori_kind=fuse ;;
        esac
        case " $mamori_pseudo " in
            *" $mamori_kind "*) mamori_use= ;;
        esac
        case " $mamori_network " in
            *" $mamori_kind "*) mamori_use=tell mamori_careful=yes ;;
        esac
        mamori_unescape "$mamori_raw" || continue
        case $mamori_kind$mamori_raw in
            overlay/?*) mamori_use= ;;
        esac
        # What covers a mount point is measured in its place, or not at all.
        for mamori_one in "$@"; do
            shift
            [ "$mamori_one" = "$mamori_point" ] || set -- "$@" "$mamori_one"
        done
        [ "$mamori_use" != ask ] || set -- "$@" "$mamori_point"
        # Where the home lies is told, whatever it is.
        case ${HOME-}/ in
            "${mamori_point%/}"/*) mamori_use=tell ;;
        esac
        [ "$mamori_raw" != / ] || mamori_root=yes
        if [ -n "$mamori_use" ] && [ "$mamori_count" -lt 200 ]; then
            mamori_count=$((mamori_count + 1))
            mamori_say "mount=0 0 $mamori_device / $mamori_raw $mamori_access - $mamori_kind $mamori_source $mamori_access"
        fi
    done </proc/self/mountinfo
    [ -n "$mamori_root" ] || set -- "$@" /
    for mamori_one in "$@"; do
        shift
        # Containers mount single files.
        [ ! -d "$mamori_one" ] || set -- "$@" "$mamori_one"
    done
    if [ -z "$mamori_careful" ]; then
        cd -P -- "${HOME:-/}" >/dev/null && mamori_say "home=$PWD" && set -- "$@" "$PWD"
        cd / >/dev/null
    fi
    [ $# -eq 0 ] || stat -f -c "$mamori_space" "$@"
}

# The two sizes of a block, and what is counted in blocks and inodes.
mamori_space='space=%s %S %b %f %a %c %d %n'

mamori_macos() {
    mamori_lines sysctl "$(sysctl kern.bootsessionuuid kern.boottime vm.loadavg hw.memsize)"
    mamori_say "now=$(date +%s)"
    mamori_lines vm_stat "$(vm_stat)"
    mamori_lines mounted "$(mount)"
    mamori_lines df "$($mamori_limit df -kl)"
    mamori_lines pmset "$($mamori_limit pmset -g batt)"
    mamori_careful=yes
}

# A home that may hang is asked by a process that can be left behind.
# shellcheck disable=SC2016
mamori_home() {
    case $mamori_platform in
        macos) set -- 'one=$(df -k "$PWD") && printf "home_df=%s\n" "${one##*"$3"}"' ;;
        *) set -- 'exec stat -f -c "$2" "$PWD"' ;;
    esac
    $mamori_limit sh -c 'cd -P -- "$1" && printf "home=%s\n" "$PWD" && '"$1" \
        sh "${HOME:-/}" "$mamori_space" "$mamori_newline" || mamori_say "home_failed=$?"
}

# The sessions of the user's own server. A socket is looked for first, for
# tmux would make its folder.
mamori_tmux() {
    if ! command -v tmux >/dev/null; then
        mamori_say tmux=missing
        return
    fi
    case $mamori_platform in
        termux) set -- "${TMUX_TMPDIR:-$PREFIX/var/run}" "$TMPDIR" ;;
        *) set -- "${TMUX_TMPDIR:-/tmp}" ;;
    esac
    for mamori_one in "$@"; do
        mamori_one=$mamori_one/tmux-$mamori_user/default
        # shellcheck disable=SC3067
        if [ -S "$mamori_one" ] && [ -O "$mamori_one" ]; then
            mamori_say tmux=ask
            LC_ALL=$mamori_locale $mamori_limit tmux -u -S "$mamori_one" list-sessions -F 'session=#{session_name}' 2>&1
            mamori_say "tmux=$?"
        fi
    done
    mamori_say tmux=done
}

# NAME PATTERN: whether such a process runs. The kernel keeps 15 bytes.
mamori_runs() {
    if [ ! -e /proc/self/comm ]; then
        pgrep -x -- "$2" >/dev/null
        return
    fi
    for mamori_one in /proc/[0-9]*/comm; do
        mamori_name=
        IFS= read -r mamori_name <"$mamori_one"
        [ "$mamori_name" != "$1" ] || return 0
        case $mamori_name in
            ???????????????)
                case $1 in
                    "$mamori_name"*) return 0 ;;
                esac
                ;;
        esac
    done
    return 1
}

# HOST PORT, by bash: whether an ssh server greets.
# shellcheck disable=SC2016
mamori_by_bash='exec 3<>"/dev/tcp/$1/$2" || exit; [ "$3" = tcp ] || { read -r -n 4 -t 4 one <&3 && [ "$one" = SSH- ]; }'

# NUMBER KIND WORDS: runs in a process of its own.
mamori_service() {
    mamori_number=$1
    mamori_kind=$2
    shift 2
    mamori_word=not
    case $mamori_kind in
        command)
            # exec: never a function or a builtin of this shell.
            (
                LC_ALL=$mamori_locale
                exec $mamori_limit "$@" >/dev/null
            ) && mamori_word=ready
            ;;
        process) mamori_runs "$@" && mamori_word=ready ;;
        *)
            if command -v bash >/dev/null; then
                $mamori_limit bash -c "$mamori_by_bash" bash "$@" "$mamori_kind" >/dev/null && mamori_word=ready
            elif ! command -v nc >/dev/null; then
                mamori_word=unknown
            elif [ "$mamori_kind" = tcp ]; then
                $mamori_limit nc -w 3 -- "$@" >/dev/null && mamori_word=ready
            else
                case $($mamori_limit nc -w 3 -- "$@") in
                    SSH-*) mamori_word=ready ;;
                esac
            fi
            ;;
    esac
    mamori_say "service.$mamori_number=$mamori_word"
}

# What is safe comes first: of an answer that stops, the start is kept.
mamori_probe() {
    mamori_say "@$1 begin"
    mamori_say "platform=$mamori_platform"
    if [ -z "$mamori_listener" ]; then
        mamori_say listener=unknown
    elif mamori_listener_gone; then
        mamori_say listener=gone
    else
        mamori_say listener=there
    fi
    mamori_careful=
    case $mamori_platform in
        linux | termux) mamori_linux ;;
        macos) mamori_macos ;;
    esac
    if [ "$mamori_platform$mamori_ask_battery" = termuxyes ]; then
        if command -v termux-battery-status >/dev/null; then
            mamori_lines battery_json "$($mamori_limit termux-battery-status)"
        else
            mamori_say battery=missing
        fi
    fi
    mamori_tmux
    # At once: the slowest decides, and none hinders another.
    if [ -n "$mamori_careful" ]; then
        mamori_home &
    fi
    mamori_services
    wait
    mamori_say "@$1 end"
} </dev/null 2>/dev/null
