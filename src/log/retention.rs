//! Which objects are deleted, and when.

use super::clock;
use super::partition::Partition;
use super::settings::Settings;
use std::time::{Duration, Instant};

/// How often it is looked for objects to delete.
const INTERVAL: Duration = Duration::from_secs(1);
const NEVER: Duration = Duration::from_secs(24 * 60 * 60);
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// What the settings say, and when it was last done.
pub(super) struct Retention {
    bytes: u64,
    age_ms: u64,
    /// Whether anything is ever deleted.
    deletes: bool,
    checked: Option<Instant>,
}

impl Retention {
    /// As the settings say.
    pub fn new(settings: &Settings) -> Retention {
        Retention {
            bytes: settings.retention_bytes.unwrap_or(u64::MAX),
            age_ms: settings.retention_days.map_or(u64::MAX, |days| u64::from(days) * DAY_MS),
            deletes: settings.retention_bytes.is_some() || settings.retention_days.is_some(),
            checked: None,
        }
    }

    /// How long the writer may wait for requests without looking for objects to delete.
    pub fn interval(&self) -> Duration {
        if self.deletes { INTERVAL } else { NEVER }
    }

    /// Whether it is time to look, which it then is no more for a while.
    pub fn is_due(&mut self) -> bool {
        let due = self.deletes && self.checked.is_none_or(|checked| checked.elapsed() >= INTERVAL);
        if due {
            self.checked = Some(Instant::now());
        }
        due
    }

    /// The partition whose oldest object is the next to be deleted, if one is, given the bytes of the whole log.
    pub fn next(&self, partitions: &[Partition], log_bytes: u64) -> Option<usize> {
        let oldest =
            partitions.iter().enumerate().filter_map(|(place, partition)| Some((place, partition.oldest()?)));
        let (place, oldest) = oldest.min_by_key(|(_, oldest)| oldest.time)?;
        let expired = clock::now().saturating_sub(oldest.time) >= self.age_ms;
        (expired || log_bytes > self.bytes).then_some(place)
    }
}
