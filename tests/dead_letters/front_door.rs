//! A front door that takes bulk requests and answers as the test wants.
//!
//! Knows as much of HTTP/1.1 as that takes: heads that end in a blank line, bodies with a length, connections that are
//! kept.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request that has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub path: String,
    pub content_type: String,
    pub body: String,
}

/// The status line's end, headers, and the body.
pub type Answer = (&'static str, &'static str, String);

/// A running front door. It ends with the process.
pub struct FrontDoor {
    pub url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl FrontDoor {
    /// Starts one; `answer` gets each request and its number.
    pub fn start(answer: impl Fn(&Request, usize) -> Answer + Send + Sync + 'static) -> FrontDoor {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
        let url = format!("http://{}", listener.local_addr().expect("it listens"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (requests.clone(), Arc::new(answer));
        thread::spawn(move || {
            for connection in listener.incoming() {
                let (connection, seen, answer) = (connection.expect("accept"), seen.clone(), answer.clone());
                thread::spawn(move || serve(connection, &seen, &*answer));
            }
        });
        FrontDoor { url, requests }
    }

    /// What has come so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("no test has failed here").clone()
    }
}

/// Answers requests until the client has no more.
fn serve(
    connection: TcpStream,
    seen: &Mutex<Vec<Request>>,
    answer: &impl Fn(&Request, usize) -> Answer,
) -> io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    while let Some(request) = read(&mut reader)? {
        let number = {
            let mut seen = seen.lock().expect("no test has failed here");
            seen.push(request.clone());
            seen.len() - 1
        };
        let (status, headers, body) = answer(&request, number);
        write!(&connection, "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())?;
    }
    Ok(())
}

fn read(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let path = line.split(' ').nth(1).expect("a request has a path").to_owned();
    let (mut content_type, mut length) = (String::new(), 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        match header.trim_end().to_ascii_lowercase().split_once(": ") {
            None => break,
            Some(("content-type", value)) => content_type = value.to_owned(),
            Some(("content-length", value)) => length = value.parse().expect("a length is a number"),
            Some(_) => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Some(Request { path, content_type, body: String::from_utf8(body).expect("JSON is a text") }))
}
