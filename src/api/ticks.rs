//! `GET /v1/ticks/{tick}`: which positions a tick has.

use crate::http::Problem;
use crate::running::Running;
use crate::views::TickName;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use pinflow_dataflows::row::Tick;
use serde_json::{Value, json};
use std::sync::Arc;

/// The vector of a tick that was published not long ago.
pub async fn get_tick(
    State(running): State<Arc<Running>>,
    Path(name): Path<String>,
) -> Result<Json<Value>, Problem> {
    let tick: TickName = name
        .parse()
        .map_err(|problem| Problem::new(StatusCode::BAD_REQUEST, format!("{name}: {problem}")))?;
    let published = running.published();
    let vector = match tick {
        TickName { epoch, n } if epoch == published.epoch && n <= published.n => vector(&running, n),
        _ => None,
    };
    let gone = || {
        let problem =
            format!("tick {tick} is not remembered, or not of this run; the last one is {published}");
        Problem::new(StatusCode::NOT_FOUND, problem).with("published", published.to_string())
    };
    Ok(Json(json!({ "tick": tick.to_string(), "vector": vector.ok_or_else(gone)? })))
}

/// The first position of each partition that does not belong to a tick; nothing of one that is not remembered.
pub fn vector(running: &Running, tick: Tick) -> Option<Value> {
    // Before the first one there was nothing.
    let vector = if tick == 0 { Vec::new() } else { running.shared.sequencer.cut(tick)?.vector };
    let partitions = running.partitions.all();
    let position = |(partition, position): (&crate::partitions::KnownPartition, u64)| json!({ "topic": partition.name.topic, "partition": partition.name.number, "position": position });
    Some(partitions.iter().zip(vector).map(position).collect())
}
