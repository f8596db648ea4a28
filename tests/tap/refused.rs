//! Wrong use is refused: exit code 2, and a line that says what to do.

use crate::tap::tap;
use std::fs;
use tempfile::TempDir;

#[track_caller]
fn check(args: &[&str], code: i32, part: &str) {
    let found = tap(args);
    assert!(found.err.contains(part), "{args:?}: {}", found.err);
    assert_eq!((found.code, found.out.len()), (Some(code), 0), "{args:?}: {}", found.err);
}

#[test]
fn wrong_use() {
    let folder = TempDir::new().expect("make a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let (archive, config) = (path("archive"), path("pinflow.toml"));
    check(&[], 2, "SOURCE");
    check(&["a", "--raw", "--clean"], 2, "cannot be used with");
    check(&["a", "--kind", "post"], 2, "write pin, geo or user");
    check(&["a", "--count", "0"], 2, "--count");
    check(&["a", "--from", "yesterday"], 2, "write earliest, latest, an offset, or a time");
    check(
        &["a", "--from", "49590338271490256608559692538361571095921575989136588898"],
        2,
        "no offset is so great",
    );
    check(&["kinesis://"], 2, "write kinesis://stream");
    check(&["kinesis://eu-west-1/stream"], 2, "write kinesis://stream");
    check(&["kinesis://stream"], 2, "say it by --kind");
    check(&["kinesis://stream-pin", "--kind", "geo"], 1, "nothing there holds geo records");
    check(&["kafka://127.0.0.1:9092"], 2, "write kafka://host:port/topic");
    check(&["kafka://127.0.0.1:9092/a.pin,"], 2, "write kafka://host:port/topic");
    check(&["kafka://127.0.0.1:9092/things"], 2, "say it by --kind");
    check(&["kafka://127.0.0.1:9092/a.pin", "--kind", "geo"], 1, "nothing there holds geo records");
    check(&["https://127.0.0.1:8080"], 2, "https is not spoken here");
    check(&["http://127.0.0.1:8080/v1/views"], 2, "/topics/NAME or /streams/NAME");

    check(&[&archive], 1, "cannot read");
    fs::create_dir_all(&archive).expect("make a folder");
    check(&[&archive], 1, "no objects in");
    fs::create_dir_all(path("archive/a.pin")).expect("make a folder");
    fs::write(path("archive/a.pin/b"), "{}").expect("write an object");
    check(&[&archive, "--from", "latest"], 2, "an archive ends");
    check(&[&archive, "--kind", "geo"], 1, "nothing there holds geo records");
    check(&[&archive, "--out", &path("none/out")], 1, "cannot write");
    fs::write(path("out"), "kept").expect("write a file");
    check(&[&archive, "--kind", "geo", "--out", &path("out")], 1, "nothing there holds geo records");
    assert_eq!(fs::read_to_string(path("out")).expect("read it"), "kept");

    let check_config = |text: &str, source: &str, part: &str| {
        fs::write(&config, text).expect("write the configuration");
        check(&[source, "--config", &config], 2, part);
    };
    check_config("[live]\nnone = 1", &archive, "live.none");
    check_config(
        "[kinesis]\nendpoint = \"store:9000\"",
        "kinesis://a-pin",
        "kinesis.endpoint must be empty, or begin",
    );
    check_config("[kinesis]\nregions = \"a\"", "kinesis://a-pin", "kinesis.regions");
    let topic = "kafka://127.0.0.1:9092/a.pin";
    check_config("[kinds]\n\"a.pin\" = \"ignore\"", topic, "is \"ignore\" in the configuration");
    check_config("[[source]]\n[source.librdkafka]\n\"no.such.setting\" = 1", topic, "no.such.setting");
    check_config("[[source]]\n[source.librdkafka]\nsecurity.protocol = \"odd\"", topic, "security.protocol");
}
