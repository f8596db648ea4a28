# Sourced by the scripts, after setup.sh: Prometheus and its promtool, kept in the cache.
# shellcheck shell=bash disable=SC2154

# Debian's package would also start the server, as a service of the system. So only the programs are taken out of it:
# they depend on nothing. Building them with Go takes many minutes.
use_prometheus() {
    local tools="$cache/tools" folder
    [ ! -x "$tools/prometheus" ] || [ ! -x "$tools/promtool" ] || return 0
    { have apt-get && have dpkg-deb && [ "$(id -u)" = 0 ]; } ||
        fail "missing: prometheus and promtool in $tools (https://prometheus.io/download)"
    say "fetch Prometheus"
    mkdir -p "$tools"
    folder="$(mktemp -d)"
    # apt fetches as a user of its own where that user can write.
    chmod 755 "$folder"
    chown _apt "$folder" 2>/dev/null || true
    apt-get update -qq
    if ! (cd "$folder" && apt-get download -qq prometheus) ||
        ! dpkg-deb --fsys-tarfile "$folder"/prometheus_*.deb |
        tar -x -C "$folder" ./usr/bin/promtool ./usr/bin/prometheus ||
        ! mv "$folder/usr/bin/promtool" "$folder/usr/bin/prometheus" "$tools"; then
        rm -rf "$folder"
        fail "Prometheus could not be taken out of Debian's package"
    fi
    rm -rf "$folder"
}
