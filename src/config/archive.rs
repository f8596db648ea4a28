//! What can be set for the archiver. `config/default.toml` describes each key.

use super::check::{MIB, flag_of, number, text};
use super::error::ConfigError;
use super::written::Written;

/// Where and how records are archived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveSettings {
    /// Where objects go: `s3://bucket/prefix`, or a folder.
    pub to: Option<String>,
    /// Records after which an object is closed.
    pub object_records: usize,
    /// Bytes after which an object is closed.
    pub object_bytes: usize,
    /// Seconds after which an object is closed.
    pub object_seconds: usize,
    /// Whether objects are packed.
    pub gzip: bool,
    /// Bytes that may wait to be put.
    pub buffer_bytes: usize,
    /// Objects that are put at the same time.
    pub puts: usize,
}

pub(super) fn settings(written: &Written) -> Result<ArchiveSettings, ConfigError> {
    let number = |key: &str, allowed| number(written.get(key), allowed);
    Ok(ArchiveSettings {
        to: text(written.get("archive.to"))?,
        object_records: number("archive.object_records", 1..=100_000_000)?,
        object_bytes: number("archive.object_bytes", 1..=1024 * MIB)?,
        object_seconds: number("archive.object_seconds", 1..=30 * 86_400)?,
        gzip: flag_of(written.get("archive.gzip"))?,
        buffer_bytes: number("archive.buffer_bytes", MIB..=usize::MAX)?,
        puts: number("archive.puts", 1..=256)?,
    })
}
