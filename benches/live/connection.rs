//! A connection to the program: requests as bytes that were written before, answers read with little work, because the
//! client shares the machine with what is measured.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// A connection, kept open.
pub struct Connection {
    stream: TcpStream,
    /// What has come; what was not taken yet begins at `taken`.
    buffer: Vec<u8>,
    taken: usize,
}

/// What was answered.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The entity tag with its quotes, or nothing.
    pub tag: String,
    /// The body.
    pub body: Vec<u8>,
}

fn request(path: &str, tag: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\nif-none-match: {tag}\r\n\r\n")
}

/// What is read at once.
const READ_BYTES: usize = 64 << 10;

impl Connection {
    /// Connects.
    pub fn to(address: SocketAddr) -> Connection {
        let stream = TcpStream::connect(address).expect("the program listens");
        stream.set_nodelay(true).expect("a socket of TCP");
        Connection { stream, buffer: Vec::new(), taken: 0 }
    }

    /// Asks for a path and waits for the answer.
    pub fn get(&mut self, path: &str) -> Answer {
        self.get_unless(path, "")
    }

    /// The same, with the entity tag of what the client has.
    pub fn get_unless(&mut self, path: &str, tag: &str) -> Answer {
        self.send(request(path, tag).as_bytes());
        self.answer()
    }

    /// Asks for several paths at once, and waits for all answers.
    pub fn get_all(&mut self, paths: impl ExactSizeIterator<Item = String>) -> Vec<Answer> {
        let number = paths.len();
        self.send(paths.map(|path| request(&path, "")).collect::<String>().as_bytes());
        (0..number).map(|_| self.answer()).collect()
    }

    /// Sends bytes, which are one request or several.
    pub fn send(&mut self, requests: &[u8]) {
        self.stream.write_all(requests).expect("the program reads");
    }

    /// Waits for the next answer.
    pub fn answer(&mut self) -> Answer {
        self.buffer.drain(..std::mem::take(&mut self.taken));
        let head_end = loop {
            match memchr::memmem::find(&self.buffer, b"\r\n\r\n") {
                Some(end) => break end,
                None => self.read(),
            }
        };
        let head = std::str::from_utf8(&self.buffer[..head_end]).expect("a head is text");
        let status = head.get(9..12).and_then(|status| status.parse().ok()).expect("a status");
        let (mut length, mut tag) = (0, String::new());
        for line in head.lines().skip(1) {
            let (name, value) = line.split_once(": ").expect("a header");
            match name {
                "content-length" => length = value.parse().expect("a length"),
                "etag" => tag = value.to_owned(),
                _ => {}
            }
        }
        let body = head_end + 4;
        while self.buffer.len() < body + length {
            self.read();
        }
        self.taken = body + length;
        Answer { status, tag, body: self.buffer[body..body + length].to_vec() }
    }

    fn read(&mut self) {
        let had = self.buffer.len();
        self.buffer.resize(had + READ_BYTES, 0);
        let read = self.stream.read(&mut self.buffer[had..]).expect("the program answers");
        assert!(read > 0, "the program closed the connection");
        self.buffer.truncate(had + read);
    }
}
