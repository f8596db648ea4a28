# Sourced by scripts/test, after setup.sh and prometheus.sh: programs that tests run beside pinflow, kept in the cache.
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

use_promtool() {
    PINFLOW_TEST_PROMTOOL="$(command -v promtool || printf '%s' "$cache/tools/promtool")"
    export PINFLOW_TEST_PROMTOOL
    [ -x "$PINFLOW_TEST_PROMTOOL" ] || use_prometheus
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
