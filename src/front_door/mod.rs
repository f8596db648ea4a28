//! The front door: what the reference pipelines' producers send becomes records of the embedded log, or of topics of Kafka.
//!
//! Four APIs lead to one way in. Each reads its requests, cuts the records out of them with their spelling kept,
//! and answers in its own words; [`Door`] knows the topics, the limits and where records go.
//!
//! | API | routes | log topic | Kafka's topic |
//! |---|---|---|---|
//! | Kafka REST Proxy v2 | `POST /topics/{topic}` | the topic | the topic |
//! | Kinesis behind API Gateway | `/streams`, `/streams/{stream}`, `/streams/{stream}/record`, `…/records` | the stream | `front_door.streams`, else the stream |
//! | the pipelines' FastAPI service | `POST /pin/` | `ingest.pin` | `front_door.pin`, else the only one |
//! | pinflow's own, bulk | `POST /v1/ingest/{kind}` | `ingest.{kind}` | `front_door.{kind}`, else the only one |
//!
//! The log takes all records of a request or none. Kafka's partitions have different brokers, so each record has an outcome
//! of its own, and a 2xx of an API without answers for each means that all are stored.
//!
//! The first two may stand behind a stage, as `/test/topics/{topic}`: API Gateway puts one before every path. Topics and
//! streams are one thing: a name that was written to through one API is the same records through the other.

mod log;
mod streams;
mod record;
mod destination;
mod log_topics;
mod kafka_topics;
mod door;
mod refusal;
mod kafka;
mod kinesis;
mod pin;
mod ingest;

pub use destination::Destination;
pub use door::{Door, Overload};
pub use kafka::tombstone_line;
pub use kafka_topics::KafkaTopics;
pub use log::Appender;
pub use log_topics::LogTopics;
pub use record::{hash_of_bytes, hash_of_ind};
pub use streams::{Stream, Streams, StreamsError};

use axum::Router;
use axum::routing::{get, post, put};
use std::sync::Arc;

/// All routes of the front door.
pub fn routes(door: Door) -> Router {
    let kafka = post(kafka::produce).fallback(kafka::no_method);
    let record = put(kinesis::put_record).fallback(kinesis::no_method);
    let records = put(kinesis::put_records).fallback(kinesis::no_method);
    let streams = get(kinesis::list).fallback(kinesis::no_method);
    let stream =
        get(kinesis::describe).post(kinesis::create).delete(kinesis::delete).fallback(kinesis::no_method);
    let pin = post(pin::post).fallback(pin::no_method);
    Router::new()
        .route("/topics/{topic}", kafka.clone())
        .route("/{stage}/topics/{topic}", kafka)
        .route("/streams", streams.clone())
        .route("/{stage}/streams", streams)
        .route("/streams/{stream}", stream.clone())
        .route("/{stage}/streams/{stream}", stream)
        .route("/streams/{stream}/record", record.clone())
        .route("/{stage}/streams/{stream}/record", record)
        .route("/streams/{stream}/records", records.clone())
        .route("/{stage}/streams/{stream}/records", records)
        // FastAPI sends /pin on to /pin/; answering saves the redirection.
        .route("/pin", pin.clone())
        .route("/pin/", pin)
        .route("/v1/ingest/{kind}", post(ingest::bulk))
        .with_state(Arc::new(door))
}
