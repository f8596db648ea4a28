//! Every request is told to an observer, for metrics.

use super::counted::{BytesIn, Counted};
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use std::time::Instant;

/// A request that was answered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Observed<'a> {
    /// The route's pattern without the stage, as `/topics/{topic}`; `(none)` where there is none, and `(headers)` for a
    /// request whose headers could not be used. So there are as many as there are routes.
    pub route: &'a str,
    /// The status of the answer.
    pub status: u16,
    /// From the headers until the answer's headers; of `(headers)` always 0.
    pub seconds: f64,
    /// Bytes of the body that were read, as they were sent.
    pub bytes_in: u64,
}

/// Who wants to know.
#[derive(Clone)]
pub struct Observer(Arc<dyn Fn(&Observed<'_>) + Send + Sync>);

impl Observer {
    /// `observe` is called on the server's threads and must not block.
    pub fn new(observe: impl Fn(&Observed<'_>) + Send + Sync + 'static) -> Observer {
        Observer(Arc::new(observe))
    }

    /// Tells it.
    pub fn observe(&self, observed: &Observed<'_>) {
        (self.0)(observed);
    }
}

pub(super) async fn observe(State(observer): State<Observer>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let bytes_in = BytesIn::default();
    let request = request.map(|body| Body::new(Counted::new(body, bytes_in.clone())));
    let response = next.run(request).await;
    let route = route.as_ref().map_or("(none)", |route| without_stage(route.as_str()));
    observer.observe(&Observed {
        route,
        status: response.status().as_u16(),
        seconds: began.elapsed().as_secs_f64(),
        bytes_in: bytes_in.get(),
    });
    response
}

fn without_stage(route: &str) -> &str {
    route.strip_prefix("/{stage}").unwrap_or(route)
}
