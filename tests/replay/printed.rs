//! What a replay prints: the heads of the views and the summary, for people or as JSON.

use crate::command::{check_success, program, summary};
use crate::sample::{Folder, GEOS, MORE_PINS, PINS, USERS, lines, object, packed, sample};
use crate::written::{VIEWS, json_file, write_views};
use serde_json::json;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

#[test]
fn the_summary_is_one_json_object() {
    let folder = sample();
    let bytes = lines(&PINS).len() + lines(&MORE_PINS[1..]).len() + lines(&GEOS).len() + lines(&USERS).len();
    for workers in ["1", "3"] {
        let summary = summary(&["replay", &folder.at("archive"), "--json", "--workers", workers]);
        let keys: Vec<&String> = summary.as_object().expect("an object").keys().collect();
        let expected = [
            "bytes",
            "duplicates",
            "faults",
            "malformed",
            "records",
            "rejected",
            "seconds",
            "state",
            "superseded",
        ];
        assert_eq!(keys, expected);
        assert_eq!(summary["records"], json!({"pin": 9, "geo": 3, "user": 2}));
        assert_eq!(summary["duplicates"], 1);
        assert_eq!(summary["superseded"], 2);
        let rejected = json!({"pin: not JSON": 1, "pin: not an object": 1, "pin: no usable ind": 1});
        assert_eq!(summary["rejected"], rejected);
        let malformed = json!({"pin.follower_count": 1, "geo.timestamp": 1, "user.age": 1});
        assert_eq!(summary["malformed"], malformed);
        assert_eq!(summary["bytes"], bytes);
        for phase in ["list", "decode", "graph", "wait", "sort", "total"] {
            let seconds = summary["seconds"][phase].as_f64().expect("a number");
            assert!((0.0..600.0).contains(&seconds), "{phase}: {seconds}");
        }
        assert_eq!(summary["state"]["inds"], 4);
    }
}

#[test]
fn with_quality_all_fields_are_counted() {
    let summary = summary(&["replay", &sample().at("archive"), "--json", "--quality"]);
    let expected = json!({
        "pin.follower_count": 1, "pin.downloaded": 1, "pin.title": 1, "pin.description": 1,
        "geo.timestamp": 1, "geo.coordinates": 1, "user.age": 1,
    });
    assert_eq!(summary["malformed"], expected);
}

