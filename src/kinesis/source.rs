//! Streams that are read, each by a task of its own, and each of their shards by another one.

use super::batch::Batch;
use super::client::Client;
use super::status::Status;
use super::stream_reader::StreamReader;
use super::{KinesisError, Place};
use crate::config::KinesisSettings;
use crossbeam_channel::{Receiver, Sender};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

/// Threads that talk to Kinesis. They decode answers, most of which is base64.
const THREADS: usize = 2;
/// Reads that may be on their way or wait to be looked at, each of at most 10 MB. A shard gives 2 MB a second: so many keep any
/// line busy.
const READS: usize = 16;

/// What is handed over.
#[derive(Debug)]
pub enum Item {
    /// Records of a shard.
    Records(Batch),
    /// All was handed over that was there at the start.
    CaughtUp,
    /// A stream cannot be read further.
    Failed(KinesisError),
}

/// Streams that are read. Nothing more is once this is dropped.
pub struct KinesisSource {
    /// What they give. Its bound is the room that batches take.
    pub items: Receiver<Item>,
    /// What they are about.
    pub status: Arc<Status>,
    runtime: Option<Runtime>,
}

/// What all that read have in common.
pub struct Shared {
    /// Asks for them.
    pub client: Client,
    /// What they are about.
    pub status: Arc<Status>,
    /// Room for what is read.
    pub room: Arc<Semaphore>,
    items: Sender<Item>,
    /// How many streams have not been caught up with.
    behind: AtomicUsize,
}

impl KinesisSource {
    /// Begins to read streams, whose names are different, from a place on. Asks for credentials, but waits for no stream.
    pub fn start(
        settings: &KinesisSettings,
        streams: &[String],
        place: &Place,
    ) -> Result<KinesisSource, KinesisError> {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(THREADS).thread_name("kinesis").enable_all();
        let runtime = builder.build().map_err(|error| KinesisError::Threads { error })?;
        let (sender, items) = crossbeam_channel::unbounded();
        let status = Arc::<Status>::default();
        let shared = Arc::new(Shared {
            client: runtime.block_on(Client::open(settings))?,
            status: status.clone(),
            room: Arc::new(Semaphore::new(READS)),
            items: sender,
            behind: AtomicUsize::new(streams.len()),
        });
        for stream in streams {
            let reader = StreamReader::new(shared.clone(), stream.as_str().into(), place.clone());
            runtime.spawn(reader.run());
        }
        Ok(KinesisSource { items, status, runtime: Some(runtime) })
    }
}

impl Drop for KinesisSource {
    /// Does not wait for the look-up of a name, which cannot be interrupted.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Shared {
    /// Hands something over; who wants nothing more has ended.
    pub fn send(&self, item: Item) {
        let _ = self.items.send(item);
    }

    /// A stream was caught up with.
    pub fn stream_caught_up(&self) {
        if self.behind.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.send(Item::CaughtUp);
        }
    }
}
