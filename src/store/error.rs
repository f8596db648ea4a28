//! What goes wrong with a place that objects are read from or put into.

use std::io;
use std::path::PathBuf;

/// Why objects cannot be listed or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Neither a bucket nor a folder.
    #[error("{source_text}: {problem}; write s3://bucket/prefix or the path of a folder")]
    Malformed {
        /// As users wrote it.
        source_text: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// A file or folder refused to be read.
    #[error("cannot read {path}: {error}; make it readable, or take it out of the archive")]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A file or folder refused to be written.
    #[error("cannot write {path}: {error}")]
    Unwritable {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A file's name is not UTF-8.
    #[error("{path}: the name is not UTF-8; rename it")]
    NotUtf8 {
        /// The file.
        path: PathBuf,
    },
    /// A setting that cannot be used.
    #[error("{key}: {problem}")]
    Setting {
        /// Its key in the configuration.
        key: &'static str,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// The system has no threads left for the requests.
    #[error("cannot start the threads that talk to S3: {error}")]
    Threads {
        /// What the system says.
        error: io::Error,
    },
    /// Nothing says who is asking.
    #[error(
        "{bucket}: no credentials: {problem}; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, s3.profile, or give the \
         machine a role"
    )]
    Credentials {
        /// `s3://bucket`.
        bucket: String,
        /// What the sources of credentials say.
        problem: String,
    },
    /// A request cannot even be made.
    #[error("cannot ask for {place}: {problem}; check s3.region and s3.endpoint")]
    Unsendable {
        /// `s3://bucket/key`.
        place: String,
        /// What is wrong.
        problem: String,
    },
    /// The store does not let these credentials do this.
    #[error("{place}: access denied ({answer}); check the credentials, and that they allow {action}")]
    Denied {
        /// `s3://bucket/key`.
        place: String,
        /// The code and the message.
        answer: String,
        /// What has to be allowed.
        action: &'static str,
    },
    /// There is no such bucket.
    #[error("{bucket}: no such bucket; check its name, and s3.endpoint if it does not lie at AWS")]
    NoBucket {
        /// `s3://bucket`.
        bucket: String,
    },
    /// The bucket lies in another region.
    #[error("{bucket}: the bucket is not in the region {asked}; set s3.region to {right}")]
    WrongRegion {
        /// `s3://bucket`.
        bucket: String,
        /// The region that was asked.
        asked: String,
        /// The region that the store names.
        right: String,
    },
    /// The store refuses for a reason that another attempt would not change.
    #[error("{place}: the store refuses: {answer}")]
    Refused {
        /// `s3://bucket/key`.
        place: String,
        /// The code and the message.
        answer: String,
    },
    /// All attempts failed.
    #[error("{place}: given up after {attempts} attempts: {reason}; check the network and s3.endpoint")]
    Unanswered {
        /// `s3://bucket/key`.
        place: String,
        /// How many.
        attempts: usize,
        /// Why the last one failed.
        reason: String,
    },
    /// An object has other bytes than when it was listed.
    #[error("{place}: the object was changed after it was listed; read the archive again")]
    Changed {
        /// `s3://bucket/key`.
        place: String,
    },
    /// An object is no longer there.
    #[error("{place}: the object was removed after it was listed; read the archive again")]
    Gone {
        /// `s3://bucket/key`.
        place: String,
    },
}

impl StoreError {
    /// Whether the fault is one object's own; with any other all objects would fail alike.
    pub fn is_of_one_object(&self) -> bool {
        use StoreError::{Changed, Gone, Refused, Unreadable};
        matches!(self, Unreadable { .. } | Refused { .. } | Changed { .. } | Gone { .. })
    }

    /// Whether the command line or the configuration has to be changed.
    pub fn is_usage(&self) -> bool {
        matches!(self, StoreError::Malformed { .. } | StoreError::Setting { .. })
    }

    /// The error as a reader gives it.
    pub(super) fn into_io(self) -> io::Error {
        let kind = match &self {
            StoreError::Unreadable { error, .. } => error.kind(),
            StoreError::Gone { .. } => io::ErrorKind::NotFound,
            StoreError::Credentials { .. } | StoreError::Denied { .. } => io::ErrorKind::PermissionDenied,
            StoreError::Unanswered { .. } => io::ErrorKind::TimedOut,
            _ => io::ErrorKind::Other,
        };
        io::Error::new(kind, self)
    }
}