#[test]
fn lines_that_are_too_large_are_rejected_and_the_rest_counts() {
    let folder = Folder::new();
    let large = format!(r#"{{"index": 1, "category": "{}"}}"#, "x".repeat(3 << 20));
    let text = format!("{}\n{large}\n{}\r\n{}\n{large}", PINS[0], PINS[1], PINS[2]);
    folder.write(&object("a.pin", 0), &text);
    folder.write(&object("a.pin", 4), packed(lines(&[&large, MORE_PINS[2]]).as_slice()));
    folder.write(&object("a.geo", 0), lines(&GEOS));
    for workers in ["1", "2"] {
        let summary = summary(&["replay", &folder.at("archive"), "--json", "--workers", workers]);
        assert_eq!(summary["records"], json!({"pin": 6, "geo": 3}));
        assert_eq!(summary["rejected"], json!({"pin: too large": 2}));
        assert_eq!((&summary["duplicates"], &summary["superseded"]), (&json!(1), &json!(1)));
    }
    write_views(&folder, &[]);
    let expected = json!([
        {"rank": 1, "poster_name": "Bo, \"B\"\nJr", "country": null, "follower_count": 3000},
        {"rank": 2, "poster_name": "Ann", "country": "France", "follower_count": 2000},
        {"rank": 3, "poster_name": "Cy", "country": "France", "follower_count": 7},
    ]);
    assert_eq!(json_file(&folder.path("out/top_posters.json")), expected);
}

#[test]
fn heads_of_all_views_and_a_summary_are_printed() {
    let out = check_success(&["replay", &sample().at("archive"), "--workers", "1"]);
    let heads: Vec<&str> = out.lines().filter(|line| line.ends_with(" rows)")).collect();
    let rows = [1, 2, 1, 1, 1, 1, 1, 2, 3, 1, 2, 1, 2];
    let expected: Vec<String> =
        VIEWS.iter().zip(rows).map(|(view, rows)| format!("{view} ({rows} rows)")).collect();
    assert_eq!(heads, expected);

    let top_posters = [
        "top_posters (3 rows)",
        "  rank poster_name country follower_count",
        "     1 Bo, \"B\"\u{FFFD}Jr  null              3000",
        "     2 Ann         France            2000",
        "     3 Cy          France               7",
        "",
    ];
    let top_posters = top_posters.join("\n") + "\n";
    assert!(out.contains(&top_posters), "{out}");
    let summary = out.split("\n\n").last().expect("a summary");
    let expected = [
        "14 records (9 pin, 3 geo, 2 user), 826 bytes",
        "1 duplicates dropped, 2 records superseded",
        "rejected: 1 pin: not JSON, 1 pin: not an object, 1 pin: no usable ind",
        "malformed: 1 pin.follower_count, 1 geo.timestamp, 1 user.age",
        "  not JSON: topics/s.pin/partition=0/s.pin+0+0000000000.json at 3: nope",
        "  no usable ind: topics/s.pin/partition=0/s.pin+0+0000000000.json at 4: {\"index\": -1}",
        "  not an object: topics/s.pin/partition=0/s.pin+0+0000000000.json at 5: []",
    ];
    let found: Vec<&str> = summary.lines().collect();
    assert_eq!(found[..7], expected);
    assert!(found.len() == 8 && found[7].ends_with(" records/s"), "{summary}");
}

#[test]
fn long_views_and_long_names_are_cut_for_the_screen() {
    let folder = Folder::new();
    let name = "日本の旅".repeat(10);
    let pin = |ind| format!(r#"{{"index": {ind}, "category": "{name}"}}"#);
    let geo = |ind| format!(r#"{{"ind": {ind}, "country": "country {ind}"}}"#);
    let text = |line: &dyn Fn(u32) -> String| (0..9).map(|ind| line(ind) + "\n").collect::<String>();
    folder.write(&object("a.pin", 0), text(&pin));
    folder.write(&object("a.geo", 0), text(&geo));
    let out = check_success(&["replay", &folder.at("archive")]);
    let view = out.split("\n\n").next().expect("a view");
    let lines: Vec<&str> = view.lines().collect();
    assert_eq!((lines[0], lines.len(), lines[8]), ("category_by_country (9 rows)", 9, "  …"));
    assert!(lines[2].contains('…') && !out.contains(&name), "{view}");
}

#[test]
fn nothing_that_is_printed_moves_the_cursor() {
    let out = check_success(&["replay", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/ties")]);
    assert!(out.chars().all(|c| c == '\n' || !c.is_control()), "{out:?}");
}

#[test]
fn what_cannot_be_printed_is_an_error() {
    #[track_caller]
    fn check(args: &[&str]) {
        let full = File::create("/dev/full").expect("Linux has it");
        let output = program(args).stdout(full).output().expect("start pinflow");
        let expected = "pinflow: cannot print: No space left on device (os error 28)\n";
        assert_eq!(String::from_utf8_lossy(&output.stderr), expected, "{args:?}");
        assert_eq!(output.status.code(), Some(1), "{args:?}");
    }
    let folder = sample();
    check(&["replay", &folder.at("archive")]);
    check(&["replay", &folder.at("archive"), "--json"]);
    check(&["check", "--config", &folder.write("pinflow.toml", "")]);
}

/// Whoever reads the output may stop at any time, as `head` does.
#[test]
fn nobody_has_to_read_all_that_is_printed() {
    #[track_caller]
    fn check(args: &[&str], lines_read: usize) {
        let mut process =
            program(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("start pinflow");
        let mut out = BufReader::new(process.stdout.take().expect("its output is piped"));
        for _ in 0..lines_read {
            assert!(out.read_line(&mut String::new()).expect("read its output") > 0);
        }
        drop(out);
        let output = process.wait_with_output().expect("wait for pinflow");
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*err), (Some(0), ""), "{args:?}");
    }
    let folder = sample();
    let archive = folder.at("archive");
    let config = folder.write("pinflow.toml", "");
    for lines_read in [0, 1] {
        check(&["replay", &archive], lines_read);
        check(&["replay", &archive, "--json"], lines_read);
    }
    check(&["check", "--config", &config], 0);
    check(&["--help"], 0);
}
