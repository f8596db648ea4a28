# The Kafka broker: Apache Kafka as its own controller (KRaft), on one node.
# shellcheck shell=bash disable=SC2034,SC2154
#
# It listens on four ports that follow each other: plain, the controller's, SASL (PLAIN and SCRAM), and SASL over TLS with
# a certificate that it has signed itself.

readonly version=4.1.1 scala=2.13 log4j=2.24.3
readonly user=pinflow password=pinflow-test-secret

port_variable=PINFLOW_KAFKA_PORT
port="${PINFLOW_KAFKA_PORT:-19092}"
jars="$programs/kafka-$version"
program="$(type -P java || printf /usr/bin/java)"
java_options=(-Xms128m -Xmx768m -XX:+UseSerialGC -cp "$jars/*")
command=("$program" "${java_options[@]}" kafka.Kafka "$folder/server.properties")

# Maven knows what a broker is made of. Its POM brings no backend for its log.
install_program() {
    need java openssl
    [ ! -d "$jars" ] || return 0
    need mvn
    say "fetch Kafka $version"
    rm -rf "$jars.new"
    mkdir -p "$jars.new"
    cat >"$jars.new/pom.xml" <<END
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>pinflow</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_$scala</artifactId><version>$version</version></dependency>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>$version</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>$log4j</version></dependency>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-core</artifactId><version>$log4j</version></dependency>
  </dependencies>
</project>
END
    timeout 1800 mvn -q -B -f "$jars.new/pom.xml" \
        org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
        -DincludeScope=runtime -DoutputDirectory="$jars.new" || fail "Kafka's jars could not be fetched with Maven"
    mv -T "$jars.new" "$jars"
}

before_start() {
    [ "$port" -le 65532 ] || fail "$port_variable: $name needs $port and the three ports behind it"
    [ -f "$folder/server.pem" ] || make_certificate
    write_properties
    [ -f "$folder/data/meta.properties" ] || format
}

make_certificate() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=pinflow test broker" \
        -addext "subjectAltName=IP:127.0.0.1,DNS:localhost" \
        -keyout "$folder/key.pem" -out "$folder/certificate.pem" 2>/dev/null || fail "$name: no certificate"
    cat "$folder/key.pem" "$folder/certificate.pem" >"$folder/server.pem"
}

write_properties() {
    local at=127.0.0.1 listeners
    listeners="PLAIN://$at:$port,CONTROLLER://$at:$((port + 1)),SASL://$at:$((port + 2)),TLS://$at:$((port + 3))"
    cat >"$folder/server.properties" <<END
process.roles=broker,controller
node.id=1
listeners=$listeners
advertised.listeners=$listeners
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAIN
listener.security.protocol.map=PLAIN:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT,TLS:SASL_SSL
controller.quorum.bootstrap.servers=$at:$((port + 1))
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
$(for listener in sasl tls; do
        printf 'listener.name.%s.plain.sasl.jaas.config=%s required user_%s="%s";\n' "$listener" \
            org.apache.kafka.common.security.plain.PlainLoginModule "$user" "$password"
        for mechanism in 256 512; do
            printf 'listener.name.%s.scram-sha-%s.sasl.jaas.config=%s required;\n' "$listener" "$mechanism" \
                org.apache.kafka.common.security.scram.ScramLoginModule
        done
    done)
listener.name.tls.ssl.keystore.type=PEM
listener.name.tls.ssl.keystore.location=$folder/server.pem
log.dirs=$folder/data
num.partitions=1
auto.create.topics.enable=false
message.max.bytes=16777216
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
# A broker that was killed may come back when its session is over, nine seconds later by default. On a busy machine shorter
# ones are over without a kill.
broker.session.timeout.ms=6000
broker.heartbeat.interval.ms=500
END
}

# Gives the data folder its identity, and the cluster the users of SCRAM.
format() {
    local id
    id="$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=')"
    # An id that begins with - would be taken for an option.
    "$program" "${java_options[@]}" kafka.tools.StorageTool format --standalone --cluster-id "P${id:1}" \
        --config "$folder/server.properties" \
        --add-scram "SCRAM-SHA-256=[name=$user,password=$password]" \
        --add-scram "SCRAM-SHA-512=[name=$user,password=$password]" >"$folder/format.log" 2>&1 ||
        fail "$name: its data folder cannot be made: $(tail -n 3 "$folder/format.log")"
}

# Asks for metadata (version 0, all topics), and takes an answer that has a broker: one that is not ready to lead
# partitions is not in it.
answers() {
    local answer
    answer="$(timeout 5 bash -c "exec 3<>/dev/tcp/127.0.0.1/$port
        printf '\0\0\0\16\0\3\0\0\0\0\0\1\377\377\0\0\0\0' >&3; head -c 12 <&3 | od -An -tx1" 2>/dev/null)" || return 1
    [[ "$answer" = *" 00 00 00 01 00 00 00 01" ]]
}

after_start() { :; }

variables() {
    cat <<END
export PINFLOW_TEST_KAFKA=127.0.0.1:$port
export PINFLOW_TEST_KAFKA_SASL=127.0.0.1:$((port + 2))
export PINFLOW_TEST_KAFKA_TLS=127.0.0.1:$((port + 3))
export PINFLOW_TEST_KAFKA_CERTIFICATE='$folder/certificate.pem'
export PINFLOW_TEST_KAFKA_USER=$user
export PINFLOW_TEST_KAFKA_PASSWORD=$password
export PINFLOW_TEST_KAFKA_JARS='$jars'
export PINFLOW_TEST_JAVA='$program'
END
}
