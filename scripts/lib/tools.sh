# Sourced by scripts/test, after setup.sh: programs that tests run beside pinflow, kept in the cache.
# shellcheck shell=bash disable=SC2154

readonly requests_version=2.32.3

# use_tools: installs what is missing, and tells the tests where it is.
use_tools() {
    need strace mount prlimit
    # Shells have a kill of their own; tests start the program.
    type -P kill >/dev/null || need_packages procps
    use_promtool
    use_python
}

# Debian's package has promtool, but would also install the server and start it. So only the program is taken out of
# it: it depends on nothing. Building it with Go takes many minutes.
use_promtool() {
    local tools="$cache/tools" folder
    PINFLOW_TEST_PROMTOOL="$(command -v promtool || printf '%s' "$tools/promtool")"
    export PINFLOW_TEST_PROMTOOL
    [ -x "$PINFLOW_TEST_PROMTOOL" ] && return
    { have apt-get && have dpkg-deb && [ "$(id -u)" = 0 ]; } ||
        fail "missing: promtool, which comes with Prometheus (https://prometheus.io/download)"
    say "fetch promtool"
    mkdir -p "$tools"
    folder="$(mktemp -d)"
    # apt fetches as a user of its own where that user can write.
    chmod 755 "$folder"
    chown _apt "$folder" 2>/dev/null || true
    apt-get update -qq
    if ! (cd "$folder" && apt-get download -qq prometheus) ||
        ! dpkg-deb --fsys-tarfile "$folder"/prometheus_*.deb | tar -x -C "$folder" ./usr/bin/promtool ||
        ! mv "$folder/usr/bin/promtool" "$tools/promtool"; then
        rm -rf "$folder"
        fail "promtool could not be taken out of Debian's package prometheus"
    fi
    rm -rf "$folder"
}

# A Python with `requests`, which the producers of the reference pipelines are written with.
use_python() {
    local venv="$cache/tools/requests-$requests_version"
    export PINFLOW_TEST_PYTHON="$venv/bin/python"
    "$PINFLOW_TEST_PYTHON" -c 'import requests' 2>/dev/null && return
    need python3
    python3 -c 'import ensurepip, venv' 2>/dev/null || need_packages python3-venv
    say "install requests $requests_version"
    rm -rf "$venv"
    mkdir -p "${venv%/*}"
    if ! python3 -m venv "$venv" || ! "$venv/bin/pip" install --quiet "requests==$requests_version"; then
        rm -rf "$venv"
        fail "requests $requests_version could not be installed"
    fi
}
