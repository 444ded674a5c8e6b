# shellcheck shell=bash
# Mamori in bash: completions, short names and a part for the prompt. Put into ~/.bashrc:
#
#   . /usr/local/share/mamori/shell/mamori.bash      # or: eval "$(mamori init bash)"
#
# Sourced from the file it starts no process. It binds no key and touches no prompt.
# MAMORI_ALIASES=0 leaves the short names away; each is skipped where its name is taken.
# bash 3.2 and newer; anything else passes over it.

[ -n "${BASH_VERSION-}" ] || return 0

# The words up to the cursor, as bash split them at COMP_WORDBREAKS, put together again.
_mamori() {
    # shellcheck disable=SC2034 # read below
    \builtin local line="${COMP_LINE:0:COMP_POINT}" word words at last IFS=$' \t\n'
    words=()
    COMPREPLY=()
    for ((at = 0; at <= COMP_CWORD; at++)); do
        word=${COMP_WORDS[at]-}
        last=$((${#words[@]} - 1))
        case $at:$line in
            0:*) words=("$word") ;;
            # What follows without a space belongs to the word before.
            *:[!\ $'\t']* | *:) words[last]="${words[last]}$word" ;;
            *)
                while [ "${line#[ $'\t']}" != "$line" ]; do line=${line#[ $'\t']}; done
                words[last + 1]=$word
                ;;
        esac
        # Of the word under the cursor only what stands before it.
        if [ "$at" = "$COMP_CWORD" ] && [ ${#word} -gt ${#line} ]; then
            last=$((${#words[@]} - 1))
            words[last]="${words[last]%"$word"}$line"
        fi
        line=${line#"$word"}
    done
    word=${words[${#words[@]} - 1]}
    IFS=$'\n'
    # Names that we offer hold letters, digits and _ . - alone: nothing is to be quoted.
    # shellcheck disable=SC2207 # split at newlines
    COMPREPLY=($(\builtin command mamori complete bash 1 -- "${words[@]:1}" 2>/dev/null || :))
    # bash puts in what stands after the last of its own breaks.
    case $word in
        *[=:@]*)
            word=${word%"${word##*[=:@]}"}
            for ((at = 0; at < ${#COMPREPLY[@]}; at++)); do
                COMPREPLY[at]=${COMPREPLY[at]#"$word"}
            done
            ;;
    esac
}

# NAME WORDS: a short name, unless it is taken. `type -t` starts no process.
_mamori_name() {
    if ! \builtin type -t "$1" >/dev/null 2>&1; then
        \builtin eval "$1() { \\builtin command mamori $2 \"\$@\"; }"
    fi
}

# For a prompt: PS1='$(mamori_prompt) \$ '. One small process each time.
mamori_prompt() {
    \builtin command mamori-status --width "${1:-12}" --no-style 2>/dev/null || :
}

if [ "${MAMORI_ALIASES-1}" != 0 ]; then
    _mamori_name ms status
    _mamori_name mh health
    _mamori_name mrec recover
    _mamori_name mlay 'layout auto'
    _mamori_name mrep 'report daily'
fi
\builtin unset -f _mamori_name
# Files where we know of nothing. A shell without completions does without.
if \builtin type -t complete >/dev/null 2>&1; then
    \builtin complete -o bashdefault -o default -F _mamori mamori 2>/dev/null || :
fi
