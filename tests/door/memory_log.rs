//! A log in memory: the front door's side of the embedded one.

use bytes::Bytes;
use pinflow::front_door::Appender;
use pinflow::log::{AppendError, Appended, NewRecord};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

pub const PARTITIONS: u32 = 3;
/// The append time of the first request.
const FIRST_TIME: u64 = 1_700_000_000_000;

type Partitions = [Vec<Bytes>; PARTITIONS as usize];

/// The log, and what tests make it do.
pub struct MemoryLog {
    topics: Mutex<BTreeMap<String, Partitions>>,
    refusal: Mutex<Option<AppendError>>,
    requests: Mutex<u64>,
    /// Appending waits until this is true.
    pub open: watch::Sender<bool>,
}

impl MemoryLog {
    pub fn new() -> Arc<MemoryLog> {
        Arc::new(MemoryLog {
            topics: Mutex::default(),
            refusal: Mutex::default(),
            requests: Mutex::default(),
            open: watch::Sender::new(true),
        })
    }

    /// The seam of it.
    pub fn seam(self: &Arc<MemoryLog>) -> Appender {
        let log = Arc::clone(self);
        Appender::new(move |topic: &str, records| {
            let (log, topic) = (Arc::clone(&log), topic.to_owned());
            async move { log.append(topic, records).await }
        })
    }

    /// From now on everything is refused with that.
    pub fn refuse(&self, refusal: AppendError) {
        *self.refusal.lock().unwrap() = Some(refusal);
    }

    /// A topic's records, partition by partition.
    pub fn partitions(&self, topic: &str) -> Vec<Vec<String>> {
        let topics = self.topics.lock().unwrap();
        let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
        let partitions = topics.get(topic).cloned().unwrap_or_default();
        partitions.iter().map(|records| records.iter().map(text).collect()).collect()
    }

    /// A topic's records in any partition.
    pub fn records(&self, topic: &str) -> Vec<String> {
        self.partitions(topic).concat()
    }

    /// How many records there are at all.
    pub fn len(&self) -> usize {
        self.topics.lock().unwrap().values().flatten().map(Vec::len).sum()
    }

    async fn append(&self, topic: String, records: Vec<NewRecord>) -> Result<Vec<Appended>, AppendError> {
        self.open.subscribe().wait_for(|open| *open).await.expect("the log keeps its sender");
        if let Some(refusal) = self.refusal.lock().unwrap().clone() {
            return Err(refusal);
        }
        let mut requests = self.requests.lock().unwrap();
        let time = FIRST_TIME + *requests;
        *requests += 1;
        let mut topics = self.topics.lock().unwrap();
        let partitions = topics.entry(topic).or_default();
        let append = |record: NewRecord| {
            assert!(!record.bytes.iter().any(|byte| matches!(byte, b'\n' | b'\r')), "a record is one line");
            let partition = (record.partition_hash % u64::from(PARTITIONS)) as u32;
            let records = &mut partitions[partition as usize];
            records.push(record.bytes);
            Appended { partition, offset: records.len() as u64 - 1, time }
        };
        Ok(records.into_iter().map(append).collect())
    }
}
