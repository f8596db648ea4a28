//! Clients that begin something and do not go on.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// The head of a request whose body is longer than what follows it.
pub const HALF_A_BODY: &str =
    "POST /v1/ingest/pin HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{\"ind\": 1, \"title\": \"half";

/// Sends this and keeps the connection.
pub fn begin(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("connect");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
    stream.write_all(text.as_bytes()).expect("send");
    stream
}

/// All that comes until the other side closes the connection, or breaks it.
pub fn read_to_end(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    // What was read until it broke is there all the same.
    let _ = stream.read_to_end(&mut all);
    String::from_utf8_lossy(&all).into_owned()
}

/// An idle connection, half a head, a head without its body, and half a body.
pub fn all(address: SocketAddr) -> Vec<TcpStream> {
    let head = "POST /topics/x.pin HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
    let no_body = format!("{head}Content-Length: 10\r\n\r\n");
    ["", head, &no_body, HALF_A_BODY].iter().map(|text| begin(address, text)).collect()
}
