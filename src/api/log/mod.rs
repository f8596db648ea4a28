//! `/v1/log`: what the embedded log holds, by pages, for `pinflow tap` and others that look into it.

mod answers;
mod listing;
mod page;
mod records;

pub use answers::{Listing, LogFault, LogRecord, Page, PartitionEnds};

use crate::archive;
use crate::config::Config;
use crate::http::{InFlight, Limits, Problem};
use crate::input::{Input, LogInput};
use crate::running::Running;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Pages that are read at the same time: reading one takes as much memory as a group commit, which is up to `log.queue_bytes`.
const READERS: usize = 1;
/// Bytes of a block that a page is read by, for one that begins in its middle has read the rest for nothing.
const BLOCK_BYTES: usize = 64 << 10;

/// What the routes answer from.
#[derive(Clone)]
pub struct LogPages {
    running: Arc<Running>,
    config: Arc<Config>,
    limits: Limits,
    in_flight: InFlight,
    turns: Arc<Semaphore>,
}

/// The routes of the log. Answers that wait for their clients share a budget with the bodies of requests.
pub fn routes(running: Arc<Running>, config: &Config, limits: Limits, in_flight: InFlight) -> Router {
    let (config, turns) = (Arc::new(config.clone()), Arc::new(Semaphore::new(READERS)));
    Router::new()
        .route("/v1/log", get(listing::get_log))
        .route("/v1/log/{topic}/{partition}", get(page::get_page))
        .with_state(LogPages { running, config, limits, in_flight, turns })
}

impl LogPages {
    /// The log, if the run has one.
    fn log(&self) -> Result<&LogInput, Problem> {
        match &self.running.input {
            Input::Log(log) => Ok(log),
            Input::Kafka(kafka) => {
                let detail = format!(
                    "this run keeps no log: it reads topics, and its front door writes to them; tap {}/TOPIC",
                    kafka.source
                );
                let problem = Problem::new(StatusCode::NOT_FOUND, detail);
                Err(problem.with("source", kafka.source.as_str()))
            }
        }
    }

    fn read_limits(&self) -> archive::Limits {
        archive::Limits { block_bytes: BLOCK_BYTES, ..archive::Limits::of(&self.config) }
    }
}
