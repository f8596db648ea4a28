//! Runs pinflow, and checks how it ends.

use serde_json::Value;
use std::process::{Command, Stdio};

/// How a run ended.
#[derive(Debug)]
pub struct Done {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// pinflow, to be started.
pub fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
    command.args(args).stdin(Stdio::null());
    command
}

/// Runs pinflow to its end.
pub fn pinflow(args: &[&str]) -> Done {
    let output = program(args).output().expect("start pinflow");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    Done { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// Runs what has to succeed, and gives what it printed.
#[track_caller]
pub fn check_success(args: &[&str]) -> String {
    let done = pinflow(args);
    assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{args:?}");
    done.out
}

/// Runs what has to fail with one line that says why.
#[track_caller]
pub fn check_failure(args: &[&str], code: i32, error: &str) {
    let done = pinflow(args);
    assert_eq!(done.err, format!("pinflow: {error}\n"), "{args:?}");
    assert_eq!(done.err.lines().count(), 1, "{args:?}");
    assert_eq!((done.code, done.out.as_str()), (Some(code), ""), "{args:?}");
}

/// Runs what has to succeed with a summary alone, and gives that.
#[track_caller]
pub fn summary(args: &[&str]) -> Value {
    let out = check_success(args);
    assert_eq!(out.lines().count(), 1, "{out}");
    serde_json::from_str(&out).expect("the summary is JSON")
}
