//! `pinflow dlq ls` and `show`.

use crate::data_folder::{dlq, sample};
use serde_json::{Value, json};
use std::fs;
use tempfile::tempdir;

#[test]
fn letters_are_counted_by_topic_partition_and_reason() {
    let data = sample();
    let done = dlq(&data, "ls", &[]);
    let expected = "\
topic       partition  reason         letters  first position  last position  first time                last time
ingest.geo  3          no usable ind  2        1               4              -                         -
ingest.geo  3          not an object  1        2               2              -                         -
ingest.geo  3          too large      1        3               3              -                         -
ingest.pin  0          not JSON       3        5               1007           2022-01-01T00:00:00.005Z  2022-01-01T00:00:01.007Z
";
    assert!(done.text().starts_with(expected), "{}", done.text());
    assert!(done.text().contains("old.geo     -          object fault   1        -               -  "));
    assert!(done.text().ends_with("\n8 dead letters\n"));
    assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "a line that is still written is no letter");

    let done = dlq(&data, "ls", &["--json", "--topic", "ingest.pin"]);
    let listed: Value = serde_json::from_slice(&done.out).expect("it is JSON");
    let group = json!({
        "topic": "ingest.pin", "partition": 0, "reason": "not JSON", "letters": 3,
        "first_position": 5, "last_position": 1007,
        "first_time": "2022-01-01T00:00:00.005Z", "last_time": "2022-01-01T00:00:01.007Z",
    });
    assert_eq!(listed, json!({"letters": 3, "unreadable_lines": 0, "groups": [group]}));
    assert_eq!(dlq(&data, "ls", &["--reason", "object fault"]).text().lines().count(), 3);
}

#[test]
fn letters_are_shown_as_they_are_kept() {
    let data = sample();
    let positions = |args: &[&str]| -> Vec<Value> {
        let done = dlq(&data, "show", args);
        assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{args:?}");
        let letter = |line: &str| serde_json::from_str::<Value>(line).expect("a letter a line");
        done.text().lines().map(|line| letter(line)["position"].clone()).collect()
    };
    assert_eq!(json!(positions(&[])), json!([5, 7, 1007, 1, 2, 3, 4, null]));
    assert_eq!(json!(positions(&["--topic", "ingest.geo"])), json!([1, 2, 3, 4]));
    assert_eq!(json!(positions(&["--reason", "not json", "--limit", "2"])), json!([5, 7]));
    assert_eq!(json!(positions(&["--kind", "pin", "--from", "7"])), json!([7, 1007]));
    assert_eq!(json!(positions(&["--reason", "object fault"])), json!([null]));
    assert_eq!(json!(positions(&["--topic", "none"])), json!([]));
}

#[test]
fn records_are_shown_as_they_came() {
    let data = sample();
    let done = dlq(&data, "show", &["--records"]);
    assert_eq!(done.out, b"nope\n\"\xff\"\n{\"index\":\n{\n  \"ind\": -1\n}\n[2]\n{\"ind\": null}\n");
    assert_eq!(done.err, "pinflow: 2 dead letters are faults or hold a part of their record only\n");
    assert_eq!(done.code, Some(0));
}

#[test]
fn what_is_no_letter_is_passed_over_and_said() {
    let data = sample();
    fs::write(data.path().join("dead-letters/dead-letters-0000000000.ndjson"), "{}\n\0\0\n")
        .expect("write a file");
    let done = dlq(&data, "ls", &[]);
    assert_eq!(done.err, "pinflow: 2 lines are no dead letters and were passed over\n");
    assert!(done.text().ends_with("\n8 dead letters\n"));
    let listed: Value = serde_json::from_slice(&dlq(&data, "ls", &["--json"]).out).expect("it is JSON");
    assert_eq!(listed["unreadable_lines"], 2);
}

#[test]
fn a_folder_without_letters_has_none_and_a_missing_one_is_named() {
    let data = tempdir().expect("make a folder");
    assert_eq!(dlq(&data, "ls", &[]).text(), "0 dead letters\n");
    assert_eq!(dlq(&data, "show", &[]).text(), "");
    let path = data.path().to_owned();
    fs::remove_dir(&path).expect("remove a folder");
    let done = dlq(&data, "ls", &[]);
    let expected =
        format!("pinflow: there is no folder {}; name the data folder of a run by --data\n", path.display());
    assert_eq!((done.code, done.err), (Some(1), expected));
}

#[test]
fn wrong_usage_is_refused() {
    let data = sample();
    let done = dlq(&data, "show", &["--kind", "pins"]);
    assert_eq!(done.code, Some(2));
    assert!(done.err.contains("it is none of pin, geo and user"), "{}", done.err);
}
