//! Requests over HTTP/1.1 to one server or several, over connections that are kept.

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde_json::Value;
use std::error::Error;
use std::time::Duration;

/// Characters of an answer that is no problem's that are shown.
const SHOWN_CHARS: usize = 200;

/// Bounds of what a client waits for and keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpBounds {
    /// How long a connection may take to come about.
    pub connect_timeout: Duration,
    /// How long an answer may take, from the request's beginning to the answer's end.
    pub answer_timeout: Duration,
    /// How many bytes an answer's body may have.
    pub answer_bytes: usize,
    /// How many connections to a server are kept while nothing is asked.
    pub idle_connections: usize,
}

impl Default for HttpBounds {
    fn default() -> Self {
        HttpBounds {
            connect_timeout: Duration::from_secs(5),
            // Servers that make records durable answer in milliseconds, under load in seconds.
            answer_timeout: Duration::from_secs(30),
            answer_bytes: 16 << 20,
            idle_connections: 64,
        }
    }
}

/// Why there is no answer. Only after `Connect` it is certain that the server has not got the request.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// There is no connection.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// The connection broke before the answer ended.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The answer took too long.
    #[error("there was no answer within {0:?}")]
    Timeout(Duration),
    /// The answer is longer than it may be.
    #[error("the answer has more than {0} bytes")]
    TooLarge(usize),
}

/// A client; clones share their connections. It works on a tokio runtime with time and I/O.
#[derive(Clone)]
pub struct HttpClient {
    client: Client<HttpConnector, Full<Bytes>>,
    bounds: HttpBounds,
}

impl HttpClient {
    /// A client that has no connections yet.
    pub fn new(bounds: HttpBounds) -> HttpClient {
        let mut connector = HttpConnector::new();
        // Requests are written whole: to wait for more of them would only delay the last packet.
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(bounds.connect_timeout));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_max_idle_per_host(bounds.idle_connections)
            .build(connector);
        HttpClient { client, bounds }
    }

    /// Sends a request, whose address has to begin with `http://`, and reads the whole answer. Any status is an answer.
    ///
    /// A connection that the server closed while it was idle is replaced without a word; else nothing is tried again.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let timeout = self.bounds.answer_timeout;
        tokio::time::timeout(timeout, self.answer(request)).await.unwrap_or(Err(HttpError::Timeout(timeout)))
    }

    async fn answer(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let response = self.client.request(request.map(Full::new)).await.map_err(|error| {
            let reason = innermost(&error);
            if error.is_connect() { HttpError::Connect(reason) } else { HttpError::Broken(reason) }
        })?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, self.bounds.answer_bytes).collect().await.map_err(|error| {
            match error.downcast_ref::<LengthLimitError>() {
                Some(_) => HttpError::TooLarge(self.bounds.answer_bytes),
                None => HttpError::Broken(innermost(error.as_ref())),
            }
        })?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }
}

/// What an address lacks to be one that the client can ask; nothing if it can.
pub fn problem_of(address: &Uri) -> Option<&'static str> {
    let has_user = address.authority().is_some_and(|authority| authority.as_str().contains('@'));
    match (address.scheme_str(), address.host()) {
        (Some("https"), _) => Some("https is not spoken here; put a proxy that speaks it before the server"),
        (Some("http"), None | Some("")) => Some("it names no host"),
        (Some("http"), _) if has_user => Some("names and passwords are not sent"),
        (Some("http"), _) if address.query().is_some() => Some("it must end before the ?"),
        (Some("http"), _) => None,
        _ => Some("it must begin with http://"),
    }
}

/// What an answer says went wrong: a problem's detail, else the beginning of the body.
pub fn detail_of(answer: &Response<Bytes>) -> String {
    let problem: Option<Value> = serde_json::from_slice(answer.body()).ok();
    let said = problem.as_ref().and_then(|problem| problem.get("detail").or(problem.get("title")));
    match said.and_then(Value::as_str) {
        Some(said) => said.to_owned(),
        None => String::from_utf8_lossy(answer.body()).trim().chars().take(SHOWN_CHARS).collect(),
    }
}

