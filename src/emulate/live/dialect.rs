//! The dialects of the front door: what each calls its topics, and which kinds and how many records it takes.

use clap::ValueEnum;
use pinflow_dataflows::kind::Kind;
use std::fmt;

/// Whose producers the records look as if they came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Dialect {
    /// Kafka REST Proxy v2: POST /topics/{prefix}.{kind}.
    #[default]
    RestProxy,
    /// Kinesis behind API Gateway: PUT /streams/{prefix}-{kind}/record.
    Kinesis,
    /// The pipelines' FastAPI service: POST /pin/ with a bare pin. It takes pins only, so nothing else is sent.
    Pin,
    /// pinflow's own, in bulk: POST /v1/ingest/{kind} with a record a line.
    Ingest,
}

/// Records of a request in bulk: beyond it, requests cost little beside their records.
const BULK: u32 = 100;
/// As many records as any dialect's server takes in one request by default.
const MOST_IN_BULK: u32 = 1_000;

impl Dialect {
    /// What topics or streams are called before the kind, if nothing else is asked for; nothing where they have no name.
    pub fn default_prefix(self) -> Option<&'static str> {
        match self {
            Dialect::RestProxy => Some("129a67850695"),
            Dialect::Kinesis => Some("streaming-129a67850695"),
            Dialect::Pin | Dialect::Ingest => None,
        }
    }

    /// The kinds that there is a way in for.
    pub fn kinds(self) -> &'static [Kind] {
        match self {
            Dialect::Pin => &[Kind::Pin],
            Dialect::RestProxy | Dialect::Kinesis | Dialect::Ingest => &Kind::ALL,
        }
    }

    /// Records of a request, if nothing else is asked for: one, as the reference emulators send them, but in bulk.
    pub fn default_batch(self) -> u32 {
        if self == Dialect::Ingest { BULK } else { 1 }
    }

    /// The most records of a request.
    pub fn most_in_batch(self) -> u32 {
        match self {
            Dialect::RestProxy | Dialect::Ingest => MOST_IN_BULK,
            Dialect::Kinesis | Dialect::Pin => 1,
        }
    }
}

/// As on the command line.
impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Dialect::RestProxy => "rest-proxy",
            Dialect::Kinesis => "kinesis",
            Dialect::Pin => "pin",
            Dialect::Ingest => "ingest",
        })
    }
}
