//! Errors of pinflow's own API, as RFC 9457 describes them.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// `{"type":"about:blank","title":…,"status":…,"detail":…}`, and members of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    status: StatusCode,
    members: Map<String, Value>,
}

impl Problem {
    /// A problem that its status and a sentence describe.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        let mut members = Map::new();
        members.insert("type".to_owned(), json!("about:blank"));
        members.insert("title".to_owned(), json!(status.canonical_reason().unwrap_or("Error")));
        members.insert("status".to_owned(), json!(status.as_u16()));
        members.insert("detail".to_owned(), json!(detail.into()));
        Problem { status, members }
    }

    /// With one more member, for programs to read: what exists, where it failed.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Problem {
        self.members.insert(name.to_owned(), value.into());
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let media_type = HeaderValue::from_static("application/problem+json");
        (self.status, [(CONTENT_TYPE, media_type)], Value::Object(self.members).to_string()).into_response()
    }
}
