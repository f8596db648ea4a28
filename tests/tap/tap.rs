//! Runs `pinflow tap`, and reads what it says.

use crate::program::PATIENCE;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How it ended.
pub struct Done {
    pub code: Option<i32>,
    pub out: Vec<u8>,
    pub err: String,
}

/// A record, as a line tells of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    pub topic: String,
    pub partition: Option<u64>,
    pub position: u64,
    pub time: Option<String>,
    pub value: Vec<u8>,
}

#[derive(Deserialize)]
struct Line {
    topic: String,
    partition: Option<u64>,
    position: u64,
    time: Option<String>,
    record: Option<Box<RawValue>>,
    text: Option<String>,
    base64: Option<String>,
}

impl Shown {
    fn of(line: &[u8]) -> Shown {
        let line: Line = serde_json::from_slice(line).expect("a line is JSON");
        let value = match (line.record, line.text, line.base64) {
            (Some(record), None, None) => record.get().as_bytes().to_vec(),
            (None, Some(text), None) => text.into_bytes(),
            (None, None, Some(encoded)) => BASE64_STANDARD.decode(encoded).expect("base64"),
            // JSON's null is a value, too.
            (None, None, None) => b"null".to_vec(),
            _ => panic!("one of them"),
        };
        let Line { topic, partition, position, time, .. } = line;
        Shown { topic, partition, position, time, value }
    }
}

pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
    command.arg("tap").args(args);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it to its end.
pub fn tap(args: &[&str]) -> Done {
    done(command(args))
}

pub fn done(mut command: Command) -> Done {
    let output = command.output().expect("start pinflow");
    let err = String::from_utf8(output.stderr).expect("errors are UTF-8");
    Done { code: output.status.code(), out: output.stdout, err }
}

/// What it prints when all goes well.
#[track_caller]
pub fn printed(args: &[&str]) -> Vec<u8> {
    let done = tap(args);
    assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{args:?}");
    done.out
}

/// The same, line by line.
#[track_caller]
pub fn shown(args: &[&str]) -> Vec<Shown> {
    shown_in(&printed(args))
}

pub fn shown_in(out: &[u8]) -> Vec<Shown> {
    lines(out).map(Shown::of).collect()
}

/// The lines of an output, each of which has its end.
pub fn lines(out: &[u8]) -> impl Iterator<Item = &[u8]> {
    out.split_inclusive(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\n").expect("a whole line"))
}

/// The lines of an output as JSON.
pub fn values(out: &[u8]) -> Vec<Value> {
    lines(out).map(|line| serde_json::from_slice(line).expect("a line is JSON")).collect()
}

/// One that goes on.
pub struct Following {
    child: Child,
    lines: Receiver<Vec<u8>>,
}

impl Following {
    pub fn start(args: &[&str]) -> Following {
        Following::run(command(args))
    }

    pub fn run(mut command: Command) -> Following {
        let mut child = command.spawn().expect("start pinflow");
        let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
        let (sender, lines) = channel();
        thread::spawn(move || {
            let mut line = Vec::new();
            while out.read_until(b'\n', &mut line).expect("read its output") > 0 {
                // A test that has ended needs no more.
                let _ = sender.send(std::mem::take(&mut line));
            }
        });
        Following { child, lines }
    }

    /// The next lines, so many.
    #[track_caller]
    pub fn next(&self, count: usize) -> Vec<Shown> {
        (0..count).map(|_| Shown::of(&self.line())).collect()
    }

    /// The same as JSON.
    #[track_caller]
    pub fn next_values(&self, count: usize) -> Vec<Value> {
        (0..count).map(|_| serde_json::from_slice(&self.line()).expect("a line is JSON")).collect()
    }

    /// The next line, if it comes soon.
    pub fn next_value_soon(&self) -> Option<Value> {
        let line = self.lines.recv_timeout(Duration::from_millis(500)).ok()?;
        Some(serde_json::from_slice(&line).expect("a line is JSON"))
    }

    #[track_caller]
    fn line(&self) -> Vec<u8> {
        let line = self.lines.recv_timeout(PATIENCE).expect("another line");
        line.strip_suffix(b"\n").expect("a whole line").to_vec()
    }

    /// Interrupts it; what it has shown by then has to be whole lines. Gives the exit code.
    #[track_caller]
    pub fn interrupt(self) -> Option<i32> {
        let (code, err) = self.interrupt_troubled();
        assert_eq!(err, "");
        code
    }

    /// The same for one that had something to say. Gives that, too.
    #[track_caller]
    pub fn interrupt_troubled(self) -> (Option<i32>, String) {
        let kill = format!("kill -INT {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().expect("run sh").success());
        self.wait()
    }

    /// Waits until it ends by itself. Gives the exit code and what it has said.
    #[track_caller]
    pub fn wait(mut self) -> (Option<i32>, String) {
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it is a child") {
                break status;
            }
            assert!(begin.elapsed() < PATIENCE, "it does not end");
            thread::sleep(Duration::from_millis(5));
        };
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            assert!(line.ends_with(b"\n"), "{line:?}");
        }
        let mut err = String::new();
        self.child.stderr.take().expect("it is piped").read_to_string(&mut err).expect("errors are UTF-8");
        (status.code(), err)
    }
}

impl Drop for Following {
    /// A test that fails leaves nothing behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
