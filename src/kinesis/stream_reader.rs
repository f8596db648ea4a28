//! Reads one stream: lists its shards, and begins each when its turn has come.

use super::attempts::Attempts;
use super::lineage::Lineage;
use super::shard::Shard;
use super::shard_reader::{Begun, ShardReader};
use super::source::{Item, Shared};
use super::{KinesisError, Place};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// How long the children of a shard that has ended may take to be listed before they are looked for again.
const LIST_AGAIN: Duration = Duration::from_secs(1);

/// What becomes of a shard. There are at most three of each, so they need no other bound.
#[derive(Debug)]
pub enum Event {
    /// All was read that it held when the stream's reading began.
    CaughtUp(Arc<str>),
    /// It was closed, and all was read.
    Ended(Arc<str>),
    /// It cannot be read further.
    Failed(KinesisError),
}

/// Reads a stream.
pub struct StreamReader {
    shared: Arc<Shared>,
    stream: Arc<str>,
    place: Place,
    lineage: Lineage,
    /// The shards that were there at the start and have not been caught up with; nothing once that was told.
    behind: Option<BTreeSet<Arc<str>>>,
    begun: Begun,
    sender: UnboundedSender<Event>,
    events: UnboundedReceiver<Event>,
}

impl StreamReader {
    /// All shards that are there from a place on, and from their first records those that come out of them.
    pub fn new(shared: Arc<Shared>, stream: Arc<str>, place: Place) -> StreamReader {
        let (sender, events) = mpsc::unbounded_channel();
        let (lineage, begun) = (Lineage::default(), Begun::now());
        StreamReader { shared, stream, place, lineage, behind: None, begun, sender, events }
    }

    /// Reads until it fails.
    pub async fn run(mut self) {
        if let Err(error) = self.read().await {
            self.shared.send(Item::Failed(error));
        }
    }

    async fn read(&mut self) -> Result<(), KinesisError> {
        let mut listed = self.list().await?;
        self.shared.status.listed(&self.stream);
        if self.place == Place::Latest {
            // What they hold came before.
            listed.iter().filter(|shard| shard.is_closed).for_each(|shard| self.lineage.end(&shard.id));
        }
        let is_read = |shard: &&Shard| self.place != Place::Latest || !shard.is_closed;
        let there: BTreeSet<Arc<str>> = listed.iter().filter(is_read).map(|shard| shard.id.clone()).collect();
        self.behind = Some(there.clone());
        loop {
            for shard in self.lineage.begin(&listed) {
                let place = if there.contains(&shard.id) { self.place.clone() } else { Place::Earliest };
                self.begin(shard, place);
            }
            self.tell_if_caught_up();
            self.wait(self.lineage.lacks_children(&listed)).await?;
            listed = self.list().await?;
        }
    }

    fn begin(&self, shard: Shard, place: Place) {
        let (shared, stream, events) = (self.shared.clone(), self.stream.clone(), self.sender.clone());
        let first = match &self.place {
            Place::At(number) => Some(number.clone()),
            _ => None,
        };
        let reader = ShardReader::new(shared, stream, shard, place, first, events);
        tokio::spawn(reader.run(self.begun));
    }

    /// Waits until a shard has ended, and takes what else has happened by then; or for a while, if the list is to be had again.
    async fn wait(&mut self, is_incomplete: bool) -> Result<(), KinesisError> {
        let again = tokio::time::sleep(LIST_AGAIN);
        tokio::pin!(again);
        let mut has_ended = false;
        while !has_ended || !self.events.is_empty() {
            let event = tokio::select! {
                event = self.events.recv() => event.expect("one sender is held here"),
                () = &mut again, if is_incomplete => return Ok(()),
            };
            match event {
                Event::Failed(error) => return Err(error),
                Event::CaughtUp(id) => self.is_caught_up(&id),
                Event::Ended(id) => {
                    self.lineage.end(&id);
                    self.is_caught_up(&id);
                    has_ended = true;
                }
            }
            self.tell_if_caught_up();
        }
        Ok(())
    }

    fn is_caught_up(&mut self, id: &Arc<str>) {
        if let Some(behind) = &mut self.behind {
            behind.remove(id);
        }
    }

    fn tell_if_caught_up(&mut self) {
        if self.behind.take_if(|behind| behind.is_empty()).is_some() {
            self.shared.stream_caught_up();
        }
    }

    async fn list(&self) -> Result<Vec<Shard>, KinesisError> {
        let mut attempts = Attempts::new(&self.shared.status, &self.stream, None);
        loop {
            match self.shared.client.shards(&self.stream).await {
                Ok(shards) => {
                    attempts.succeeded();
                    return Ok(shards);
                }
                Err(failure) => attempts.wait(failure).await?,
            }
        }
    }
}
