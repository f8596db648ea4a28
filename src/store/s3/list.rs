//! Lists a bucket's objects, prefixes side by side: a page names 1,000 objects at most, and each page has to be had
//! before the next can be asked for.

use super::super::{Found, StoreError};
use super::bucket::Bucket;
use super::encoding;
use super::failure::Asked;
use super::retry::Attempts;
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::EncodingType;
use std::sync::Arc;
use tokio::sync::mpsc::Sender;
use tokio::task::JoinSet;

/// Levels of prefixes that are looked into one by one: `topics/`, its topics, their partitions.
const LEVELS: usize = 3;

/// Gives all objects below a folder of `root` to `pages`, with their keys after the root.
pub async fn list(
    bucket: Arc<Bucket>,
    root: String,
    folder: String,
    pages: Sender<Vec<Found>>,
) -> Result<(), StoreError> {
    let mut prefixes = vec![format!("{root}{folder}")];
    for _ in 0..LEVELS {
        if prefixes.len() >= bucket.concurrency {
            break;
        }
        prefixes = side_by_side(&bucket, &root, prefixes, &pages, Listing::look_into).await?;
    }
    side_by_side(&bucket, &root, prefixes, &pages, Listing::all).await?;
    Ok(())
}

/// Calls `list` for all prefixes, and returns the prefixes that are left to be listed.
async fn side_by_side<F>(
    bucket: &Arc<Bucket>,
    root: &str,
    prefixes: Vec<String>,
    pages: &Sender<Vec<Found>>,
    list: fn(Listing) -> F,
) -> Result<Vec<String>, StoreError>
where
    F: Future<Output = Result<Vec<String>, StoreError>> + Send + 'static,
{
    let mut left = Vec::new();
    let mut listings = JoinSet::new();
    for prefix in prefixes {
        if listings.len() >= bucket.concurrency {
            left.extend(join_next(&mut listings).await?);
        }
        let (bucket, root, pages) = (bucket.clone(), root.to_owned(), pages.clone());
        listings.spawn(list(Listing { bucket, root, prefix, pages }));
    }
    while !listings.is_empty() {
        left.extend(join_next(&mut listings).await?);
    }
    Ok(left)
}

async fn join_next(
    listings: &mut JoinSet<Result<Vec<String>, StoreError>>,
) -> Result<Vec<String>, StoreError> {
    let ended = listings.join_next().await.expect("there is a listing");
    ended.expect("a listing does not panic")
}

/// One prefix on its way.
struct Listing {
    bucket: Arc<Bucket>,
    root: String,
    prefix: String,
    pages: Sender<Vec<Found>>,
}

/// Objects and prefixes of one answer.
struct Page {
    objects: Vec<Found>,
    prefixes: Vec<String>,
    /// What the next page is asked for with.
    next: Option<String>,
}

impl Listing {
    /// Sends the objects that lie directly at the prefix, and returns the prefixes below it. One that has more than a
    /// page of both is listed as a whole: its prefixes may be as many as its objects.
    async fn look_into(self) -> Result<Vec<String>, StoreError> {
        let page = self.page(Some("/"), None).await?;
        if page.next.is_some() {
            return self.all().await;
        }
        self.send(page.objects).await;
        Ok(page.prefixes)
    }

    /// Sends all objects below the prefix; no prefix is left.
    async fn all(self) -> Result<Vec<String>, StoreError> {
        let mut next = None;
        loop {
            let page = self.page(None, next).await?;
            self.send(page.objects).await;
            match page.next {
                Some(token) => next = Some(token),
                None => return Ok(Vec::new()),
            }
        }
    }

    async fn send(&self, objects: Vec<Found>) {
        // Nobody receives them if the caller's function panicked; then nothing has to be listed, either.
        let _ = self.pages.send(objects).await;
    }

    async fn page(&self, delimiter: Option<&str>, token: Option<String>) -> Result<Page, StoreError> {
        let request = self.bucket.client.list_objects_v2().bucket(&self.bucket.name).prefix(&self.prefix);
        // XML cannot hold every character that a key can.
        let request = request.encoding_type(EncodingType::Url);
        let request = request.set_delimiter(delimiter.map(str::to_owned)).set_continuation_token(token);
        let mut attempts = Attempts::new(self.bucket.retry);
        loop {
            match request.clone().send().await {
                Ok(answer) => return Ok(self.read(answer)),
                Err(error) => {
                    let failure = self.bucket.failure(Asked::Keys, &self.prefix, &error);
                    attempts.wait(failure, &self.bucket.place(&self.prefix)).await?;
                }
            }
        }
    }

    fn read(&self, answer: ListObjectsV2Output) -> Page {
        let is_encoded = answer.encoding_type == Some(EncodingType::Url);
        let decode = |text: String| if is_encoded { encoding::decode(&text) } else { text };
        let prefixes = answer.common_prefixes.into_iter().flatten();
        let prefixes = prefixes.filter_map(|common| common.prefix).map(decode);
        let objects = answer.contents.into_iter().flatten().filter_map(|object| {
            let key = decode(object.key?);
            let bytes = u64::try_from(object.size.unwrap_or(0)).unwrap_or(0);
            Some(Found { key: self.below_root(&key)?.to_owned(), bytes, etag: object.e_tag })
        });
        // Some stores send an empty last page, so what counts is not what a page holds.
        let next = answer.next_continuation_token.filter(|_| answer.is_truncated == Some(true));
        Page {
            objects: objects.filter(|object| !is_marker(object)).collect(),
            prefixes: prefixes.filter(|prefix| self.below_root(prefix).is_some()).collect(),
            next,
        }
    }

    /// What follows the root in a key.
    fn below_root<'k>(&self, key: &'k str) -> Option<&'k str> {
        key.strip_prefix(&self.root)
    }
}

/// What tools leave to show an empty folder.
fn is_marker(object: &Found) -> bool {
    object.bytes == 0 && (object.key.is_empty() || object.key.ends_with('/'))
}
