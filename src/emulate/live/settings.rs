//! What a live emulation is to do.

use super::dialect::Dialect;
use crate::config::{LibrdkafkaSettings, MskIamSettings};
use clap::ValueEnum;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// What a live emulation is to do. The defaults lack only `to`.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveSettings {
    /// The server: `http://host:port`, and a path before all paths of the dialect if there is one; or brokers, as
    /// `kafka://host:port,host:port/prefix`, to which neither dialect, connections nor batch matter.
    pub to: String,
    /// Which of the front door's ways in is taken.
    pub dialect: Dialect,
    /// What topics or streams are called before the kind, where they have a name [none: the dialect's].
    pub prefix: Option<String>,
    /// What is sent.
    pub rows: Rows,
    /// Another seed invents other posts and draws them in another order.
    pub seed: u64,
    /// Posts a second, in all.
    pub rate: f64,
    /// How they are spread over the second.
    pub pace: Pace,
    /// Posts after which it ends [none: any number].
    pub count: Option<u64>,
    /// Time whose posts are sent before it ends [none: endless].
    pub duration: Option<Duration>,
    /// Requests that wait for their answers at once.
    pub connections: u32,
    /// Records of a request [none: the dialect's].
    pub batch: Option<u32>,
    /// File that every accepted record is appended to.
    pub log_sent: Option<PathBuf>,
    /// What only topics of Kafka have.
    pub kafka: KafkaOptions,
    /// Whether to say every few seconds on standard error how far it is.
    pub progress: bool,
}

/// How records are sent to topics of Kafka.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KafkaOptions {
    /// Partitions of topics that are missing and are made [none: they are missed].
    pub create_topics: Option<u32>,
    /// Settings of librdkafka for all clients.
    pub connection: LibrdkafkaSettings,
    /// Whose tokens the brokers are shown, if they are AWS MSK's and ask IAM.
    pub msk_iam: Option<MskIamSettings>,
    /// Those for sending, which go before.
    pub sending: LibrdkafkaSettings,
}

/// Where posts, each a pin, a geo and a user, come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Rows {
    /// They are invented: those of an archive with the same seed and number of posts.
    Invented(Invented),
    /// A file of the user's own; each line is `{"pin":{…},"geo":{…},"user":{…}}`.
    File(PathBuf),
}

/// What is invented. Shares are numbers from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Invented {
    /// Number of posts.
    pub posts: u64,
    /// Share of posts without a geo.
    pub missing_geo_rate: f64,
    /// Share of posts without a user.
    pub missing_user_rate: f64,
    /// Share of records that one with the same `ind` and other values follows, up to 2,000 posts later.
    pub correction_rate: f64,
    /// Share of records that a delete follows, up to 2,000 posts later.
    pub delete_rate: f64,
    /// Texts that must be rejected, for each record; each is a request of its own.
    pub malformed_rate: f64,
    /// Share of records that are spelled in an unusual but legal way.
    pub odd_rate: f64,
}

/// How posts are spread over a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Pace {
    /// The same time between any two.
    #[default]
    Even,
    /// Random times, as between callers who know nothing of each other: exponential, with the same mean.
    Random,
}

impl Default for Invented {
    fn default() -> Self {
        Invented {
            posts: 10_000,
            missing_geo_rate: 0.05,
            missing_user_rate: 0.05,
            correction_rate: 0.0,
            delete_rate: 0.0,
            malformed_rate: 0.0,
            odd_rate: 0.0,
        }
    }
}

impl Default for LiveSettings {
    fn default() -> Self {
        LiveSettings {
            to: String::new(),
            dialect: Dialect::default(),
            prefix: None,
            rows: Rows::Invented(Invented::default()),
            seed: 1,
            // The reference emulators pause for half a second on average.
            rate: 2.0,
            pace: Pace::default(),
            count: None,
            duration: None,
            connections: 4,
            batch: None,
            log_sent: None,
            kafka: KafkaOptions::default(),
            progress: true,
        }
    }
}

/// As on the command line.
impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Pace::Even => "even",
            Pace::Random => "random",
        })
    }
}
