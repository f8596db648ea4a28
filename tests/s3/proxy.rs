//! Stands between a client and a store, and breaks some of the answers.
//!
//! Knows as much of HTTP/1.1 as requests to a store take: heads that end in a blank line, bodies with a length.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// What can happen to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Another answer instead of it: status, further header, code of the error (none: no error).
    Answer(&'static str, &'static str, &'static str),
    /// The connection is closed before it.
    Closed,
    /// The request does what it asks for, and the connection is closed in the place of the answer.
    Lost,
    /// The connection is closed in the middle of its body.
    Cut,
    /// Nothing comes for that long, in the middle of its body.
    Stalled(Duration),
}

/// The store has too much to do.
pub const SLOW_DOWN: Fault = Fault::Answer("503 Slow Down", "", "SlowDown");
/// The store has a fault of its own.
pub const INTERNAL_ERROR: Fault = Fault::Answer("500 Internal Server Error", "", "InternalError");

/// How likely faults are, as parts of 1,000 requests.
pub type Faults = Vec<(u64, Fault)>;

/// A running proxy. It ends with the process.
pub struct FaultProxy {
    /// Where it listens, as `http://host:port`.
    pub endpoint: String,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    requests: AtomicUsize,
    faults: AtomicUsize,
    asked: Mutex<Vec<String>>,
}

/// What happens once, before a request is sent on.
type Hook = Box<dyn FnOnce() + Send>;

#[derive(Clone)]
struct Behaviour {
    upstream: String,
    faults: Faults,
    /// What the first line of a request holds that may meet a fault.
    of: String,
    /// After how many requests for objects something happens, and what.
    hook: Arc<Mutex<Option<(usize, Hook)>>>,
    random: Arc<Mutex<Xoshiro256PlusPlus>>,
    counts: Arc<Counts>,
}

impl FaultProxy {
    /// Starts a proxy before `endpoint`; the seed decides which requests meet a fault.
    pub fn start(endpoint: &str, faults: Faults, seed: u64) -> FaultProxy {
        FaultProxy::start_with(endpoint, faults, seed, "", None)
    }

    /// The same, with faults only for requests whose first line holds `of`.
    pub fn start_for(endpoint: &str, faults: Faults, seed: u64, of: &str) -> FaultProxy {
        FaultProxy::start_with(endpoint, faults, seed, of, None)
    }

    /// A proxy without faults, which calls `hook` before it sends on the request with this number, counted from 1, of
    /// those for objects.
    pub fn start_with_hook(
        endpoint: &str,
        number: usize,
        hook: impl FnOnce() + Send + 'static,
    ) -> FaultProxy {
        FaultProxy::start_with(endpoint, Vec::new(), 1, "", Some((number, Box::new(hook))))
    }

    fn start_with(
        endpoint: &str,
        faults: Faults,
        seed: u64,
        of: &str,
        hook: Option<(usize, Hook)>,
    ) -> FaultProxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
        let counts = Arc::<Counts>::default();
        let behaviour = Behaviour {
            upstream: endpoint
                .strip_prefix("http://")
                .expect("a plain endpoint")
                .trim_end_matches('/')
                .to_owned(),
            faults,
            of: of.to_owned(),
            hook: Arc::new(Mutex::new(hook)),
            random: Arc::new(Mutex::new(Xoshiro256PlusPlus::seed_from_u64(seed))),
            counts: counts.clone(),
        };
        let address = listener.local_addr().expect("an address");
        thread::spawn(move || {
            for client in listener.incoming() {
                let behaviour = behaviour.clone();
                // Either side may leave at any time; the test looks at what its client makes of it.
                thread::spawn(move || client.and_then(|client| behaviour.serve(client)));
            }
        });
        FaultProxy { endpoint: format!("http://{address}"), counts }
    }

    /// Requests seen.
    pub fn requests(&self) -> usize {
        self.counts.requests.load(Ordering::Relaxed)
    }

    /// The first lines of requests that have this in them.
    pub fn asked(&self, part: &str) -> Vec<String> {
        let asked = self.counts.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.iter().filter(|line| line.contains(part)).cloned().collect()
    }

    /// Requests that met a fault.
    pub fn faults(&self) -> usize {
        self.counts.faults.load(Ordering::Relaxed)
    }
}

