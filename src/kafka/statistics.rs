//! What librdkafka tells of itself every second becomes part of the status.

use super::status::{Bytes, PartitionStatus, SourceStatus};
use rdkafka::statistics::{Broker, Partition, Statistics};
use std::collections::HashMap;
use std::time::Instant;

impl SourceStatus {
    /// Statistics came.
    pub fn hear(&mut self, statistics: &Statistics) {
        let brokers: HashMap<i32, &Broker> =
            statistics.brokers.values().map(|broker| (broker.nodeid, broker)).collect();
        for partition in self.partitions.values_mut() {
            let number = partition.name.number.and_then(|number| number.try_into().ok()).unwrap_or(-1);
            let topic = statistics.topics.get(&partition.name.topic);
            if let Some(told) = topic.and_then(|topic| topic.partitions.get(&number)) {
                partition.hear(told, brokers.get(&told.leader).copied());
            }
        }
    }
}

impl PartitionStatus {
    fn hear(&mut self, told: &Partition, broker: Option<&Broker>) {
        // Committed messages are read up to the last stable offset.
        self.end = self.end.max(told.ls_offset.try_into().unwrap_or(0));
        let now = Bytes { all: told.rxbytes, at: Instant::now() };
        let seconds = (now.at - self.received.at).as_secs_f64();
        self.bytes_per_second = now.all.saturating_sub(self.received.all) as f64 / seconds.max(0.001);
        self.received = now;
        let trouble = match broker {
            _ if told.leader < 0 => Some("it has no leader".to_owned()),
            Some(broker) if broker.state != "UP" => {
                Some(format!("its broker {} is not connected ({})", broker.nodename, broker.state))
            }
            _ => None,
        };
        if let Some(broker) = broker {
            let connects = broker.connects.and_then(|connects| connects.try_into().ok()).unwrap_or(0);
            self.reconnects = u64::saturating_sub(connects, 1);
        }
        self.disconnected = trouble.map(|trouble| {
            (trouble, self.disconnected.as_ref().map_or_else(Instant::now, |(_, since)| *since))
        });
    }
}
