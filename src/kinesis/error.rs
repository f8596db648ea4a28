//! What goes wrong with streams, for good.

use std::io;

/// Why streams cannot be read, or no further.
#[derive(Debug, thiserror::Error)]
pub enum KinesisError {
    /// A setting that cannot be used.
    #[error("{key}: {problem}")]
    Setting {
        /// Its key in the configuration.
        key: &'static str,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// The system has no threads left for the requests.
    #[error("cannot start the threads that talk to Kinesis: {error}")]
    Threads {
        /// What the system says.
        error: io::Error,
    },
    /// Nothing says who is asking.
    #[error(
        "no credentials for Kinesis: {problem}; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, kinesis.profile, or give the \
         machine a role"
    )]
    Credentials {
        /// What the sources of credentials say.
        problem: String,
    },
    /// A request cannot even be made.
    #[error("cannot ask for kinesis://{stream}: {problem}; check kinesis.region and kinesis.endpoint")]
    Unsendable {
        /// The stream.
        stream: String,
        /// What is wrong.
        problem: String,
    },
    /// These credentials may not read it.
    #[error(
        "kinesis://{stream}: access denied ({answer}); check the credentials, and that they allow {action} on the stream"
    )]
    Denied {
        /// The stream.
        stream: String,
        /// The code and the message.
        answer: String,
        /// What has to be allowed.
        action: &'static str,
    },
    /// There is no such stream.
    #[error(
        "kinesis://{stream}: there is no such stream in {region}; check its name, kinesis.region, and kinesis.endpoint if it \
         does not lie at AWS"
    )]
    NoStream {
        /// The stream.
        stream: String,
        /// The region that was asked.
        region: String,
    },
    /// Kinesis refuses for a reason that another attempt would not change.
    #[error("kinesis://{stream}: it is refused: {answer}")]
    Refused {
        /// The stream.
        stream: String,
        /// The code and the message.
        answer: String,
    },
    /// An answer that cannot be understood.
    #[error("kinesis://{stream}: {problem}")]
    Answer {
        /// The stream.
        stream: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl KinesisError {
    /// Whether the configuration has to be changed.
    pub fn is_usage(&self) -> bool {
        matches!(self, KinesisError::Setting { .. })
    }
}
