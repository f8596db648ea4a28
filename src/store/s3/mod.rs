//! Objects of a bucket: S3, or a store that speaks its protocol.

mod address;
mod bucket;
mod credentials;
mod failure;
mod retry;
mod list;
mod encoding;
mod budget;
mod part;
mod reader;
mod put;
mod target;
mod multipart;

pub use put::Uploads;
pub use target::S3Target;

use super::{Found, Store, StoreError};
use crate::config::S3Settings;
use address::Address;
use bucket::Bucket;
use reader::Reader;
use std::io::Read;
use std::sync::Arc;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

/// Threads that talk to the store. They copy bytes and check signatures; two of them keep a 10 Gbit/s line busy.
const THREADS: usize = 2;
/// Pages of a list that wait for the caller, each of at most 1,000 objects.
const WAITING_PAGES: usize = 16;

/// A prefix of a bucket.
pub struct S3Store {
    name: String,
    prefix: String,
    bucket: Arc<Bucket>,
    threads: Arc<Threads>,
}

/// The threads that requests run on. They end with the store and its last reader.
struct Threads(Option<Runtime>);

impl S3Store {
    /// The store at `rest`, which is what follows `s3://` in `source`. Asks for credentials, but not yet the bucket.
    pub fn open(source: &str, rest: &str, settings: &S3Settings) -> Result<S3Store, StoreError> {
        let Address { bucket, prefix } = Address::parse(source, rest)?;
        let threads = Threads::start().map_err(|error| StoreError::Threads { error })?;
        let bucket = Arc::new(threads.runtime().block_on(Bucket::open(bucket, settings))?);
        Ok(S3Store { name: source.to_owned(), prefix, bucket, threads: Arc::new(threads) })
    }
}

impl Store for S3Store {
    fn list_below(&self, folder: &str, found: &mut dyn FnMut(Found)) -> Result<(), StoreError> {
        let (sender, mut pages) = mpsc::channel(WAITING_PAGES);
        let runtime = self.threads.runtime();
        let listing =
            runtime.spawn(list::list(self.bucket.clone(), self.prefix.clone(), folder.to_owned(), sender));
        while let Some(page) = pages.blocking_recv() {
            page.into_iter().for_each(&mut *found);
        }
        runtime.block_on(listing).expect("a listing does not panic")
    }

    fn open(&self, object: &Found) -> Box<dyn Read + Send> {
        let key = format!("{}{}", self.prefix, object.key);
        Box::new(Reader::open(self.threads.clone(), self.bucket.clone(), key, object))
    }

    fn name(&self) -> &str {
        &self.name
    }

    /// While as many are read, the same number can be on their way.
    fn open_ahead(&self) -> usize {
        2 * self.bucket.concurrency
    }
}

impl Threads {
    fn start() -> std::io::Result<Threads> {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(THREADS).thread_name("s3").enable_all();
        Ok(Threads(Some(builder.build()?)))
    }

    fn runtime(&self) -> &Runtime {
        self.0.as_ref().expect("the runtime is taken when dropped only")
    }
}

impl Drop for Threads {
    /// Does not wait for the look-up of a name, which cannot be interrupted.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
