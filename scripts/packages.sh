#!/usr/bin/env bash
# Fills the recipes in packaging/ in for a release: the Homebrew formula and Termux's build.sh,
# into dist/. They build from the source archive that the release offers.
#
#   scripts/packages.sh HOMEPAGE SOURCE_URL SHA256
set -euo pipefail

main() {
    cd "${BASH_SOURCE[0]%/*}/.."
    local homepage=${1:?HOMEPAGE} url=${2:?SOURCE_URL} sum=${3:?SHA256} version
    version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
    case $homepage$url$sum in
        *[!A-Za-z0-9:/._~%+-]*)
            echo "error: an address holds letters, digits and : / . _ ~ % + - alone" >&2
            return 2
            ;;
    esac
    [ ${#sum} = 64 ] || { echo "error: \`$sum\` is no SHA-256 sum" >&2 && return 2; }
    mkdir -p dist
    fill packaging/homebrew/mamori.rb.in dist/mamori.rb
    fill packaging/termux/build.sh.in dist/build.sh
    echo "dist/mamori.rb dist/build.sh"
}

fill() {
    sed -e "s|@HOMEPAGE@|$homepage|g" -e "s|@URL@|$url|g" \
        -e "s|@SHA256@|$sum|g" -e "s|@VERSION@|$version|g" "$1" >"$2"
}

main "$@"
