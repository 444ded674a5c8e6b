#!/usr/bin/env bash
# Installs what was built, or with `remove` takes exactly that away again: the programs, the
# plugin, the shell integration, the manual pages. Under $DESTDIR$PREFIX.
set -euo pipefail

main() {
    cd "${BASH_SOURCE[0]%/*}/.."
    local root built
    root=$(absolute "${DESTDIR-}${PREFIX:-/usr/local}")
    built=$(absolute "${CARGO_TARGET_DIR:-target}")/release
    bin=$root/bin share=$root/share/mamori man=$root/share/man/man1
    if [ "${1-}" = remove ]; then
        each remove_file
        remove_folders "$share"
    else
        each install_file
        case ${DESTDIR-} in
            '') echo "next: mamori setup tmux    (the status line and the menu; \`mamori doctor\` says what is missing)" ;;
        esac
    fi
}

absolute() {
    case $1 in
        /*) printf '%s' "$1" ;;
        *) printf '%s' "$PWD/$1" ;;
    esac
}

# COMMAND: called with MODE SOURCE FOLDER for every file.
each() {
    local program file
    for program in mamori mamori-status mamori-layout; do
        "$1" 755 "$built/$program" "$bin"
    done
    "$1" 755 mamori.tmux "$share"
    while IFS= read -r file; do
        "$1" 644 "$file" "$share/${file%/*}"
    done < <(shared)
    for file in packaging/man/*.1; do
        "$1" 644 "$file" "$man"
    done
}

# What stands in the share folder as it does here.
shared() {
    ls tmux/options.sh shell/mamori.*
}

install_file() {
    mkdir -p "$3"
    install -m "$1" "$2" "$3"
}

remove_file() {
    rm -f "$3/${2##*/}"
}

# Ours, as far as they are empty.
remove_folders() {
    [ -d "$1" ] || return 0
    find "$1" -depth -type d -exec rmdir {} \; 2>/dev/null || true
}

main "$@"
