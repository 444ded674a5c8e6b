#!/usr/bin/env bash
# Builds the release programs. The small ones are linked statically and at a fixed address on
# Linux with glibc, where that halves their start: they read a file of our own, in safe Rust.
# `mamori` is not, so that names are looked up as the system does.
set -euo pipefail

main() {
    cd "${BASH_SOURCE[0]%/*}/.."
    bash scripts/need.sh cc cargo
    local program folder flags=()
    folder=${CARGO_TARGET_DIR:-target}/release
    case $(rustc -vV | sed -n 's/^host: //p') in
        *-linux-gnu*) flags=(-- -C target-feature=+crt-static -C relocation-model=static) ;;
    esac
    cargo build --release --locked --bin mamori
    for program in ${SMALL:-mamori-status}; do
        cargo rustc --release --locked --bin "$program" ${flags[@]+"${flags[@]}"}
        # A linker writes a file in pieces, which costs its readers page faults; a copy is whole.
        cp -p "$folder/$program" "$folder/$program.whole" && mv "$folder/$program.whole" "$folder/$program"
    done
}

main "$@"
