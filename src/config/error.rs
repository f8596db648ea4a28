//! What can be wrong with a configuration, each said in one line.

use std::{fmt, io};
use thiserror::Error;

/// A line of a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file's path, as it was given.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Why a configuration is refused.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// There is no such file, or it cannot be read.
    #[error("cannot read configuration {file}: {error}")]
    Unreadable {
        /// The path, as it was given.
        file: String,
        /// What the system says.
        error: io::Error,
    },
    /// The file is not TOML.
    #[error("{place}:{column}: {message}")]
    Syntax {
        /// Where it stops being TOML.
        place: Place,
        /// Counted in characters, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// Nothing of that name can be set.
    #[error("{place}: unknown key {key}: {hint}")]
    UnknownKey {
        /// Where it stands.
        place: Place,
        /// The full dotted name.
        key: String,
        /// The key that was probably meant, or those that there are.
        hint: String,
    },
    /// The value has the wrong type or is out of range.
    #[error("{place}: {key} must be {allowed}, found {found}")]
    Value {
        /// Where it stands.
        place: Place,
        /// The full dotted name.
        key: String,
        /// What it may be.
        allowed: String,
        /// What it is; a value that was expanded is shown as it is written, for it may be a secret.
        found: String,
    },
    /// A `${...}` stands for nothing.
    #[error("{place}: {key}: {problem}")]
    Expansion {
        /// Where it stands.
        place: Place,
        /// The full dotted name.
        key: String,
        /// Which variable or file cannot be had, and why.
        problem: String,
    },
    /// The command line asks for something that is not allowed.
    #[error("{flag} must be {allowed}")]
    Flag {
        /// The flag, with its dashes.
        flag: &'static str,
        /// What it may be.
        allowed: String,
    },
}
