//! Probes: does the process live, and is it ready?

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

/// What the probes ask.
#[derive(Clone)]
pub struct Probes {
    ready: Arc<dyn Fn() -> Result<(), String> + Send + Sync>,
}

impl Probes {
    /// `ready` says why the process is not; it must not block.
    pub fn new(ready: impl Fn() -> Result<(), String> + Send + Sync + 'static) -> Probes {
        Probes { ready: Arc::new(ready) }
    }

    /// `/livez`, and `/readyz` with the reason.
    pub(super) fn routes(&self) -> Router {
        let ready = Arc::clone(&self.ready);
        let readyz = move || async move {
            match ready() {
                Ok(()) => text(StatusCode::OK, "ok\n".to_owned()),
                Err(reason) => text(StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")),
            }
        };
        Router::new()
            .route("/livez", get(|| async { text(StatusCode::OK, "ok\n".to_owned()) }))
            .route("/readyz", get(readyz))
    }
}

fn text(status: StatusCode, text: String) -> Response {
    (status, text).into_response()
}
