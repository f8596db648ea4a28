# The Kinesis server: Kinesis Mock, which shards, splits and merges as AWS does. It holds all in memory, so it begins
# empty.
# shellcheck shell=bash disable=SC2034,SC2154
#
# It listens on two ports that follow each other: plain, and TLS, which nothing here uses.

readonly version=0.6.2
readonly region=us-east-1 access_key=pinflow-test secret_key=pinflow-test-secret

port_variable=PINFLOW_KINESIS_PORT
port="${PINFLOW_KINESIS_PORT:-14567}"
program="$(type -P node || printf /usr/bin/node)"
package="$programs/kinesis-local-$version/node_modules/kinesis-local"
# Without an environment, because variables could make it persist or listen elsewhere. Tests make and change streams again
# and again, so nothing takes its usual half a second.
command=(
    env -i "KINESIS_MOCK_PLAIN_PORT=$port" "KINESIS_MOCK_TLS_PORT=$((port + 1))"
    "KINESIS_MOCK_CERT_PATH=$package/server.json" "AWS_REGION=$region" SHARD_LIMIT=100000 LOG_LEVEL=ERROR
    CREATE_STREAM_DURATION=10ms DELETE_STREAM_DURATION=10ms SPLIT_SHARD_DURATION=10ms MERGE_SHARDS_DURATION=10ms
    UPDATE_SHARD_COUNT_DURATION=10ms "$program" --require "$folder/loopback.js" "$package/main.js"
)

install_program() {
    need node curl
    [ ! -f "$package/main.js" ] || return 0
    need npm
    say "fetch Kinesis Mock $version"
    local new="$programs/kinesis-local-$version.new"
    rm -rf "$new"
    mkdir -p "$new"
    timeout 900 npm install --prefix "$new" --no-audit --no-fund --ignore-scripts --silent \
        "kinesis-local@$version" || fail "kinesis-local $version could not be fetched with npm"
    mv -T "$new" "$programs/kinesis-local-$version"
}

# It would listen on all interfaces.
before_start() {
    [ "$port" -le 65534 ] || fail "$port_variable: $name needs $port and the port behind it"
    cat >"$folder/loopback.js" <<'END'
const { Server } = require("net");
const { listen } = Server.prototype;
Server.prototype.listen = function (first, ...rest) {
  const { port } = typeof first === "object" ? first : { port: first };
  const ready = rest.find((argument) => typeof argument === "function");
  return listen.call(this, { port: Number(port), host: "127.0.0.1" }, ready);
};
END
}

# A list of streams, signed.
answers() {
    curl --noproxy '*' --silent --fail --output /dev/null --max-time 5 \
        --aws-sigv4 "aws:amz:$region:kinesis" --user "$access_key:$secret_key" \
        --header "Content-Type: application/x-amz-json-1.1" --header "X-Amz-Target: Kinesis_20131202.ListStreams" \
        --data '{}' "http://127.0.0.1:$port/"
}

after_start() { :; }

variables() {
    cat <<END
export PINFLOW_TEST_KINESIS_ENDPOINT=http://127.0.0.1:$port
export PINFLOW_TEST_KINESIS_REGION=$region
export PINFLOW_TEST_KINESIS_ACCESS_KEY_ID=$access_key
export PINFLOW_TEST_KINESIS_SECRET_ACCESS_KEY=$secret_key
export PINFLOW_TEST_KINESIS_PACKAGE='$package'
export PINFLOW_TEST_KINESIS_LOOPBACK='$folder/loopback.js'
export PINFLOW_TEST_NODE='$program'
END
}
