//! A data folder with a few dead letters, and the program that looks into it.

use crate::letters::{fault, rejected};
use pinflow::archive::{PartitionName, TooLarge};
use pinflow::block::Origin;
use pinflow::dead_letters::live::Limits;
use pinflow::dead_letters::{Content, Letter, LiveLetters};
use pinflow::decode::Reason;
use std::fs::OpenOptions;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use tempfile::{TempDir, tempdir};

/// How a run ended.
#[derive(Debug)]
pub struct Done {
    pub code: Option<i32>,
    pub out: Vec<u8>,
    pub err: String,
}

impl Done {
    /// What was printed, if it is a text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.out).expect("it is a text")
    }
}

/// Runs `pinflow dlq COMMAND --data FOLDER`.
pub fn dlq(data: &TempDir, command: &str, args: &[&str]) -> Done {
    let mut program = Command::new(env!("CARGO_BIN_EXE_pinflow"));
    program.args(["dlq", command, "--data"]).arg(data.path()).args(args).stdin(Stdio::null());
    let output = program.output().expect("start pinflow");
    let err = String::from_utf8(output.stderr).expect("errors are texts");
    Done { code: output.status.code(), out: output.stdout, err }
}

/// A reject of a partition of `ingest.geo`.
pub fn geo(position: u64, reason: Reason, record: &str) -> Letter {
    let name = PartitionName { topic: "ingest.geo".to_owned(), number: Some(3) };
    let origin = Origin { source: "log".to_owned(), partition: Arc::new(name), object: String::new() };
    let content = match reason {
        Reason::TooLarge => Content::TooLarge(TooLarge::of(record.as_bytes())),
        _ => Content::Whole(record.as_bytes().to_vec()),
    };
    Letter::Message { origin: Arc::new(origin), kind: "geo", position, time: 0, reason, content }
}

/// A data folder of a run that still writes: letters of all reasons, a fault, and the beginning of a line.
pub fn sample() -> TempDir {
    let data = tempdir().expect("make a folder");
    let folder = data.path().join("dead-letters");
    let live = LiveLetters::open(&folder, Limits::default()).expect("open it");
    let pins = [(5, &b"nope"[..]), (7, b"\"\xff\""), (1007, b"{\"index\":")];
    let pins = pins.map(|(position, record)| rejected(0, position, record));
    live.finish_block(0, 0, &pins);
    let geos = [
        geo(1, Reason::NoUsableInd, "{\n  \"ind\": -1\n}"),
        geo(2, Reason::NotAnObject, "[2]"),
        geo(3, Reason::TooLarge, "{\"ind\": 3}"),
        geo(4, Reason::NoUsableInd, "{\"ind\": null}"),
    ];
    live.finish_block(1, 0, &geos);
    live.unread(vec![fault(7)]);
    drop(live);
    let mut file = OpenOptions::new().append(true).open(folder.join("dead-letters-0000000001.ndjson"));
    file.as_mut().expect("open a file").write_all(b"{\"reason\":\"not").expect("write a file");
    data
}
