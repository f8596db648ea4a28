# The S3 server: Versity S3 Gateway, which keeps objects as files and so needs a file system with user attributes.
# shellcheck shell=bash disable=SC2034,SC2154
#
# It has two accounts: one may do everything, the other nothing with the buckets of the first.

readonly version=v1.8.0 go_version=1.25.8
readonly region=us-east-1 access_key=pinflow-test secret_key=pinflow-test-secret
readonly other_access_key=pinflow-other other_secret_key=pinflow-other-secret

port_variable=PINFLOW_S3_PORT
port="${PINFLOW_S3_PORT:-17070}"
program="$programs/versitygw-$version/versitygw"
# Without an environment, because variables could open more ports. The accounts' folder has to be absolute: the server
# changes into its store. Without that folder a wrong access key would not be answered with 403.
command=(
    env -i "$program" --port "127.0.0.1:$port" --access "$access_key" --secret "$secret_key" --region "$region"
    --keep-alive --quiet --iam-dir "$folder/accounts" posix "$folder/store"
)

install_program() {
    need curl
    [ -x "$program" ] || go_install "$go_version" "github.com/versity/versitygw/cmd/versitygw@$version" "${program%/*}"
}

before_start() { mkdir -p "$folder/accounts" "$folder/store"; }

# The list of buckets, signed: another S3 server on the port would refuse it. Not every curl sends the header itself.
answers() {
    curl --noproxy '*' --silent --fail --output /dev/null --max-time 5 \
        --aws-sigv4 "aws:amz:$region:s3" --user "$access_key:$secret_key" \
        --header "x-amz-content-sha256: UNSIGNED-PAYLOAD" "http://127.0.0.1:$port/"
}

after_start() {
    local users
    users="$(administer list-users)" || fail "$name: its accounts cannot be listed"
    grep -q "^$other_access_key " <<<"$users" && return
    administer create-user --access "$other_access_key" --secret "$other_secret_key" --role user >/dev/null ||
        fail "$name: the second account cannot be made"
}

administer() {
    "$program" admin --endpoint-url "http://127.0.0.1:$port" --region "$region" \
        --access "$access_key" --secret "$secret_key" "$@"
}

variables() {
    cat <<END
export PINFLOW_TEST_S3_ENDPOINT=http://127.0.0.1:$port
export PINFLOW_TEST_S3_REGION=$region
export PINFLOW_TEST_S3_ACCESS_KEY_ID=$access_key
export PINFLOW_TEST_S3_SECRET_ACCESS_KEY=$secret_key
export PINFLOW_TEST_S3_OTHER_ACCESS_KEY_ID=$other_access_key
export PINFLOW_TEST_S3_OTHER_SECRET_ACCESS_KEY=$other_secret_key
END
}
