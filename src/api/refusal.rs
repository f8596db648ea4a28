//! Why a request is not answered, and what could be asked instead.

use crate::api::parameters::ParameterError;
use crate::http::Problem;
use crate::views::{Operator, TickName};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use pinflow_dataflows::view::View;
use std::fmt::Display;

/// A reason.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such view.
    #[error("there is no view {0:?}")]
    NoView(String),
    /// Parameters that every route has.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The list of views takes one parameter.
    #[error("{0} is no parameter of the list of views")]
    NoParameterOfListing(String),
    /// A view's parameters.
    #[error("{detail}")]
    OfView {
        /// The view.
        view: View,
        /// What is wrong.
        detail: String,
    },
    /// Another parameter beside a page token.
    #[error("page has the query in it: give it alone")]
    PageWithOthers,
    /// Not a page token.
    #[error("page is not a token that the next of an answer gave")]
    BadPage,
    /// The page token of another view.
    #[error("page is a token of the view {}", .0.name())]
    PageOfOther(View),
    /// The snapshot is not kept any more.
    #[error("the rows as of {0} are not kept any more: ask for the first page again")]
    PageGone(TickName),
}

impl Refusal {
    /// A view's parameters cannot be used.
    pub fn of_view(view: View, error: impl Display) -> Refusal {
        Refusal::OfView { view, detail: error.to_string() }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let problem = |status| Problem::new(status, self.to_string());
        match &self {
            Refusal::NoView(_) => {
                problem(StatusCode::NOT_FOUND).with("views", View::ALL.map(View::name).as_slice())
            }
            Refusal::Parameter(_) | Refusal::NoParameterOfListing(_) => {
                problem(StatusCode::BAD_REQUEST).with("parameters", ["wait_ms"].as_slice())
            }
            Refusal::OfView { view, .. } => problem(StatusCode::BAD_REQUEST)
                .with("columns", view.columns())
                .with("operators", Operator::ENDS.map(|end| format!("{end}=")).as_slice())
                .with("parameters", ["order", "limit", "page", "wait_ms"].as_slice()),
            Refusal::PageWithOthers | Refusal::BadPage | Refusal::PageOfOther(_) => {
                problem(StatusCode::BAD_REQUEST)
            }
            Refusal::PageGone(_) => problem(StatusCode::GONE),
        }
        .into_response()
    }
}
