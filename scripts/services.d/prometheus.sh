# Prometheus, which reads the metrics of runs.
# shellcheck shell=bash disable=SC2034,SC2154
#
# It reads a run at its usual address, and those whose addresses stand in files of the folder `targets`.

port_variable=PINFLOW_PROMETHEUS_PORT
port="${PINFLOW_PROMETHEUS_PORT:-19090}"
program="$cache/tools/prometheus"
command=(
    "$program" --config.file="$folder/prometheus.yml" --storage.tsdb.path="$folder/data"
    --web.listen-address="127.0.0.1:$port" --storage.tsdb.retention.time=1d --log.level=warn
)

install_program() {
    need curl
    use_prometheus
}

before_start() {
    mkdir -p "$folder/data" "$folder/targets"
    cat >"$folder/prometheus.yml" <<END
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: pinflow
    static_configs: [{ targets: ["${PINFLOW_PROMETHEUS_TARGET:-127.0.0.1:8080}"] }]
    file_sd_configs: [{ files: ["$folder/targets/*.json"], refresh_interval: 1s }]
END
}

answers() {
    curl --noproxy '*' --silent --fail --output /dev/null --max-time 5 "http://127.0.0.1:$port/-/ready"
}

after_start() { :; }

variables() {
    cat <<END
export PINFLOW_TEST_PROMETHEUS=127.0.0.1:$port
export PINFLOW_TEST_PROMETHEUS_TARGETS='$folder/targets'
END
}
