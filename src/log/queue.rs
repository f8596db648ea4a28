//! The requests that wait for the writer, bounded by their bytes.

use super::error::AppendError;
use super::handle::{Appended, NewRecord};
use super::names;
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::oneshot;

/// What becomes of a request.
pub(super) type Answer = Result<Vec<Appended>, AppendError>;

/// What a record takes in memory beside its bytes, until it is answered.
const RECORD_BYTES: usize = size_of::<NewRecord>() + size_of::<Appended>();

/// Where requests are put in.
pub(super) struct Queue {
    /// Unbounded, because the bytes are what is counted.
    messages: Sender<Message>,
    taken: Arc<AtomicUsize>,
    queue_bytes: usize,
}

/// What the writer takes out.
pub(super) enum Message {
    Append(Request),
    /// Nothing behind it is written.
    Close,
}

/// Records for a topic.
pub(super) struct Request {
    pub topic: String,
    pub records: Vec<NewRecord>,
    pub reply: Reply,
}

/// Who waits for the answer.
pub(super) struct Reply {
    answer: oneshot::Sender<Answer>,
    room: Room,
}

/// What a request takes of the queue, until it is dropped.
struct Room {
    bytes: usize,
    taken: Arc<AtomicUsize>,
}

/// Both ends.
pub(super) fn queue(queue_bytes: usize) -> (Queue, Receiver<Message>) {
    let (sender, receiver) = unbounded();
    (Queue { messages: sender, taken: Arc::default(), queue_bytes }, receiver)
}

impl Queue {
    /// Puts a request in, if it is a good one and there is room.
    pub fn put(
        &self,
        topic: &str,
        records: Vec<NewRecord>,
    ) -> Result<oneshot::Receiver<Answer>, AppendError> {
        let bytes = check(topic, &records)?;
        if bytes > self.queue_bytes {
            let problem =
                format!("a request of {bytes} bytes is larger than the queue's {}", self.queue_bytes);
            return Err(AppendError::Invalid(problem));
        }
        let room = self.take(bytes).ok_or(AppendError::Busy)?;
        let (answer, receiver) = oneshot::channel();
        let request = Request { topic: topic.to_string(), records, reply: Reply { answer, room } };
        self.messages.send(Message::Append(request)).map_err(|_| AppendError::Closed)?;
        Ok(receiver)
    }

    /// Asks the writer to stop when it has written what waits now.
    pub fn close(&self) {
        // Where nobody listens the writer has stopped already.
        let _ = self.messages.send(Message::Close);
    }

    fn take(&self, bytes: usize) -> Option<Room> {
        let fits = |taken| (taken + bytes <= self.queue_bytes).then_some(taken + bytes);
        self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).ok()?;
        Some(Room { bytes, taken: self.taken.clone() })
    }
}

impl Reply {
    /// Answers. It does not matter whether anybody still waits.
    pub fn send(self, answer: Answer) {
        // First, so that who is answered and comes again finds it.
        drop(self.room);
        let _ = self.answer.send(answer);
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.taken.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// How many bytes the request takes.
fn check(topic: &str, records: &[NewRecord]) -> Result<usize, AppendError> {
    if !names::is_topic(topic) {
        return Err(AppendError::Invalid(format!("{topic:?} cannot be a topic's name")));
    }
    let mut bytes = 0;
    for (number, record) in records.iter().enumerate() {
        if memchr::memchr(b'\n', &record.bytes).is_some() {
            return Err(AppendError::Invalid(format!(
                "record {number} of the request has more than one line"
            )));
        }
        bytes += record.bytes.len() + RECORD_BYTES;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(bytes: &[u8]) -> Vec<NewRecord> {
        vec![NewRecord { partition_hash: 0, bytes: bytes.to_vec().into() }]
    }

    #[test]
    fn requests_are_refused_when_too_many_wait() {
        let (queue, messages) = queue(3 * (RECORD_BYTES + 2));
        for _ in 0..3 {
            queue.put("pin", records(b"{}")).expect("there is room");
        }
        assert_eq!(queue.put("pin", records(b"")).err(), Some(AppendError::Busy));
        drop(messages.recv());
        queue.put("pin", records(b"{}")).expect("there is room again");
        drop(messages);
        assert_eq!(
            queue.put("pin", records(b"{}")).err(),
            Some(AppendError::Closed),
            "they do not wait for ever"
        );
    }

    #[test]
    fn bad_requests_are_refused() {
        let (queue, messages) = queue(1000);
        let check = |topic: &str, bytes: &[u8], expected: &str| {
            let refused = queue.put(topic, records(bytes)).expect_err("it is wrong");
            assert_eq!(refused, AppendError::Invalid(expected.to_string()));
        };
        check("_pin", b"{}", "\"_pin\" cannot be a topic's name");
        check("pin", b"{\n}", "record 0 of the request has more than one line");
        let problem = format!("a request of {} bytes is larger than the queue's 1000", 1000 + RECORD_BYTES);
        check("pin", &[b' '; 1000], &problem);
        drop(messages);
        assert_eq!(queue.put("pin", records(b"{}")).err(), Some(AppendError::Closed));
        assert_eq!(queue.taken.load(Ordering::Relaxed), 0);
    }
}
