//! The sources of a replay, as users name them.

use super::layout::Place;
use super::listing::PartitionName;
use crate::config::S3Settings;
use crate::store::{self, Store, StoreError};

/// A source, and the alias that keeps its topics apart from equal names in other sources.
pub struct Source {
    /// Where its objects are.
    pub store: Box<dyn Store>,
    alias: Option<String>,
}

impl Source {
    /// Opens `SOURCE` or `ALIAS=SOURCE`. An alias is of letters, digits, `-` and `_`, so a path with a folder before its
    /// first `=` is none.
    pub fn open(written: &str, s3: &S3Settings) -> Result<Source, StoreError> {
        let (alias, source) = match written.split_once('=') {
            Some((alias, source)) if is_alias(alias) => (Some(alias.to_owned()), source),
            _ => (None, written),
        };
        Ok(Source { store: store::open_source(source, s3)?, alias })
    }

    /// Opens a source that has no alias.
    pub fn without_alias(source: &str, s3: &S3Settings) -> Result<Source, StoreError> {
        Ok(Source { store: store::open_source(source, s3)?, alias: None })
    }

    /// The partition that a place in a topic belongs to.
    pub fn partition(&self, topic: &str, place: Place) -> PartitionName {
        let topic = match &self.alias {
            Some(alias) => format!("{alias}/{topic}"),
            None => topic.to_owned(),
        };
        let number = match place {
            Place::Lines { partition, .. } => Some(partition),
            Place::Values { .. } => None,
        };
        PartitionName { topic, number }
    }
}

fn is_alias(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
