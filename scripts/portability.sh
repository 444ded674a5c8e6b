#!/usr/bin/env bash
# Does it compile, without a warning of ours, for Android (Termux) and macOS?
#
# With the toolchain's own standard library for those targets where it is installed
# (rustup target add …), else on Debian with the library's source from its packages.
# SQLite, and the TLS of alerts over HTTP, are compiled from C: zig does that for any system.
# Where there is no zig, the history links the system's SQLite, alerts over HTTP are left out,
# and that is said.
set -euo pipefail

targets=(aarch64-linux-android aarch64-apple-darwin)
features=()

main() {
    cd "${BASH_SOURCE[0]%/*}/.."
    local target code=0
    CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/portability
    export CARGO_TARGET_DIR
    cross_compiler
    for target in "${targets[@]}"; do
        if [ -d "$(rustc --print target-libdir --target "$target" 2>/dev/null)" ]; then
            compiles "$target" cargo check || code=1
        elif command -v apt-get >/dev/null && [ -e /etc/debian_version ]; then
            bash scripts/need.sh cc rust-web
            RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc \
                compiles "$target" /usr/bin/cargo check -Zbuild-std=std,panic_abort || code=1
        else
            echo "$target: skipped: its standard library is not installed (rustup target add $target)"
        fi
    done
    return $code
}

# A C compiler for every target, in variables that the crate `cc` reads.
cross_compiler() {
    local folder target zig=(zig)
    folder=$(cd "$(mkdir -p "$CARGO_TARGET_DIR/zig" && dirname "$CARGO_TARGET_DIR/zig")" && pwd)/zig
    if ! command -v zig >/dev/null; then
        zig=(env "PYTHONPATH=$folder" python3 -m ziglang)
        if ! "${zig[@]}" version >/dev/null 2>&1; then
            # What cannot be had is left out below.
            get_zig "$folder" || true
        fi
    fi
    if ! "${zig[@]}" version >/dev/null 2>&1; then
        echo "WARNING: no zig (pip install ziglang): checked WITHOUT alerts over HTTP and with the system's SQLite (--no-default-features)" >&2
        features=(--no-default-features --features metrics)
        return
    fi
    printf '#!/usr/bin/env bash\nexec %s ar "$@"\n' "${zig[*]}" >"$folder/ar"
    chmod 755 "$folder/ar"
    for target in "${targets[@]}"; do
        export "AR_${target//-/_}=$folder/ar"
        wrapper "$target" "${zig[*]}" >"$folder/cc-$target"
        chmod 755 "$folder/cc-$target"
        export "CC_${target//-/_}=$folder/cc-$target"
    done
    # Nothing is linked, so nothing of Apple's is needed.
    export SDKROOT=/
}

# FOLDER: zig as Python packages it, for this check alone.
get_zig() {
    bash scripts/need.sh python3 pip || return
    python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore \
        --target "$1" ziglang >&2
}

# TARGET ZIG: zig knows the targets by other names, and has no headers of Android's; what is
# compiled uses none of those.
wrapper() {
    local known
    case $1 in
        *-android) known=aarch64-linux-musl ;;
        *) known=aarch64-macos ;;
    esac
    cat <<END
#!/usr/bin/env bash
words=()
while [ \$# -gt 0 ]; do
    case \$1 in
        --target=* | -mmacosx-version-min=* | -mmacos-version-min=*) ;;
        -arch | -isysroot) shift ;;
        *) words+=("\$1") ;;
    esac
    shift
done
exec $2 cc -target $known "\${words[@]}"
END
}

# TARGET COMMAND…: warnings in other people's crates are not shown by cargo, ours fail.
compiles() {
    local target=$1 log
    log=$(mktemp)
    shift
    if ! "$@" --locked --lib --bins ${features[@]+"${features[@]}"} --target "$target" >"$log" 2>&1; then
        grep -vE '^ +(Compiling|Checking|Downloaded|Downloading) ' "$log" >&2 || true
        complain "$target: does not compile" "$log" || return
    fi
    if grep -qE '^warning: .*generated [0-9]+ warning' "$log"; then
        grep -vE '^ +(Compiling|Checking|Downloaded|Downloading) ' "$log" >&2 || true
        complain "$target: compiles with warnings" "$log" || return
    fi
    rm -f "$log"
    echo "$target: compiles without warnings"
}

complain() {
    rm -f "$2"
    echo "error: $1" >&2
    return 1
}

main "$@"
