//! A small HTTP server that keeps what it was asked, and answers as a test says.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// An answer: status, further headers, body.
pub struct Answer {
    pub status: u16,
    pub headers: &'static [(&'static str, &'static str)],
    pub body: String,
}

/// What a server answers to a request, of which so many came before; nothing breaks the connection.
type Answers = dyn Fn(&Request, usize) -> Option<Answer> + Send + Sync;

/// A server that runs until it is stopped or dropped.
pub struct Server {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

struct Shared {
    answers: Box<Answers>,
    requests: Mutex<Vec<Request>>,
    came: Condvar,
    stopped: AtomicBool,
    connections: Mutex<Vec<TcpStream>>,
}

impl Answer {
    pub fn new(status: u16, body: &str) -> Option<Answer> {
        Some(Answer { status, headers: &[], body: body.to_owned() })
    }
}

impl Server {
    pub fn start(answers: impl Fn(&Request, usize) -> Option<Answer> + Send + Sync + 'static) -> Server {
        Server::start_at("127.0.0.1:0".parse().expect("an address"), answers)
    }

    pub fn start_at(
        address: SocketAddr,
        answers: impl Fn(&Request, usize) -> Option<Answer> + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind(address).expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            answers: Box::new(answers),
            requests: Mutex::default(),
            came: Condvar::new(),
            stopped: AtomicBool::new(false),
            connections: Mutex::default(),
        });
        let listening = thread::spawn({
            let shared = Arc::clone(&shared);
            move || listen(&listener, &shared)
        });
        Server { address, shared, listening: Some(listening) }
    }

    pub fn to(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far, in the order in which they came.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().expect("no panic").clone()
    }

    /// Waits until so many requests have come.
    pub fn wait_for(&self, requests: usize) {
        let come = self.shared.requests.lock().expect("no panic");
        drop(self.shared.came.wait_while(come, |come| come.len() < requests).expect("no panic"));
    }
}

impl Drop for Server {
    /// Closes all connections; the port is free again afterwards.
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // A connection wakes who listens.
        drop(TcpStream::connect(self.address));
        if let Some(listening) = self.listening.take() {
            listening.join().expect("it listens without a panic");
        }
        for connection in self.shared.connections.lock().expect("no panic").drain(..) {
            // The other side may have closed it.
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
    loop {
        let (stream, _) = listener.accept().expect("a connection");
        if shared.stopped.load(Ordering::SeqCst) {
            return;
        }
        shared.connections.lock().expect("no panic").push(stream.try_clone().expect("a handle"));
        let shared = Arc::clone(shared);
        thread::spawn(move || serve(stream, &shared));
    }
}

fn serve(stream: TcpStream, shared: &Shared) {
    let mut reader = BufReader::new(stream.try_clone().expect("a handle"));
    let mut stream = stream;
    while let Some(request) = read(&mut reader) {
        let before = {
            let mut requests = shared.requests.lock().expect("no panic");
            requests.push(request.clone());
            shared.came.notify_all();
            requests.len() - 1
        };
        let answer = (shared.answers)(&request, before);
        let Some(answer) = answer else {
            let _ = stream.shutdown(Shutdown::Both);
            return;
        };
        let mut text =
            format!("HTTP/1.1 {} Status\r\ncontent-length: {}\r\n", answer.status, answer.body.len());
        for (name, value) in answer.headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += &format!("\r\n{}", answer.body);
        if stream.write_all(text.as_bytes()).is_err() {
            return;
        }
    }
}

/// The next request; nothing if there is none any more.
fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|&read| read > 0)?;
    let [method, path, "HTTP/1.1"] = line.split_whitespace().collect::<Vec<_>>()[..] else {
        panic!("{line} begins no request")
    };
    let (method, path) = (method.to_owned(), path.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.to_owned()),
            None => break,
        };
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().expect("a length"));
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    // Malformed texts need not be UTF-8.
    Some(Request { method, path, headers, body: String::from_utf8_lossy(&body).into_owned() })
}
