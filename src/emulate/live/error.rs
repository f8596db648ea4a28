//! Why records could not be sent to a server.

use super::dialect::Dialect;
use crate::kafka::KafkaError;
use std::path::PathBuf;

/// Why a live emulation did not begin, or ended early.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// An option that only archives have.
    #[error("--{flag} is for archives, and --to {to} is a server")]
    ForArchives {
        /// The flag, without its dashes.
        flag: String,
        /// Where records were to go.
        to: String,
    },
    /// An option that only servers have.
    #[error(
        "--{flag} is for servers (--to http://host:port) or topics (--to kafka://host:port/prefix), and --to {to} is an archive"
    )]
    ForServers {
        /// The flag, without its dashes.
        flag: String,
        /// Where records were to go.
        to: String,
    },
    /// An option that only servers have, and topics of Kafka have not.
    #[error("--{flag} is for servers, and --to kafka:// has none: one client sends all records")]
    NotForKafka {
        /// The flag, without its dashes.
        flag: String,
    },
    /// An option that only topics of Kafka have.
    #[error("--{flag} is for topics of Kafka (--to kafka://host:port/prefix), and --to {to} is a server")]
    NotForServers {
        /// The flag, without its dashes.
        flag: String,
        /// Where records were to go.
        to: String,
    },
    /// A prefix in the address and one beside it.
    #[error("--prefix {prefix} and --to {to} both say what topics are called; leave one out")]
    TwoPrefixes {
        /// The option.
        prefix: String,
        /// The address.
        to: String,
    },
    /// Topics are missing.
    #[error("{to}: there is no topic {topics}; make it, or have it made with --create-topics PARTITIONS")]
    NoTopics {
        /// Where records were to go.
        to: String,
        /// Their names.
        topics: String,
    },
    /// Topics cannot be made.
    #[error("{to}: {reason}")]
    CannotCreate {
        /// Where records were to go.
        to: String,
        /// What the brokers say.
        reason: String,
    },
    /// rdkafka's client for making topics asks for no tokens.
    #[error(
        "--create-topics cannot be had with source.msk_iam: topics cannot be made with IAM's tokens; make them, and leave it out"
    )]
    CreateWithIam,
    /// No client can be made of the settings.
    #[error(transparent)]
    Kafka(#[from] KafkaError),
    /// An option that says how to invent posts, where they come from a file.
    #[error("--{flag} is for invented posts, and --catalogue takes them from a file")]
    ForInvented {
        /// The flag, without its dashes.
        flag: String,
    },
    /// An address that cannot be asked.
    #[error("--to {to}: {problem}")]
    Address {
        /// What was given.
        to: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A prefix where topics have no name of their own.
    #[error("--prefix does not fit --dialect {dialect}: its topics are the server's choice")]
    NoPrefix {
        /// What was asked for.
        dialect: Dialect,
    },
    /// More records in a request than the dialect has.
    #[error("--batch must be a number from 1 to {most} with --dialect {dialect}, not {value}")]
    Batch {
        /// What was given.
        value: u32,
        /// The most that may be given.
        most: u32,
        /// What was asked for.
        dialect: Dialect,
    },
    /// No rate that can be kept.
    #[error("--rate must be a number above 0, at most {most}, not {value}")]
    Rate {
        /// What was given.
        value: f64,
        /// The most that may be given.
        most: f64,
    },
    /// A line of a catalogue that is no row.
    #[error("{}:{line}: {problem}", path.display())]
    Row {
        /// The catalogue.
        path: PathBuf,
        /// The line's number, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A catalogue with nothing to send.
    #[error("{}: no row has anything that --dialect {dialect} takes", path.display())]
    NoRows {
        /// The catalogue.
        path: PathBuf,
        /// What was asked for.
        dialect: Dialect,
    },
    /// A catalogue that memory should not hold.
    #[error("{}: it has {bytes} bytes, and is held in memory: at most {most}", path.display())]
    TooLarge {
        /// The catalogue.
        path: PathBuf,
        /// Its length.
        bytes: u64,
        /// The greatest length.
        most: u64,
    },
    /// There is no server.
    #[error("cannot connect to {to}: {reason}; is the server running?")]
    NoServer {
        /// Where records were to go.
        to: String,
        /// What the system says.
        reason: String,
    },
    /// The system gives no means to wait for connections.
    #[error("cannot wait for connections")]
    Runtime(#[source] std::io::Error),
}

impl LiveError {
    /// Whether the command line, or a file that it names, has to be changed.
    pub fn is_usage(&self) -> bool {
        !matches!(
            self,
            LiveError::NoServer { .. }
                | LiveError::NoTopics { .. }
                | LiveError::CannotCreate { .. }
                | LiveError::Runtime(_)
        )
    }
}
