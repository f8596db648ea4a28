# Sourced by the scripts: puts what they need on the machine, or says what has to be put there.
# shellcheck shell=bash disable=SC2034,SC2119,SC2120

# Outside the checkout, so that a fresh clone finds it again.
cache="${XDG_CACHE_HOME:-${HOME:?is not set}/.cache}/pinflow"

say() { printf '\n== %s\n' "$*"; }

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# need COMMAND...: the Debian packages of those that are missing are installed by root; anybody else is told.
need() {
    local command packages=()
    for command in "$@"; do
        have "$command" && continue
        case "$command" in
            cc) packages+=(build-essential) ;;
            java) packages+=(openjdk-17-jre-headless) ;;
            mvn) packages+=(maven) ;;
            node) packages+=(nodejs) ;;
            pkg-config) packages+=(pkgconf) ;;
            curl) packages+=(curl ca-certificates) ;;
            prlimit) packages+=(util-linux) ;;
            *) packages+=("$command") ;;
        esac
    done
    [ "${#packages[@]}" -gt 0 ] || return 0
    need_packages "${packages[@]}"
}

# need_compilers: what the build runs and links with. librdkafka is C, and takes TLS and SCRAM from OpenSSL.
need_compilers() {
    need cc pkg-config
    pkg-config --exists openssl || need_packages libssl-dev
}

# need_packages PACKAGE...: Debian packages that are known to be missing.
need_packages() {
    if have apt-get && [ "$(id -u)" = 0 ]; then
        say "install $*"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
    else
        fail "missing; install with: sudo apt-get install $* (or what your system has in their place)"
    fi
}

# need_rust [COMPONENT...]: cargo at the version that Cargo.toml asks for or later. Where there is none, rustup is
# fetched to install it.
need_rust() {
    local wanted found component
    wanted="$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)"
    # rustup's own place, for shells that do not have it in their PATH.
    have cargo || PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
    have cargo || install_rust "$wanted"
    found="$(cargo --version)" || fail "cargo does not run"
    found="$(printf '%s' "$found" | cut -d ' ' -f 2)"
    if [ "$(printf '%s\n' "$wanted" "$found" | sort -V | head -n 1)" != "$wanted" ]; then
        fail "Rust $found is too old: pinflow needs $wanted or later. With rustup: rustup update stable"
    fi
    for component in "$@"; do
        cargo "${component/rustfmt/fmt}" --version >/dev/null 2>&1 && continue
        have rustup || fail "cargo's $component is missing: install it beside cargo $found"
        say "install $component"
        rustup component add "$component" || fail "rustup could not install $component"
    done
}

install_rust() {
    need curl
    say "install Rust"
    local installer
    installer="$(mktemp)"
    if ! curl --proto '=https' --tlsv1.2 --connect-timeout 20 --max-time 120 -sSfL https://sh.rustup.rs -o "$installer" ||
        ! sh "$installer" -y --profile minimal --no-modify-path; then
        rm -f "$installer"
        fail "Rust is missing and rustup could not install it. Install Rust $1 or later" \
            "(https://www.rust-lang.org/tools/install), then run this again"
    fi
    rm -f "$installer"
}
