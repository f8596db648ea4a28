//! The configuration: the shipped defaults, overlaid by the user's file, checked once at start-up.

mod text_file;
mod expand;
mod key;
mod document;
mod written;
mod check;
mod kinds;
mod live;
mod s3;
mod kinesis;
mod kafka;
mod msk_iam;
mod front_door;
mod archive;
mod error;

pub use archive::ArchiveSettings;
pub use error::{ConfigError, Place};
pub use front_door::FrontDoorSettings;
pub use kafka::{CreateTopics, KafkaSettings, LibrdkafkaSettings, OnGap, Start, Topics};
pub use kinds::{Kinds, Mapping};
pub use kinesis::KinesisSettings;
pub use live::{DeadLetterSettings, HttpSettings, Live, LogSettings};
pub use msk_iam::MskIamSettings;
pub use s3::{AccessKey, S3Settings};

use pinflow_dataflows::row::Settings;
use std::path::Path;

/// All that can be set, as the program uses it. `config/default.toml` describes each key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Threads that compute the views.
    pub workers: usize,
    /// What the views are computed with.
    pub views: Settings,
    /// Which kind of records a topic, stream or archive prefix holds.
    pub kinds: Kinds,
    /// What is refused.
    pub limits: Limits,
    /// How archives are read.
    pub replay: Replay,
    /// How S3 is asked.
    pub s3: S3Settings,
    /// How Kinesis is asked.
    pub kinesis: KinesisSettings,
    /// The topics that `pinflow run` reads, if it does not read the embedded log.
    pub kafka: Option<KafkaSettings>,
    /// The same, also where a run reads the embedded log: `pinflow tap` reads topics, and an emulation sends to topics, that
    /// their command lines name.
    pub kafka_clients: KafkaSettings,
    /// How the front door sends records to them.
    pub front_door: FrontDoorSettings,
    /// Where records are archived.
    pub archive: ArchiveSettings,
    /// How live records are taken, kept and shown.
    pub live: Live,
}

/// What is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the longest record that is looked at.
    pub record_max_bytes: usize,
}

/// How archives are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// Bytes handed to a worker at once.
    pub block_bytes: usize,
    /// Blocks that are read ahead and wait for a worker.
    pub prefetch_blocks: usize,
    /// Partitions read at the same time.
    pub readers: usize,
    /// Records after which a tick is closed.
    pub tick_max_records: usize,
}

impl Config {
    /// The shipped defaults, overlaid by the file at `path` if there is one.
    ///
    /// Stops at the first fault: a file that cannot be read, TOML's syntax, an unknown key, a value that is not allowed.
    pub fn load(path: Option<&Path>) -> Result<Config, ConfigError> {
        let mut written = written::Written::shipped();
        if let Some(path) = path {
            written.overlay(document::read(path)?)?;
        }
        check::config(&written)
    }

    /// The same with another number of workers, as `--workers` asks for.
    pub fn with_workers(mut self, workers: usize) -> Result<Config, ConfigError> {
        self.workers = check::flag("--workers", workers, check::WORKERS)?;
        Ok(self)
    }

    /// The same with another folder, as `--data` asks for.
    pub fn with_data(mut self, data: &Path) -> Config {
        self.live.data = data.to_owned();
        self
    }

    /// The same with another address, as `--listen` asks for.
    pub fn with_listen(mut self, listen: &str) -> Result<Config, ConfigError> {
        self.live.listen = check::address(listen)
            .ok_or_else(|| ConfigError::Flag { flag: "--listen", allowed: check::ADDRESS.to_owned() })?;
        Ok(self)
    }

    /// The same with another place for the archive, as `--to` asks for.
    pub fn with_archive(mut self, to: &str) -> Config {
        self.archive.to = Some(to.to_owned());
        self
    }

    /// The same with another number of ranks, as `--k` asks for.
    pub fn with_k(mut self, k: usize) -> Result<Config, ConfigError> {
        self.views.k = check::flag("--k", k, check::K)?;
        Ok(self)
    }
}

impl Default for Config {
    /// The shipped defaults.
    fn default() -> Config {
        Config::load(None).expect("config/default.toml is valid")
    }
}