/// What a library wraps says more than the wrapping.
fn innermost(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::{Shutdown, TcpListener, TcpStream};
    use std::thread;

    /// What a client gets from a server that treats its first connection in that way.
    fn check(bounds: HttpBounds, serve: fn(TcpStream)) -> Result<Response<Bytes>, HttpError> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let to = format!("http://{}/path", listener.local_addr().expect("an address"));
        let server = thread::spawn(move || serve(listener.accept().expect("a connection").0));
        let answer = ask(bounds, &to);
        server.join().expect("the server ends");
        answer
    }

    fn ask(bounds: HttpBounds, to: &str) -> Result<Response<Bytes>, HttpError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let request = Request::post(to).header("x-test", "1").body(Bytes::from_static(b"hello"));
        runtime.block_on(HttpClient::new(bounds).send(request.expect("a request")))
    }

    /// Reads a request to its end, which is where these tests' body ends.
    fn read_request(stream: &mut TcpStream) -> String {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"hello") {
            let mut buffer = [0; 1_024];
            let read = stream.read(&mut buffer).expect("read");
            assert!(read > 0, "the request ends early");
            bytes.extend_from_slice(&buffer[..read]);
        }
        String::from_utf8(bytes).expect("texts")
    }

    #[test]
    fn an_answer_has_its_status_headers_and_body() {
        let answer = check(HttpBounds::default(), |mut stream| {
            let request = read_request(&mut stream);
            assert!(request.starts_with("POST /path HTTP/1.1\r\n") && request.contains("x-test: 1\r\n"));
            let answer = b"HTTP/1.1 429 Slow down\r\nretry-after: 2\r\ncontent-length: 4\r\n\r\nwait";
            stream.write_all(answer).expect("written");
        });
        let answer = answer.expect("an answer");
        assert_eq!((answer.status().as_u16(), &answer.body()[..]), (429, &b"wait"[..]));
        assert_eq!(answer.headers()["retry-after"], "2");
    }

    #[test]
    fn without_an_answer_it_is_said_why() {
        let error = check(HttpBounds::default(), |mut stream| {
            read_request(&mut stream);
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf").expect("written");
            stream.shutdown(Shutdown::Both).expect("closed");
        });
        assert!(matches!(error, Err(HttpError::Broken(_))), "{error:?}");

        let impatient = HttpBounds { answer_timeout: Duration::from_millis(50), ..HttpBounds::default() };
        let error = check(impatient, |mut stream| {
            read_request(&mut stream);
            // The client hangs up, which ends this reading.
            let _ = stream.read_to_end(&mut Vec::new());
        });
        assert!(matches!(error, Err(HttpError::Timeout(_))), "{error:?}");

        let narrow = HttpBounds { answer_bytes: 3, ..HttpBounds::default() };
        let error = check(narrow, |mut stream| {
            read_request(&mut stream);
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlong").expect("written");
        });
        assert!(matches!(error, Err(HttpError::TooLarge(3))), "{error:?}");

        let closed =
            TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
        let error = ask(HttpBounds::default(), &format!("http://{closed}/"));
        assert!(matches!(error, Err(HttpError::Connect(_))), "{error:?}");
    }

    #[test]
    fn addresses_that_cannot_be_asked_say_why() {
        let problem = |address: &str| problem_of(&address.parse().expect("an address"));
        assert_eq!(problem("http://127.0.0.1:8080"), None);
        assert_eq!(problem("http://[::1]:8080/stage/"), None);
        assert!(problem("https://example.com").is_some_and(|problem| problem.contains("https")));
        for address in ["http://a:b@example.com", "http://example.com/?a=b", "ftp://example.com", "example"] {
            assert!(problem(address).is_some(), "{address}");
        }
    }
}
