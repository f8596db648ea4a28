//! Reads an object whose parts are fetched ahead.

use super::super::{Found, StoreError};
use super::Threads;
use super::bucket::Bucket;
use super::part::{Object, Part, fetch};
use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// An object on its way.
pub struct Reader {
    threads: Arc<Threads>,
    bucket: Arc<Bucket>,
    object: Arc<Object>,
    /// Parts that were asked for, in their order.
    asked: VecDeque<Asked>,
    /// The first byte not yet asked for.
    next: u64,
    /// The part that is being read, and how much of it has been.
    part: Option<Part>,
    read: usize,
    is_broken: bool,
}

/// A part that was asked for. Dropping it ends its request.
struct Asked {
    task: JoinHandle<Result<Part, StoreError>>,
    wanted: Arc<Notify>,
}

impl Reader {
    /// Begins to fetch the first part; the others follow when reading begins, as most objects have one only.
    pub fn open(threads: Arc<Threads>, bucket: Arc<Bucket>, key: String, found: &Found) -> Reader {
        let object = Arc::new(Object { key, bytes: found.bytes, etag: found.etag.clone() });
        let asked = VecDeque::new();
        let mut reader =
            Reader { threads, bucket, object, asked, next: 0, part: None, read: 0, is_broken: false };
        reader.ask_up_to(1);
        reader
    }

    /// Asks for parts until so many are on their way or there are no more.
    fn ask_up_to(&mut self, parts: usize) {
        while self.asked.len() < parts && self.next < self.object.bytes {
            let range = self.next..self.object.bytes.min(self.next + self.bucket.part_bytes);
            self.next = range.end;
            let wanted = Arc::new(Notify::new());
            let part = fetch(self.bucket.clone(), self.object.clone(), range, wanted.clone());
            self.asked.push_back(Asked { task: self.threads.runtime().spawn(part), wanted });
        }
    }

    /// The next part; nothing at the object's end.
    fn next_part(&mut self) -> io::Result<Option<Part>> {
        let ahead = u64::from(self.bucket.half_buffer_bytes) / self.bucket.part_bytes;
        let ahead = usize::try_from(ahead).unwrap_or(usize::MAX).clamp(1, self.bucket.concurrency);
        self.ask_up_to(ahead);
        let Some(mut asked) = self.asked.pop_front() else { return Ok(None) };
        asked.wanted.notify_one();
        let part = self.threads.runtime().block_on(&mut asked.task).expect("a request does not panic");
        part.map(Some).map_err(StoreError::into_io)
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_broken {
            return Err(io::Error::other("read on after an error"));
        }
        loop {
            if let Some(part) = &self.part {
                let rest = &part.bytes[self.read..];
                if !rest.is_empty() || buffer.is_empty() {
                    let length = rest.len().min(buffer.len());
                    buffer[..length].copy_from_slice(&rest[..length]);
                    self.read += length;
                    return Ok(length);
                }
            }
            // Gives its bytes back before the next part is waited for.
            self.part = None;
            self.read = 0;
            match self.next_part() {
                Ok(Some(part)) => self.part = Some(part),
                Ok(None) => return Ok(0),
                Err(error) => {
                    self.is_broken = true;
                    return Err(error);
                }
            }
        }
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.task.abort();
    }
}
