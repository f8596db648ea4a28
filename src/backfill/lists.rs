//! The archive's list, and how old it is. What may be new in a topic is found by listing that topic again, not all of them.

use super::listed::{Listed, list, list_topic};
use crate::archive::{ArchiveError, Fault, Source};
use crate::config::{Kinds, Topics};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A list that is not older than that need not be made again.
const LISTED_AGAIN_AFTER: Duration = Duration::from_secs(2);

/// What is listed.
#[derive(Clone, Copy)]
pub struct Of<'a> {
    pub sources: &'a [Source],
    pub topics: &'a Topics,
    pub kinds: &'a Kinds,
}

/// The latest lists.
#[derive(Default)]
pub struct Lists {
    listed: Option<Listed>,
    /// When topics were listed, by the topic.
    at: BTreeMap<String, Instant>,
    /// When all were.
    all_at: Option<Instant>,
}

impl Lists {
    /// What the archive has, listed now, and what of it is not read.
    pub fn all(&mut self, of: Of<'_>) -> Result<(&Listed, Vec<Fault>), ArchiveError> {
        let mut new = list(of.sources, of.topics, of.kinds)?;
        let faults = std::mem::take(&mut new.faults);
        self.at.clear();
        self.all_at = Some(Instant::now());
        Ok((self.listed.insert(new), faults))
    }

    /// What it has of a topic at least; if there may be something new, not older than a moment.
    pub fn topic(
        &mut self,
        of: Of<'_>,
        topic: &str,
        may_be_new: bool,
    ) -> Result<(&Listed, Vec<Fault>), ArchiveError> {
        let is_below_topics = self.listed.as_ref().map(|listed| listed.is_below_topics);
        let at = self.at.get(topic).copied().or(self.all_at);
        let is_recent = at.is_some_and(|at| !may_be_new || at.elapsed() < LISTED_AGAIN_AFTER);
        let faults = match is_below_topics {
            Some(_) if is_recent => Vec::new(),
            Some(true) => {
                let mut new = list_topic(of.sources, of.kinds, topic)?;
                let faults = std::mem::take(&mut new.faults);
                self.listed.get_or_insert_default().replace(topic, new);
                self.at.insert(topic.to_owned(), Instant::now());
                faults
            }
            _ => return self.all(of),
        };
        Ok((self.listed.get_or_insert_default(), faults))
    }
}
