//! What surrounds every route: probes, what is answered where there is no route, the limit of addresses, observation.

use super::observed::{Observer, observe};
use super::{Limits, Probes, Problem};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CONNECTION, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};

/// The application's routes and the probes.
pub fn all(application: Router, probes: &Probes, limits: &Limits, observer: Observer) -> Router {
    application
        .merge(probes.routes())
        .fallback(no_route)
        .method_not_allowed_fallback(no_method)
        .layer(middleware::from_fn_with_state(limits.uri_bytes, limit_uri))
        .layer(middleware::from_fn_with_state(observer, observe))
}

/// Probes alone, for a connection too many. Everything else is told to come again.
pub fn only_probes(probes: &Probes, limits: &Limits) -> Router {
    let retry_after = HeaderValue::from(limits.retry_after.as_secs());
    probes.routes().fallback(move || async move {
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "all connections are taken");
        ([(RETRY_AFTER, retry_after), (CONNECTION, HeaderValue::from_static("close"))], problem)
    })
}

async fn no_route(uri: Uri) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("there is nothing at {}", uri.path()))
}

/// axum adds the `Allow` header.
async fn no_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, format!("{method} is not among the methods in Allow"))
        .into_response()
}

async fn limit_uri(State(max_bytes): State<usize>, request: Request, next: Next) -> Response {
    let bytes = request.uri().path_and_query().map_or(0, |written| written.as_str().len());
    if bytes > max_bytes {
        let detail = format!("path and query have {bytes} bytes, {max_bytes} are allowed");
        return Problem::new(StatusCode::URI_TOO_LONG, detail).into_response();
    }
    next.run(request).await
}
