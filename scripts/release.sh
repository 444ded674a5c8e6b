#!/usr/bin/env bash
# One archive of a release: static programs where the target allows it, the plugin, the shell
# integration and the manual pages, as `make install` lays them out; its checksum beside it.
#
#   scripts/release.sh TARGET        such as x86_64-unknown-linux-musl; into dist/
set -euo pipefail

main() {
    cd "${BASH_SOURCE[0]%/*}/.."
    local target=${1:?TARGET} version name folder
    version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
    name=mamori-$version-$target
    cargo build --release --locked --bins --target "$target"
    folder=$(mktemp -d)
    # shellcheck disable=SC2064 # the name is known now
    trap "rm -rf '$folder'" EXIT
    # `make install` takes them from where a native build puts them.
    ln -s "$(cd "${CARGO_TARGET_DIR:-target}/$target/release" && pwd)" "$folder/release"
    CARGO_TARGET_DIR=$folder DESTDIR=$folder/$name PREFIX=/ bash scripts/install.sh
    cp LICENSE README.md CHANGELOG.md "$folder/$name"
    static "$target" "$folder/$name/bin"
    mkdir -p dist
    tar -C "$folder" -czf "dist/$name.tar.gz" "$name"
    (cd dist && sum "$name.tar.gz" >"$name.tar.gz.sha256")
    cat "dist/$name.tar.gz.sha256"
}

# A Linux program that asks for an interpreter runs on one kind of Linux only.
static() {
    case $1 in *-musl) ;; *) return 0 ;; esac
    local program
    for program in "$2"/*; do
        if readelf -l "$program" | grep INTERP >/dev/null; then
            echo "error: $program is not static" >&2
            return 1
        fi
    done
}

sum() {
    if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi
}

main "$@"
