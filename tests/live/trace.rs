//! The system calls of a run, as strace writes them.

use crate::program::{PATIENCE, Program, Start};
use crate::tools;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// What writes to files and sockets, and what makes files durable.
const CALLS: &str = "trace=fsync,fdatasync,write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg";

/// A run whose system calls are written down.
pub struct Traced {
    pub program: Program,
    file: PathBuf,
}

/// A system call. Calls overlap: each has the lines of the trace on which it begins and ends.
#[derive(Debug)]
pub struct Call {
    pub name: String,
    /// The file, or the two ends of the connection.
    pub path: String,
    /// The rest of the arguments, and what came back.
    pub text: String,
    pub begin: usize,
    pub end: usize,
}

impl Traced {
    /// Starts a run on a data folder.
    pub fn start(data: &Path) -> Traced {
        let file = data.with_extension("trace");
        let mut strace = tools::command("strace");
        // The tracer is the grandchild, so signals reach the run. Whole groups of records are shown.
        strace.args(["-D", "-f", "-yy", "-s", "1000000", "-e", CALLS, "-o"]).arg(&file);
        strace.arg(env!("CARGO_BIN_EXE_pinflow"));
        Traced { program: Start::on(data).spawn(strace), file }
    }

    /// Ends the run and gives its calls, by when they began.
    pub fn stop(self) -> Vec<Call> {
        let process = self.program.id().to_string();
        self.program.stop();
        let begin = Instant::now();
        loop {
            let trace = fs::read(&self.file).expect("read the trace");
            let trace = String::from_utf8_lossy(&trace);
            // Numbers of processes are padded.
            let last = |line: &str| {
                line.split_once(' ').is_some_and(|(number, what)| {
                    number == process && what.trim_start() == "+++ exited with 0 +++"
                })
            };
            if trace.lines().any(last) {
                return calls(&trace);
            }
            assert!(begin.elapsed() < PATIENCE, "the trace does not end");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

fn calls(trace: &str) -> Vec<Call> {
    let (mut calls, mut unfinished) = (Vec::new(), HashMap::new());
    for (number, line) in trace.lines().enumerate() {
        let (thread, line) = line.split_once(' ').expect("a thread");
        let line = line.trim_start();
        if let Some(rest) = line.strip_prefix("<... ") {
            if let Some(place) = unfinished.remove(thread) {
                let call: &mut Call = &mut calls[place];
                call.text += rest;
                call.end = number;
            }
            continue;
        }
        let Some((name, arguments)) = line.split_once('(') else { continue };
        let Some((path, text)) = arguments.split_once('<').and_then(|(_, rest)| split_path(rest)) else {
            continue;
        };
        if text.ends_with("<unfinished ...>") {
            unfinished.insert(thread, calls.len());
        }
        let (path, text) = (path.to_owned(), text.to_owned());
        calls.push(Call { name: name.to_owned(), path, text, begin: number, end: number });
    }
    calls
}

/// The path ends at its bracket; that of a connection has an arrow inside.
fn split_path(text: &str) -> Option<(&str, &str)> {
    let end = text.match_indices('>').find(|(at, _)| !text[..*at].ends_with('-'))?.0;
    Some((&text[..end], &text[end + 1..]))
}

impl Call {
    pub fn is_sync(&self) -> bool {
        matches!(self.name.as_str(), "fsync" | "fdatasync") && self.text.ends_with("= 0")
    }

    pub fn writes_to_log(&self) -> bool {
        !matches!(self.name.as_str(), "fsync" | "fdatasync") && self.path.contains("/log/topics/")
    }

    pub fn writes_to_journal(&self) -> bool {
        !matches!(self.name.as_str(), "fsync" | "fdatasync") && self.path.contains("/log/journal-")
    }

    /// The bytes that it writes, as strace spells them, but for the last if that has a spelling of its own: it depends on the
    /// one behind.
    pub fn written(&self) -> &str {
        let (_, text) = self.text.split_once('"').expect("it writes");
        let (text, _) = text.rsplit_once('"').expect("the bytes end");
        text.rsplit_once('\\').map_or(text, |(before, _)| before)
    }

    /// Whether it sends the head of an answer that says that all went well.
    pub fn answers_2xx(&self) -> bool {
        self.path.starts_with("TCP") && self.text.contains("\"HTTP/1.1 2")
    }
}
