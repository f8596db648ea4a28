//! The contract's cleaning cases, all of them through `tap --clean`.

use crate::same::same;
use crate::tap::{printed, values};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

fn bytes(case: &Value) -> Vec<u8> {
    match case["raw"].as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => BASE64_STANDARD.decode(case["raw_base64"].as_str().expect("base64")).expect("base64"),
    }
}

#[track_caller]
fn check(case: &Value, found: &Value) {
    let Some(reason) = case["reject"].as_str() else {
        assert_eq!(found["ind"], case["ind"], "{case}\n{found}");
        assert!(found.get("reason").is_none() && found.get("record").is_none(), "{found}");
        return match &case["row"] {
            Value::Null => assert!(found["deleted"] == json!(true) && found.get("row").is_none(), "{found}"),
            row => {
                assert!(same(&found["row"], row), "{case}\n{found}");
                assert_eq!(sorted(&found["malformed"]), sorted(&case["malformed"]), "{case}\n{found}");
                assert!(found.get("deleted").is_none(), "{found}");
            }
        };
    };
    assert_eq!(found["reason"], reason, "{case}\n{found}");
    assert!(found.get("row").is_none() && found.get("ind").is_none(), "{found}");
    // The record is there as it came.
    let shown = match (&found["text"], &found["base64"]) {
        (Value::String(text), _) => text.clone().into_bytes(),
        (_, Value::String(encoded)) => BASE64_STANDARD.decode(encoded).expect("base64"),
        _ => {
            return assert_eq!(found["record"], serde_json::from_slice::<Value>(&bytes(case)).expect("JSON"));
        }
    };
    assert_eq!(shown, bytes(case), "{case}\n{found}");
}

fn sorted(list: &Value) -> Vec<String> {
    let names = list.as_array().expect("a list").iter();
    let mut names: Vec<String> = names.map(|name| name.as_str().expect("a name").to_owned()).collect();
    names.sort();
    names
}

#[test]
fn every_case_is_shown_as_the_contract_has_it() {
    let cases = include_str!("../data/cleaning-cases.jsonl").lines();
    let cases: Vec<Value> = cases.map(|line| serde_json::from_str(line).expect("a case a line")).collect();
    assert!(cases.len() > 300);
    let folder = TempDir::new().expect("make a folder");
    let mut shown = 0;
    for kind in ["pin", "geo", "user"] {
        let cases: Vec<&Value> = cases.iter().filter(|case| case["kind"] == kind).collect();
        let partition = folder.path().join(format!("topics/cases.{kind}/partition=0"));
        fs::create_dir_all(&partition).expect("make a folder");
        let object: Vec<u8> = cases.iter().flat_map(|case| [bytes(case), b"\n".to_vec()].concat()).collect();
        fs::write(partition.join(format!("cases.{kind}+0+0000000000.json")), object)
            .expect("write an object");
        let source = folder.path().to_str().expect("UTF-8");
        let found = values(&printed(&[source, "--clean", "--kind", kind]));
        assert_eq!(found.len(), cases.len());
        for (case, found) in cases.iter().zip(&found) {
            assert_eq!(found["kind"], kind);
            check(case, found);
        }
        shown += found.len();
    }
    assert_eq!(shown, cases.len());
}

#[test]
fn a_record_too_large_is_shown_by_its_beginning() {
    let folder = TempDir::new().expect("make a folder");
    let partition = folder.path().join("topics/a.pin/partition=0");
    fs::create_dir_all(&partition).expect("make a folder");
    let large = format!(r#"{{"ind": 1, "title": "{}"}}"#, "ü".repeat(600_000));
    let object = format!("{{\"ind\": 0}}\n{large}\n{{\"ind\": 2}}\n");
    fs::write(partition.join("a.pin+0+0000000000.json"), object).expect("write an object");
    let source = folder.path().to_str().expect("UTF-8");
    for form in [&[][..], &["--clean"]] {
        let found = values(&printed(&[&[source], form].concat()));
        assert_eq!(found.len(), 3);
        let reason = if form.is_empty() { Value::Null } else { json!("too large") };
        assert_eq!(found[1].get("reason").unwrap_or(&Value::Null), &reason);
        assert_eq!(found[1]["bytes"], large.len());
        assert_eq!(found[1]["sha256"].as_str().map(str::len), Some(64));
        let text = found[1]["text"].as_str().expect("a text");
        assert!(large.starts_with(text) && (65_000..=65_536).contains(&text.len()), "{}", text.len());
    }
    let raw = printed(&[source, "--raw"]);
    assert_eq!(raw, fs::read(partition.join("a.pin+0+0000000000.json")).expect("read it"));
}
