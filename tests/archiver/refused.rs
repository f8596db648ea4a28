//! What cannot be archived, or not there, is refused.

use crate::cluster::Cluster;
use crate::command::Archive;
use crate::program::Start;
use crate::topics::Topics;
use std::fs;
use std::process::Command;
use tempfile::TempDir;

#[track_caller]
fn check(args: &[&str], code: i32, part: &str) {
    let output = Command::new(env!("CARGO_BIN_EXE_pinflow")).arg("archive").args(args).output();
    let output = output.expect("start pinflow");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains(part), "{args:?}: {said}");
    assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
}

#[test]
fn places_that_are_none() {
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let path = |path: &str| folder.path().join(path).to_str().expect("UTF-8").to_owned();
    let (data_text, config) = (path("data"), path("pinflow.toml"));
    check(&["--once", "--data", &data_text], 2, "archive.to is empty");
    check(&["--data", &data_text, "--to", &path("archive")], 2, "add --once");
    check(&["--once", "--data", &data_text, "--to", "gs://bucket"], 2, "objects are put into folders and S3");
    let log = path("data/log");
    check(&["--once", "--data", &data_text, "--to", &log], 2, "is the folder of an embedded log");
    check(
        &["--once", "--data", &data_text, "--to", &path("data/log/topics")],
        2,
        "is the folder of an embedded log",
    );
    fs::create_dir_all(data.join("log")).expect("make a folder");
    let around = path("data/../data/log/new/topics");
    check(&["--once", "--data", &data_text, "--to", &around], 2, "is the folder of an embedded log");
    assert!(!data.join("log/new").exists());
    fs::write(&config, "[archive]\nobject_record = 1").expect("write the configuration");
    check(&["--config", &config], 2, "did you mean archive.object_records?");
    fs::write(&config, "[archive]\nputs = 0").expect("write the configuration");
    check(&["--config", &config], 2, "archive.puts must be a whole number from 1 to 256");

    let program = Start::on(&data).program();
    check(&["--once", "--data", &data_text, "--to", &path("archive")], 1, "is in use by another process");
    program.stop();
    // Another one's log.
    check(&["--once", "--data", &path("other"), "--to", &log], 2, "is the folder of an embedded log");
}

#[test]
fn an_archive_stays_as_it_was_begun() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let archive = Archive::of(&cluster, &topics, "", "");
    archive.once();
    let packed = Archive::of(&cluster, &topics, "", "[archive]\ngzip = true").to(&archive.to);
    packed.check_failure(&["--once"], 2, "the archive was begun with archive.gzip = false");
    archive.once();
}

#[test]
fn a_topic_that_is_missing() {
    let cluster = Cluster::shared();
    let topics = Topics::named(&cluster);
    let archive = Archive::of(&cluster, &topics, "", "");
    archive.check_failure(&["--once"], 1, "it does not exist");
}

#[test]
fn a_topic_that_was_made_again() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let pin = || crate::cluster::Message {
        topic: topics[0].clone(),
        value: Some(b"{\"index\":1}".to_vec()),
        ..Default::default()
    };
    cluster.send(&[pin(), pin()]);
    let archive = Archive::of(&cluster, &topics, "", "");
    archive.once();
    let other = Topics::of_pins(&cluster, 1, &[]);
    // As if it had been archived from the other topic.
    let at = |topic: &str| archive.path().join(format!("topics/{topic}"));
    fs::create_dir_all(at(&other[0]).join("partition=0")).expect("make a folder");
    for name in [format!("{}+0+0000000000.json", topics[0]), format!("_{}+0+0000000000.json.meta", topics[0])]
    {
        let renamed = name.replace(&topics[0], &other[0]);
        let (from, to) =
            (at(&topics[0]).join("partition=0").join(name), at(&other[0]).join("partition=0").join(renamed));
        fs::copy(from, to).expect("copy it");
    }
    Archive::of(&cluster, &other, "", "").to(&archive.to).check_failure(
        &["--once"],
        1,
        "the topic was made again",
    );
}
