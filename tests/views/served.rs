//! The routes, served on a loopback port, and a client that speaks just enough HTTP.

use crate::sample::Sample;
use pinflow::api::{Api, routes};
use pinflow::page;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// A server that ends with the test.
pub struct Served {
    pub sample: Sample,
    address: SocketAddr,
    _runtime: Runtime,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

impl Served {
    pub fn new(sample: Sample) -> Served {
        let runtime = Runtime::new().expect("threads can be had");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let application = routes(Api { views: sample.store.clone() }).merge(page::routes());
        runtime.spawn(async move { axum::serve(listener, application).await });
        Served { sample, address, _runtime: runtime }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "")
    }

    /// The rows of an answer that must be a good one.
    pub fn rows(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()["rows"].clone()
    }

    /// Sends a request with a line of headers, or none.
    pub fn send(&self, method: &str, path: &str, header: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        let header = if header.is_empty() { String::new() } else { format!("{header}\r\n") };
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{header}\r\n")
            .expect("it reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it answers");
        let (head, body) = text.split_once("\r\n\r\n").expect("headers end");
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
        let headers = lines.map(|line| line.split_once(": ").expect("a header"));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        Answer { status: status.parse().expect("a number"), headers, body: body.to_owned() }
    }
}
