//! Configurations that cannot be run with.

use std::fs;
use std::process::Command;
use tempfile::TempDir;

#[track_caller]
fn check(source: &str, told: &str) {
    let folder = TempDir::new().expect("make a folder");
    let config = folder.path().join("pinflow.toml");
    fs::write(&config, format!("[[source]]\ntype = \"kafka\"\nbrokers = \"127.0.0.1:1\"\n{source}\n"))
        .expect("write it");
    let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
    command
        .env_clear()
        .env("HOME", folder.path())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .args(["run", "--listen", "127.0.0.1:0", "--config"])
        .arg(&config)
        .arg("--data")
        .arg(folder.path().join("data"));
    let output = command.output().expect("start pinflow");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains(told), "{errors}");
}

#[test]
fn a_topic_without_a_kind_is_named_with_the_key_to_set() {
    check("topics = [\"a.pin\", \"clicks\"]", "set kinds.\"clicks\" in the configuration");
}

#[test]
fn a_setting_that_librdkafka_does_not_know_is_named() {
    check(
        "topics = [\"a.pin\"]\n[source.librdkafka]\nnon.sense = 1",
        "source.librdkafka.\"non.sense\" must be left out or changed",
    );
}

#[test]
fn a_value_that_librdkafka_does_not_take_is_named() {
    check(
        "topics = [\"a.pin\"]\n[source.librdkafka]\n\"security.protocol\" = \"NONE\"",
        "source.librdkafka.\"security.protocol\" must be left out or changed",
    );
}

#[test]
fn brokers_of_msk_without_a_region_are_refused() {
    check("topics = [\"a.pin\"]\n[source.msk_iam]\nenabled = true", "source.msk_iam.region must be set");
}

/// Of a source with one topic of pins.
#[track_caller]
fn check_door(door: &str, told: &str) {
    check(&format!("topics = [\"a.pin\", \"^b\\\\.\"]\n[front_door]\n{door}"), told);
}

#[test]
fn a_topic_of_the_front_door_that_is_not_read_is_named() {
    let told = "front_door.geo must be empty, or a topic of source.topics whose kind is geo";
    check_door("geo = \"a.pin\"", told);
    check_door("geo = \"c.geo\"", told);
    let told = "front_door.streams.\"s.pin\" must be a topic of source.topics whose kind is pin, geo or user";
    check_door("pin = \"a.pin\"\nuser = \"b.user\"\nstreams.\"s.pin\" = \"b.clicks\"", told);
}

#[test]
fn a_setting_that_sending_depends_on_is_named() {
    check_door(
        "librdkafka.acks = 1",
        "front_door.librdkafka.acks must be left out: pinflow depends on how it sets it",
    );
    check_door(
        "librdkafka.\"non.sense\" = 1",
        "front_door.librdkafka.\"non.sense\" must be left out or changed",
    );
    check_door(
        "librdkafka.\"max.in.flight\" = 10",
        "front_door.librdkafka must be changed: Client creation error: `max.in.flight` must be set <= 5",
    );
}
