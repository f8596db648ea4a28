//! A Kinesis server of a test's own, which can be killed and started again.

use crate::kinesis_stream::{Server, variable};
use crate::program::PATIENCE;
use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};
use tempfile::TempDir;

/// A server that runs, and the folder that it keeps its data in.
pub struct KinesisServer {
    process: Child,
    port: u16,
    tls_port: u16,
    folder: TempDir,
}

impl KinesisServer {
    /// Starts one on free ports.
    pub fn start() -> KinesisServer {
        let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("listen"));
        let [port, tls_port] = listeners.map(|listener| listener.local_addr().expect("an address").port());
        let folder = TempDir::new().expect("make a folder");
        let process = run(&folder, port, tls_port);
        let server = KinesisServer { process, port, tls_port, folder };
        server.wait();
        server
    }

    /// How it is asked.
    pub fn server(&self) -> Server {
        Server::shared().behind(&format!("http://127.0.0.1:{}", self.port))
    }

    /// Waits until what it holds is on the disk: it writes that now and then.
    pub fn wait_until_kept(&self) {
        let (now, begin) = (SystemTime::now(), Instant::now());
        let written = || fs::metadata(self.data()).and_then(|data| data.modified());
        // The second time it has begun to write after this.
        for _ in 0..2 {
            let before = written().unwrap_or(now);
            while !written().is_ok_and(|time| time > before) {
                assert!(begin.elapsed() < PATIENCE, "it writes nothing");
                thread::sleep(Duration::from_millis(5));
            }
        }
    }

    /// Kills it: it gets no chance to do anything more.
    pub fn kill(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }

    /// Starts it again on what it holds.
    pub fn start_again(&mut self) {
        self.process = run(&self.folder, self.port, self.tls_port);
        self.wait();
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("kinesis-data.json")
    }

    fn wait(&self) {
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(begin.elapsed() < PATIENCE, "the server does not answer: {}", log());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for KinesisServer {
    /// A test that fails leaves nothing behind.
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn run(folder: &TempDir, port: u16, tls_port: u16) -> Child {
    let package = PathBuf::from(variable("PINFLOW_TEST_KINESIS_PACKAGE"));
    let log = File::create(folder.path().join("log")).expect("make a file");
    let mut command = Command::new(variable("PINFLOW_TEST_NODE"));
    command.arg("--require").arg(variable("PINFLOW_TEST_KINESIS_LOOPBACK")).arg(package.join("main.js"));
    command.env_clear().env("KINESIS_MOCK_PLAIN_PORT", port.to_string());
    command.env("KINESIS_MOCK_TLS_PORT", tls_port.to_string());
    command.env("KINESIS_MOCK_CERT_PATH", package.join("server.json"));
    command.envs([("SHOULD_PERSIST_DATA", "true"), ("PERSIST_INTERVAL", "100ms"), ("LOG_LEVEL", "ERROR")]);
    command.env("PERSIST_PATH", folder.path());
    command.stdin(Stdio::null()).stdout(log.try_clone().expect("open it again")).stderr(log);
    command.spawn().expect("start node")
}
