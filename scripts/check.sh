#!/usr/bin/env bash
# All that CI checks besides the tests. Every step runs; the last line says which failed.
#
#   scripts/check.sh [STEP…]    steps: format lints documentation shell small portability
set -uo pipefail

main() {
    cd "${BASH_SOURCE[0]%/*}/.." || return 1
    bash scripts/need.sh cc cargo rustfmt clippy shellcheck shfmt || return 1
    local step failed=""
    [ $# -gt 0 ] || set -- format lints documentation shell small portability
    for step in "$@"; do
        echo "== $step"
        "check_$step" || failed="$failed $step"
    done
    if [ -n "$failed" ]; then
        echo "FAILED:$failed" >&2
        return 1
    fi
    echo "all checks passed: $*"
}

check_format() { cargo fmt --check; }

check_lints() { cargo clippy --all-targets --locked -- -D warnings; }

check_documentation() { RUSTDOCFLAGS=-Dwarnings cargo doc --no-deps --locked; }

check_small() { bash scripts/build.sh && bash scripts/small.sh; }

check_portability() { bash scripts/portability.sh; }

# Every shell file that git knows, by its name or its first line.
check_shell() {
    local file files=() code=0
    while IFS= read -r file; do
        case $file in
            *.sh | *.bash | *.tmux) files+=("$file") ;;
            *) head -n 1 "$file" | grep -qE '^#!.*[/ ](ba|da)?sh\b' && files+=("$file") ;;
        esac
    done < <(git ls-files | grep -E '(\.(sh|bash|tmux)|^\.ci/run|^[^.]*)$')
    [ ${#files[@]} -gt 0 ] || { echo "error: no shell file found" >&2 && return 1; }
    shellcheck -x "${files[@]}" || code=1
    shfmt -i 4 -ci -d "${files[@]}" || code=1
    echo "${#files[@]} shell files"
    return $code
}

main "$@"
