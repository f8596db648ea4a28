//! What Prometheus reads: in its format, named by its rules, and never more than the configuration allows.

use crate::client::Client;
use crate::program::Start;
use crate::tools;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::ops::Range;
use std::process::Stdio;
use tempfile::TempDir;

/// Everything once that is counted, what is wrong with the same weight as what is right.
fn traffic(client: &mut Client) {
    for ind in 0..20 {
        assert_eq!(client.ingest("pin", &json!({ "ind": ind, "category": "art" }).to_string()).status, 200);
        let geo = json!({ "ind": ind, "country": "France", "timestamp": "when it was" });
        assert_eq!(client.produce("129a.geo", &geo).expect("an answer").status, 200);
    }
    assert_eq!(client.ingest("user", r#"{"ind": "nobody"}"#).status, 200);
    assert_eq!(client.ingest("user", "{").status, 400);
    assert_eq!(client.ingest("cat", "{}").status, 404);
    for path in
        ["/livez", "/readyz", "/v1/views", "/v1/views/top_posters", "/v1/status", "/v1/posts/1", "/no"]
    {
        client.get(path);
    }
}

fn metrics(client: &mut Client) -> String {
    let answer = client.get("/metrics");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    answer.body
}

/// The names of series, with their labels.
fn series(text: &str) -> BTreeSet<&str> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.rsplit_once(' ').expect("a name and a value").0).collect()
}

#[test]
fn prometheus_has_nothing_to_say_against_them() {
    let folder = TempDir::new().expect("make a folder");
    let program = Start::on(&folder.path().join("data")).program();
    let mut client = program.client();
    traffic(&mut client);
    let text = metrics(&mut client);
    let mut promtool = tools::command_of("PINFLOW_TEST_PROMTOOL");
    promtool.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut promtool = promtool.spawn().expect("promtool runs");
    promtool.stdin.take().expect("it is piped").write_all(text.as_bytes()).expect("it reads");
    let found = promtool.wait_with_output().expect("promtool ends");
    let said = String::from_utf8_lossy(&found.stdout) + String::from_utf8_lossy(&found.stderr);
    assert!(found.status.success() && said.is_empty(), "{said}");
    program.stop();
}

#[test]
fn names_tell_what_is_counted_and_in_which_unit() {
    let folder = TempDir::new().expect("make a folder");
    let program = Start::on(&folder.path().join("data")).program();
    let mut client = program.client();
    traffic(&mut client);
    let text = metrics(&mut client);
    let types: BTreeMap<&str, &str> =
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' ')).collect();
    assert!(types.len() > 25, "{types:?}");
    for (name, kind) in types {
        assert!(name.starts_with("pinflow_") || name.starts_with("process_"), "{name}");
        assert!(text.contains(&format!("# HELP {name} ")), "{name} says nothing");
        assert_eq!(name.ends_with("_total"), kind == "counter", "{name} is a {kind}");
        if kind == "histogram" {
            assert!(name.ends_with("_seconds"), "{name}");
        }
        for unit in ["_ms", "_millis", "_kb", "_mb", "_minutes", "_percent"] {
            assert!(!name.contains(unit), "{name} is in no base unit");
        }
    }
    program.stop();
}

/// Requests with names that no other request has.
fn new_names(client: &mut Client, numbers: Range<u64>) {
    for n in numbers {
        let (nothing, post) = (format!("/nothing/{n}"), format!("/v1/posts/{n}"));
        for path in [&nothing, &post, &format!("/v1/views/view{n}"), &format!("/v1/views/top_posters?k={n}")]
        {
            client.get(path);
        }
        client.ingest(&format!("kind{n}"), "{}");
        client.produce(&format!("topic{n}"), &json!({})).expect("an answer");
        let record = json!({ "ind": n, "category": format!("c{n}"), &format!("field{n}"): 1 }).to_string();
        assert_eq!(client.ingest("pin", &record).status, 200);
        client.send(&format!("METHOD{n}"), "/livez", "", b"").expect("an answer");
        client.send("POST", &format!("/stage{n}/topics/129a.geo"), "", b"{}").expect("an answer");
    }
}

#[test]
fn clients_cannot_make_series() {
    let folder = TempDir::new().expect("make a folder");
    let program = Start::on(&folder.path().join("data")).program();
    let mut client = program.client();
    traffic(&mut client);
    // Routes, statuses and partitions come up for the first time.
    new_names(&mut client, 1_000..1_100);
    metrics(&mut client);
    let before = metrics(&mut client);
    new_names(&mut client, 7_777_000..7_777_100);
    let after = metrics(&mut client);
    assert_eq!(series(&after), series(&before));
    let names = series(&after);
    let named = names.iter().find(|name| name.contains("7777"));
    assert!(named.is_none(), "{named:?}");
    program.stop();
}
