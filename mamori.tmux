#!/bin/sh
# Loads Mamori into the tmux server that runs this: replaces #{mamori} in the
# status line and registers the server, so that `mamori watch` tells its bar.
# Safe to run again. At most five tmux calls, no network, nothing compiled.
set -u

main() {
    here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P) || exit 0
    # shellcheck source=tmux/options.sh
    . "$here/tmux/options.sh"
    ask_server || exit 0
    if binary=$(find_binary); then
        "$binary" tmux register "$server" </dev/null >/dev/null 2>&1
    else
        tell_how_to_install
    fi
    rewrite_status
}

# Sets server, inject, narrow, icons, left_length, right_length, told, client.
ask_server() {
    answer=$(tmux display-message -p "$MAMORI_SERVER" \; display-message -p "$MAMORI_OPTIONS") || return 1
    server=${answer%
*}
    rest=${answer##*
}
    inject=${rest%%|*} rest=${rest#*|}
    narrow=${rest%%|*} rest=${rest#*|}
    icons=${rest%%|*} rest=${rest#*|}
    left_length=${rest%%|*} rest=${rest#*|}
    right_length=${rest%%|*} rest=${rest#*|}
    told=${rest%%|*} client=${rest#*|}
}

# PATH first, then the plugin's own bin, that of the prefix it is installed
# under, then cargo's. Folders that are
# relative or that everybody may write to could hold anybody's program.
find_binary() {
    case $here in */share/mamori) installed=${here%/share/mamori}/bin ;; *) installed= ;; esac
    IFS=:
    set -f
    # shellcheck disable=SC2086 # split at the colons
    set -- ${PATH-} "$here/bin" "$installed" "${CARGO_HOME:-${HOME-}/.cargo}/bin"
    set +f
    unset IFS
    for folder; do
        case $folder in /*) ;; *) continue ;; esac
        if ! [ -f "$folder/mamori" ] || ! [ -x "$folder/mamori" ]; then continue; fi
        case $(ls -ldL -- "$folder") in ????????w*) continue ;; esac
        printf '%s\n' "$folder/mamori"
        return
    done
    return 1
}

# In the bar, where it stays until it is mended, and once as a message to
# whoever is attached: when a server starts nobody is. display-message expands
# formats, so every # of the path is doubled.
tell_how_to_install() {
    folder=$(printf '%s' "$here" | sed 's/#/##/g')
    case $icons in ascii) symbol='?' ;; *) symbol='◌' ;; esac
    set -- set-environment -gh MAMORI_STATUS "$symbol mamori: make install" \; \
        set-environment -gh MAMORI_SHORT "$symbol mamori?" \; \
        set-environment -gh MAMORI_UNTIL 9999999999
    if [ -z "$told" ] && [ -n "$client" ]; then
        set -- "$@" \; set-environment -gh MAMORI_TOLD 1 \; \
            display-message "mamori is not installed; run: make -C '$folder' install"
    fi
    tmux "$@"
}

rewrite_status() {
    format=$(mamori_format "$narrow" "$icons")
    # Each ends with a newline; the x keeps spaces before the last from being lost with it.
    both=$(tmux show-options -gqv status-left \; display-message -p =mamori= \; \
        show-options -gqv status-right && printf x) || return 0
    mark='
=mamori=
'
    left=${both%%"$mark"*} right=${both#*"$mark"}
    right=${right%?x}
    new_left=$(place "$left" left && printf x)
    new_right=$(place "$right" right && printf x)
    new_left=${new_left%x} new_right=${new_right%x}
    set --
    [ "$new_left" = "$left" ] || set -- "$@" \; set-option -g status-left "$(argument "$new_left")"
    [ "$new_right" = "$right" ] || set -- "$@" \; set-option -g status-right "$(argument "$new_right")"
    [ $# -gt 0 ] || return 0
    if [ "$inject" = left ] && shorter "$left_length"; then
        set -- "$@" \; set-option -g status-left-length "$MAMORI_INJECT_LENGTH"
    elif [ "$inject" = right ] && shorter "$right_length"; then
        set -- "$@" \; set-option -g status-right-length "$MAMORI_INJECT_LENGTH"
    fi
    shift
    tmux "$@"
}

# TEXT SIDE: the text with each placeholder replaced, and the segment appended
# where @mamori-inject says so and it is not there yet.
place() {
    text=$1 done=
    while :; do
        case $text in
            *'#{mamori}'*)
                done=$done${text%%'#{mamori}'*}$format
                text=${text#*'#{mamori}'}
                ;;
            *) break ;;
        esac
    done
    text=$done$text
    if [ "$inject" = "$2" ]; then
        case $text in *MAMORI_UNTIL*) ;; *) text="$text $format" ;; esac
    fi
    printf '%s' "$text"
}

# tmux takes a ; at the end of an argument for the end of the command.
argument() {
    case $1 in
        *\;) printf '%s\\;' "${1%;}" ;;
        *) printf '%s' "$1" ;;
    esac
}

shorter() {
    case $1 in '' | *[!0-9]*) return 1 ;; *) [ "$1" -lt "$MAMORI_INJECT_LENGTH" ] ;; esac
}

main "$@"
