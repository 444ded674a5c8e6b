# Mamori in zsh: completions, short names and a part for the prompt. Put into ~/.zshrc, after
# compinit:
#
#   . /usr/local/share/mamori/shell/mamori.zsh       # or: eval "$(mamori init zsh)"
#
# Sourced from the file it starts no process. It binds no key and touches no prompt.
# MAMORI_ALIASES=0 leaves the short names away; each is skipped where its name is taken.

[ -n "${ZSH_VERSION-}" ] || return 0

function _mamori {
    \builtin emulate -L zsh
    \builtin local line value help
    \builtin local -a values helps
    # Everything before the cursor, the word under it last.
    \builtin local -a before
    before=("${(@)words[2,CURRENT-1]}" "${PREFIX}")
    for line in "${(@f)$(\builtin command mamori complete zsh 1 -- "${(@)before}" 2>/dev/null)}"; do
        if [[ -n $line ]]; then
            value=${line%%$'\t'*}
            help=${line#*$'\t'}
            values+=("$value")
            helps+=("$value${help:+  -- $help}")
        fi
    done
    if (( ${#values} )); then
        \builtin compadd -l -d helps -a values
    else
        _files
    fi
}

# NAME WORDS: a short name, unless it is taken.
function _mamori_name {
    \builtin emulate -L zsh
    if ! (( $+commands[$1] + $+functions[$1] + $+aliases[$1] + $+builtins[$1] )); then
        functions[$1]="\\builtin command mamori $2 \"\$@\""
    fi
}

# For a prompt: setopt prompt_subst; PROMPT='$(mamori_prompt) %# '. One small process
# each time; what could mean more to the prompt is doubled.
function mamori_prompt {
    \builtin emulate -L zsh
    \builtin local segment
    segment=$(\builtin command mamori-status --width "${1:-12}" --no-style 2>/dev/null) || :
    \builtin print -r -- "${segment//\%/%%}"
}

if [[ "${MAMORI_ALIASES-1}" != 0 ]]; then
    _mamori_name ms status
    _mamori_name mh health
    _mamori_name mrec recover
    _mamori_name mlay 'layout auto'
    _mamori_name mrep 'report daily'
fi
\builtin unfunction _mamori_name
if (( ${+functions[compdef]} )); then
    compdef _mamori mamori
fi
