//! Why a command of dead letters ends early.

use crate::http_client::HttpError;
use std::io;
use std::path::PathBuf;

/// Why a command ends early.
#[derive(Debug, thiserror::Error)]
pub enum DlqError {
    /// There is no such data folder.
    #[error("there is no folder {folder}; name the data folder of a run by --data")]
    NoFolder {
        /// What was asked for.
        folder: PathBuf,
    },
    /// Dead letters cannot be read.
    #[error("cannot read {path}: {error}")]
    Read {
        /// What was to be read.
        path: PathBuf,
        /// Why it cannot be.
        error: io::Error,
    },
    /// The front door cannot be asked.
    #[error("{url} does not answer: {error}")]
    Http {
        /// What was asked.
        url: String,
        /// Why there is no answer.
        error: HttpError,
    },
    /// It is no address of a front door.
    #[error("--to {to}: {problem}")]
    Address {
        /// What was given.
        to: String,
        /// What is wrong with it.
        problem: String,
    },
    /// No request can be made at all.
    #[error("cannot make requests: {0}")]
    Client(io::Error),
    /// The front door does not do what a front door does.
    #[error("{url} answers {status}, as no front door that works does: {detail}")]
    Status {
        /// What was asked.
        url: String,
        /// The status of the answer.
        status: u16,
        /// What the answer says.
        detail: String,
    },
    /// The front door takes nothing at the moment.
    #[error("{url} still answers {status} after {attempts} attempts: {detail}")]
    Busy {
        /// What was asked.
        url: String,
        /// The status of the last answer.
        status: u16,
        /// How often it was asked.
        attempts: u32,
        /// What the last answer says.
        detail: String,
    },
    /// The output cannot be written.
    #[error("cannot print")]
    Print(#[from] io::Error),
}

impl DlqError {
    /// Whether the command line is wrong.
    pub fn is_usage(&self) -> bool {
        matches!(self, DlqError::Address { .. })
    }
}
