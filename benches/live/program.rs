//! A run of pinflow on a folder of its own, with posts in its log from the start.

use crate::connection::Connection;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;
use walkdir::WalkDir;

/// What the log says of itself where there is an archive in its folder already; archives are emulated with four
/// partitions.
const LOG: &str = r#"{"format":1,"partitions":4}"#;
/// The kernel tells processor time in hundredths of a second.
const TICKS_A_SECOND: f64 = 100.0;

/// The process. It ends when this is dropped.
pub struct Program {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    _data: TempDir,
}

impl Program {
    /// Starts with what an archive holds, and waits until the views have it. The log is an archive, so that one's objects
    /// are linked into its folder: they have no companions, so nothing is ever appended to them.
    pub fn start(archive: Option<&Path>) -> Program {
        let beside = archive.and_then(Path::parent).map_or_else(std::env::temp_dir, Path::to_owned);
        let data = tempfile::Builder::new().prefix("live-").tempdir_in(beside).expect("make a folder");
        if let Some(archive) = archive {
            let log = data.path().join("log");
            link(&archive.join("topics"), &log.join("topics"));
            fs::write(log.join("log.json"), LOG).expect("write log.json");
        }
        Program::launch(data, &[])
    }

    /// Starts with a source of its own, and waits until the views have what it holds.
    pub fn with_source(configuration: &str) -> Program {
        let data = tempfile::Builder::new().prefix("live-").tempdir().expect("make a folder");
        let file = data.path().join("pinflow.toml");
        fs::write(&file, configuration).expect("write the configuration");
        let file = file.to_str().expect("a text").to_owned();
        Program::launch(data, &["--config", &file])
    }

    fn launch(data: TempDir, options: &[&str]) -> Program {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
        command.args(["run", "--listen", "127.0.0.1:0", "--data"]).arg(data.path()).args(options);
        let mut child = command.stderr(Stdio::piped()).spawn().expect("start pinflow");
        let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let started = lines.find_map(|line| Some(line.ok()?.split_once("address=")?.1.to_owned()));
        let started = started.expect("it says where it listens");
        let address = started.split(' ').next().and_then(|address| address.parse().ok()).expect("an address");
        // Nothing is said while all goes well.
        thread::spawn(move || lines.map_while(Result::ok).for_each(|line| eprintln!("pinflow: {line}")));
        let program = Program { child, address, _data: data };
        let mut connection = program.connect();
        while connection.get("/readyz").status != 200 {
            thread::sleep(Duration::from_millis(5));
        }
        program
    }

    /// A new connection.
    pub fn connect(&self) -> Connection {
        Connection::to(self.address)
    }

    /// Posts that the views are computed from.
    pub fn posts_held(&self) -> u64 {
        self.status()["state"]["posts"].as_u64().expect("a number")
    }

    /// Records that were read, of all kinds.
    pub fn records_read(&self) -> u64 {
        let status = self.status();
        let kinds = status["records"].as_object().expect("kinds");
        kinds.values().map(|records| records.as_u64().expect("a number")).sum()
    }

    /// What it says of itself.
    pub fn status(&self) -> Value {
        serde_json::from_slice(&self.connect().get("/v1/status").body).expect("JSON")
    }

    /// Where it listens, for clients that take a URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Processor time that it has taken since its start, in seconds.
    pub fn processor_seconds(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("it runs");
        // The name, in brackets, may have blanks in it.
        let behind_name = stat.rsplit_once(')').expect("a name in brackets").1;
        let fields: Vec<&str> = behind_name.split_whitespace().collect();
        let ticks = |field: usize| fields[field].parse::<f64>().expect("a number of ticks");
        (ticks(11) + ticks(12)) / TICKS_A_SECOND
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn link(from: &Path, to: &Path) {
    for entry in WalkDir::new(from) {
        let entry = entry.expect("read the archive");
        let target = to.join(entry.path().strip_prefix(from).expect("it is below"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).expect("make a folder");
        } else {
            fs::hard_link(entry.path(), target).expect("link an object");
        }
    }
}
