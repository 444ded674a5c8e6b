#!/usr/bin/env bash
# Runs every test, and fails when none ran. Arguments go to the tests, as in `test.sh -- watch`.
set -euo pipefail

main() {
    cd "${BASH_SOURCE[0]%/*}/.."
    local log code=0 needs=(cc cargo tmux sshd ssh ssh-keygen python3 ps bash zsh fish mandoc redis-server openssl)
    if has_debian_packages; then
        needs+=(chromium promtool prometheus prometheus-alertmanager)
    fi
    bash scripts/need.sh "${needs[@]}"
    log=$(mktemp)
    # shellcheck disable=SC2064 # the name is known now
    trap "rm -f '$log'" EXIT
    # Most of them wait for something most of the time.
    export RUST_TEST_THREADS="${RUST_TEST_THREADS:-$((2 * $(getconf _NPROCESSORS_ONLN)))}"
    # The examples in the documentation first: the last line is the tests' own summary.
    cargo test --locked --doc || code=1
    cargo test --locked --lib --bins --tests --no-fail-fast "$@" 2>&1 | tee "$log" || code=1
    if ! grep -q 'test result: .* [1-9][0-9]* passed' "$log"; then
        echo "error: no test ran" >&2
        code=1
    fi
    return $code
}

# A browser and Prometheus are among them; Termux's apt-get has neither.
has_debian_packages() {
    case ${PREFIX-} in */com.termux/*) return 1 ;; esac
    command -v apt-get >/dev/null
}

main "$@"
