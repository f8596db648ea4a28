//! A bucket that gets objects, each once.

use super::super::StoreError;
use super::super::target::{Created, Target};
use super::Threads;
use super::address::Address;
use super::bucket::Bucket;
use super::failure::{Asked, Failure};
use super::multipart::{self, Completed};
use super::retry::Attempts;
use crate::aws::chain;
use crate::config::S3Settings;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::put_object::PutObjectError;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::time::timeout;

/// What asks a store to put an object only if there is none of that name.
pub(super) const NO_OTHER: &str = "*";
/// The name in an object's metadata of who has put it: after an answer was lost, that tells whether it was this process.
pub(super) const WRITER: &str = "pinflow-writer";

/// A prefix of a bucket.
pub struct S3Target {
    prefix: String,
    bucket: Bucket,
    /// Whether the store is believed to heed [`NO_OTHER`].
    is_exclusive: AtomicBool,
    /// What no other writer is called.
    writer: String,
    threads: Threads,
}

impl S3Target {
    /// The prefix at `rest`, which is what follows `s3://` in `target`. Asks for credentials, but not yet the bucket.
    pub fn open(target: &str, rest: &str, settings: &S3Settings) -> Result<S3Target, StoreError> {
        let Address { bucket, prefix } = Address::parse(target, rest)?;
        let threads = Threads::start().map_err(|error| StoreError::Threads { error })?;
        let bucket = threads.runtime().block_on(Bucket::open(bucket, settings))?;
        let writer = format!("{:016x}", RandomState::new().hash_one(std::process::id()));
        Ok(S3Target { prefix, bucket, is_exclusive: AtomicBool::new(true), writer, threads })
    }

    async fn put(&self, key: &str, content: Bytes) -> Result<Created, StoreError> {
        if !self.is_exclusive() && self.found(key).await?.is_some() {
            return Ok(Created::There);
        }
        if content.len() as u64 > multipart::part_bytes(&self.bucket) {
            return self.put_in_parts(key, content).await;
        }
        let (mut attempts, mut is_first) = (Attempts::new(self.bucket.retry), true);
        loop {
            let is_conditional = self.is_exclusive();
            let Err(error) = self.try_to_put(key, &content, is_conditional).await else {
                return Ok(Created::New);
            };
            match status(&error) {
                Some(412) if is_first => return Ok(Created::There),
                // It may be the one of an attempt before, whose answer was lost.
                Some(412) => return Ok(self.found(key).await?.unwrap_or(Created::There)),
                Some(501) if is_conditional => {
                    self.is_not_exclusive();
                    continue;
                }
                _ => {}
            }
            attempts.wait(failure(&self.bucket, key, &error), &self.bucket.place(key)).await?;
            is_first = false;
        }
    }

    /// Puts an object that is there. Who has put it does not matter, so each attempt tells whatever became of those before.
    async fn put_again(&self, key: &str, content: Bytes) -> Result<(), StoreError> {
        let mut attempts = Attempts::new(self.bucket.retry);
        while self.is_exclusive() {
            match self.try_to_put(key, &content, true).await {
                Ok(()) => self.is_not_exclusive(),
                Err(error) => match status(&error) {
                    Some(412) => break,
                    Some(501) => self.is_not_exclusive(),
                    _ => attempts.wait(failure(&self.bucket, key, &error), &self.bucket.place(key)).await?,
                },
            }
        }
        Ok(())
    }

    async fn try_to_put(
        &self,
        key: &str,
        content: &Bytes,
        is_conditional: bool,
    ) -> Result<(), SdkError<PutObjectError, HttpResponse>> {
        let request = self.bucket.client.put_object().bucket(&self.bucket.name).key(key);
        let request = request.metadata(WRITER, &self.writer);
        let request = request.set_if_none_match(is_conditional.then(|| NO_OTHER.to_owned()));
        request.body(ByteStream::from(content.clone())).send().await.map(drop)
    }

    /// The store is asked beforehand from now on.
    fn is_not_exclusive(&self) {
        self.is_exclusive.store(false, Ordering::Relaxed);
    }