impl Behaviour {
    /// Answers the requests of one connection, in turn.
    fn serve(&self, client: TcpStream) -> io::Result<()> {
        let server = TcpStream::connect(&self.upstream)?;
        // Heads and bodies are written apart.
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        let (mut from_client, mut to_client) = (BufReader::new(client.try_clone()?), client);
        let (mut from_server, mut to_server) = (BufReader::new(server.try_clone()?), server);
        loop {
            let request = read_head(&mut from_client)?;
            if request.is_empty() {
                return Ok(());
            }
            let mut body = Vec::new();
            copy(&mut from_client, &mut body, content_length(&request).unwrap_or(0))?;
            self.counts.requests.fetch_add(1, Ordering::Relaxed);
            let first_line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
            let first_line = String::from_utf8_lossy(first_line).into_owned();
            self.counts.asked.lock().unwrap_or_else(PoisonError::into_inner).push(first_line.clone());
            if !first_line.contains("list-type=2") {
                self.pass_object();
            }
            let fault = self.next_fault().filter(|_| first_line.contains(&self.of));
            if fault.is_some() {
                self.counts.faults.fetch_add(1, Ordering::Relaxed);
            }
            match fault {
                Some(Fault::Answer(status, header, code)) => {
                    to_client.write_all(&answer(status, header, code))?;
                    continue;
                }
                Some(Fault::Closed) => return Ok(()),
                _ => {}
            }
            to_server.write_all(&request)?;
            to_server.write_all(&body)?;
            let head = read_head(&mut from_server)?;
            // What is said of how long an object is comes without its bytes.
            let has_body = !first_line.starts_with("HEAD ") && !head.starts_with(b"HTTP/1.1 204");
            let length =
                has_body.then(|| content_length(&head).expect("the store says how long its answers are"));
            let length = length.unwrap_or(0);
            if fault == Some(Fault::Lost) {
                return Ok(());
            }
            to_client.write_all(&head)?;
            match fault {
                Some(Fault::Cut) if length > 1 => {
                    copy(&mut from_server, &mut to_client, length / 2)?;
                    return Ok(());
                }
                Some(Fault::Stalled(time)) => {
                    copy(&mut from_server, &mut to_client, length / 2)?;
                    thread::sleep(time);
                    copy(&mut from_server, &mut to_client, length - length / 2)?;
                }
                _ => copy(&mut from_server, &mut to_client, length)?,
            }
        }
    }

    /// Counts down to the hook.
    fn pass_object(&self) {
        let mut hook = self.hook.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((left, _)) = hook.as_mut() {
            *left -= 1;
        }
        if let Some((_, hook)) = hook.take_if(|(left, _)| *left == 0) {
            hook();
        }
    }

    fn next_fault(&self) -> Option<Fault> {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner).next_u64() % 1000;
        for (likelihood, fault) in &self.faults {
            if random < *likelihood {
                return Some(*fault);
            }
            random -= likelihood;
        }
        None
    }
}

/// The lines up to a blank one; nothing if the connection is closed.
fn read_head(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    loop {
        let line = stream.read_until(b'\n', &mut head)?;
        if line == 0 || head.ends_with(b"\r\n\r\n") {
            return Ok(head);
        }
    }
}

fn content_length(head: &[u8]) -> Option<u64> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    length.and_then(|length| length.trim().parse().ok())
}

fn copy(from: &mut impl Read, to: &mut impl Write, bytes: u64) -> io::Result<()> {
    io::copy(&mut from.take(bytes), to).map(|_| ())
}

fn answer(status: &str, header: &str, code: &str) -> Vec<u8> {
    let error =
        |code| format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>Proxy.</Message></Error>");
    let body = if code.is_empty() { String::new() } else { error(code) };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\n{header}Content-Type: application/xml\r\nContent-Length: {length}");
    format!("{head}\r\n\r\n{body}").into()
}
