//! Puts objects into a bucket, several at the same time.

use super::super::StoreError;
use super::Threads;
use super::address::Address;
use super::bucket::Bucket;
use super::failure::Asked;
use super::retry::Attempts;
use crate::config::S3Settings;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::JoinSet;

/// Objects on their way into a prefix of a bucket. Every call blocks the calling thread.
pub struct Uploads {
    prefix: String,
    bucket: Arc<Bucket>,
    /// No more than `fetch_concurrency` of them.
    underway: Mutex<JoinSet<Result<(), StoreError>>>,
    threads: Threads,
}

impl Uploads {
    /// The prefix that `target` names, as `s3://bucket/prefix`.
    pub fn open(target: &str, settings: &S3Settings) -> Result<Uploads, StoreError> {
        let rest = target.strip_prefix("s3://").unwrap_or_default();
        let Address { bucket, prefix } = Address::parse(target, rest)?;
        let threads = Threads::start().map_err(|error| StoreError::Threads { error })?;
        let bucket = threads.runtime().block_on(Bucket::open(bucket, settings))?;
        Ok(Uploads { prefix, bucket: Arc::new(bucket), underway: Mutex::default(), threads })
    }

    /// Whether a key begins with this, below the prefix.
    pub fn has_keys(&self, beginning: &str) -> Result<bool, StoreError> {
        let prefix = format!("{}{beginning}", self.prefix);
        let request =
            self.bucket.client.list_objects_v2().bucket(&self.bucket.name).prefix(&prefix).max_keys(1);
        let mut attempts = Attempts::new(self.bucket.retry);
        self.threads.runtime().block_on(async {
            loop {
                match request.clone().send().await {
                    Ok(answer) => return Ok(!answer.contents().is_empty()),
                    Err(error) => {
                        let failure = self.bucket.failure(Asked::Keys, &prefix, &error);
                        attempts.wait(failure, &self.bucket.place(&prefix)).await?;
                    }
                }
            }
        })
    }

    /// Begins to put an object; waits while too many are underway. An error may be that of an object before.
    pub fn put(&self, key: &str, content: Vec<u8>) -> Result<(), StoreError> {
        let mut underway = self.underway.lock().unwrap_or_else(PoisonError::into_inner);
        while underway.len() >= self.bucket.concurrency {
            self.join_next(&mut underway)?;
        }
        let put = put(self.bucket.clone(), format!("{}{key}", self.prefix), content.into());
        underway.spawn_on(put, self.threads.runtime().handle());
        Ok(())
    }

    /// Waits until all objects are there.
    pub fn finish(self) -> Result<(), StoreError> {
        let mut underway = self.underway.lock().unwrap_or_else(PoisonError::into_inner);
        while !underway.is_empty() {
            self.join_next(&mut underway)?;
        }
        Ok(())
    }

    fn join_next(&self, underway: &mut JoinSet<Result<(), StoreError>>) -> Result<(), StoreError> {
        let ended = self.threads.runtime().block_on(underway.join_next());
        ended.expect("an object is underway").expect("a request does not panic")
    }
}

async fn put(bucket: Arc<Bucket>, key: String, content: Bytes) -> Result<(), StoreError> {
    let mut attempts = Attempts::new(bucket.retry);
    loop {
        let request = bucket.client.put_object().bucket(&bucket.name).key(&key);
        let Err(error) = request.body(ByteStream::from(content.clone())).send().await else { return Ok(()) };
        let failure = bucket.failure(Asked::Storing, &key, &error);
        attempts.wait(failure, &bucket.place(&key)).await?;
    }
}
