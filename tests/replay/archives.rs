//! What is an archive, what in it does not matter, and what cannot be read.

use crate::command::{check_failure, check_success, pinflow, summary};
use crate::sample::{Folder, PINS, lines, object, packed, sample};
use crate::written::{names, write_views};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

#[test]
fn an_archive_without_objects_says_what_was_looked_for() {
    let folder = Folder::new();
    let missing = |name: &str| {
        let looked_for = "topics/<topic>/…, or folders named as topics, with objects in them";
        format!("no objects in {}: looked for {looked_for}", folder.at(name))
    };
    folder.write("root/file.json", "no object");
    folder.write("topics/topics/_hidden.pin/x", "no object");
    folder.write("topics/beside.pin/partition=0/beside.pin+0+0000000000.json", lines(&PINS));
    folder.write("hidden/topics/a.pin/partition=0/_a.pin+0+0000000000.json", "no object");
    folder.write("hidden/topics/a.pin/.partition=0/x", "no object");
    for name in ["root", "topics", "hidden"] {
        check_failure(&["replay", &folder.at(name)], 1, &missing(name));
    }
}

#[test]
fn an_archive_that_is_no_folder_is_named() {
    let folder = Folder::new();
    let advice = "make it readable, or take it out of the archive";
    let missing = folder.at("missing");
    let error = format!("cannot read {missing}: No such file or directory (os error 2); {advice}");
    check_failure(&["replay", &missing], 1, &error);
    let file = folder.write("file", "");
    let error = format!("cannot read {file}: Not a directory (os error 20); {advice}");
    check_failure(&["replay", &file], 1, &error);
}

#[test]
fn a_topic_of_no_known_kind_needs_to_be_set() {
    let folder = sample();
    folder.write("archive/topics/clicks/partition=0/clicks+0+0000000000.json", "{}");
    let error = "clicks: the name does not say of which kind its records are; set kinds.\"clicks\" in the \
                 configuration to \"pin\", \"geo\", \"user\" or \"ignore\"";
    check_failure(&["replay", &folder.at("archive")], 2, error);
    let config = folder.write("pinflow.toml", "[kinds]\nclicks = \"ignore\"");
    write_views(&folder, &["--config", &config]);
}

/// Runs into an object that cannot be read to its end: all before it counts, it is a dead letter, the exit code is 3.
#[track_caller]
fn check_fault(folder: &Folder, object: &str, problem: &str) -> Value {
    let (archive, letters) = (folder.at("archive"), folder.at("letters"));
    let mut summaries = ["1", "4"].map(|workers| {
        let done = pinflow(&["replay", &archive, "--json", "--workers", workers, "--dead-letters", &letters]);
        assert_eq!((done.code, done.err.as_str()), (Some(3), ""), "{object}: {problem}");
        let text = fs::read_to_string(folder.path("letters/dead-letters.ndjson")).expect("dead letters");
        let letters: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let faults: Vec<&Value> = letters.iter().filter(|letter| letter.get("byte").is_some()).collect();
        assert_eq!(faults.len(), 1, "{text}");
        assert_eq!(faults[0]["reason"], format!("object fault: {problem}"));
        assert_eq!(faults[0]["object"], object.strip_prefix("archive/").expect("in the archive"));
        serde_json::from_str(&done.out).expect("the summary is JSON")
    });
    let [first, second]: &mut [Value; 2] = &mut summaries;
    for summary in [&mut *first, &mut *second] {
        assert_eq!(summary["faults"], 1);
        summary["seconds"].take();
        summary["state"].take();
    }
    assert_eq!(first, second);
    first.take()
}

#[test]
fn a_name_that_disagrees_with_its_folders_is_a_fault() {
    for name in [
        "s.pin/partition=0/s.pin+1+0000000100.json",
        "s.pin/partition=0/other.pin+0+0000000100.json",
        "s.pin/s.pin+0+0000000100.json",
    ] {
        let folder = sample();
        let object = format!("archive/topics/{name}");
        folder.write(&object, PINS[0]);
        let summary = check_fault(&folder, &object, "the name disagrees with the folders");
        assert_eq!(summary["records"]["pin"], 9, "it is not read");
    }
}

