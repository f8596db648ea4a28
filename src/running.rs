//! What is known of a run while it goes on.

use crate::dead_letters::LettersOfRun;
use crate::follow::Followed;
use crate::log::Log;
use crate::metrics::Metrics;
use crate::partitions::Partitions;
use crate::views::TickName;
use crate::worker::Shared;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// A run, for those who ask about it.
pub struct Running {
    /// What its workers share.
    pub shared: Arc<Shared>,
    /// What is read.
    pub partitions: Arc<Partitions>,
    /// The log.
    pub log: Arc<Log>,
    /// What was rejected.
    pub dead_letters: Arc<LettersOfRun>,
    /// How far the log has been read.
    pub followed: Arc<Followed>,
    /// What is counted for Prometheus.
    pub metrics: Metrics,
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

    /// Whether the views have all that the log held at the start.
    pub fn is_live(&self) -> bool {
        self.shared.sequencer.caught_up().is_some_and(|tick| self.published().n >= tick)
    }

    /// Whether it is ready, or how far it is.
    pub fn readiness(&self) -> Result<(), String> {
        if self.is_live() {
            return Ok(());
        }
        let read = self.followed.bytes.load(Ordering::Relaxed);
        let all = self.followed.bytes_at_start.load(Ordering::Relaxed);
        Err(format!("reading the log: {read} of {all} bytes"))
    }

    /// Bytes of the log that wait to be read.
    pub fn lag_bytes(&self) -> u64 {
        self.followed.lag_bytes(&self.log.committed())
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
