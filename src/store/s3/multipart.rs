//! Puts a large object in parts. It is there when all are, and not before.

use super::super::StoreError;
use super::bucket::Bucket;
use super::failure::Asked;
use super::retry::Attempts;
use super::target::{WRITER, failure, status};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;

/// S3 takes no smaller parts, but for the last.
const PART_MIN_BYTES: u64 = 5 << 20;

/// Bytes of a part.
pub fn part_bytes(bucket: &Bucket) -> u64 {
    bucket.part_bytes.max(PART_MIN_BYTES)
}

/// How an upload ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completed {
    /// The object is there now.
    New,
    /// There was one already.
    There,
    /// What became of it is not known: the store has forgotten the upload, or there is an object that may be this one.
    Unknown,
    /// Somebody else put one at the same time. The upload is of no use any more.
    Conflict,
}

/// Puts an object, `condition` being what has to hold of others of its name. `writer` stays known as who has put it.
pub async fn put(
    bucket: &Bucket,
    key: &str,
    content: Bytes,
    condition: Option<&str>,
    writer: &str,
) -> Result<Completed, StoreError> {
    let upload = begin(bucket, key, writer).await?;
    let put = match put_parts(bucket, key, &upload, content).await {
        Ok(parts) => complete(bucket, key, &upload, parts, condition).await,
        Err(error) => Err(error),
    };
    if !matches!(put, Ok(Completed::New)) {
        // Parts that stay behind cost money; whoever cannot remove them has a rule of the bucket's for it.
        let abort = bucket.client.abort_multipart_upload().bucket(&bucket.name).key(key);
        drop(abort.upload_id(&upload).send().await);
    }
    put
}

async fn begin(bucket: &Bucket, key: &str, writer: &str) -> Result<String, StoreError> {
    let mut attempts = Attempts::new(bucket.retry);
    loop {
        let request = bucket.client.create_multipart_upload().bucket(&bucket.name).key(key);
        match request.metadata(WRITER, writer).send().await {
            Ok(answer) => {
                let no_name = || StoreError::Refused {
                    place: bucket.place(key),
                    answer: "an upload in parts without a name".to_owned(),
                };
                return answer.upload_id.ok_or_else(no_name);
            }
            Err(error) => {
                let failure = bucket.failure(Asked::Storing, key, &error);
                attempts.wait(failure, &bucket.place(key)).await?;
            }
        }
    }
}

/// One after the other: objects are put side by side.
async fn put_parts(
    bucket: &Bucket,
    key: &str,
    upload: &str,
    mut content: Bytes,
) -> Result<Vec<CompletedPart>, StoreError> {
    let mut parts = Vec::new();
    while !content.is_empty() {
        let part = content.split_to(content.len().min(part_bytes(bucket) as usize));
        let number = parts.len() as i32 + 1;
        let mut attempts = Attempts::new(bucket.retry);
        let etag = loop {
            let request = bucket.client.upload_part().bucket(&bucket.name).key(key).upload_id(upload);
            match request.part_number(number).body(ByteStream::from(part.clone())).send().await {
                Ok(answer) => break answer.e_tag,
                Err(error) => {
                    let failure = bucket.failure(Asked::Storing, key, &error);
                    attempts.wait(failure, &bucket.place(key)).await?;
                }
            }
        };
        parts.push(CompletedPart::builder().part_number(number).set_e_tag(etag).build());
    }
    Ok(parts)
}

async fn complete(
    bucket: &Bucket,
    key: &str,
    upload: &str,
    parts: Vec<CompletedPart>,
    condition: Option<&str>,
) -> Result<Completed, StoreError> {
    let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    let (mut attempts, mut is_first) = (Attempts::new(bucket.retry), true);
    loop {
        let request = bucket.client.complete_multipart_upload().bucket(&bucket.name).key(key);
        let request = request.upload_id(upload).multipart_upload(parts.clone());
        let request = request.set_if_none_match(condition.map(str::to_owned));
        let Err(error) = request.send().await else { return Ok(Completed::New) };
        match status(&error) {
            Some(412) if is_first => return Ok(Completed::There),
            // An attempt before has completed it, and its answer was lost; or somebody removes old uploads.
            Some(404 | 412) => return Ok(Completed::Unknown),
            // S3 asks for another upload then, not for another attempt at this one.
            Some(409) => return Ok(Completed::Conflict),
            _ => attempts.wait(failure(bucket, key, &error), &bucket.place(key)).await?,
        }
        is_first = false;
    }
}
