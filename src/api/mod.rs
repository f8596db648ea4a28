//! The HTTP routes of the views, and of what a run shows of itself.

mod parameters;
mod waiting;
mod answer;
mod listing;
mod rows;
mod sources;
mod archiver;
mod status;
mod posts;
mod ticks;
pub mod log;
mod metrics;
mod refusal;

use crate::running::Running;
use crate::views::ViewStore;
use axum::Router;
use axum::routing::get;
use std::sync::Arc;

/// What the routes answer from.
#[derive(Clone)]
pub struct Api {
    /// The views.
    pub views: Arc<ViewStore>,
}

/// The routes of what a run shows of itself.
pub fn routes_of_run(running: Arc<Running>) -> Router {
    Router::new()
        .route("/v1/status", get(status::get_status))
        .route("/v1/posts/{ind}", get(posts::get_post))
        .route("/v1/ticks/{tick}", get(ticks::get_tick))
        .route("/metrics", get(metrics::get_metrics))
        .with_state(running)
}

/// The routes of the views.
pub fn routes(api: Api) -> Router {
    Router::new()
        .route("/v1/views", get(listing::get_views))
        .route("/v1/views/{view}", get(rows::get_view))
        .with_state(api)
}