    /// Puts a large object. What counts where it is not known what became of it is what is there.
    async fn put_in_parts(&self, key: &str, content: Bytes) -> Result<Created, StoreError> {
        let mut attempts = Attempts::new(self.bucket.retry);
        loop {
            let condition = self.is_exclusive().then_some(NO_OTHER);
            let put = multipart::put(&self.bucket, key, content.clone(), condition, &self.writer);
            let failure = match put.await? {
                Completed::New => return Ok(Created::New),
                Completed::There => return Ok(Created::There),
                Completed::Unknown => Failure::Passing("the upload in parts is gone".to_owned()),
                Completed::Conflict => conflict(),
            };
            if let Some(created) = self.found(key).await? {
                return Ok(created);
            }
            attempts.wait(failure, &self.bucket.place(key)).await?;
        }
    }

    /// Whether there is an object, and whether this has put it.
    async fn found(&self, key: &str) -> Result<Option<Created>, StoreError> {
        let mut attempts = Attempts::new(self.bucket.retry);
        loop {
            let request = self.bucket.client.head_object().bucket(&self.bucket.name).key(key);
            let error = match request.send().await {
                Ok(object) => {
                    let writer = object.metadata().and_then(|metadata| metadata.get(WRITER));
                    let is_own = writer.is_some_and(|writer| *writer == self.writer);
                    return Ok(Some(if is_own { Created::New } else { Created::There }));
                }
                Err(error) if status(&error) == Some(404) => return Ok(None),
                Err(error) => error,
            };
            let failure = self.bucket.failure(Asked::Bytes, key, &error);
            attempts.wait(failure, &self.bucket.place(key)).await?;
        }
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let mut attempts = Attempts::new(self.bucket.retry);
        loop {
            match self.try_to_get(key).await {
                Ok(content) => return Ok(Some(content)),
                Err(Failure::Lasting(error)) if matches!(*error, StoreError::Gone { .. }) => return Ok(None),
                Err(failure) => attempts.wait(failure, &self.bucket.place(key)).await?,
            }
        }
    }

    async fn try_to_get(&self, key: &str) -> Result<Vec<u8>, Failure> {
        let answer = self.bucket.client.get_object().bucket(&self.bucket.name).key(key).send().await;
        let answer = answer.map_err(|error| self.bucket.failure(Asked::Bytes, key, &error))?;
        let (mut body, mut content) = (answer.body, Vec::new());
        loop {
            match timeout(self.bucket.read_timeout, body.next()).await {
                Ok(Some(Ok(more))) => content.extend_from_slice(&more),
                Ok(Some(Err(error))) => return Err(Failure::Passing(chain(&error))),
                Ok(None) => break,
                Err(_) => return Err(Failure::Passing("no more bytes".to_owned())),
            }
        }
        match answer.content_length.and_then(|length| usize::try_from(length).ok()) {
            Some(length) if length != content.len() => {
                Err(Failure::Passing("the answer broke off".to_owned()))
            }
            _ => Ok(content),
        }
    }

    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }
}

impl Target for S3Target {
    fn create(&self, key: &str, content: Vec<u8>) -> Result<Created, StoreError> {
        self.threads.runtime().block_on(self.put(&self.key(key), content.into()))
    }

    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.threads.runtime().block_on(self.get(&self.key(key)))
    }

    fn has(&self, key: &str) -> Result<bool, StoreError> {
        Ok(self.threads.runtime().block_on(self.found(&self.key(key)))?.is_some())
    }

    fn is_exclusive(&self) -> bool {
        self.is_exclusive.load(Ordering::Relaxed)
    }

    fn find_out_exclusive(&self, key: &str, content: Vec<u8>) -> Result<(), StoreError> {
        self.threads.runtime().block_on(self.put_again(&self.key(key), content.into()))
    }

    fn place(&self, key: &str) -> String {
        self.bucket.place(&self.key(key))
    }
}

/// What an answer says, if there is one.
pub(super) fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|answer| answer.status().as_u16())
}

/// What the error of a request to store something means: that another one stores it just now passes.
pub(super) fn failure<E>(bucket: &Bucket, key: &str, error: &SdkError<E, HttpResponse>) -> Failure
where
    E: aws_sdk_s3::error::ProvideErrorMetadata + std::error::Error + 'static,
{
    match status(error) {
        Some(409) => conflict(),
        _ => bucket.failure(Asked::Storing, key, error),
    }
}

fn conflict() -> Failure {
    Failure::Passing("another request puts the object at the same time".to_owned())
}
