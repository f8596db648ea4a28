//! A Kinesis server of a test's own, which can be killed and started again.

use crate::kinesis_stream::{Server, variable};
use crate::program::PATIENCE;
use serde::de::IgnoredAny;
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

    /// Kills it, once what it holds now is on the disk: it gets no chance to do anything more.
    pub fn kill(&mut self) {
        let kept = self.kept();
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
        // It writes the same again and again, and may have been killed in the middle of that.
        fs::write(self.data(), kept).expect("write its data");
    }

    /// What it has written once it holds no more: it does so now and then.
    fn kept(&self) -> Vec<u8> {
        let (now, begin) = (SystemTime::now(), Instant::now());
        let mut whole = Vec::new();
        loop {
            assert!(begin.elapsed() < PATIENCE, "it writes nothing");
            thread::sleep(Duration::from_millis(20));
            let is_later =
                fs::metadata(self.data()).and_then(|data| data.modified()).is_ok_and(|time| time > now);
            let data = fs::read(self.data()).unwrap_or_default();
            if !is_later || serde_json::from_slice::<IgnoredAny>(&data).is_err() {
                continue;
            }
            // What it had begun to write before may lack the last records.
            if whole == data {
                return data;
            }
            whole = data;
        }
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
