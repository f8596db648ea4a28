//! What streams are about, for who waits for their records.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Shared by all that read.
#[derive(Debug, Default)]
pub struct Status(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// The streams whose shards are known.
    listed: BTreeSet<String>,
    /// What goes wrong again and again, by what it is about.
    troubles: BTreeMap<String, String>,
    /// The streams that have given less than was asked for.
    throttled: BTreeSet<String>,
}

impl Status {
    /// A stream's shards are known.
    pub fn listed(&self, stream: &str) {
        self.lock().listed.insert(stream.to_owned());
    }

    /// How many streams' are.
    pub fn streams_listed(&self) -> usize {
        self.lock().listed.len()
    }

    /// Something goes wrong again and again.
    pub fn troubled(&self, what: &str, problem: String) {
        self.lock().troubles.insert(what.to_owned(), problem);
    }

    /// It goes right now.
    pub fn answered(&self, what: &str) {
        self.lock().troubles.remove(what);
    }

    /// One of the things that go wrong now.
    pub fn trouble(&self) -> Option<String> {
        self.lock().troubles.first_key_value().map(|(what, problem)| format!("{what}: {problem}"))
    }

    /// A stream gives less than was asked for.
    pub fn throttled(&self, stream: &str) {
        self.lock().throttled.insert(stream.to_owned());
    }

    /// The streams that have done so since this was asked last.
    pub fn take_throttled(&self) -> BTreeSet<String> {
        std::mem::take(&mut self.lock().throttled)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
