//! A client that sends bytes as they are given, also broken ones.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// No answer takes that long; a test that waits longer hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The status and the body, which is what most tests look at.
    pub fn parts(&self) -> (u16, &str) {
        (self.status, &self.body)
    }
}

/// A connection, for what needs more than one request or less.
pub struct Client {
    pub stream: TcpStream,
    unread: Vec<u8>,
}

impl Client {
    pub async fn connect(address: SocketAddr) -> Client {
        let stream = TcpStream::connect(address).await.expect("the server accepts");
        Client { stream, unread: Vec::new() }
    }

    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.expect("the server reads");
    }

    /// The next answer; `None` when the connection ends.
    pub async fn answer(&mut self) -> Option<Answer> {
        let head_end = loop {
            if let Some(end) = self.unread.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
            if !self.read().await {
                return None;
            }
        };
        let head: Vec<u8> = self.unread.drain(..head_end).collect();
        let head = String::from_utf8(head).expect("headers are text");
        let mut lines = head.split("\r\n");
        let status_line = lines.next().expect("there is a first line");
        let status = status_line[9..12].parse().expect("a status has three digits");
        let headers: Vec<_> = lines.filter_map(|line| line.split_once(": ")).collect();
        let headers: Vec<_> =
            headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        let mut answer = Answer { status, headers, body: String::new() };
        let length = answer.header("content-length").map_or(0, |length| length.parse().expect("a length"));
        while self.unread.len() < length && self.read().await {}
        // The answer to HEAD says a length and has no body.
        let body = self.unread.drain(..length.min(self.unread.len())).collect();
        answer.body = String::from_utf8(body).expect("bodies are text");
        Some(answer)
    }

    /// Whether more came.
    async fn read(&mut self) -> bool {
        let mut bytes = [0; 4096];
        let read = tokio::time::timeout(PATIENCE, self.stream.read(&mut bytes)).await;
        let read = read.expect("the server answers in time").unwrap_or(0);
        self.unread.extend_from_slice(&bytes[..read]);
        read > 0
    }
}

/// Sends bytes on a connection of their own and takes the answer.
pub async fn exchange(address: SocketAddr, bytes: impl AsRef<[u8]>) -> Answer {
    let mut client = Client::connect(address).await;
    client.send(bytes).await;
    client.answer().await.expect("there is an answer")
}

/// A request as bytes; `headers` are whole lines without their ends.
pub fn request(method: &str, path: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut bytes = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
    for header in headers {
        bytes += &format!("{header}\r\n");
    }
    bytes += &format!("Content-Length: {}\r\n\r\n", body.len());
    [bytes.as_bytes(), body].concat()
}
