//! `GET /v1/log`: which partitions the log has, where each begins and ends.

use super::LogPages;
use super::answers::{Listing, PartitionEnds};
use crate::api::parameters::Parameters;
use crate::config::{Kinds, Mapping};
use crate::http::Problem;
use crate::log::{Committed, End};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};

/// All partitions. With the `change` of an answer before, `wait_ms` waits for another one.
pub async fn get_log(State(pages): State<LogPages>, uri: Uri) -> Result<Json<Listing>, Problem> {
    let log = &pages.log()?.log;
    let bad = |detail: String| Problem::new(StatusCode::BAD_REQUEST, detail);
    let mut parameters = Parameters::of(&uri);
    let wait = parameters.take_wait().map_err(|error| bad(error.to_string()))?;
    let seen = parameters.take("change").map_err(|error| bad(error.to_string()))?;
    let seen: Option<u64> = seen
        .map(|seen| {
            seen.parse().map_err(|_| bad(format!("change cannot be {seen:?}: wanted a whole number")))
        })
        .transpose()?;
    if let Some((name, _)) = parameters.iter().next() {
        let parameters = ["change", "wait_ms"].as_slice();
        return Err(bad(format!("{name} is no parameter of the log")).with("parameters", parameters));
    }
    // One of another run may be anything.
    if let Some(seen) = seen.filter(|seen| *seen == log.committed().change) {
        // Time is up, or the run ends: then the client is told what it knows.
        tokio::select! {
            _ = log.changed(seen) => {}
            () = tokio::time::sleep(wait) => {}
            () = pages.running.shared.views.closed() => {}
        }
    }
    Ok(Json(list(&log.committed(), &pages.config.kinds)))
}

fn list(committed: &Committed, kinds: &Kinds) -> Listing {
    let ends = |end: &End| PartitionEnds {
        topic: end.topic.to_string(),
        partition: end.partition,
        kind: match kinds.of(&end.topic) {
            Some(Mapping::Kind(kind)) => Some(kind.name().to_owned()),
            Some(Mapping::Ignore) | None => None,
        },
        first_position: end.objects().next().map_or(end.end_offset, |object| object.start_offset),
        end_position: end.end_offset,
    };
    let partitions = committed.ends.iter().map(|end| ends(end)).collect();
    Listing { change: committed.change, partitions }
}
