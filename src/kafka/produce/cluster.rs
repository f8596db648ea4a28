//! What is known of the brokers: whether one answers, and which topics they have.

use super::error::NotStored;
use crossbeam_channel::{Receiver, Sender};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// Shared by those who send, by the client and by the thread that looks.
pub struct Cluster {
    known: watch::Sender<Known>,
    /// The number of the last look that was begun.
    begun: AtomicU64,
    /// Somebody wants it to be looked at once.
    wake: Sender<()>,
    is_closed: AtomicBool,
}

#[derive(Debug, Default)]
struct Known {
    /// The number of the last look that was answered.
    looked: u64,
    is_up: bool,
    /// Why it is not.
    trouble: Option<String>,
    /// The last error of a connection; it says more than that none is there.
    heard: Option<String>,
    /// Why the client that sends could not go on, until another one works.
    broken: Option<String>,
    topics: Arc<BTreeMap<String, u32>>,
}

impl Cluster {
    /// Nothing is known yet. The receiver is for who looks.
    pub fn new() -> (Cluster, Receiver<()>) {
        let (wake, woken) = crossbeam_channel::bounded(1);
        let known = watch::Sender::new(Known::default());
        (Cluster { known, begun: AtomicU64::new(0), wake, is_closed: AtomicBool::new(false) }, woken)
    }

    /// Waits until a broker answers.
    pub async fn until_up(&self, limit: Option<Duration>) -> Result<(), NotStored> {
        self.until(limit, |known| known.is_up).await
    }

    /// How many partitions a topic has; nothing if there is no such topic. One that is not known may have been made meanwhile.
    pub async fn partitions(&self, topic: &str, limit: Option<Duration>) -> Result<Option<u32>, NotStored> {
        let known = |topics: &BTreeMap<String, u32>| topics.get(topic).copied();
        if let Some(partitions) = known(&self.known.borrow().topics) {
            return Ok(Some(partitions));
        }
        let topics = self.topics_anew(limit).await?;
        Ok(known(&topics))
    }

    /// All topics, as they are from now on.
    pub async fn topics_anew(
        &self,
        limit: Option<Duration>,
    ) -> Result<Arc<BTreeMap<String, u32>>, NotStored> {
        let begun = self.begun.load(Ordering::Relaxed);
        self.look_soon();
        self.until(limit, |known| known.looked > begun).await?;
        Ok(Arc::clone(&self.known.borrow().topics))
    }

    /// All topics, as soon as they have been asked for once.
    pub async fn topics(&self, limit: Option<Duration>) -> Result<Arc<BTreeMap<String, u32>>, NotStored> {
        self.until(limit, |known| known.looked > 0).await?;
        Ok(Arc::clone(&self.known.borrow().topics))
    }

    async fn until(&self, limit: Option<Duration>, done: impl Fn(&Known) -> bool) -> Result<(), NotStored> {
        let mut known = self.known.subscribe();
        // The sender lives as long as this.
        let waiting = async { drop(known.wait_for(done).await) };
        match limit {
            None => waiting.await,
            Some(limit) => timeout(limit, waiting).await.map_err(|_| self.unreachable())?,
        }
        Ok(())
    }

    fn unreachable(&self) -> NotStored {
        let trouble = self.known.borrow().trouble.clone();
        NotStored::Unreachable(trouble.unwrap_or_else(|| "none has answered yet".to_owned()))
    }

    /// A look begins; its number.
    pub fn begin(&self) -> u64 {
        self.begun.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// A broker has told its topics.
    pub fn found(&self, look: u64, topics: BTreeMap<String, u32>) {
        self.known.send_modify(|known| {
            (known.looked, known.is_up) = (look, true);
            (known.trouble, known.heard) = (None, None);
            if *known.topics != topics {
                known.topics = Arc::new(topics);
            }
        });
    }

    /// None answers.
    pub fn lost(&self, why: &str) {
        self.known.send_modify(|known| {
            known.is_up = false;
            known.trouble = Some(known.heard.clone().unwrap_or_else(|| why.to_owned()));
        });
    }

    /// A connection has failed.
    pub fn heard(&self, error: String) {
        self.known.send_modify(|known| known.heard = Some(error));
    }

    /// The client that sends cannot go on, or works.
    pub fn set_broken(&self, why: Option<String>) {
        self.known.send_if_modified(|known| {
            let is_new = known.broken != why;
            known.broken = why;
            is_new
        });
    }

    /// Why none answers, or nothing can be sent, if so.
    pub fn trouble(&self) -> Option<String> {
        let known = self.known.borrow();
        known.trouble.clone().or_else(|| known.broken.as_deref().map(cannot_go_on))
    }

    /// Whether the last one that was asked has answered.
    pub fn is_up(&self) -> bool {
        self.known.borrow().is_up
    }

    /// Has it looked at soon.
    pub fn look_soon(&self) {
        // If there is no room somebody else has said so.
        let _ = self.wake.try_send(());
    }

    /// Nobody sends any more.
    pub fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
        self.look_soon();
    }

    /// Whether nobody sends any more.
    pub fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Relaxed)
    }
}

/// What is told while the client that sends cannot go on.
pub fn cannot_go_on(why: &str) -> String {
    format!("the client that sends cannot go on, and another takes its place: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Option<Duration> = Some(Duration::from_millis(20));

    #[tokio::test]
    async fn a_topic_that_is_not_known_is_asked_for_once_more() {
        let (cluster, woken) = Cluster::new();
        let nothing = cluster.partitions("a.pin", SHORT).await;
        assert_eq!(nothing, Err(NotStored::Unreachable("none has answered yet".to_owned())));
        woken.try_recv().expect("somebody wants to know");
        let old = cluster.begin();
        let asked = cluster.partitions("a.pin", Some(Duration::from_secs(60)));
        let told = async {
            // A look that had begun before says nothing about what was made since.
            cluster.found(old, BTreeMap::new());
            tokio::task::yield_now().await;
            cluster.found(cluster.begin(), BTreeMap::from([("a.pin".to_owned(), 3)]));
        };
        assert_eq!(tokio::join!(asked, told).0, Ok(Some(3)));
        cluster.lost("all are down");
        assert_eq!(cluster.partitions("a.pin", SHORT).await, Ok(Some(3)));
        let down = Err(NotStored::Unreachable("all are down".to_owned()));
        assert_eq!(cluster.until_up(SHORT).await, down);
    }
}
