//! HTTP requests one after the other, over connections that are kept.

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap};
use hyper::{Request, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::error::Error;
use std::io;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// The longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest wait for a whole answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// Bytes of the longest answer that is read.
const ANSWER_MAX_BYTES: usize = 1 << 20;

/// Sends requests and waits for their answers.
pub struct HttpClient {
    runtime: Runtime,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// It is no address of HTTP.
    #[error("{0} is not of the form http://HOST:PORT/PATH")]
    Address(String),
    /// Nobody answers, or not to the end.
    #[error("{url} does not answer: {problem}")]
    NoAnswer {
        /// Where the request went.
        url: String,
        /// What the system says.
        problem: String,
    },
}

impl HttpClient {
    /// Makes one; nothing is connected yet.
    pub fn new() -> io::Result<HttpClient> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(HttpClient { runtime, client })
    }

    /// Sends a body and waits for the answer.
    pub fn post(&self, url: &str, content_type: &str, body: Vec<u8>) -> Result<Answer, HttpError> {
        let uri: Uri = url.parse().map_err(|_| HttpError::Address(url.to_owned()))?;
        if uri.scheme_str() != Some("http") {
            return Err(HttpError::Address(url.to_owned()));
        }
        let request = Request::post(uri).header(CONTENT_TYPE, content_type).body(Full::from(body));
        let request = request.map_err(|_| HttpError::Address(url.to_owned()))?;
        let answer = self.runtime.block_on(async {
            let answer = tokio::time::timeout(ANSWER_TIMEOUT, self.answer(request)).await;
            answer.unwrap_or_else(|_| Err(format!("no answer within {} seconds", ANSWER_TIMEOUT.as_secs())))
        });
        answer.map_err(|problem| HttpError::NoAnswer { url: url.to_owned(), problem })
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> Result<Answer, String> {
        let answer = self.client.request(request).await.map_err(|error| innermost(&error))?;
        let (head, body) = answer.into_parts();
        let body =
            Limited::new(body, ANSWER_MAX_BYTES).collect().await.map_err(|error| innermost(&*error))?;
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body: body.to_bytes() })
    }
}

/// The libraries' own errors say little more than that there was one; its cause says what.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
