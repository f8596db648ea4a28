//! An answer as of a tick, which the client may keep and ask about.

use crate::api::waiting::has_already;
use crate::views::TickName;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// JSON as of a tick, or 304 if the client has it. What a URL gives depends on the tick alone, so the tick's name is the
/// entity tag.
pub fn as_of(tick: TickName, headers: &HeaderMap, write: impl FnOnce() -> Vec<u8>) -> Response {
    let tag = HeaderValue::try_from(format!("\"{tick}\"")).expect("digits, a hyphen and quotes");
    let validated = [(ETAG, tag), (CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    if has_already(headers, tick) {
        return (StatusCode::NOT_MODIFIED, validated).into_response();
    }
    let media_type = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (validated, media_type, write()).into_response()
}
