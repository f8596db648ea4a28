//! The page that shows the live views.

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// What a browser lets the page load and run: what pinflow itself serves, and nothing that a text in a view could name.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page and what it is made of.
pub fn routes() -> Router {
    let html = || async { file("text/html; charset=utf-8", include_str!("page.html")) };
    let style = || async { file("text/css; charset=utf-8", include_str!("page.css")) };
    let script = || async { file("text/javascript; charset=utf-8", include_str!("page.js")) };
    let icon = || async { file("image/svg+xml", include_str!("page.svg")) };
    Router::new()
        .route("/", get(html))
        .route("/page.css", get(style))
        .route("/page.js", get(script))
        .route("/page.svg", get(icon))
}

fn file(media_type: &'static str, text: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        // Another version of pinflow may serve the next one.
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, text).into_response()
}
