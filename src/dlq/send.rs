//! Sends records to a front door: `POST /v1/ingest/{kind}`, a record a line, all of a request or nothing.

use super::error::DlqError;
use crate::http_client::{HttpBounds, HttpClient, detail_of, problem_of};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{Request, Response, Uri};
use pinflow_dataflows::kind::Kind;
use serde_json::Value;
use std::thread;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// Attempts in a row at which the front door is busy before it is given up; they take about a minute.
const ATTEMPTS: u32 = 10;
/// The wait after the first of them; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// The longest wait, also if the front door asks for more.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// A record on its way.
pub struct Line {
    /// Where it comes from, for people.
    pub place: String,
    /// The record on one line.
    pub json: Vec<u8>,
}

/// Sends to one front door.
pub struct Sender {
    runtime: Runtime,
    client: HttpClient,
    /// `http://host:port`.
    to: String,
}

/// What became of some lines.
#[derive(Default)]
pub struct Sent {
    /// How many were taken.
    pub accepted: u64,
    /// Those that were not, and why not.
    pub refused: Vec<(String, String)>,
}

/// What a request's answer means.
enum Meaning {
    Accepted,
    /// The line of that index is why the request was refused.
    Line(usize, String),
    /// Fewer lines may do.
    TooMuch(String),
    Refused(String),
}

impl Sender {
    /// For a front door at `http://host:port`.
    pub fn new(to: &str) -> Result<Sender, DlqError> {
        let problem = to
            .parse::<Uri>()
            .map_or_else(|error| Some(error.to_string()), |uri| problem_of(&uri).map(str::to_owned));
        if let Some(problem) = problem {
            return Err(DlqError::Address { to: to.to_owned(), problem });
        }
        let runtime = Builder::new_current_thread().enable_all().build().map_err(DlqError::Client)?;
        let client = HttpClient::new(HttpBounds::default());
        Ok(Sender { runtime, client, to: to.trim_end_matches('/').to_owned() })
    }

    /// Sends lines in their order; those that are refused are left out. `sent` has what became of them also if an error
    /// ends it early.
    pub fn send(&self, kind: Kind, lines: &[Line], sent: &mut Sent) -> Result<(), DlqError> {
        let mut left = vec![lines];
        while let Some(lines) = left.pop() {
            if lines.is_empty() {
                continue;
            }
            match self.post(kind, lines)? {
                Meaning::Accepted => sent.accepted += lines.len() as u64,
                Meaning::Line(index, detail) => {
                    sent.refused.push((lines[index].place.clone(), detail));
                    left.extend([&lines[index + 1..], &lines[..index]]);
                }
                Meaning::TooMuch(_) if lines.len() > 1 => {
                    let (first, second) = lines.split_at(lines.len() / 2);
                    left.extend([second, first]);
                }
                Meaning::TooMuch(detail) | Meaning::Refused(detail) => {
                    sent.refused.extend(lines.iter().map(|line| (line.place.clone(), detail.clone())));
                }
            }
        }
        Ok(())
    }

    /// One request, again and again while the front door is busy.
    fn post(&self, kind: Kind, lines: &[Line]) -> Result<Meaning, DlqError> {
        let url = format!("{}/v1/ingest/{}", self.to, kind.name());
        let body: Bytes = lines.iter().flat_map(|line| line.json.iter().chain(b"\n")).copied().collect();
        let mut wait = FIRST_WAIT;
        for attempt in 1.. {
            let request = Request::post(&url).header(CONTENT_TYPE, "application/x-ndjson");
            let request = request.body(body.clone()).expect("the address was checked");
            let answer = self.runtime.block_on(self.client.send(request));
            let answer = answer.map_err(|error| DlqError::Http { url: url.clone(), error })?;
            let (status, detail) = (answer.status().as_u16(), detail_of(&answer));
            match (status, line_index(&answer, lines.len())) {
                (200..=299, _) => return Ok(Meaning::Accepted),
                (400 | 413, Some(index)) => return Ok(Meaning::Line(index, detail)),
                (413, None) => return Ok(Meaning::TooMuch(detail)),
                (429 | 503, _) if attempt < ATTEMPTS => {
                    thread::sleep(retry_after(&answer).unwrap_or(wait).min(LONGEST_WAIT));
                    wait *= 2;
                }
                (429 | 503, _) => return Err(DlqError::Busy { url, status, attempts: attempt, detail }),
                (400..=499, _) => return Ok(Meaning::Refused(format!("{status}: {detail}"))),
                _ => return Err(DlqError::Status { url, status, detail }),
            }
        }
        unreachable!("the last attempt ends it")
    }
}

/// Which line the answer blames, if it does: lines count from 1.
fn line_index(answer: &Response<Bytes>, lines: usize) -> Option<usize> {
    let problem: Value = serde_json::from_slice(answer.body()).ok()?;
    let line = usize::try_from(problem.get("line")?.as_u64()?).ok()?;
    (1..=lines).contains(&line).then(|| line - 1)
}

/// In seconds; a date, the other form, is left to our own waits.
fn retry_after(answer: &Response<Bytes>) -> Option<Duration> {
    answer.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}
