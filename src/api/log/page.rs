//! `GET /v1/log/{topic}/{partition}`: some of a partition's records, from a position on.

use super::answers::Page;
use super::{LogPages, records};
use crate::api::parameters::Parameters;
use crate::begin::Begin;
use crate::http::{Held, Problem};
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use std::time::Duration;

/// Bytes of records in a page, about; the last one may be longer than what is left.
const PAGE_BYTES: usize = 1 << 20;
/// How long a request waits for its turn.
const TURN_TIMEOUT: Duration = Duration::from_secs(5);
/// An answer holds a record as it is, then as JSON, which may be longer.
const BYTES_OF_ANSWER: usize = 4 * PAGE_BYTES;

/// A page.
pub async fn get_page(
    State(pages): State<LogPages>,
    Path((topic, number)): Path<(String, String)>,
    uri: Uri,
) -> Result<Response, Response> {
    let log = pages.log().map_err(Problem::into_response)?.log.clone();
    let begin = begin(&uri).map_err(Problem::into_response)?;
    let committed = log.committed();
    let end = number.parse().ok().and_then(|number| committed.end(&topic, number)).cloned();
    let end = end.ok_or_else(|| {
        let detail = format!("the log has no partition {number} of a topic {topic:?}");
        Problem::new(StatusCode::NOT_FOUND, detail).into_response()
    })?;
    let mut held = pages.in_flight.hold();
    // Where all of the budget is less, a page is given when nothing else is in flight.
    if !held.grow((BYTES_OF_ANSWER + pages.limits.record_bytes).min(pages.limits.in_flight_bytes)) {
        return Err(busy(&pages, "too many bytes are in flight"));
    }
    let turn = tokio::time::timeout(TURN_TIMEOUT, pages.turns.clone().acquire_owned()).await;
    let turn = turn.map_err(|_| busy(&pages, "other pages of the log are read"))?;
    let limits = pages.read_limits();
    let read = tokio::task::spawn_blocking(move || {
        let page = records::read(log.folder(), end, begin, PAGE_BYTES, limits);
        drop(turn);
        page
    });
    let page = read.await.expect("reading neither panics nor is cancelled");
    Ok(answer(&page, held))
}

fn begin(uri: &Uri) -> Result<Begin, Problem> {
    let bad = |detail: String| {
        Problem::new(StatusCode::BAD_REQUEST, detail).with("parameters", ["from"].as_slice())
    };
    let mut parameters = Parameters::of(uri);
    let from = parameters.take("from").map_err(|error| bad(error.to_string()))?;
    if let Some((name, _)) = parameters.iter().next() {
        return Err(bad(format!("{name} is no parameter of a page of the log")));
    }
    let from =
        from.map(|from| from.parse().map_err(|error| bad(format!("from cannot be {from:?}: {error}"))));
    Ok(from.transpose()?.unwrap_or(Begin::Earliest))
}

/// Who asks has to come again.
fn busy(pages: &LogPages, why: &str) -> Response {
    let retry_after = HeaderValue::from(pages.limits.retry_after.as_secs().max(1));
    ([(RETRY_AFTER, retry_after)], Problem::new(StatusCode::TOO_MANY_REQUESTS, why)).into_response()
}

/// A body, and its part of the budget until it is sent.
struct Answer {
    json: Vec<u8>,
    _held: Held,
}

impl AsRef<[u8]> for Answer {
    fn as_ref(&self) -> &[u8] {
        &self.json
    }
}

fn answer(page: &Page, held: Held) -> Response {
    let json = serde_json::to_vec(page).expect("texts and numbers can be written");
    let media_type = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (media_type, Bytes::from_owner(Answer { json, _held: held })).into_response()
}
