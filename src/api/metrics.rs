//! `GET /metrics`: what Prometheus reads.

use crate::metrics::text;
use crate::running::Running;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use std::sync::Arc;

/// The text format, version 0.0.4.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics as they are now.
pub async fn get_metrics(State(running): State<Arc<Running>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, TEXT)], text(&running))
}
