//! Why nothing can be shown, or nothing more.

use crate::archive::ArchiveError;
use crate::kafka::KafkaError;
use crate::kinesis::KinesisError;
use crate::store::StoreError;
use pinflow_dataflows::kind::Kind;
use std::io;
use std::path::PathBuf;

/// Why the command ends early.
#[derive(Debug, thiserror::Error)]
pub enum TapError {
    /// It is no source that can be tapped.
    #[error("{written}: {problem}")]
    Source {
        /// As users wrote it.
        written: String,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// An archive has no such place to begin.
    #[error("--from {from}: {problem}")]
    Begin {
        /// As users wrote it.
        from: &'static str,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// A name does not say of which kind the records are.
    #[error(
        "{name}: the name does not say of which kind its records are; say it by --kind, or set kinds.\"{name}\" in a \
         configuration"
    )]
    UnknownKind {
        /// The topic, stream or prefix.
        name: String,
    },
    /// A topic or stream that is named and that the configuration leaves out.
    #[error(
        "{topic}: kinds.\"{topic}\" is \"ignore\" in the configuration; set it to \"pin\", \"geo\" or \"user\""
    )]
    Ignored {
        /// The topic.
        topic: String,
    },
    /// There is something, but nothing of that kind.
    #[error("{source_text}: nothing there holds {} records", kind.name())]
    NothingOfKind {
        /// As users wrote it.
        source_text: String,
        /// The kind.
        kind: Kind,
    },
    /// An archive cannot be read.
    #[error(transparent)]
    Archive(ArchiveError),
    /// The configuration of topics is wrong.
    #[error(transparent)]
    Kafka(KafkaError),
    /// Topics cannot be read, or no further.
    #[error("{brokers}: {problem}")]
    Topics {
        /// `kafka://host:port`.
        brokers: String,
        /// What is wrong.
        problem: String,
    },
    /// Streams cannot be read, or no further.
    #[error(transparent)]
    Kinesis(#[from] KinesisError),
    /// Kinesis does not answer.
    #[error("{problem}")]
    Streams {
        /// Which stream, and what is wrong.
        problem: String,
    },
    /// A running pinflow cannot be asked, or has nothing of that.
    #[error("{url}: {problem}")]
    Door {
        /// `http://host:port`.
        url: String,
        /// What is wrong.
        problem: String,
    },
    /// A thread cannot be made.
    #[error("cannot start to read: {0}")]
    Start(io::Error),
    /// The file of `--out` cannot be written.
    #[error("cannot write {path}: {error}")]
    Out {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The output cannot be written.
    #[error("cannot print")]
    Print(#[source] io::Error),
}

impl TapError {
    /// Whether the command line or the configuration has to be changed.
    pub fn is_usage(&self) -> bool {
        match self {
            TapError::Archive(ArchiveError::Store(error)) => error.is_usage(),
            TapError::Kinesis(error) => error.is_usage(),
            TapError::Source { .. }
            | TapError::Begin { .. }
            | TapError::UnknownKind { .. }
            | TapError::Ignored { .. }
            | TapError::Kafka(_) => true,
            _ => false,
        }
    }
}

impl From<ArchiveError> for TapError {
    fn from(error: ArchiveError) -> TapError {
        match error {
            ArchiveError::UnknownKind { name } => TapError::UnknownKind { name },
            error => TapError::Archive(error),
        }
    }
}

impl From<StoreError> for TapError {
    fn from(error: StoreError) -> TapError {
        TapError::Archive(error.into())
    }
}

impl From<KafkaError> for TapError {
    fn from(error: KafkaError) -> TapError {
        match error {
            KafkaError::UnknownKind { topic } => TapError::UnknownKind { name: topic },
            error => TapError::Kafka(error),
        }
    }
}
