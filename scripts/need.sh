#!/usr/bin/env bash
# Finds which of the named tools are missing and installs them, saying what and why.
#
#   scripts/need.sh cc cargo tmux …
#
# With apt-get, pkg (Termux) or brew; through sudo when we are not root. Where it may not
# install, it prints the command to run and ends with 1. It never starts a system service.
set -euo pipefail

main() {
    local need line words packages=()
    for need in "$@"; do
        has "$need" && continue
        echo "missing: $need ($(why "$need"))" >&2
        line=$(package_of "$need") || give_up "$need"
        read -r -a words <<<"$line"
        packages+=("${words[@]}")
    done
    [ ${#packages[@]} = 0 ] || install_packages "${packages[@]}"
    for need in "$@"; do
        has "$need" || stop "$need is still missing after installing ${packages[*]}"
    done
}

has() {
    case $1 in
        cc) links "" && { ! static_libc || links -static; } ;;
        cargo) new_enough ;;
        rustfmt) cargo fmt --version >/dev/null 2>&1 ;;
        clippy) cargo clippy --version >/dev/null 2>&1 ;;
        chromium) a_browser ;;
        pip) python3 -m pip --version >/dev/null 2>&1 ;;
        rust-web) [ -d /usr/lib/rustlib/src/rust/library ] && [ -x /usr/bin/cargo ] && [ -x /usr/bin/rustc ] ;;
        *) PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin command -v "$1" >/dev/null ;;
    esac
}

why() {
    case $1 in
        cc) echo "a C compiler and libc: Rust links with them" ;;
        cargo) echo "builds the project" ;;
        tmux) echo "what Mamori lives in" ;;
        sshd) echo "tests and benchmarks speak to their own, as an ordinary user; the system's is not started" ;;
        ssh | ssh-keygen) echo "tests and benchmarks ask them, and connect to an sshd of their own" ;;
        rustfmt | clippy | shellcheck | shfmt) echo "\`make check\`" ;;
        readelf | nm) echo "\`make check\` looks into the small binaries" ;;
        rust-web) echo "the standard library's source, to check the Android and macOS builds" ;;
        pip) echo "installs zig, which compiles the C of other systems for the check of those builds" ;;
        monit | runsv | supervisord | logrotate) echo "\`make bench\` compares with it; the system's is not started" ;;
        parallel-ssh | ansible | xargs) echo "\`make bench\` compares with it" ;;
        python3) echo "benchmarks measure with it, and services of the tests are written in it" ;;
        chromium) echo "tests look at the reports' pages in it" ;;
        redis-server | openssl) echo "tests share a hub of their own, by TLS, too; the system's is not started" ;;
        promtool | prometheus | prometheus-alertmanager) echo "tests have it read our metrics and alerts; the system's is not started" ;;
        mandoc) echo "tests check the manual pages with it" ;;
        bash | zsh | fish) echo "tests load the shell integration in it" ;;
        ps) echo "tests and the recovery of other nodes ask it" ;;
        *) echo "needed here" ;;
    esac
}

a_browser() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
} >/dev/null

# cc counts when it links a program.
links() {
    local folder code=0
    folder=$(mktemp -d)
    echo 'int main(void) { return 0; }' >"$folder/a.c"
    # shellcheck disable=SC2086 # no flag is no word
    cc $1 -o "$folder/a" "$folder/a.c" >/dev/null 2>&1 || code=1
    rm -rf "$folder"
    return $code
}

static_libc() {
    [ "$(uname -s)" = Linux ] && [ "$(system)" != pkg ]
}

# The newest of the wanted and the present version is the present one.
new_enough() {
    local wanted present
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "${BASH_SOURCE[0]%/*}/../Cargo.toml")
    present=$(cargo --version 2>/dev/null | cut -d' ' -f2) || return 1
    [ "$(printf '%s\n' "$wanted" "$present" | sort -t. -k1,1n -k2,2n -k3,3n | tail -n 1)" = "$present" ]
}

system() {
    case ${PREFIX-} in */com.termux/*) echo pkg && return ;; esac
    if command -v apt-get >/dev/null; then
        echo apt
    elif command -v brew >/dev/null; then
        echo brew
    else
        echo none
    fi
}

package_of() {
    case $1:$(system) in
        cargo:pkg) echo rust ;;
        cargo:* | rustfmt:* | clippy:*) return 1 ;;
        cc:apt) echo gcc libc6-dev ;;
        cc:pkg) echo clang ;;
        cc:brew) return 1 ;;
        sshd:apt) echo openssh-server ;;
        ssh:apt | ssh-keygen:apt) echo openssh-client ;;
        sshd:* | ssh:* | ssh-keygen:*) echo openssh ;;
        readelf:* | nm:*) echo binutils ;;
        parallel-ssh:apt | parallel-ssh:brew) echo pssh ;;
        parallel-ssh:*) return 1 ;;
        ansible:apt) echo ansible-core ;;
        runsv:*) echo runit ;;
        setpriv:* | prlimit:*) echo util-linux ;;
        supervisord:apt | supervisord:brew) echo supervisor ;;
        supervisord:*) return 1 ;;
        promtool:*) echo prometheus ;;
        redis-server:apt) echo redis-server ;;
        redis-server:*) echo redis ;;
        openssl:pkg) echo openssl-tool ;;
        xargs:*) echo findutils ;;
        rust-web:apt) echo rustc-web cargo-web rust-web-src ;;
        pip:apt) echo python3-pip ;;
        pip:*) echo python3 ;;
        python3:pkg | python3:brew) echo python ;;
        ps:*) echo procps ;;
        *:none) return 1 ;;
        *) echo "$1" ;;
    esac
}

give_up() {
    local wanted
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "${BASH_SOURCE[0]%/*}/../Cargo.toml")
    case $1 in
        cargo) stop "Rust $wanted or newer is needed: install it from https://rustup.rs (or \`rustup update\`), then try again" ;;
        rustfmt | clippy) stop "run: rustup component add $1" ;;
        cc) stop "install a C compiler (macOS: xcode-select --install), then try again" ;;
        *) stop "install $1 with your package manager, then try again" ;;
    esac
}

install_packages() {
    local root="" command
    case $(system) in
        apt) command="apt-get install -y --no-install-recommends $*" ;;
        pkg) command="pkg install -y $*" ;;
        brew) command="brew install $*" ;;
    esac
    if [ "$(system)" = apt ] && [ "$(id -u)" != 0 ]; then
        { command -v sudo >/dev/null && { [ -t 2 ] || sudo -n true 2>/dev/null; }; } ||
            stop "not allowed to install; run as root: apt-get update && $command"
        root=sudo
    fi
    echo "installing: $root $command" >&2
    if [ "$(system)" = apt ]; then
        $root bash "${BASH_SOURCE[0]%/*}/apt.sh" "$@"
    else
        $command </dev/null >&2
    fi || stop "could not install; run: $command"
}

stop() {
    echo "error: $1" >&2
    exit 1
}

main "$@"
