//! Asks a running pinflow, again while it is busy or starts again.

use super::error::TapError;
use crate::http_client::{HttpBounds, HttpClient, HttpError, detail_of};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde::de::DeserializeOwned;
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

/// How long a run that has answered before may be away.
const PATIENCE: Duration = Duration::from_secs(15);
/// The wait before it is asked again.
const AGAIN_AFTER: Duration = Duration::from_millis(200);
/// The least time between two questions for something new.
const PAUSE: Duration = Duration::from_millis(20);
/// How long an answer waits for something new.
const WAIT: Duration = Duration::from_secs(10);
/// Bytes of a page: a mebibyte of records and one more record, all of which JSON may escape.
const ANSWER_BYTES: usize = 64 << 20;

/// Asks one server.
pub struct Asking {
    runtime: Runtime,
    client: HttpClient,
    /// `http://host:port`.
    url: String,
    has_answered: bool,
}

impl Asking {
    /// Of a server at an address that was checked.
    pub fn new(url: &str) -> Result<Asking, TapError> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(TapError::Start)?;
        let bounds = HttpBounds { answer_bytes: ANSWER_BYTES, ..HttpBounds::default() };
        Ok(Asking { runtime, client: HttpClient::new(bounds), url: url.to_owned(), has_answered: false })
    }

    /// What the log holds, once it is not what it was, or a while later.
    pub fn listing_after<T: DeserializeOwned>(&mut self, change: u64) -> Result<T, TapError> {
        let begun = Instant::now();
        let listing = self.ask(&format!("/v1/log?change={change}&wait_ms={}", WAIT.as_millis()));
        // A run that stops answers at once, again and again; and of a busy log a page may have more than one group commit.
        thread::sleep(PAUSE.saturating_sub(begun.elapsed()));
        listing
    }

    /// The answer of a path.
    pub fn ask<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, TapError> {
        let begun = Instant::now();
        loop {
            let problem = match self.get(path) {
                Ok(answer) if answer.status() == StatusCode::OK => {
                    self.has_answered = true;
                    let told = serde_json::from_slice(answer.body());
                    return told.map_err(|error| self.failed(format!("it answers something else: {error}")));
                }
                Ok(answer) => {
                    let detail = detail_of(&answer);
                    match answer.status() {
                        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => detail,
                        _ => return Err(self.failed(detail)),
                    }
                }
                Err(error) if !self.has_answered => return Err(self.failed(error.to_string())),
                Err(error) => error.to_string(),
            };
            if begun.elapsed() > PATIENCE {
                return Err(self.failed(problem));
            }
            thread::sleep(AGAIN_AFTER);
        }
    }

    fn get(&self, path: &str) -> Result<Response<Bytes>, HttpError> {
        let request = Request::get(format!("{}{path}", self.url)).body(Bytes::new());
        let request = request.expect("the address was checked, and topics have no odd characters");
        self.runtime.block_on(self.client.send(request))
    }

    fn failed(&self, problem: String) -> TapError {
        TapError::Door { url: self.url.clone(), problem }
    }
}
