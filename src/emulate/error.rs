//! Why nothing, or not everything, was written.

use super::layout::Layout;
use super::live::LiveError;
use crate::store::StoreError;
use std::path::PathBuf;

/// Why an archive could not be written, or records not be sent.
#[derive(Debug, thiserror::Error)]
pub enum EmulateError {
    /// A share of something that is no number from 0 to 1.
    #[error("{flag} must be a number from 0 to 1, not {value}")]
    Rate {
        /// The flag, with its dashes.
        flag: &'static str,
        /// What it was given.
        value: f64,
    },
    /// A number outside its bounds.
    #[error("{flag} must be a number from {least} to {most}, not {value}")]
    OutOfBounds {
        /// The flag, with its dashes.
        flag: &'static str,
        /// What it was given.
        value: u64,
        /// The least that it may be.
        least: u64,
        /// The most that it may be.
        most: u64,
    },
    /// What a layout has none of.
    #[error("{flag} must be {only} with --layout {layout}, not {value}: {reason}")]
    NotInLayout {
        /// The flag, with its dashes.
        flag: &'static str,
        /// What it was given.
        value: String,
        /// What it may be given.
        only: u32,
        /// The layout that was asked for.
        layout: Layout,
        /// Why.
        reason: &'static str,
    },
    /// More lines than memory should hold.
    #[error(
        "--partitions times --per-object must be at most {most}, not {lines}: \
         objects are held in memory until they are full"
    )]
    TooManyLines {
        /// What was asked for.
        lines: u64,
        /// The most that are held.
        most: u64,
    },
    /// A prefix that topics or folders cannot have.
    #[error(
        "--prefix must be 1 to {most} letters, digits, dots, dashes or underscores, \
         and begin with a letter or a digit, not {prefix:?}"
    )]
    Prefix {
        /// What was given.
        prefix: String,
        /// The most characters that it may have.
        most: usize,
    },
    /// No target.
    #[error("--to must name a folder or s3://bucket/prefix")]
    NoTarget,
    /// A target that is neither a folder nor a bucket.
    #[error(
        "--to {to}: cannot write to {scheme}://, only to a folder, to s3://bucket/prefix, to http://host:port or \
         to kafka://host:port/prefix"
    )]
    Scheme {
        /// What was given.
        to: String,
        /// The part before `://`.
        scheme: String,
    },
    /// There is an archive already.
    #[error("{} is not empty; remove it or choose another --to", path.display())]
    NotEmpty {
        /// The folder, or `s3://bucket/prefix`.
        path: PathBuf,
    },
    /// Records could not be sent to a server.
    #[error(transparent)]
    Live(#[from] LiveError),
    /// The bucket refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was to be done.
        action: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// Why it could not be done.
        source: std::io::Error,
    },
}

impl EmulateError {
    /// Whether the command line has to be changed.
    pub fn is_usage(&self) -> bool {
        match self {
            EmulateError::Store(error) => error.is_usage(),
            EmulateError::Live(error) => error.is_usage(),
            _ => !matches!(self, EmulateError::NotEmpty { .. } | EmulateError::Io { .. }),
        }
    }
}
