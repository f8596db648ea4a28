//! `GET /v1/views`: which views there are.

use crate::api::parameters::Parameters;
use crate::api::refusal::Refusal;
use crate::api::{Api, answer, waiting};
use crate::views::json::{push, push_list};
use crate::views::{Column, Snapshot};
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use pinflow_dataflows::view::View;

/// Names, columns and sizes of all views.
pub async fn get_views(State(api): State<Api>, uri: Uri, headers: HeaderMap) -> Result<Response, Refusal> {
    let mut parameters = Parameters::of(&uri);
    let wait = parameters.take_wait()?;
    if let Some((name, _)) = parameters.iter().next() {
        return Err(Refusal::NoParameterOfListing(name.to_owned()));
    }
    let snapshot = waiting::snapshot(&api.views, &headers, wait).await;
    Ok(answer::as_of(snapshot.as_of, &headers, || write(&snapshot)))
}

fn write(snapshot: &Snapshot) -> Vec<u8> {
    let mut out = Vec::with_capacity(4096);
    out.extend_from_slice(b"{\"as_of\":");
    push(&mut out, snapshot.as_of.to_string());
    out.extend_from_slice(b",\"views\":");
    push_list(&mut out, View::ALL, |out, view| {
        out.extend_from_slice(b"{\"name\":");
        push(out, view.name());
        out.extend_from_slice(b",\"columns\":");
        push_list(out, Column::of(view), |out, column| {
            out.extend_from_slice(b"{\"name\":");
            push(out, column.name);
            out.extend_from_slice(b",\"type\":");
            push(out, column.type_name());
            out.push(b'}');
        });
        out.extend_from_slice(b",\"rows\":");
        push(out, snapshot.rows(view).size());
        out.push(b'}');
    });
    out.push(b'}');
    out
}
