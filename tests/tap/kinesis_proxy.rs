//! Stands between a client and a Kinesis server, and answers some of the requests itself.
//!
//! Knows as much of HTTP/1.1 as that takes: requests with a length, each on a connection of its own.

use serde_json::Value;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Requests that are answered with an error.
#[derive(Clone, Debug)]
pub struct Fault {
    /// What they ask for, as `GetRecords`.
    pub action: &'static str,
    /// Requests of that sort that pass before.
    pub after: usize,
    pub times: usize,
    pub status: u16,
    pub code: &'static str,
}

/// A running proxy. It ends with the process.
#[derive(Clone)]
pub struct Proxy {
    /// Where it listens, as `http://host:port`.
    pub endpoint: String,
    upstream: String,
    /// The most that one answer may list or give, if that is less than the server would.
    page: Option<usize>,
    faults: Arc<Mutex<Vec<Fault>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub fn start(endpoint: &str, faults: &[Fault]) -> Proxy {
        Proxy::start_with(endpoint, faults, None)
    }

    /// One whose answers have no more shards, and no more records, than that.
    pub fn with_pages(endpoint: &str, page: usize) -> Proxy {
        Proxy::start_with(endpoint, &[], Some(page))
    }

    fn start_with(endpoint: &str, faults: &[Fault], page: Option<usize>) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
        let proxy = Proxy {
            endpoint: format!("http://{}", listener.local_addr().expect("an address")),
            upstream: endpoint.strip_prefix("http://").expect("a plain endpoint").to_owned(),
            page,
            faults: Arc::new(Mutex::new(faults.to_vec())),
            asked: Arc::default(),
        };
        let serving = proxy.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                let proxy = serving.clone();
                // Either side may leave at any time; the test looks at what its client makes of it.
                thread::spawn(move || client.and_then(|client| proxy.serve(client)));
            }
        });
        proxy
    }

    /// How often something was asked for.
    pub fn asked(&self, action: &str) -> usize {
        self.asked.lock().expect("no test panics with it").iter().filter(|asked| *asked == action).count()
    }

    /// How many faults have not been met.
    pub fn left(&self) -> usize {
        self.faults.lock().expect("no test panics with it").iter().map(|fault| fault.times).sum()
    }

    /// Answers one request.
    fn serve(&self, mut client: TcpStream) -> io::Result<()> {
        let mut from_client = BufReader::new(client.try_clone()?);
        let mut head = String::new();
        while from_client.read_line(&mut head)? > 2 {}
        let header = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(':'));
            let found = lines.find(|(found, _)| found.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
        from_client.read_exact(&mut body)?;
        let action = header("x-amz-target").rsplit('.').next().unwrap_or_default().to_owned();
        self.asked.lock().expect("no test panics with it").push(action.clone());
        if let Some(fault) = self.fault(&action) {
            let body = format!(r#"{{"__type":"{}","message":"As the test wants it."}}"#, fault.code);
            let head = format!(
                "HTTP/1.1 {} Fault\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\n",
                fault.status,
                body.len()
            );
            return client.write_all(format!("{head}Connection: close\r\n\r\n{body}").as_bytes());
        }
        let body = self.bounded(&action, body);
        // The signature covers neither of what is left out here.
        let is_kept = |line: &&str| {
            let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
            !line.is_empty() && name != "connection" && name != "content-length"
        };
        let mut sent: String = head.lines().filter(is_kept).map(|line| format!("{line}\r\n")).collect();
        sent.push_str(&format!("Content-Length: {}\r\nConnection: close\r\n\r\n", body.len()));
        let mut server = TcpStream::connect(&self.upstream)?;
        server.write_all(sent.as_bytes())?;
        server.write_all(&body)?;
        io::copy(&mut server, &mut client).map(|_| ())
    }

    /// A request for no more than a page.
    fn bounded(&self, action: &str, body: Vec<u8>) -> Vec<u8> {
        let (Some(page), Ok(mut request)) = (self.page, serde_json::from_slice::<Value>(&body)) else {
            return body;
        };
        match action {
            "ListShards" => request["MaxResults"] = page.into(),
            "GetRecords" => request["Limit"] = page.into(),
            _ => {}
        }
        request.to_string().into_bytes()
    }

    fn fault(&self, action: &str) -> Option<Fault> {
        let mut faults = self.faults.lock().expect("no test panics with it");
        let fault = faults.iter_mut().find(|fault| fault.action == action && fault.times > 0)?;
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        fault.times -= 1;
        Some(fault.clone())
    }
}
