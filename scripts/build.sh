#!/usr/bin/env bash
# Builds the release programs. The small ones are linked statically and at a fixed address on
# Linux with glibc, where that halves their start: they read a file of our own, in safe Rust.
# `mamori` is not, so that names are looked up as the system does; its relative relocations
# are packed where the system's linker and loader know how, which saves the watcher a
# megabyte of memory.
set -euo pipefail

main() {
    cd "${BASH_SOURCE[0]%/*}/.."
    bash scripts/need.sh cc cargo
    local program folder flags=()
    folder=${CARGO_TARGET_DIR:-target}/release
    case $(rustc -vV | sed -n 's/^host: //p') in
        *-linux-gnu*) flags=(-- -C target-feature=+crt-static -C relocation-model=static) ;;
    esac
    local packed=()
    packs_relocations && packed=(-- -C "link-arg=-Wl,-z,pack-relative-relocs")
    cargo rustc --release --locked --bin mamori ${packed[@]+"${packed[@]}"}
    for program in ${SMALL:-mamori-status mamori-layout}; do
        cargo rustc --release --locked --bin "$program" ${flags[@]+"${flags[@]}"}
        # A linker writes a file in pieces, which costs its readers page faults; a copy is whole.
        cp -p "$folder/$program" "$folder/$program.whole" && mv "$folder/$program.whole" "$folder/$program"
    done
}

# A linker that does not know the option warns, and an older loader refuses the program.
packs_relocations() {
    local folder code=0
    [ "$(uname -s)" = Linux ] || return 1
    folder=$(mktemp -d)
    echo 'int main(void) { return 0; }' >"$folder/a.c"
    { [ -z "$(cc -pie -fPIE -Wl,-z,pack-relative-relocs -o "$folder/a" "$folder/a.c" 2>&1)" ] &&
        "$folder/a" 2>/dev/null; } || code=1
    rm -rf "$folder"
    return $code
}

main "$@"
