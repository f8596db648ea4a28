//! Fetches one part of an object, going on where an answer broke off.

use super::super::StoreError;
use super::bucket::Bucket;
use super::budget::{Grant, grant};
use super::failure::{Asked, Failure};
use super::retry::Attempts;
use crate::aws::chain;
use std::ops::Range;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::time::timeout;

/// An object as it was listed.
#[derive(Debug)]
pub struct Object {
    /// Its whole key.
    pub key: String,
    /// Its length.
    pub bytes: u64,
    /// What every answer has to match.
    pub etag: Option<String>,
}

/// A part that has arrived.
pub struct Part {
    /// The bytes.
    pub bytes: Vec<u8>,
    bucket: Arc<Bucket>,
    /// The right to hold them.
    _grant: Grant,
}

impl Drop for Part {
    fn drop(&mut self) {
        self.bucket.give_buffer(std::mem::take(&mut self.bytes));
    }
}

/// Fetches the bytes of `range`, as soon as there is room for them or a reader waits for them.
pub async fn fetch(
    bucket: Arc<Bucket>,
    object: Arc<Object>,
    range: Range<u64>,
    wanted: Arc<Notify>,
) -> Result<Part, StoreError> {
    let length = usize::try_from(range.end - range.start).expect("a part fits into memory");
    // No part asks for more than there is, or it would wait for ever.
    let counted = u32::try_from(length).unwrap_or(u32::MAX).min(bucket.half_buffer_bytes);
    let buffers = if range.start == 0 { &bucket.opened } else { &bucket.reading };
    let grant = grant(buffers.clone(), counted, &wanted).await;
    let _request = bucket.requests.acquire().await.expect("the requests are never closed");
    let bytes = bucket.take_buffer(length);
    let mut part = Part { bytes, bucket: bucket.clone(), _grant: grant };
    let mut attempts = Attempts::new(bucket.retry);
    loop {
        let had = part.bytes.len();
        match fetch_rest(&bucket, &object, &range, &mut part.bytes).await {
            Ok(()) => return Ok(part),
            Err(failure) => {
                if part.bytes.len() > had {
                    attempts.progressed();
                }
                attempts.wait(failure, &bucket.place(&object.key)).await?;
            }
        }
    }
}

/// Adds what is missing of `range` to `bytes`.
async fn fetch_rest(
    bucket: &Bucket,
    object: &Object,
    range: &Range<u64>,
    bytes: &mut Vec<u8>,
) -> Result<(), Failure> {
    let start = range.start + bytes.len() as u64;
    let mut request = bucket.client.get_object().bucket(&bucket.name).key(&object.key);
    request = request.set_if_match(object.etag.clone());
    if (start, range.end) != (0, object.bytes) {
        request = request.range(format!("bytes={start}-{}", range.end - 1));
    }
    let answer = request.send().await;
    let answer = answer.map_err(|error| bucket.failure(Asked::Bytes, &object.key, &error))?;

    let missing = usize::try_from(range.end - start).expect("a part fits into memory");
    let wrong_length = |length: usize| StoreError::Refused {
        place: bucket.place(&object.key),
        answer: format!("{length} bytes from {start} on instead of {missing}"),
    };
    if let Some(length) = answer.content_length.and_then(|length| usize::try_from(length).ok())
        && length != missing
    {
        return Err(wrong_length(length).into());
    }
    let mut body = answer.body;
    let end = bytes.len() + missing;
    loop {
        match timeout(bucket.read_timeout, body.next()).await {
            Ok(Some(Ok(more))) if more.len() > end - bytes.len() => {
                return Err(wrong_length(missing + more.len()).into());
            }
            Ok(Some(Ok(more))) => bytes.extend_from_slice(&more),
            Ok(Some(Err(error))) => return Err(Failure::Passing(chain(&error))),
            Ok(None) if bytes.len() == end => return Ok(()),
            Ok(None) => return Err(Failure::Passing("the answer broke off".to_owned())),
            Err(_) => {
                let waited = bucket.read_timeout.as_millis();
                return Err(Failure::Passing(format!("no bytes for {waited} ms")));
            }
        }
    }
}
