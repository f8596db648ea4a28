//! Looks whether what is read is still there, and the same.

use super::begin::{self, Bounds};
use super::made_again;
use super::reader::Order;
use super::seen::Seen;
use super::status::named;
use super::topics::Found;
use super::watcher::{Stopped, TIMEOUT, Watcher, keys, name_of};
use std::collections::{BTreeMap, BTreeSet};
use tracing::warn;

/// What looks wrong about a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suspicion {
    /// It ends before this position, up to which it was read.
    EndsBefore(u64),
    /// It begins behind this position, which is the next to be read.
    BeginsBehind(u64),
}

impl Watcher {
    /// Looks at all partitions that are read.
    pub(super) fn check(&mut self, found: &Found) -> Result<(), Stopped> {
        let there: BTreeSet<made_again::Key> = keys(found).map(|(key, _)| key).collect();
        let mut seen = BTreeMap::new();
        for (key, number) in self.begun.clone() {
            if !there.contains(&key) {
                self.set_error(number, Some("it does not exist any more".to_owned()));
                continue;
            }
            // Before the question: what comes meanwhile only makes the end greater.
            let Some((next, last)) = self.reached(number) else { continue };
            match self.bounds(&key, next) {
                Ok(bounds) => {
                    self.set_error(number, None);
                    self.check_bounds(&key, number, next, bounds)?;
                    if let Some(last) = last.filter(|last| (bounds.low..bounds.high).contains(&last.offset)) {
                        seen.insert(key, last);
                    }
                }
                Err(error) => self.set_error(number, Some(error)),
            }
        }
        self.check_seen(seen)
    }

    /// Where a partition begins and ends that was read up to a position.
    fn bounds(&mut self, key: &made_again::Key, next: u64) -> Result<Bounds, String> {
        let bounds = begin::bounds(&self.consumer, &key.0, key.1, TIMEOUT);
        let Bounds { low, high } = bounds.map_err(|error| error.to_string())?;
        Ok(Bounds { low, high: self.end_of(key, next, high)? })
    }

    /// The last messages that were read have to be what they were.
    fn check_seen(&self, seen: BTreeMap<made_again::Key, Seen>) -> Result<(), Stopped> {
        match made_again::changed(&self.consumer, seen, TIMEOUT) {
            Ok(changed) => changed.first().map_or(Ok(()), |key| {
                Err(Stopped(format!(
                    "{}: the last message that was read is another one now: the topic was made again; start pinflow again \
                     to read it from its beginning",
                    named(&name_of(key))
                )))
            }),
            Err(error) => {
                warn!(%error, "could not look whether topics are the same");
                Ok(())
            }
        }
    }

    /// Its position has to lie within a partition. What looks wrong once may have been on its way, or a broker that has
    /// just begun to lead; what looks so twice is wrong.
    fn check_bounds(
        &mut self,
        key: &made_again::Key,
        number: u32,
        next: u64,
        bounds: Bounds,
    ) -> Result<(), Stopped> {
        let suspicion = if bounds.high < next {
            Some(Suspicion::EndsBefore(next))
        } else if bounds.low > next && !self.status.lock().is_paused {
            Some(Suspicion::BeginsBehind(next))
        } else {
            None
        };
        let is_certain = suspicion.is_some() && self.suspected.get(&number) == suspicion.as_ref();
        match suspicion {
            Some(suspicion) if !is_certain => drop(self.suspected.insert(number, suspicion)),
            _ => drop(self.suspected.remove(&number)),
        }
        let (name, Bounds { low, high }) = (named(&name_of(key)), bounds);
        match suspicion.filter(|_| is_certain) {
            Some(Suspicion::EndsBefore(_)) => {
                return Err(Stopped(format!(
                    "{name} was read up to offset {next} and ends at {high} now: the topic was made again or cut off; \
                     start pinflow again to read it from its beginning"
                )));
            }
            Some(Suspicion::BeginsBehind(_)) if self.leave_to_archive(key, number) => {
                warn!(
                    partition = name,
                    from = next,
                    to = low,
                    "the topic has lost messages, the archive is asked for them"
                );
            }
            Some(Suspicion::BeginsBehind(_)) => {
                begin::gap(self.settings.on_gap, &name, next, low).map_err(Stopped)?;
                warn!(partition = name, from = next, to = low, "messages are gone before they were read");
                self.order(Order::Jump { number, to: low });
            }
            None => {}
        }
        if let Some(partition) = self.status.lock().partitions.get_mut(&number) {
            partition.end = high.max(partition.next);
        }
        Ok(())
    }

    fn reached(&self, number: u32) -> Option<(u64, Option<Seen>)> {
        let status = self.status.lock();
        status.partitions.get(&number).map(|partition| (partition.next, partition.last))
    }

    fn set_error(&self, number: u32, error: Option<String>) {
        if let Some(partition) = self.status.lock().partitions.get_mut(&number) {
            partition.error = error;
        }
    }
}
