//! Runs pinflow on a bucket, and checks how it ends.

use crate::bucket::{Server, TestBucket};
use pinflow::config::AccessKey;
use serde_json::Value;
use std::fs;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// pinflow with a configuration and credentials.
pub struct Program {
    folder: TempDir,
    key: Option<AccessKey>,
}

/// How a run ended.
pub struct Done {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Program {
    /// For the store itself, as who owns its buckets.
    pub fn new(server: &Server) -> Program {
        Program::with(server, &server.endpoint, "")
    }

    /// For the store behind an endpoint, with more lines for the configuration's section `s3`.
    pub fn with(server: &Server, endpoint: &str, lines: &str) -> Program {
        let folder = TempDir::new().expect("make a folder");
        let settings = format!(
            "[s3]\nendpoint = \"{endpoint}\"\nregion = \"{}\"\npath_style = true\nretry_max_backoff_ms = 50\n{lines}\n",
            server.region
        );
        fs::write(folder.path().join("pinflow.toml"), settings).expect("write a file");
        Program { folder, key: Some(server.key.clone()) }
    }

    /// The same as somebody else, or nobody.
    pub fn asking_as(self, key: Option<AccessKey>) -> Program {
        Program { key, ..self }
    }

    /// The command, to be started: nothing of the surroundings says who asks.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
        command.args(args).arg("--config").arg(self.folder.path().join("pinflow.toml"));
        command.env_clear().env("HOME", self.folder.path()).env("AWS_EC2_METADATA_DISABLED", "true");
        if let Some(key) = &self.key {
            command.env("AWS_ACCESS_KEY_ID", &key.id).env("AWS_SECRET_ACCESS_KEY", &key.secret);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs it to its end.
    pub fn run(&self, args: &[&str]) -> Done {
        let output = self.command(args).output().expect("start pinflow");
        let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
        Done { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Replays, and gives exit code, summary and dead letters.
    #[track_caller]
    pub fn replay(&self, sources: &[&str]) -> (Option<i32>, Value, Vec<Value>) {
        let letters = self.folder.path().join("letters");
        let mut args = vec!["replay", "--json", "--quiet", "--dead-letters"];
        args.push(letters.to_str().expect("UTF-8"));
        args.extend(sources);
        let done = self.run(&args);
        assert_eq!(done.err, "", "{sources:?}");
        let letters = fs::read_to_string(letters.join("dead-letters.ndjson")).expect("dead letters");
        let value = |line: &str| serde_json::from_str(line).expect("JSON");
        (done.code, value(&done.out), letters.lines().map(value).collect())
    }

    /// Runs what has to fail with one line that says why.
    #[track_caller]
    pub fn check_failure(&self, args: &[&str], code: i32, error: &str) {
        let done = self.run(args);
        assert!(done.err.starts_with(&format!("pinflow: {error}")), "{args:?}: {}", done.err);
        assert_eq!(done.err.lines().count(), 1, "{args:?}: {}", done.err);
        assert_eq!((done.code, done.out.as_str()), (Some(code), ""), "{args:?}");
    }
}

/// Lines of records that are as many as asked for, each with a description of some bytes.
pub fn pins(number: usize, description: usize) -> Vec<u8> {
    let text = "d".repeat(description);
    let line = |ind| format!("{{\"index\": {ind}, \"category\": \"art\", \"description\": \"{text}\"}}\n");
    (0..number).flat_map(|ind| line(ind).into_bytes()).collect()
}

/// A key of a topic of pins, partition 0.
pub fn pin_key(start: usize) -> String {
    format!("topics/s.pin/partition=0/s.pin+0+{start:010}.json")
}

/// A bucket with three objects of a thousand pins, about 600 kB each.
pub fn three_objects(purpose: &str) -> TestBucket {
    let bucket = TestBucket::new(purpose);
    let pins = pins(3000, 500);
    let lines: Vec<&[u8]> = pins.split_inclusive(|byte| *byte == b'\n').collect();
    for (number, lines) in lines.chunks(1000).enumerate() {
        bucket.put(&pin_key(1000 * number), &lines.concat());
    }
    bucket
}
