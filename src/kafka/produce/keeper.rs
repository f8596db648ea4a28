//! The thread that asks the brokers which topics they have, and replaces a client that cannot go on.

use super::cluster::Cluster;
use super::context::{self, Client};
use super::counts::Counts;
use super::replaced::Replaced;
use super::settings::ProducerSettings;
use crate::kafka::msk_iam::Tokens;
use crossbeam_channel::Receiver;
use rdkafka::error::KafkaResult;
use rdkafka::metadata::MetadataTopic;
use rdkafka::producer::Producer;
use std::collections::BTreeMap;
use std::mem;
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};
use tracing::{error, info};

/// How often it looks, when all is well and nobody asks.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// The same while no broker answers.
const LOOK_SOON: Duration = Duration::from_millis(250);
/// No two looks begin sooner one after the other, however many ask for topics that do not exist.
const PAUSE: Duration = Duration::from_millis(100);
/// How long an answer is waited for.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Looks, until nobody sends any more.
pub struct Keeper {
    pub client: Arc<RwLock<Arc<Client>>>,
    pub cluster: Arc<Cluster>,
    pub counts: Arc<Counts>,
    pub tokens: Tokens,
    pub woken: Receiver<()>,
    pub settings: ProducerSettings,
}

impl Keeper {
    /// Does it.
    pub fn run(self) {
        let mut replaced = Replaced::default();
        while !self.cluster.is_closed() {
            let begin = Instant::now();
            self.replace_if_broken(&mut replaced);
            self.look();
            thread::sleep(PAUSE.saturating_sub(begin.elapsed()));
            // Woken or not, it is time.
            let is_well = self.cluster.trouble().is_none() && self.cluster.is_up();
            let _ = self.woken.recv_timeout(if is_well { LOOK_EVERY } else { LOOK_SOON });
        }
    }

    fn look(&self) {
        let number = self.cluster.begin();
        match self.topics() {
            Ok(topics) => {
                if !self.cluster.is_up() {
                    info!(brokers = self.settings.brokers, "Kafka takes records");
                }
                self.cluster.found(number, topics);
            }
            Err(why) => self.cluster.lost(&why.to_string()),
        }
    }

    fn topics(&self) -> KafkaResult<BTreeMap<String, u32>> {
        let client = self.current();
        let metadata = client.client().fetch_metadata(None, TIMEOUT)?;
        let topic = |topic: &MetadataTopic| (topic.name().to_owned(), topic.partitions().len() as u32);
        // A topic that is being made or deleted may have no partitions.
        Ok(metadata.topics().iter().map(topic).filter(|(_, partitions)| *partitions > 0).collect())
    }

    /// An idempotent client ends by itself where it could no longer say that what it sends is stored once and in order.
    fn replace_if_broken(&self, replaced: &mut Replaced) {
        let Some((_, why)) = self.current().client().fatal_error() else {
            if replaced.works(Instant::now()) {
                self.cluster.set_broken(None);
            }
            return;
        };
        self.cluster.set_broken(Some(why.clone()));
        if !replaced.is_due(Instant::now()) {
            return;
        }
        error!(
            why,
            "the client that sends to Kafka cannot go on; what it had is not confirmed, and another takes its place"
        );
        match context::client(&self.settings, &self.cluster, &self.counts, &self.tokens) {
            Ok(client) => {
                let mut current = self.client.write().unwrap_or_else(PoisonError::into_inner);
                let broken = mem::replace(&mut *current, Arc::new(client));
                drop(current);
                // Ending it takes a moment, in which it tells what is not confirmed.
                drop(broken);
            }
            Err(why) => error!(%why, "no other client can be made"),
        }
    }

    fn current(&self) -> Arc<Client> {
        Arc::clone(&self.client.read().unwrap_or_else(PoisonError::into_inner))
    }
}
