//! What is known of a run while it goes on.

use crate::archiver;
use crate::dead_letters::LettersOfRun;
use crate::input::Input;
use crate::metrics::Metrics;
use crate::partitions::Partitions;
use crate::views::TickName;
use crate::worker::Shared;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// A run, for those who ask about it.
pub struct Running {
    /// What its workers share.
    pub shared: Arc<Shared>,
    /// What is read.
    pub partitions: Arc<Partitions>,
    /// Where its records come from.
    pub input: Input,
    /// What was rejected.
    pub dead_letters: Arc<LettersOfRun>,
    /// What is counted for Prometheus.
    pub metrics: Metrics,
    /// How far the source is archived, if it is.
    pub archiver: Option<Arc<archiver::Status>>,
    /// The run's number.
    pub epoch: u64,
    /// When it started.
    pub started: Instant,
}

impl Running {
    /// The tick that the views show.
    pub fn published(&self) -> TickName {
        self.shared.views.snapshot().as_of
    }

    /// Whether the views have all that the source held at the start.
    pub fn is_live(&self) -> bool {
        self.shared.sequencer.caught_up().is_some_and(|tick| self.published().n >= tick)
    }

    /// Whether it is ready, or how far it is.
    pub fn readiness(&self) -> Result<(), String> {
        let mut reasons = self.input.troubles();
        if !self.is_live() {
            reasons.push(self.input.progress());
        }
        if reasons.is_empty() { Ok(()) } else { Err(reasons.join("\n")) }
    }

    /// Observes of every tick that is published how long its records took from the log to the views.
    pub async fn observe_freshness(self: Arc<Self>) {
        let mut published = self.shared.views.subscribe();
        let mut observed = self.published().n;
        while published.changed().await.is_ok() {
            let tick = published.borrow_and_update().as_of.n;
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64;
            for tick in observed + 1..=tick {
                let times = self.shared.sequencer.cut(tick).map(|cut| cut.times).unwrap_or_default();
                for time in times.into_iter().filter(|time| *time > 0) {
                    let seconds = now.saturating_sub(time) as f64 / 1000.0;
                    self.metrics.freshness_seconds.observe(seconds);
                }
            }
            observed = tick;
        }
    }
}
