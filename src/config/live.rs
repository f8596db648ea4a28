//! What can be set for `pinflow run`. `config/default.toml` describes each key.

use std::net::SocketAddr;
use std::path::PathBuf;

/// How live records are taken, kept and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// The folder of the log, of dead letters and of what is remembered from run to run.
    pub data: PathBuf,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// The longest time that a tick is open.
    pub tick_max_ms: usize,
    /// Bytes of the log that may wait to be read.
    pub lag_max_bytes: usize,
    /// The embedded log.
    pub log: LogSettings,
    /// What the server takes.
    pub http: HttpSettings,
    /// How dead letters are kept.
    pub dead_letters: DeadLetterSettings,
}

/// How the embedded log is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// Partitions of each topic.
    pub partitions: usize,
    /// Topics that there may be.
    pub topics: usize,
    /// Bytes after which an object is closed.
    pub segment_bytes: usize,
    /// Bytes of requests that may wait to be written.
    pub queue_bytes: usize,
    /// Bytes above which the oldest objects are deleted.
    pub retention_bytes: Option<usize>,
    /// Days after which objects are deleted.
    pub retention_days: Option<usize>,
}

/// What the server takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpSettings {
    /// Connections at a time.
    pub connections: usize,
    /// Bytes of a body.
    pub body_max_bytes: usize,
    /// Bytes of all bodies at a time.
    pub in_flight_max_bytes: usize,
    /// Records of a request to the Kafka REST Proxy's API.
    pub kafka_records: usize,
    /// Records of a `PutRecords` request.
    pub kinesis_records: usize,
    /// Lines of a bulk request.
    pub ingest_records: usize,
    /// The longest wait for a request's headers.
    pub header_timeout_ms: usize,
    /// The longest wait for a request's body.
    pub body_timeout_ms: usize,
}

/// How dead letters are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetterSettings {
    /// Bytes after which a file is closed.
    pub file_max_bytes: usize,
    /// Bytes of all files.
    pub max_bytes: usize,
}
