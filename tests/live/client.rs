//! A client that speaks just enough HTTP, one request after the other over one connection.

use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A connection, made when it is needed.
pub struct Client {
    address: SocketAddr,
    stream: Option<BufReader<TcpStream>>,
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
}

impl Client {
    pub fn new(address: SocketAddr) -> Client {
        Client { address, stream: None }
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, "", b"").expect("it answers")
    }

    /// The rows of a view, and the tick that they are as of.
    pub fn view(&mut self, view: &str) -> (String, Value) {
        let answer = self.get(&format!("/v1/views/{view}?limit=100000"));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let answer = answer.json();
        (answer["as_of"].as_str().expect("a tick").to_owned(), answer["rows"].clone())
    }

    /// Sends lines in bulk.
    pub fn ingest(&mut self, kind: &str, lines: &str) -> Answer {
        self.send("POST", &format!("/v1/ingest/{kind}"), "", lines.as_bytes()).expect("it answers")
    }

    /// Sends one record as the Kafka REST Proxy takes it.
    pub fn produce(&mut self, topic: &str, record: &Value) -> io::Result<Answer> {
        self.produce_all(topic, &[record])
    }

    /// The same of several records.
    pub fn produce_all(&mut self, topic: &str, records: &[&Value]) -> io::Result<Answer> {
        let records: Vec<Value> =
            records.iter().map(|record| serde_json::json!({ "value": record })).collect();
        let body = serde_json::json!({ "records": records }).to_string();
        let header = "Content-Type: application/vnd.kafka.json.v2+json\r\n";
        self.send("POST", &format!("/topics/{topic}"), header, body.as_bytes())
    }

    /// Sends a request with more lines of headers. After an error the connection is made anew.
    pub fn send(&mut self, method: &str, path: &str, headers: &str, body: &[u8]) -> io::Result<Answer> {
        let answer = self.exchange(method, path, headers, body);
        let is_closed = answer.as_ref().map_or(true, |answer| {
            answer.headers.get("connection").is_some_and(|connection| connection == "close")
        });
        if is_closed {
            self.stream = None;
        }
        answer
    }

    fn exchange(&mut self, method: &str, path: &str, headers: &str, body: &[u8]) -> io::Result<Answer> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(Duration::from_secs(60)))?;
            self.stream = Some(BufReader::new(stream));
        }
        let stream = self.stream.as_mut().expect("it was made");
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n{headers}\r\n",
            self.address,
            body.len()
        );
        let mut request = head.into_bytes();
        request.extend_from_slice(body);
        stream.get_mut().write_all(&request)?;
        read_answer(stream)
    }
}

fn read_answer(stream: &mut impl BufRead) -> io::Result<Answer> {
    let status_line = read_line(stream)?;
    let status = status_line.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or(io::ErrorKind::InvalidData)?;
    let mut headers = BTreeMap::new();
    loop {
        let line = read_line(stream)?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    let body = String::from_utf8(body).map_err(|_| io::ErrorKind::InvalidData)?;
    Ok(Answer { status, headers, body })
}

fn read_line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}
