//! What the server takes, and why not more.

use std::time::Duration;

/// The bounds of connections, requests and records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time. An idle one costs about 20 KiB and a file descriptor, so the process needs that many.
    pub connections: usize,
    /// Connections beyond these, on which only probes are answered; of more, the oldest is closed. A probe needs its
    /// place for a millisecond, so few do.
    pub spare_connections: usize,
    /// Bytes of a request's line and headers. Every known client and proxy stays under 16 KiB.
    pub header_bytes: usize,
    /// Bytes of a request's path and query. RFC 9110 asks servers to take 8,000.
    pub uri_bytes: usize,
    /// From when a connection is made, or its last answer was given, until the next request's headers are there.
    pub header_timeout: Duration,
    /// From a request's headers until its body is there: 32 MiB through 5 Mbit/s.
    pub body_timeout: Duration,
    /// How long an answer waits for a client that does not read it.
    pub write_timeout: Duration,
    /// Bytes of a body, also after decompression.
    pub body_bytes: usize,
    /// Bytes of all bodies that are read, parsed or waiting for the log.
    pub in_flight_bytes: usize,
    /// Bytes of a record. Larger ones would be rejected as `too large`, so they are not taken.
    pub record_bytes: usize,
    /// Records in a request to the Kafka REST Proxy's API.
    pub kafka_records: usize,
    /// Records in a PutRecords request: the 500 that Kinesis takes.
    pub kinesis_records: usize,
    /// Lines in a bulk request: at 40 bytes each beside the body, 8 MiB.
    pub ingest_records: usize,
    /// Names of topics and streams; each is a folder in the log, with files that stay open.
    pub streams: usize,
    /// What `Retry-After` says: by then a busy log has made some group commits.
    pub retry_after: Duration,
    /// How long requests in progress may go on when the server stops.
    pub drain_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 4096,
            spare_connections: 64,
            header_bytes: 16 << 10,
            uri_bytes: 8 << 10,
            header_timeout: Duration::from_secs(15),
            body_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(30),
            body_bytes: 32 << 20,
            in_flight_bytes: 256 << 20,
            record_bytes: 1 << 20,
            kafka_records: 10_000,
            kinesis_records: 500,
            ingest_records: 200_000,
            streams: 1_000,
            retry_after: Duration::from_secs(1),
            drain_timeout: Duration::from_secs(10),
        }
    }
}
