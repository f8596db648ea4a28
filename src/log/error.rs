//! What can go wrong with the log.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Why the log cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Another process, or this one, has it open.
    #[error("the log in {} is in use by another process", .0.display())]
    InUse(PathBuf),
    /// The log cannot work with these settings.
    #[error("settings of the log: {0}")]
    Settings(&'static str),
    /// What was settled when the log was made is missing or cannot be understood.
    #[error("{}: {problem}", .path.display())]
    Made {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The file system refused something.
    #[error("{action} {}", .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// How it failed.
        source: io::Error,
    },
}

impl LogError {
    /// Says what was tried with which file.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> LogError {
        move |source| LogError::Io { action, path: path.to_path_buf(), source }
    }
}

/// Why a request was refused, as a whole. None of its records is in the log, with one exception that `Failed` tells.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// Too many bytes wait already. Trying again later helps.
    #[error("too many requests wait to be written")]
    Busy,
    /// There is no room for the records. Trying again helps when there is some.
    #[error("there is no room: {0}")]
    NoRoom(String),
    /// The log was closed, or its writer has stopped. Where it stopped by a panic, the records may be in the log.
    #[error("the log is closed")]
    Closed,
    /// The request itself is wrong: trying again does not help.
    #[error("{0}")]
    Invalid(String),
    /// The records could not be written or made durable. They were cut off again; where even that could not be made
    /// durable and the machine then stops, some may be there after all.
    #[error("the records cannot be written: {0}")]
    Failed(String),
}

impl AppendError {
    /// What a failed write or fsync means for the requests that wait for it.
    pub(crate) fn of_io(error: &io::Error) -> AppendError {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                AppendError::NoRoom(error.to_string())
            }
            _ => AppendError::Failed(error.to_string()),
        }
    }
}

/// Why there is nothing newer to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WaitError {
    /// Nothing happened for as long as one wanted to wait.
    #[error("nothing was committed in time")]
    TimedOut,
    /// The log is closed: nothing will happen.
    #[error("the log is closed")]
    Closed,
}
