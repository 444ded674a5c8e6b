# Mamori in fish: completions, short names and a part for the prompt. Put into
# ~/.config/fish/config.fish:
#
#   source /usr/local/share/mamori/shell/mamori.fish     # or: mamori init fish | source
#
# Sourced from the file it starts no process. It binds no key and touches no prompt.
# MAMORI_ALIASES=0 leaves the short names away; each is skipped where its name is taken.

function __mamori_complete
    # fish 4 calls it -x.
    set -l before (commandline -xpc 2>/dev/null; or commandline -opc 2>/dev/null)
    set -e before[1]
    command mamori complete fish 1 -- $before (commandline -ct) 2>/dev/null
end

# For a prompt: call it in fish_prompt. One small process each time.
function mamori_prompt
    set -l width 12
    if set -q argv[1]
        set width $argv[1]
    end
    command mamori-status --width $width --no-style 2>/dev/null
    or true
end

if not set -q MAMORI_ALIASES; or test "$MAMORI_ALIASES" != 0
    if not type -q ms
        function ms
            command mamori status $argv
        end
    end
    if not type -q mh
        function mh
            command mamori health $argv
        end
    end
    if not type -q mrec
        function mrec
            command mamori recover $argv
        end
    end
    if not type -q mlay
        function mlay
            command mamori layout auto $argv
        end
    end
    if not type -q mrep
        function mrep
            command mamori report daily $argv
        end
    end
end

complete -c mamori -f -a '(__mamori_complete)'
complete -c mamori -l config -r -F
