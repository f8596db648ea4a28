//! `GET /v1/status`: how the run goes.

use crate::api::archiver::archiver;
use crate::api::sources::source;
use crate::api::ticks::vector;
use crate::decode::{Counts, Reason};
use crate::kafka::produce::TopicProducer;
use crate::measured::Measurement;
use crate::running::Running;
use axum::Json;
use axum::extract::State;
use pinflow_dataflows::kind::Kind;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The published tick with its vector, sources, counts, state.
pub async fn get_status(State(running): State<Arc<Running>>) -> Json<Value> {
    let tick = running.published();
    let measured = Measurement::of_all(&running.shared.measured);
    let size = &measured.size;
    let state_bytes =
        size.post_bytes + size.index_bytes + size.group_bytes + size.people_bytes + size.poster_bytes;
    let rejects: u64 = Kind::ALL.iter().map(|kind| rejected(&measured.counts, *kind)).sum();
    Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "uptime_seconds": running.started.elapsed().as_secs(),
        "workers": running.shared.measured.len(),
        "ready": running.readiness().is_ok(),
        "tick": { "name": tick.to_string(), "epoch": tick.epoch, "n": tick.n },
        "vector": vector(&running, tick.n).unwrap_or_default(),
        "archive": running.archiver.as_ref().map(|status| archiver(status)),
        "sources": [source(&running, &measured.counts)],
        "front_door": running.input.producer().map(|producer| front_door(producer)),
        "records": by_kind(|kind| measured.counts[kind].messages()),
        "accepted": by_kind(|kind| measured.counts[kind].accepted),
        "blank": by_kind(|kind| measured.counts[kind].blank),
        "rejects": rejects,
        "rejected": rejected_by_reason(&measured.counts),
        "superseded": measured.superseded,
        "duplicates": running.shared.sequencer.duplicates(),
        "state": { "posts": size.inds, "bytes": state_bytes },
    }))
}

/// How it goes with what is sent to topics of Kafka.
fn front_door(producer: &TopicProducer) -> Value {
    let [stored, not_stored, unknown] = producer.counts().map(|(_, records)| records);
    json!({
        "waiting_bytes": producer.waiting_bytes(),
        "trouble": producer.trouble(),
        "stored": stored,
        "not_stored": not_stored,
        "unknown": unknown,
    })
}

fn by_kind(count: impl Fn(Kind) -> u64) -> Value {
    Kind::ALL
        .into_iter()
        .map(|kind| (kind.name().to_owned(), json!(count(kind))))
        .collect::<Map<_, _>>()
        .into()
}

fn rejected(counts: &Counts, kind: Kind) -> u64 {
    Reason::ALL.iter().map(|reason| counts[kind].rejected(*reason)).sum()
}

fn rejected_by_reason(counts: &Counts) -> Value {
    let sum = |reason: Reason| Kind::ALL.iter().map(|kind| counts[*kind].rejected(reason)).sum::<u64>();
    Reason::ALL
        .into_iter()
        .map(|reason| (reason.name().to_owned(), json!(sum(reason))))
        .collect::<Map<_, _>>()
        .into()
}
