//! What a run takes over HTTP, how fresh its views are under load, and how many queries it answers meanwhile.
//!
//! `cargo bench --bench live` prints a table; `-- SECONDS` sets how long each figure is measured (5). The clients share the
//! machine with the server, so the figures say what one machine does in all.

use pinflow::emulate::live::{self, Dialect, Invented, LiveSettings, Rows};
use pinflow::http_client::{HttpBounds, HttpClient};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// More posts a second than any dialect takes.
const ALL_IT_TAKES: f64 = 1_000_000.0;
const POSTS: u64 = 200_000;

/// A run of the program on a folder of its own.
struct Program {
    child: Child,
    url: String,
    _data: TempDir,
}

impl Program {
    fn start() -> Program {
        let data = tempfile::tempdir().expect("make a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
        command.args(["run", "--listen", "127.0.0.1:0", "--data"]).arg(data.path());
        let mut child = command.stderr(Stdio::piped()).spawn().expect("start pinflow");
        let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let started = lines.find_map(|line| Some(line.ok()?.split_once("address=")?.1.to_owned()));
        let started = started.expect("it says where it listens");
        let address = started.split(' ').next().expect("an address");
        let url = format!("http://{address}");
        thread::spawn(move || lines.for_each(drop));
        Program { child, url, _data: data }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn main() {
    let seconds = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(5);
    let time = Duration::from_secs(seconds);
    println!("{:<28}{:>14}{:>14}", "dialect, records a request", "records/s", "requests/s");
    let mut bulk = 0.0;
    for (dialect, batch, connections) in [
        (Dialect::RestProxy, 1, 64),
        (Dialect::RestProxy, 100, 16),
        (Dialect::Kinesis, 1, 64),
        (Dialect::Pin, 1, 64),
        (Dialect::Ingest, 100, 16),
        (Dialect::Ingest, 1000, 8),
    ] {
        let program = Program::start();
        let load = Load { dialect, batch, connections, rate: ALL_IT_TAKES };
        let rate = load.run(&program, time);
        let name = format!("{dialect}, {batch}");
        println!("{name:<28}{rate:>14.0}{:>14.0}", rate / f64::from(batch));
        bulk = f64::max(bulk, rate);
    }

    println!("\n{:<28}{:>14}{:>14}{:>14}", "load, records/s in bulk", "fresh p50 ms", "p99 ms", "queries/s");
    for part in [0.0, 0.1, 0.5] {
        let program = Program::start();
        let load = Load { dialect: Dialect::Ingest, batch: 100, connections: 4, rate: bulk * part / 3.0 };
        thread::scope(|scope| {
            let loading = scope.spawn(|| load.run(&program, 2 * time));
            thread::sleep(time / 5);
            let mut fresh = freshness(&program, time / 2);
            let queries = queries(&program, time / 2);
            let taken = loading.join().expect("no panic");
            fresh.sort_by(f64::total_cmp);
            let at = |part: f64| fresh[(fresh.len() as f64 * part) as usize];
            println!("{taken:<28.0}{:>14.1}{:>14.1}{queries:>14.0}", at(0.5), at(0.99));
        });
    }
}

/// What is sent.
struct Load {
    dialect: Dialect,
    batch: u32,
    connections: u32,
    /// Posts a second, each almost three records.
    rate: f64,
}

impl Load {
    /// Sends for so long; gives the records a second that were accepted.
    fn run(&self, program: &Program, time: Duration) -> f64 {
        if self.rate == 0.0 {
            thread::sleep(time);
            return 0.0;
        }
        let settings = LiveSettings {
            to: program.url.clone(),
            dialect: self.dialect,
            rows: Rows::Invented(Invented { posts: POSTS, ..Invented::default() }),
            rate: self.rate,
            connections: self.connections,
            batch: (self.batch > 1).then_some(self.batch),
            progress: false,
            ..LiveSettings::default()
        };
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(time);
                stop.store(true, Ordering::Relaxed);
            });
            let begin = Instant::now();
            let sent = live::run(&settings, &stop).expect("the server answers");
            sent.total().accepted as f64 / begin.elapsed().as_secs_f64()
        })
    }
}

/// Milliseconds from the answer to a record until a tick that has it is published, one record after the other.
fn freshness(program: &Program, time: Duration) -> Vec<f64> {
    let client = Asking::new(program);
    let (begin, mut fresh) = (Instant::now(), Vec::new());
    while begin.elapsed() < time {
        let body = r#"{"records":[{"value":{"ind":1,"first_name":"Ann"}}]}"#;
        let answer = client.send("POST", "/topics/probe.user", body);
        let answered = Instant::now();
        let place = &answer["offsets"][0];
        let is_it = |position: &Value| {
            position["topic"] == "probe.user"
                && position["partition"] == place["partition"]
                && position["position"].as_u64() > place["offset"].as_u64()
        };
        while !client.send("GET", "/v1/status", "")["vector"]
            .as_array()
            .is_some_and(|all| all.iter().any(is_it))
        {}
        fresh.push(answered.elapsed().as_secs_f64() * 1000.0);
        thread::sleep(Duration::from_millis(5));
    }
    fresh
}

/// Small queries a second, of four clients.
fn queries(program: &Program, time: Duration) -> f64 {
    let (stop, asked) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let client = Asking::new(program);
                while !stop.load(Ordering::Relaxed) {
                    client.send("GET", "/v1/views/category_by_country?country=France", "");
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        thread::sleep(time);
        stop.store(true, Ordering::Relaxed);
    });
    asked.load(Ordering::Relaxed) as f64 / time.as_secs_f64()
}

/// A client that asks one thing after the other.
struct Asking {
    runtime: Runtime,
    client: HttpClient,
    url: String,
}

impl Asking {
    fn new(program: &Program) -> Asking {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        Asking { runtime, client: HttpClient::new(HttpBounds::default()), url: program.url.clone() }
    }

    fn send(&self, method: &str, path: &str, body: &'static str) -> Value {
        let request = http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        let request = request.header("content-type", "application/vnd.kafka.json.v2+json");
        let request = request.body(body.into()).expect("a request");
        let answer = self.runtime.block_on(self.client.send(request)).expect("an answer");
        serde_json::from_slice(answer.body()).expect("JSON")
    }
}
