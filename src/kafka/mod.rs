//! Follows topics of Kafka: all that they hold, then what comes, once it is committed.
//!
//! Two threads. The `reader` polls messages and hands them over in blocks; it never waits for an answer. The `watcher` asks
//! the brokers which partitions there are, where they begin, and whether they are still the same; what it finds it tells the
//! reader as `Order`s. Both tell [`Status`] how it goes.
//!
//! Partitions are assigned, never subscribed to, and positions are pinflow's own: what is committed is for tools that show
//! lag, and nobody here reads it.

mod msk_iam;
pub mod produce;
mod client;
mod error;
mod reached;
mod ranks;
mod seen;
mod tail;
mod tails;
mod tombstone;
mod empty;
mod waiting;
mod at_start;
mod assignment;
mod reader;
mod topics;
mod create;
mod begin;
mod uncommitted;
mod made_again;
mod check;
mod fills;
mod hand_over;
mod progress;
mod watcher;
mod status;
mod statistics;

pub use error::KafkaError;
pub use msk_iam::{TokenState, Tokens};
pub use progress::Positions;
pub use reached::{HandedOut, Reached, ReachedPartitions, key_of};
pub use status::{PartitionStatus, SourceStatus, Status};

use crate::archive::Item;
use crate::backfill::{Archive, Backfill};
use crate::buffers::Buffers;
use crate::config::{Config, KafkaSettings};
use crate::follow::Woken;
use crate::partitions::Partitions;
use crossbeam_channel::Receiver;
use hand_over::HandOver;
use reader::{Order, Reader};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::JoinHandle;
use watcher::Watcher;

/// What dead letters and the status call the brokers.
pub fn source_name(settings: &KafkaSettings) -> String {
    format!("kafka://{}", settings.brokers)
}

/// What the threads share with each other, and with those who started them.
#[derive(Clone)]
pub struct Shared {
    /// How it goes.
    pub status: Arc<Status>,
    /// What the brokers are shown, if they ask for tokens.
    pub tokens: Tokens,
    /// Who is woken when something has come.
    pub woken: Woken,
    /// Set when they have to end.
    pub stop: Arc<AtomicBool>,
}

/// What follows topics.
pub struct KafkaSource {
    reader: Reader,
    watcher: Watcher,
    /// The archive of the topics, if they have one.
    backfill: Option<Backfill>,
    items: Receiver<Item>,
}

impl KafkaSource {
    /// Makes the clients. They connect by themselves; brokers that cannot be reached are waited for. Partitions of which
    /// something was `reached` are gone on with there.
    pub fn new(
        settings: &KafkaSettings,
        config: &Config,
        partitions: Arc<Partitions>,
        reached: ReachedPartitions,
        shared: Shared,
    ) -> Result<KafkaSource, KafkaError> {
        let (sender, items) = crossbeam_channel::bounded(config.replay.prefetch_blocks);
        // The watcher begins all partitions of a look at once; the reader takes orders many times a second.
        let (orders, taken) = crossbeam_channel::unbounded::<Order>();
        let (given_back, let_go) = crossbeam_channel::unbounded();
        let reader = Reader::new(settings, config, sender.clone(), (taken, given_back), shared.clone())?;
        let archive =
            settings.backfill.as_ref().map(|place| Archive::open(place, settings, config)).transpose()?;
        let (backfill, hand_over) = match archive {
            None => (None, None),
            Some(archive) => {
                let run = (shared.woken.clone(), shared.stop.clone());
                let wanted = (&settings.topics, config);
                let (backfill, asks, answers) =
                    Backfill::new(archive, wanted, reader.buffers(), sender, shared.status.clone(), run);
                (Some(backfill), Some(HandOver::new(asks, answers, let_go)))
            }
        };
        let watcher = Watcher::new(settings, config, partitions, orders, shared)?;
        Ok(KafkaSource { reader, watcher: watcher.behind(reached, hand_over), backfill, items })
    }

    /// These positions are committed for the group, in the place of those that the views show.
    pub fn tell(&mut self, positions: Positions) {
        self.watcher.tell(positions);
    }

    /// Hands over keys and headers, too.
    pub fn keep_envelopes(&mut self) {
        self.reader.keep_envelopes();
    }

    /// Where buffers of decoded blocks go.
    pub fn buffers(&self) -> Buffers {
        self.reader.buffers()
    }

    /// Starts its threads. They end when they have to stop; nothing more comes then.
    pub fn start(self) -> std::io::Result<(Receiver<Item>, Vec<JoinHandle<()>>)> {
        let KafkaSource { reader, watcher, backfill, items } = self;
        let thread = |name: &str| std::thread::Builder::new().name(name.to_owned());
        let reader = thread("kafka reader").spawn(move || reader.run())?;
        let watcher = thread("kafka watcher").spawn(move || watcher.run())?;
        let archive = backfill.map(Backfill::start).transpose()?.unwrap_or_default();
        Ok((items, [reader, watcher].into_iter().chain(archive).collect()))
    }
}
