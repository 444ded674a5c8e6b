#!/usr/bin/env bash
# Builds the release programs, on Linux with glibc at a fixed address: what is relocated at
# a start is memory of its own for as long as the watcher runs, more than a megabyte of it.
# The small ones are also linked statically, which halves their start: they read a file of
# our own, in safe Rust. `mamori` is not, so that names are looked up as the system does.
set -euo pipefail

main() {
    cd "${BASH_SOURCE[0]%/*}/.."
    bash scripts/need.sh cc cargo
    local program folder fixed=() flags=()
    folder=${CARGO_TARGET_DIR:-target}/release
    case $(rustc -vV | sed -n 's/^host: //p') in
        *-linux-gnu*)
            fixed=(-- -C relocation-model=static)
            flags=("${fixed[@]}" -C target-feature=+crt-static)
            ;;
    esac
    cargo rustc --release --locked --bin mamori ${fixed[@]+"${fixed[@]}"}
    for program in ${SMALL:-mamori-status mamori-layout}; do
        cargo rustc --release --locked --bin "$program" ${flags[@]+"${flags[@]}"}
        # A linker writes a file in pieces, which costs its readers page faults; a copy is whole.
        cp -p "$folder/$program" "$folder/$program.whole" && mv "$folder/$program.whole" "$folder/$program"
    done
}

main "$@"
