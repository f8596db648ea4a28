//! A bucket, the client that asks for it, and the bounds that all its requests share.

use super::super::StoreError;
use super::credentials::{self, Identity};
use super::retry::Retry;
use crate::buffers::Buffers;
use crate::config::S3Settings;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{Builder, Region, ResponseChecksumValidation, StalledStreamProtectionConfig};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// What all requests to a bucket share.
pub struct Bucket {
    /// Sends requests once: attempts are counted here, as the broken body of an answer has to be gone on with.
    pub client: Client,
    /// The bucket's name.
    pub name: String,
    /// The region that is asked.
    pub region: String,
    /// How often and how fast a failed request is repeated.
    pub retry: Retry,
    /// The longest wait for the next bytes of a body.
    pub read_timeout: Duration,
    /// Requests that may be on their way.
    pub requests: Semaphore,
    /// How many prefixes are listed at the same time.
    pub concurrency: usize,
    /// Bytes that the first parts of objects may take before they are read.
    pub opened: Arc<Semaphore>,
    /// Bytes that the other parts may take. If they shared those of the first ones, large objects opened ahead would
    /// leave nothing to the one that is being read.
    pub reading: Arc<Semaphore>,
    /// How many either has.
    pub half_buffer_bytes: u32,
    /// Bytes asked for by one request.
    pub part_bytes: u64,
    /// Memory of whole parts, used again: taking it from the system anew costs twice the time and half as much more
    /// memory.
    pub spare: Buffers,
}

impl Bucket {
    /// Finds region and credentials; sends nothing to the bucket.
    pub async fn open(name: String, settings: &S3Settings) -> Result<Bucket, StoreError> {
        let identity = credentials::find(&name, settings).await?;
        let region = region(settings, &identity)?;
        let read_timeout = milliseconds(settings.read_timeout_ms);
        // Permits are counted in 32 bits.
        let half_buffer_bytes = u32::try_from(settings.buffer_bytes / 2).unwrap_or(u32::MAX);
        Ok(Bucket {
            client: client(&region, identity, settings),
            name,
            region,
            retry: Retry {
                max_attempts: settings.retry_max_attempts,
                max_backoff: milliseconds(settings.retry_max_backoff_ms),
            },
            read_timeout,
            requests: Semaphore::new(settings.fetch_concurrency),
            concurrency: settings.fetch_concurrency,
            opened: Arc::new(Semaphore::new(half_buffer_bytes as usize)),
            reading: Arc::new(Semaphore::new(half_buffer_bytes as usize)),
            half_buffer_bytes,
            part_bytes: settings.part_bytes as u64,
            spare: Buffers::new(settings.buffer_bytes / settings.part_bytes, settings.part_bytes),
        })
    }

    /// An empty buffer with room for `bytes`.
    pub fn take_buffer(&self, bytes: usize) -> Vec<u8> {
        let mut buffer = if bytes as u64 == self.part_bytes { self.spare.take() } else { Vec::new() };
        buffer.clear();
        buffer.reserve_exact(bytes);
        buffer
    }

    /// Keeps a buffer for the next part; only that of a whole one is worth it.
    pub fn give_buffer(&self, buffer: Vec<u8>) {
        if buffer.capacity() as u64 == self.part_bytes {
            self.spare.give(buffer);
        }
    }

    /// The bucket, or one of its keys, as messages show it.
    pub fn place(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.name)
    }
}

fn client(region: &str, identity: Identity, settings: &S3Settings) -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(milliseconds(settings.connect_timeout_ms))
        .read_timeout(milliseconds(settings.read_timeout_ms));
    let mut config = Builder::from(&identity.shared)
        .region(Region::new(region.to_owned()))
        .credentials_provider(identity.credentials)
        .timeout_config(timeouts.build())
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        // Checksums are of whole objects, and most bytes come in parts; lengths and entity tags are what is checked.
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .force_path_style(settings.path_style);
    if let Some(endpoint) = &settings.endpoint {
        config = config.endpoint_url(endpoint);
    }
    Client::from_conf(config.build())
}

/// Stores other than AWS take any region, but signatures hold one; `us-east-1` is what they are set to by default.
fn region(settings: &S3Settings, identity: &Identity) -> Result<String, StoreError> {
    match (identity.shared.region(), &settings.endpoint) {
        (Some(region), _) => Ok(region.to_string()),
        (None, Some(_)) => Ok("us-east-1".to_owned()),
        (None, None) => Err(StoreError::Setting {
            key: "s3.region",
            problem: "no region is known; set it, or AWS_REGION, to that of the bucket".to_owned(),
        }),
    }
}

fn milliseconds(number: usize) -> Duration {
    Duration::from_millis(number as u64)
}
