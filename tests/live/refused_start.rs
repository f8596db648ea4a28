//! A run that cannot start says why in one line, and its exit code says whose fault it is.

use crate::program::{PATIENCE, Start};
use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Starts a run that should end by itself. Gives its exit code and what it wrote to standard error.
fn run(args: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
    command.arg("run").args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("start pinflow");
    let begin = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("it is a child") {
            break status;
        }
        if begin.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("it does not end: {args:?}");
        }
        thread::sleep(Duration::from_millis(2));
    };
    let mut said = String::new();
    child.stderr.take().expect("it is piped").read_to_string(&mut said).expect("text");
    (status.code().expect("no signal"), said)
}

/// Beside it, only events may be written.
#[track_caller]
fn check(args: &[&str], code: i32, parts: &[&str]) {
    let (ended, said) = run(args);
    assert_eq!(ended, code, "{said}");
    let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("pinflow: ")).collect();
    assert!(lines.len() == 1 && said.trim_end().ends_with(lines[0]), "one line, the last: {said}");
    for part in parts {
        assert!(lines[0].contains(part), "{part} in {}", lines[0]);
    }
    assert!(!said.contains("panicked"), "{said}");
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn a_folder_has_one_run_at_a_time() {
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let program = Start::on(&data).program();
    assert_eq!(program.client().ingest("pin", r#"{"ind": 1}"#).status, 200);
    let args = ["--data", text(&data), "--listen", "127.0.0.1:0", "--workers", "1"];
    check(&args, 1, &["in use by another process", text(&data)]);
    // The first one has not noticed.
    assert_eq!(program.client().ingest("pin", r#"{"ind": 2}"#).status, 200);
    program.stop();
}

#[test]
fn wrong_flags_and_keys_are_wrong_usage() {
    let folder = TempDir::new().expect("make a folder");
    let config = folder.path().join("pinflow.toml");
    let data = folder.path().join("data");
    let (code, said) = run(&["--dta", text(&data)]);
    assert_eq!(code, 2);
    assert!(said.starts_with("error: unexpected argument '--dta'") && said.contains("'--data'"), "{said}");
    let with = |key: &str| {
        fs::write(&config, key).expect("write the configuration");
        ["--config", text(&config), "--data", text(&data)]
    };
    check(&with("[http]\nconections = 3"), 2, &["http.conections", "http.connections"]);
    check(&with("live.lag_max_bytes = 1"), 2, &["live.lag_max_bytes", "1048576"]);
    check(&["--listen", "nowhere", "--data", text(&data)], 2, &["--listen must be an address and a port"]);
    check(&["--workers", "0", "--data", text(&data)], 2, &["workers"]);
    assert!(!data.exists(), "nothing was begun");
}

#[test]
fn an_address_in_use_is_named() {
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let taken = TcpListener::bind("127.0.0.1:0").expect("listen");
    let address = taken.local_addr().expect("an address").to_string();
    for workers in ["1", "2"] {
        let args = ["--data", text(&data), "--listen", &address, "--workers", workers];
        check(&args, 1, &[&address, "in use", "--listen"]);
    }
    // What it had begun is no obstacle.
    Start::on(&data).program().stop();
}

#[test]
fn a_damaged_list_of_streams_is_named() {
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    fs::create_dir(&data).expect("make the folder");
    fs::write(data.join("streams.json"), "{").expect("write");
    check(&["--data", text(&data), "--listen", "127.0.0.1:0"], 1, &["streams.json"]);
}

#[test]
fn a_folder_that_cannot_be_one_is_named() {
    let folder = TempDir::new().expect("make a folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("write");
    check(&["--data", text(&file), "--listen", "127.0.0.1:0"], 1, &[text(&file), "--data"]);
}

#[test]
fn a_topic_that_has_lost_its_kind_is_wrong_configuration() {
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let program = Start { config: "[kinds]\nclicks = \"pin\"", ..Start::on(&data) }.program();
    let record = serde_json::json!({ "ind": 1 });
    assert_eq!(program.client().produce("clicks", &record).expect("an answer").status, 200);
    program.stop();
    let args = ["--data", text(&data), "--listen", "127.0.0.1:0"];
    check(&args, 2, &["clicks", "kinds.\"clicks\""]);
}
