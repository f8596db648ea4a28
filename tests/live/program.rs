//! pinflow, running on a data folder of its own.

use crate::client::Client;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Nothing takes that long; a test that waits longer hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A run of the program.
pub struct Program {
    child: Child,
    pub address: SocketAddr,
    /// What it writes to standard error.
    lines: Receiver<String>,
}

/// What a run is started with.
pub struct Start<'a> {
    /// The data folder.
    pub data: &'a Path,
    /// Threads that compute the views.
    pub workers: usize,
    /// More of the configuration, as TOML.
    pub config: &'a str,
}

impl<'a> Start<'a> {
    /// Two workers, and the shipped configuration.
    pub fn on(data: &'a Path) -> Start<'a> {
        Start { data, workers: 2, config: "" }
    }

    /// Starts it, on a free port, and waits until it listens.
    pub fn program(&self) -> Program {
        self.spawn(Command::new(env!("CARGO_BIN_EXE_pinflow")))
    }

    /// The same through another command, whose last argument is the program.
    pub fn spawn(&self, mut command: Command) -> Program {
        self.complete(&mut command);
        let mut child = command.stderr(Stdio::piped()).spawn().expect("start pinflow");
        let lines = lines_of(BufReader::new(child.stderr.take().expect("it is piped")));
        let started =
            wait_for(&lines, "started address=").unwrap_or_else(|said| panic!("it did not start: {said}"));
        let address = started.split("address=").nth(1).and_then(|rest| rest.split(' ').next());
        let address = address.and_then(|address| address.parse().ok()).expect("an address");
        Program { child, address, lines }
    }

    /// Starts it, does not wait for anything, and says nothing of what it says.
    pub fn begin(&self) -> Begun {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
        self.complete(&mut command);
        Begun(command.stderr(Stdio::null()).spawn().expect("start pinflow"))
    }

    fn complete(&self, command: &mut Command) {
        fs::create_dir_all(self.data).expect("make the folder");
        let config = self.data.with_extension("toml");
        fs::write(&config, self.config).expect("write the configuration");
        command.args(["run", "--listen", "127.0.0.1:0", "--workers", &self.workers.to_string(), "--data"]);
        command.arg(self.data).arg("--config").arg(&config).stdin(Stdio::null()).stdout(Stdio::null());
    }
}

/// A run of which is not known how far it is.
pub struct Begun(Child);

impl Begun {
    /// Kills it, wherever it is.
    pub fn kill(mut self) {
        self.0.kill().expect("it has not been waited for");
        self.0.wait().expect("it ends");
    }
}

impl Program {
    /// The process' number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// A client of it.
    pub fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// Waits until the views have all that the log held at the start.
    pub fn wait_until_ready(&self) {
        let begin = Instant::now();
        loop {
            let answer = self.client().get("/readyz");
            if answer.status == 200 {
                return;
            }
            assert!(begin.elapsed() < PATIENCE, "it does not become ready: {}", answer.body);
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// The next line of standard error that holds this, and what was said before it if there is none.
    pub fn wait_for_line(&self, part: &str) -> Result<String, String> {
        wait_for(&self.lines, part)
    }

    /// Kills it: it gets no chance to do anything more.
    pub fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Sends a signal by its name.
    pub fn signal(&self, signal: &str) {
        let id = self.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status().expect("there is kill");
        assert!(sent.success());
    }

    /// Waits until it ends.
    pub fn wait(mut self) -> ExitStatus {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it is a child") {
                return status;
            }
            assert!(begin.elapsed() < PATIENCE, "it does not end");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Asks it to end, and waits until it has; it has to say that all went well.
    pub fn stop(self) {
        self.signal("TERM");
        assert_eq!(self.wait().code(), Some(0));
    }
}

impl Drop for Program {
    /// A test that fails leaves nothing behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines_of(from: BufReader<impl std::io::Read + Send + 'static>) -> Receiver<String> {
    let (sender, lines) = channel();
    thread::spawn(move || {
        for line in from.lines() {
            // Nobody may want them any more; the program must be able to go on writing.
            let _ = sender.send(line.expect("lines are text"));
        }
    });
    lines
}

fn wait_for(lines: &Receiver<String>, part: &str) -> Result<String, String> {
    let mut said = String::new();
    while let Ok(line) = lines.recv_timeout(PATIENCE) {
        if line.contains(part) {
            return Ok(line);
        }
        said += &(line + "\n");
    }
    Err(said)
}

/// What a data folder's log holds, by file, so that what is there is known without the program.
pub fn log_lines(data: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    let mut folders = vec![data.join("log/topics")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("read the log") {
            let path = entry.expect("read the log").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8").to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !name.starts_with('_') {
                let file = BufReader::new(File::open(&path).expect("open an object"));
                lines.extend(file.lines().map(|line| line.expect("text")));
            }
        }
    }
    lines
}
