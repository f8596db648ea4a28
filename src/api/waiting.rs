//! Which snapshot a request is answered from: the latest, or the next one, if the client has the latest already.

use crate::views::{Snapshot, TickName, ViewStore};
use axum::http::HeaderMap;
use axum::http::header::IF_NONE_MATCH;
use std::sync::Arc;
use std::time::Duration;

/// The latest snapshot; if the client has it, the next, unless that takes longer than it would wait.
pub async fn snapshot(views: &ViewStore, headers: &HeaderMap, wait: Duration) -> Arc<Snapshot> {
    let mut latest = views.subscribe();
    if !wait.is_zero() {
        let is_new = latest.wait_for(|snapshot| !has_already(headers, snapshot.as_of));
        // Time is up, or the run ends: then the client is told that it has the latest.
        tokio::select! {
            _ = is_new => {}
            () = tokio::time::sleep(wait) => {}
            () = views.closed() => {}
        }
    }
    latest.borrow().clone()
}

/// Whether a client says that it has the answer as of that tick.
pub fn has_already(headers: &HeaderMap, as_of: TickName) -> bool {
    let values = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = values.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || unquoted(tag).is_some_and(|name| name.parse() == Ok(as_of)))
}

/// What an entity tag holds. Weak ones count too, as RFC 9110 has it for `If-None-Match`.
fn unquoted(tag: &str) -> Option<&str> {
    tag.strip_prefix("W/").unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sent: &[&'static str], has: bool) {
        let mut headers = HeaderMap::new();
        for value in sent {
            headers.append(IF_NONE_MATCH, value.parse().expect("a header's value"));
        }
        assert_eq!(has_already(&headers, TickName { epoch: 3, n: 4 }), has, "{sent:?}");
    }

    #[test]
    fn tags_are_compared_whole() {
        check(&[], false);
        check(&["\"3-4\""], true);
        check(&["W/\"3-4\""], true);
        check(&["\"3-3\", \"3-4\""], true);
        check(&["\"3-3\"", "\"3-4\""], true);
        check(&["*"], true);
        check(&["\"3-5\""], false);
        check(&["\"13-4\""], false);
        check(&["3-4"], false);
        check(&["\""], false);
    }
}