#[test]
fn objects_without_an_offset_are_values_of_a_partition_of_their_own() {
    let folder = sample();
    let pretty = "{\n  \"index\": 8,\n  \"category\": \"art\"\n}";
    folder.write("archive/topics/s.pin/partition=0/part-00000.json", format!("{pretty}{{\"index\": 9}}"));
    folder
        .write("archive/topics/s.pin/notes.txt", "no JSON at all\n{\"index\": 10}\n{broken\n{\"index\": 11}");
    let summary = summary(&["replay", &folder.at("archive"), "--json"]);
    assert_eq!(summary["records"]["pin"], 9 + 6);
    assert_eq!(summary["rejected"]["pin: not JSON"], 1 + 2);
    assert_eq!(summary["state"]["inds"], 4 + 4);
}

#[test]
fn sources_are_read_together_unless_an_alias_keeps_them_apart() {
    let folder = sample();
    let archive = folder.at("archive");
    let records = |sources: &[&str]| {
        let summary = summary(&[&["replay", "--json"], sources].concat());
        (summary["records"]["pin"].clone(), summary["duplicates"].clone())
    };
    assert_eq!(records(&[&archive]), (json!(9), json!(1)));
    assert_eq!(records(&[&archive, &archive]), (json!(9), json!(1 + 16)));
    assert_eq!(records(&[&archive, &format!("again={archive}")]), (json!(18), json!(2)));
}

#[test]
fn more_rejects_than_allowed_end_with_a_code_of_their_own() {
    let folder = sample();
    let code = |most: &str| pinflow(&["replay", &folder.at("archive"), "--json", "--max-rejects", most]).code;
    assert_eq!((code("3"), code("2"), code("0")), (Some(0), Some(3), Some(3)));
}

#[test]
fn rejected_records_are_dead_letters_in_the_order_of_their_positions() {
    let folder = sample();
    folder.write(&object("s.user", 50), [&b"\xFF\n"[..], &[b'x'; 2 << 20]].concat());
    for workers in ["1", "3"] {
        check_success(&[
            "replay",
            &folder.at("archive"),
            "--dead-letters",
            &folder.at("letters"),
            "--workers",
            workers,
        ]);
        let text = fs::read_to_string(folder.path("letters/dead-letters.ndjson")).expect("dead letters");
        let letters: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let found: Vec<_> =
            letters.iter().map(|l| (&l["topic"], &l["partition"], &l["position"], &l["reason"])).collect();
        let expected = [
            ("s.pin", 3, "not JSON"),
            ("s.pin", 4, "no usable ind"),
            ("s.pin", 5, "not an object"),
            ("s.user", 50, "not JSON"),
            ("s.user", 51, "too large"),
        ];
        let expected = expected
            .map(|(topic, position, reason)| (json!(topic), json!(0), json!(position), json!(reason)));
        assert_eq!(found, expected.iter().map(|(t, p, o, r)| (t, p, o, r)).collect::<Vec<_>>());
        assert_eq!(letters[0]["record"], "nope");
        assert_eq!(letters[3]["record_base64"], "/w==");
        assert_eq!(
            (&letters[4]["bytes"], letters[4]["record"].as_str().map(str::len)),
            (&json!(2 << 20), Some(64 << 10))
        );
        let sha256 = "6932fd31e5daf4739b9fa78ff777b2831b0995cc1d0b0093cac80601902013bc";
        assert_eq!(letters[4]["sha256"], sha256);
        assert_eq!(names(&folder.path("letters")), ["dead-letters.ndjson"], "nothing else is left");
    }
}

#[test]
fn a_link_that_leads_nowhere_is_a_fault() {
    let folder = sample();
    let object = object("s.user", 100);
    symlink("nowhere", folder.path(&object)).expect("make a link");
    let summary = check_fault(&folder, &object, "No such file or directory (os error 2)");
    assert_eq!(summary["records"]["user"], 2);
}

