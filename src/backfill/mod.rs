//! The archive of the topics that a run follows: what they held before, and what they have lost.
//!
//! An archive and its topics have the same partitions. Whoever follows the topics asks for a partition, from a position up to
//! the first that the archive does not have; its blocks go the way that those of the topics go, and it is told how far that
//! was. So a partition is in one pair of hands at any time.
//!
//! An archive is listed when it is asked for the first time, and again only for positions that topics have lost, of those
//! topics: what it gains while the topics are followed changes nothing.

mod listed;
mod lists;
mod part;
mod outlet;
mod threads;

pub use threads::{Answer, Ask, Backfill, Failure};

use crate::archive::Source;
use crate::config::{Config, KafkaSettings};
use crate::store::StoreError;

/// An archive, as the configuration names it.
pub struct Archive {
    pub(crate) source: Source,
    /// What dead letters call the topics, which the archive's messages are messages of.
    pub(crate) topics_name: String,
}

impl Archive {
    /// Opens it; nothing is looked at yet.
    pub fn open(place: &str, settings: &KafkaSettings, config: &Config) -> Result<Archive, StoreError> {
        let source = Source::without_alias(place, &config.s3)?;
        Ok(Archive { source, topics_name: crate::kafka::source_name(settings) })
    }
}
