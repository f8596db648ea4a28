//! Brokers that ask who one is, in the clear and over TLS.

use crate::checks::wait_for;
use crate::cluster::{Cluster, variable};
use crate::messages::messages;
use crate::random::{Random, seed};
use crate::run;
use crate::topics::Topics;

/// Reads topics as a user of the broker's; says what `/readyz` does if it does not get ready.
fn read(protocol: &str, mechanism: &str, password: &str, more: &str) -> (run::Run, Topics) {
    let plain = Cluster::shared();
    let topics = Topics::of_all_kinds(&plain, 1);
    plain.send(&messages(&topics, 200, 100, &mut Random::new(seed())));
    let listener = if protocol == "SASL_SSL" { "PINFLOW_TEST_KAFKA_TLS" } else { "PINFLOW_TEST_KAFKA_SASL" };
    let cluster = Cluster { brokers: variable(listener) };
    let user = variable("PINFLOW_TEST_KAFKA_USER");
    let settings = format!(
        "[source.librdkafka]\nsecurity.protocol = \"{protocol}\"\nsasl.mechanism = \"{mechanism}\"\n\
         sasl.username = \"{user}\"\nsasl.password = \"{password}\"\n{more}\n"
    );
    let mut run = run::start(&cluster, &topics, &settings);
    // What is there the test looks up without.
    run.cluster = plain;
    (run, topics)
}

fn certificate() -> String {
    format!("ssl.ca.location = \"{}\"", variable("PINFLOW_TEST_KAFKA_CERTIFICATE"))
}

#[test]
fn users_with_their_passwords_read() {
    let password = variable("PINFLOW_TEST_KAFKA_PASSWORD");
    for mechanism in ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] {
        let (run, topics) = read("SASL_PLAINTEXT", mechanism, &password, "");
        run.check(&topics);
    }
    let (run, topics) = read("SASL_SSL", "SCRAM-SHA-512", &password, &certificate());
    run.check(&topics);
}

#[test]
fn a_wrong_password_is_told() {
    let (run, _) = read("SASL_PLAINTEXT", "SCRAM-SHA-512", "wrong", "");
    let told = run.wait_until_told("have not told of the topics");
    wait_for("the error", || {
        let status = run.status();
        let error = status["sources"][0]["last_error"].as_str().unwrap_or_default().to_owned();
        if error.to_lowercase().contains("authentication") { Ok(()) } else { Err(format!("{told} {status}")) }
    });
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_told() {
    let (run, _) = read("SASL_SSL", "PLAIN", &variable("PINFLOW_TEST_KAFKA_PASSWORD"), "");
    wait_for("the error", || {
        let status = run.status();
        let error = status["sources"][0]["last_error"].as_str().unwrap_or_default().to_owned();
        if error.contains("certificate") { Ok(()) } else { Err(status.to_string()) }
    });
}