#[test]
fn a_link_that_leads_to_a_folder_above_it_stops_the_replay() {
    let folder = sample();
    let (link, out) = ("archive/topics/s.user/partition=0/again", folder.at("out"));
    symlink("..", folder.path(link)).expect("make a link");
    folder.write("out/top_posters.json", "old");
    let problem = "it is a link to a folder that it lies in; make it readable, or take it out of the archive";
    let error = format!("cannot read {}: {problem}", folder.at(link));
    check_failure(&["replay", &folder.at("archive"), "--out", &out], 1, &error);
    assert_eq!(names(Path::new(&out)), ["top_posters.json"], "nothing is written by halves");
    assert_eq!(fs::read_to_string(folder.path("out/top_posters.json")).expect("a file"), "old");
}

#[test]
fn links_to_objects_and_folders_are_followed() {
    let folder = sample();
    let [topics, elsewhere] = ["archive/topics", "elsewhere"].map(|name| folder.path(name));
    fs::rename(topics, &elsewhere).expect("move the archive");
    fs::create_dir(folder.path("archive/topics")).expect("make a folder");
    for topic in ["s.pin", "s.geo", "s.user"] {
        symlink(elsewhere.join(topic), folder.path(&format!("archive/topics/{topic}"))).expect("make a link");
    }
    symlink("s.user+0+0000000000.json", elsewhere.join("s.user/partition=0/s.user+0+0000000001.json"))
        .expect("make a link");
    let summary = summary(&["replay", &folder.at("archive"), "--json"]);
    assert_eq!(summary["records"], json!({"pin": 9, "geo": 3, "user": 3}));
}

#[test]
fn the_folder_of_the_topics_may_be_given_too() {
    let folder = sample();
    let records = |name: &str| summary(&["replay", &folder.at(name), "--json"])["records"].clone();
    assert_eq!(records("archive/topics"), records("archive"));
}

#[test]
fn of_a_packed_object_that_is_cut_off_or_damaged_all_before_the_damage_counts() {
    let folder = sample();
    let object = object("s.geo", 100);
    let text: String = (0..2000).map(|ind| format!("{{\"ind\": {}}}\n", ind * 7919 % 100_000)).collect();
    let whole = packed(text.as_bytes());
    let check = |bytes: &[u8], problem: &str, records: std::ops::RangeInclusive<u64>| {
        folder.write(&object, bytes);
        let found = check_fault(&folder, &object, problem)["records"]["geo"].as_u64().expect("a number");
        assert!(records.contains(&(found - 3)), "{problem}: {found}");
    };
    check(&whole[..whole.len() / 2], "it is cut off", 500..=1999);
    check(&whole[..whole.len() - 3], "it is cut off", 2000..=2000);
    check(
        &[&whole[..whole.len() - 8], &[0; 8]].concat(),
        "corrupt gzip stream does not have a matching checksum",
        2000..=2000,
    );
    check(&[&whole[..], b"and more than a header"].concat(), "invalid gzip header", 2000..=2000);
    check(&whole[..2], "it is cut off", 0..=0);
    folder.write(&object, whole);
    assert_eq!(summary(&["replay", &folder.at("archive"), "--json"])["records"]["geo"], 2003);
}

#[test]
fn hidden_names_are_no_objects_whatever_they_are() {
    let folder = sample();
    symlink("nowhere", folder.path("archive/topics/s.pin/partition=0/.#lock")).expect("make a link");
    symlink("nowhere", folder.path("archive/topics/_latest")).expect("make a link");
    let summary = summary(&["replay", &folder.at("archive"), "--json"]);
    assert_eq!(summary["records"]["pin"], 9);
}

#[test]
fn an_error_is_one_line_whatever_the_names() {
    let folder = Folder::new();
    folder.write("archive/topics/a\nb\u{1b}c/x", "");
    let name = "a\\nb\\u{1b}c";
    let error = format!(
        "{name}: the name does not say of which kind its records are; set kinds.\"{name}\" in the configuration to \
         \"pin\", \"geo\", \"user\" or \"ignore\""
    );
    check_failure(&["replay", &folder.at("archive")], 2, &error);
}
