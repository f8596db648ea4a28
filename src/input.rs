//! Where a run's records come from, for those who ask about it.

use crate::follow::Followed;
use crate::kafka::produce::TopicProducer;
use crate::kafka::{Status, Tokens};
use crate::log::Log;
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The source of a run.
pub enum Input {
    /// The embedded log, which the front door writes.
    Log(LogInput),
    /// Topics of Kafka.
    Kafka(KafkaInput),
}

/// The embedded log, and how far it has been read.
pub struct LogInput {
    /// The log.
    pub log: Arc<Log>,
    /// How far.
    pub followed: Arc<Followed>,
}

/// Topics of Kafka.
pub struct KafkaInput {
    /// What the brokers are called.
    pub source: String,
    /// How it goes.
    pub status: Arc<Status>,
    /// What the brokers are shown, if they ask for tokens.
    pub tokens: Tokens,
    /// What sends to them.
    pub producer: Arc<TopicProducer>,
    /// Keeps a second process out of the data folder.
    pub lock: File,
}

impl Input {
    /// The log, if that is the source.
    pub fn log(&self) -> Option<&LogInput> {
        match self {
            Input::Log(input) => Some(input),
            Input::Kafka(_) => None,
        }
    }

    /// What sends to topics of Kafka, if those are the source.
    pub fn producer(&self) -> Option<&Arc<TopicProducer>> {
        match self {
            Input::Log(_) => None,
            Input::Kafka(input) => Some(&input.producer),
        }
    }

    /// How far it is with what was there at the start.
    pub fn progress(&self) -> String {
        match self {
            Input::Log(LogInput { followed, .. }) => {
                let read = followed.bytes.load(Ordering::Relaxed);
                let all = followed.bytes_at_start.load(Ordering::Relaxed);
                format!("reading the log: {read} of {all} bytes")
            }
            Input::Kafka(KafkaInput { status, .. }) => {
                let status = status.lock();
                match status.backfill.as_ref().filter(|_| status.is_in_archive) {
                    Some(backfill) => {
                        let read = backfill.bytes.load(Ordering::Relaxed);
                        // What is read again after a failure counts again.
                        let all = backfill.all_bytes.load(Ordering::Relaxed).max(read);
                        format!("reading the archive: {read} of {all} bytes")
                    }
                    None => {
                        let (read, all) = status.progress();
                        format!("reading the topics: {read} of {all} messages")
                    }
                }
            }
        }
    }

    /// What is broken or stalled, a line each.
    pub fn troubles(&self) -> Vec<String> {
        match self {
            Input::Log(_) => Vec::new(),
            Input::Kafka(KafkaInput { status, .. }) => status.lock().troubles(),
        }
    }

    /// Bytes that wait to be read, as far as that is known.
    pub fn lag_bytes(&self) -> u64 {
        match self {
            Input::Log(LogInput { log, followed }) => followed.lag_bytes(&log.committed()),
            Input::Kafka(KafkaInput { status, .. }) => status.lock().lag_bytes(),
        }
    }
}
