//! What has to be true of a run whenever everything has been read: views, counts, and a replay of its log.

use crate::client::Client;
use crate::log_files::{self, LogRecord};
use crate::program::PATIENCE;
use crate::recomputed::{Recomputed, Vector, Views};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Waits until something is there.
#[track_caller]
pub fn wait_for<T>(what: &str, mut get: impl FnMut() -> Result<T, String>) -> T {
    let begin = Instant::now();
    loop {
        match get() {
            Ok(got) => return got,
            Err(state) => assert!(begin.elapsed() < PATIENCE, "{what}: {state}"),
        }
    }
}

/// Waits until the views have all that the log holds, and holds views and counts against it. What was there at the start
/// has to be read. Gives what the log holds.
#[track_caller]
pub fn check_all(client: &mut Client, data: &Path) -> Vec<LogRecord> {
    let records = log_files::records(data);
    let recomputed = Recomputed::of(&records);
    check_counts(client, &recomputed);
    check_views(&shown(client), &recomputed.views());
    records
}

/// Waits until the counts of the status are those of the log; none may ever be more.
#[track_caller]
fn check_counts(client: &mut Client, recomputed: &Recomputed) {
    let positions = recomputed.accepted() + recomputed.rejected;
    let expected = [positions, recomputed.accepted(), recomputed.rejected, 0, recomputed.superseded(), 0];
    wait_for("counts", || {
        let status = client.get("/v1/status").json();
        let partitions = status["sources"][0]["partitions"].as_array().expect("a list");
        let number = |value: &Value| value.as_u64().expect("a number");
        let sum = |object: &Value| object.as_object().expect("an object").values().map(number).sum();
        let counts: [u64; 6] = [
            partitions.iter().map(|partition| number(&partition["position"])).sum(),
            sum(&status["accepted"]),
            number(&status["rejects"]),
            sum(&status["blank"]),
            number(&status["superseded"]),
            partitions.iter().map(|partition| number(&partition["lag"])).sum(),
        ];
        assert_eq!(sum(&status["rejected"]), counts[2], "{status}");
        assert_eq!(sum(&status["records"]), counts[1] + counts[2], "{status}");
        assert!(counts[..3].iter().zip(expected).all(|(count, all)| *count <= all), "{status}");
        if counts == expected { Ok(()) } else { Err(format!("{counts:?}, not {expected:?}: {status}")) }
    });
}

/// All views as they are now; nothing may be sent meanwhile.
pub fn shown(client: &mut Client) -> Views {
    let listed = client.get("/v1/views").json();
    let names = listed["views"].as_array().expect("a list").iter();
    let names = names.map(|view| view["name"].as_str().expect("a name").to_owned());
    let mut ticks = vec![listed["as_of"].as_str().expect("a tick").to_owned()];
    let views = names.map(|name| {
        let (as_of, rows) = client.view(&name);
        ticks.push(as_of);
        (name, rows)
    });
    let views: Views = views.collect();
    assert!(ticks.iter().all(|tick| *tick == ticks[0]), "nothing was sent: {ticks:?}");
    views
}

/// Says which row of which view differs.
#[track_caller]
pub fn check_views(found: &Views, expected: &Views) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (view, rows) in expected {
        check_rows(view, &found[view], rows);
    }
}

#[track_caller]
pub fn check_rows(what: &str, found: &Value, expected: &Value) {
    let (found, expected) = (found.as_array().expect("rows"), expected.as_array().expect("rows"));
    for (number, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert_eq!(found, expected, "{what}, row {number}");
    }
    assert_eq!(found.len(), expected.len(), "{what}: rows");
}

/// What a replay of the log shows, and its summary; its dead letters lie beside the data folder.
pub fn replay(data: &Path, code: i32) -> (Views, Value) {
    let out = data.with_extension("views");
    let letters = data.with_extension("letters");
    let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
    command.args(["replay", "--json", "--quiet", "--workers", "2", "--out"]).arg(&out).arg(data.join("log"));
    command.arg("--dead-letters").arg(letters);
    let output = command.output().expect("start pinflow");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{errors}");
    let read = |path: &Path| {
        let text = fs::read(path).expect("read a view");
        serde_json::from_slice(&text).expect("a view is JSON")
    };
    let files = fs::read_dir(&out).expect("read the views").map(|file| file.expect("a file").path());
    let views = files.map(|path| {
        let name = path.file_stem().and_then(|name| name.to_str()).expect("UTF-8");
        (name.to_owned(), read(&path))
    });
    (views.collect(), serde_json::from_slice(&output.stdout).expect("the summary is JSON"))
}

/// A replay of the log shows the same views, and counts the same.
#[track_caller]
pub fn check_replay(data: &Path, recomputed: &Recomputed) {
    let (views, summary) = replay(data, 0);
    check_views(&views, &recomputed.views());
    let rejected = summary["rejected"].as_object().expect("an object").values();
    assert_eq!(rejected.map(|count| count.as_u64().expect("a number")).sum::<u64>(), recomputed.rejected);
    assert_eq!(summary["superseded"], recomputed.superseded());
    assert_eq!(summary["duplicates"], 0);
}

/// A tick's vector as `GET /v1/ticks/{tick}` and the status show it.
pub fn vector_of(shown: &Value) -> Vector {
    let partitions = shown.as_array().expect("a list").iter();
    let entry = |partition: &Value| {
        let topic = partition["topic"].as_str().expect("a topic").to_owned();
        let number = partition["partition"].as_u64().expect("a number") as u32;
        ((topic, number), partition["position"].as_u64().expect("a position"))
    };
    partitions.map(entry).collect()
}
