//! Brokers that ask who one is: the configuration says it.

use crate::cluster::{Cluster, variable};
use crate::content::content;
use crate::kafka::{expected, source};
use crate::messages::messages;
use crate::random::{Random, seed};
use crate::tap::{Done, shown_in, tap};
use crate::topics::Topics;
use std::fs;
use tempfile::TempDir;

fn read(topics: &Topics, listener: &str, settings: &str) -> Done {
    let folder = TempDir::new().expect("make a folder");
    let config = folder.path().join("pinflow.toml");
    let user = variable("PINFLOW_TEST_KAFKA_USER");
    let settings = format!("[[source]]\n[source.librdkafka]\nsasl.username = \"{user}\"\n{settings}\n");
    fs::write(&config, settings).expect("write the configuration");
    let source = source(&Cluster { brokers: variable(listener) }, topics);
    tap(&[&source, "--until-end", "--config", config.to_str().expect("UTF-8")])
}

fn filled() -> Topics {
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 1);
    cluster.send(&messages(&topics, 200, 100, &mut Random::new(seed())));
    topics
}

#[test]
fn users_with_their_passwords_see_topics_over_tls() {
    let topics = filled();
    let settings = format!(
        "security.protocol = \"SASL_SSL\"\nsasl.mechanism = \"SCRAM-SHA-512\"\nsasl.password = \"{}\"\n\
         ssl.ca.location = \"{}\"",
        variable("PINFLOW_TEST_KAFKA_PASSWORD"),
        variable("PINFLOW_TEST_KAFKA_CERTIFICATE")
    );
    let found = read(&topics, "PINFLOW_TEST_KAFKA_TLS", &settings);
    assert_eq!((found.code, found.err.as_str()), (Some(0), ""));
    let mut shown = shown_in(&found.out);
    shown.sort();
    assert_eq!(shown, expected(&content(&Cluster::shared(), &topics)));
}

#[test]
fn a_wrong_password_is_told() {
    let settings =
        "security.protocol = \"SASL_PLAINTEXT\"\nsasl.mechanism = \"PLAIN\"\nsasl.password = \"wrong\"";
    let found = read(&filled(), "PINFLOW_TEST_KAFKA_SASL", settings);
    assert_eq!((found.code, found.out.len()), (Some(1), 0));
    assert!(found.err.to_lowercase().contains("authentication"), "{}", found.err);
}
