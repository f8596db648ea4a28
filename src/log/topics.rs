//! The topics and their partitions, as the writer has them.

use super::error::AppendError;
use super::partition::Partition;
use super::recovery::Restored;
use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// All topics. A topic's partitions stand next to each other.
pub(super) struct Topics {
    log: PathBuf,
    partition_count: u32,
    topics_max: usize,
    /// Where a topic's partitions begin.
    begin: HashMap<Arc<str>, usize>,
    /// The partitions, most of which may be without objects.
    pub partitions: Vec<Partition>,
}

impl Topics {
    /// No topics yet.
    pub fn new(log: PathBuf, partition_count: u32, topics_max: usize) -> Topics {
        Topics { log, partition_count, topics_max, begin: HashMap::new(), partitions: Vec::new() }
    }

    /// Where the topic's partitions begin. One that is not there is added, without a file.
    pub fn find_or_add(&mut self, topic: &str) -> Result<usize, AppendError> {
        match self.begin.get(topic) {
            Some(begin) => Ok(*begin),
            None if self.begin.len() < self.topics_max => Ok(self.add(topic)),
            None => {
                Err(AppendError::Invalid(format!("topic {topic} would be one more than {}", self.topics_max)))
            }
        }
    }

    /// Fills a partition with what was found, whatever the limit of topics is now.
    pub fn restore(&mut self, restored: Restored) -> io::Result<&Partition> {
        let begin = self.begin.get(&*restored.topic).copied().unwrap_or_else(|| self.add(&restored.topic));
        let partition = &mut self.partitions[begin + restored.number as usize];
        partition.restore(restored)?;
        Ok(partition)
    }

    /// Where the partition of a hash is, given where its topic begins, and its number.
    pub fn partition_of(&self, begin: usize, hash: u64) -> (usize, u32) {
        let number = hash % u64::from(self.partition_count);
        (begin + number as usize, number as u32)
    }

    fn add(&mut self, topic: &str) -> usize {
        let topic: Arc<str> = topic.into();
        let begin = self.partitions.len();
        let new = |number| Partition::new(&self.log, topic.clone(), number);
        self.partitions.extend((0..self.partition_count).map(new));
        self.begin.insert(topic, begin);
        begin
    }
}
