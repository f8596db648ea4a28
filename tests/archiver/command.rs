//! `pinflow archive`, with a configuration of its own.

use crate::cluster::Cluster;
use crate::program::PATIENCE;
use crate::run;
use pinflow::config::AccessKey;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// An archiver that can be started, again and again.
pub struct Archive {
    folder: TempDir,
    pub to: String,
    key: Option<AccessKey>,
}

/// How it ended.
pub struct Done {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Archive {
    /// Of these topics, into a folder of its own.
    pub fn of(cluster: &Cluster, topics: &[String], source: &str, more: &str) -> Archive {
        let config = format!("{}\n{more}", run::config(cluster, topics, source));
        let folder = TempDir::new().expect("make a folder");
        let to = folder.path().join("archive").to_str().expect("UTF-8").to_owned();
        fs::write(folder.path().join("pinflow.toml"), config).expect("write the configuration");
        Archive { folder, to, key: None }
    }

    /// The same into another place.
    pub fn to(self, to: &str) -> Archive {
        Archive { to: to.to_owned(), ..self }
    }

    /// The same as who owns a bucket.
    pub fn asking_as(self, key: &AccessKey) -> Archive {
        Archive { key: Some(key.clone()), ..self }
    }

    /// The folder that it writes to.
    pub fn path(&self) -> &Path {
        Path::new(&self.to)
    }

    /// A path beside it.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The command, to be started.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
        command.args(["archive", "--to", &self.to, "--config"]).arg(self.folder.path().join("pinflow.toml"));
        command.args(args).env("AWS_EC2_METADATA_DISABLED", "true");
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

    /// Archives all that there is now, and gives the summary.
    #[track_caller]
    pub fn once(&self) -> Value {
        let done = self.run(&["--once", "--json"]);
        assert_eq!(done.code, Some(0), "{}", done.err);
        serde_json::from_str(&done.out).expect("the summary is JSON")
    }

    /// Runs what has to fail, saying why.
    #[track_caller]
    pub fn check_failure(&self, args: &[&str], code: i32, part: &str) {
        let done = self.run(args);
        assert!(done.err.contains(part), "{args:?}: {}", done.err);
        assert_eq!(done.code, Some(code), "{args:?}: {}", done.err);
    }

    /// Starts it, and lets it go on.
    pub fn start(&self) -> Running {
        let mut command = self.command(&[]);
        Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("start pinflow"))
    }
}

/// An archiver that goes on.
pub struct Running(Child);

impl Running {
    /// Kills it: it gets no chance to do anything more.
    pub fn kill(mut self) {
        self.0.kill().expect("it runs");
        self.0.wait().expect("it ends");
    }

    /// Asks it to end, and waits until it has, as it should.
    pub fn stop(mut self) {
        let id = self.0.id().to_string();
        let sent = Command::new("kill").args(["-s", "TERM", &id]).status().expect("there is kill");
        assert!(sent.success());
        let begin = Instant::now();
        let status = loop {
            match self.0.try_wait().expect("it is a child") {
                Some(status) => break status,
                None => assert!(begin.elapsed() < PATIENCE, "it does not end"),
            }
            thread::sleep(Duration::from_millis(5));
        };
        assert_eq!(status.code(), Some(0));
        assert!(begin.elapsed() < Duration::from_secs(12), "{:?}", begin.elapsed());
    }
}

impl Drop for Running {
    /// A test that fails leaves nothing behind.
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
