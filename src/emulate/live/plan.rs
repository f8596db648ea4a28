//! The settings, checked, in the types that senders work with.

use super::address::{KafkaAddress, is_kafka};
use super::dialect::Dialect;
use super::error::LiveError;
use super::file_rows::FileRows;
use super::invented::{InventedRows, LiveChances};
use super::requests::Requests;
use super::schedule::Schedule;
use super::settings::{Invented, LiveSettings, Rows};
use super::source::Source;
use crate::emulate::checks::{bounded, chance, prefix};
use crate::emulate::error::EmulateError;
use crate::emulate::records::{Catalogue, CatalogueOptions};
use crate::http_client::problem_of;
use http::Uri;

/// More than one machine sends.
const MOST_RATE: f64 = 1e6;
/// Each has a socket, and batches of its own.
const MOST_CONNECTIONS: u64 = 1_000;
/// As many as source.create_topics takes.
const MOST_PARTITIONS: u64 = 100_000;

/// Checked settings.
pub struct LivePlan {
    /// Where records go.
    pub target: Target,
    /// When posts are due.
    pub schedule: Schedule,
    /// What they are.
    pub source: Source,
    /// Connections.
    pub connections: usize,
    /// Records of a request.
    pub batch: usize,
}

/// Where records go.
pub enum Target {
    /// A server, and how batches are put into requests to it.
    Server(Box<(Uri, Requests)>),
    /// Topics of Kafka.
    Kafka(KafkaAddress),
}

impl LivePlan {
    /// Checks the settings; an error names the flag.
    pub fn from_settings(settings: &LiveSettings) -> Result<LivePlan, EmulateError> {
        let (dialect, prefix) = (settings.dialect, settings.prefix.as_deref());
        let target = match is_kafka(&settings.to) {
            true => Target::Kafka(KafkaAddress::parse(&settings.to, prefix)?),
            false => {
                let server = server(&settings.to, dialect, &topics(dialect, prefix)?)?;
                Target::Server(Box::new(server))
            }
        };
        let rate = settings.rate;
        if !(rate > 0.0 && rate <= MOST_RATE) {
            return Err(LiveError::Rate { value: rate, most: MOST_RATE }.into());
        }
        let (value, most) = (settings.batch.unwrap_or(dialect.default_batch()), dialect.most_in_batch());
        if !(1..=most).contains(&value) {
            return Err(LiveError::Batch { value, most, dialect }.into());
        }
        if let Some(partitions) = settings.kafka.create_topics {
            bounded("--create-topics", partitions.into(), MOST_PARTITIONS)?;
        }
        let connections = bounded("--connections", settings.connections.into(), MOST_CONNECTIONS)?;
        if let Some(count) = settings.count {
            bounded("--count", count, u64::MAX)?;
        }
        let schedule = Schedule::new(rate, settings.pace, settings.seed, settings.count, settings.duration);
        let source = source(settings)?;
        let (connections, batch) = match target {
            Target::Server(..) => (connections as usize, value as usize),
            Target::Kafka(_) => (1, 1),
        };
        Ok(LivePlan { target, schedule, source, connections, batch })
    }
}

fn topics(dialect: Dialect, given: Option<&str>) -> Result<String, EmulateError> {
    match (dialect.default_prefix(), given) {
        (None, None) => Ok(String::new()),
        (None, Some(_)) => Err(LiveError::NoPrefix { dialect }.into()),
        (Some(default), given) => prefix(given.unwrap_or(default)),
    }
}

fn server(to: &str, dialect: Dialect, prefix: &str) -> Result<(Uri, Requests), LiveError> {
    let wrong = |problem: String| LiveError::Address { to: to.into(), problem };
    let server: Uri = to.parse().map_err(|error: http::uri::InvalidUri| wrong(error.to_string()))?;
    if let Some(problem) = problem_of(&server) {
        return Err(wrong(problem.into()));
    }
    let requests = Requests::new(&server, dialect, prefix);
    let requests = requests.ok_or_else(|| wrong("it makes no address with a path behind it".into()))?;
    Ok((server, requests))
}

fn source(settings: &LiveSettings) -> Result<Source, EmulateError> {
    let (dialect, seed) = (settings.dialect, settings.seed);
    match &settings.rows {
        Rows::File(path) => Ok(Source::File(FileRows::read(path, dialect, seed)?)),
        Rows::Invented(invented) => {
            let catalogue = Catalogue::new(CatalogueOptions {
                seed,
                posts: bounded("--posts", invented.posts, u64::MAX)?,
                missing_geo: chance("--missing-geo-rate", invented.missing_geo_rate)?,
                missing_user: chance("--missing-user-rate", invented.missing_user_rate)?,
            });
            let rows = InventedRows::new(catalogue, chances(invented)?, dialect.kinds(), seed);
            Ok(Source::Invented(Box::new(rows)))
        }
    }
}

fn chances(invented: &Invented) -> Result<LiveChances, EmulateError> {
    Ok(LiveChances {
        correction: chance("--correction-rate", invented.correction_rate)?,
        delete: chance("--delete-rate", invented.delete_rate)?,
        malformed: chance("--malformed-rate", invented.malformed_rate)?,
        odd: chance("--odd-rate", invented.odd_rate)?,
    })
}
