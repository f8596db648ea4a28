//! `GET /v1/views/{view}`: rows of a view, filtered, ordered, by pages.

use crate::api::parameters::Parameters;
use crate::api::refusal::Refusal;
use crate::api::{Api, answer, waiting};
use crate::views::json::{push, push_names, push_rows};
use crate::views::{Found, PageToken, Query, Snapshot, ViewStore, view_named};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use pinflow_dataflows::view::View;
use std::sync::Arc;

/// A page of a query.
struct Page {
    query: Query,
    /// The query's parameters as in a URL, for the next page.
    parameters: String,
    snapshot: Arc<Snapshot>,
    skip: usize,
}

/// Rows of a view.
pub async fn get_view(
    State(api): State<Api>,
    Path(view): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let view = view_named(&view).ok_or(Refusal::NoView(view))?;
    let mut parameters = Parameters::of(&uri);
    let page = match parameters.take("page").map_err(|error| Refusal::of_view(view, error))? {
        Some(token) if parameters.iter().next().is_none() => later_page(&api.views, view, &token)?,
        Some(_) => return Err(Refusal::PageWithOthers),
        None => first_page(&api.views, view, parameters, &headers).await?,
    };
    Ok(answer::as_of(page.snapshot.as_of, &headers, || page.write(&api.views)))
}

async fn first_page(
    views: &ViewStore,
    view: View,
    mut parameters: Parameters<'_>,
    headers: &HeaderMap,
) -> Result<Page, Refusal> {
    let wait = parameters.take_wait().map_err(|error| Refusal::of_view(view, error))?;
    let query = Query::parse(view, parameters.iter(), views.age_groups());
    let query = query.map_err(|error| Refusal::of_view(view, error))?;
    let parameters = parameters.encode();
    let snapshot = waiting::snapshot(views, headers, wait).await;
    Ok(Page { query, parameters, snapshot, skip: 0 })
}

fn later_page(views: &ViewStore, view: View, token: &str) -> Result<Page, Refusal> {
    let token: PageToken = token.parse().map_err(|_| Refusal::BadPage)?;
    if token.view != view {
        return Err(Refusal::PageOfOther(token.view));
    }
    let query = Query::parse(view, Parameters::parse(&token.parameters).iter(), views.age_groups());
    let query = query.map_err(|_| Refusal::BadPage)?;
    let snapshot = views.snapshot_of(token.as_of).ok_or(Refusal::PageGone(token.as_of))?;
    Ok(Page { query, parameters: token.parameters, snapshot, skip: token.skip })
}

impl Page {
    fn write(self, views: &ViewStore) -> Vec<u8> {
        let Page { query, parameters, snapshot, skip } = self;
        let (view, as_of) = (query.view(), snapshot.as_of);
        let Found { rows, total } = query.find(&snapshot, skip);
        let mut out = Vec::with_capacity(256 + 128 * rows.len());
        out.extend_from_slice(b"{\"view\":");
        push(&mut out, view.name());
        out.extend_from_slice(b",\"as_of\":");
        push(&mut out, as_of.to_string());
        out.extend_from_slice(b",\"columns\":");
        push_names(&mut out, view.columns().iter().copied());
        out.extend_from_slice(b",\"rows\":");
        push_rows(&mut out, &rows, query.columns(), views.age_groups());
        out.extend_from_slice(b",\"total\":");
        push(&mut out, total);
        out.extend_from_slice(b",\"next\":");
        let seen = skip.saturating_add(rows.len());
        let next = (seen < total).then(|| PageToken { as_of, skip: seen, view, parameters }.to_string());
        if next.is_some() {
            views.pin(&snapshot);
        }
        push(&mut out, next);
        out.push(b'}');
        out
    }
}
