//! The HTTP routes of the views.

mod parameters;
mod waiting;
mod answer;
mod listing;
mod rows;
mod refusal;

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

/// The routes.
pub fn routes(api: Api) -> Router {
    Router::new()
        .route("/v1/views", get(listing::get_views))
        .route("/v1/views/{view}", get(rows::get_view))
        .with_state(api)
}
