//! Metrics of the source.

use super::Now;
use crate::input::{Input, KafkaInput, LogInput};
use crate::running::Running;
use std::sync::atomic::Ordering;
use std::time::{SystemTime, UNIX_EPOCH};

/// What tells partitions apart.
const LABELS: [&str; 2] = ["topic", "partition"];

impl Now<'_> {
    /// The source, whichever it is.
    pub fn source(&self, running: &Running) {
        let read = self.gauges("pinflow_position", "First offset that the views do not show yet.", &LABELS);
        let vector =
            running.shared.sequencer.cut(running.published().n).map(|cut| cut.vector).unwrap_or_default();
        for (partition, position) in running.partitions.all().iter().zip(vector) {
            let number = partition.name.number.unwrap_or_default().to_string();
            read.with_label_values(&[partition.name.topic.as_str(), number.as_str()]).set(position as i64);
        }
        match &running.input {
            Input::Log(input) => self.log(input),
            Input::Kafka(input) => self.kafka(input),
        }
    }

    fn log(&self, LogInput { log, followed }: &LogInput) {
        let (stats, committed) = (log.stats(), log.committed());
        self.gauge("pinflow_log_bytes", "Bytes of the log's objects and companions.", stats.log_bytes);
        self.gauge("pinflow_log_objects", "Objects of the log.", stats.objects);
        self.counter("pinflow_log_group_commits_total", "Group commits.", stats.groups);
        let refused = "Group commits that the disk refused.";
        self.counter("pinflow_log_refused_group_commits_total", refused, stats.groups_refused);
        self.counter("pinflow_log_appended_records_total", "Records that were appended.", stats.records);
        self.counter("pinflow_log_appended_bytes_total", "Bytes that were appended.", stats.bytes);
        let deleted = "Bytes that were deleted because they were too old or too many.";
        self.counter("pinflow_log_deleted_bytes_total", deleted, stats.bytes_deleted);
        let lag = followed.lag_bytes(&committed);
        self.gauge("pinflow_log_lag_bytes", "Bytes of the log that wait to be read.", lag);
        let read = "Bytes of the log that have been read in this run.";
        self.counter("pinflow_log_read_bytes_total", read, followed.bytes.load(Ordering::Relaxed));
        let ends = self.gauges("pinflow_log_end_offset", "Offset that the next record gets.", &LABELS);
        for end in &committed.ends {
            let number = end.partition.to_string();
            ends.with_label_values(&[&*end.topic, number.as_str()]).set(end.end_offset as i64);
        }
    }

    fn kafka(&self, input: &KafkaInput) {
        let waiting = input.producer.waiting_bytes() as u64;
        self.gauge("pinflow_kafka_sending_bytes", "Bytes that wait to be sent or answered.", waiting);
        let sent = "Records of the front door that were handed over to be sent, by what became of them.";
        let sent = self.counters("pinflow_kafka_sent_records_total", sent, &["outcome"]);
        for (outcome, records) in input.producer.counts() {
            sent.with_label_values(&[outcome]).inc_by(records);
        }
        let status = input.status.lock();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64;
        let end = "Offset behind the last committed message.";
        let end = self.gauges("pinflow_kafka_end_offset", end, &LABELS);
        let lag = self.gauges("pinflow_kafka_lag_messages", "Offsets that have not been read yet.", &LABELS);
        let seconds = "Age of the last message that was read, of a partition that is not read to its end.";
        let seconds = self.decimals("pinflow_kafka_lag_seconds", seconds, &LABELS);
        let trouble = "1 if a partition is broken or stalled.";
        let trouble = self.gauges("pinflow_kafka_partition_troubled", trouble, &LABELS);
        let lost = "Offsets that were gone before they were read.";
        let lost = self.counters("pinflow_kafka_lost_messages_total", lost, &LABELS);
        let reconnects = "How often the connection to a partition's broker was made again.";
        let reconnects = self.counters("pinflow_kafka_reconnects_total", reconnects, &LABELS);
        let bytes =
            self.counters("pinflow_kafka_received_bytes_total", "Bytes of messages that came.", &LABELS);
        for partition in status.partitions.values() {
            let number = partition.name.number.unwrap_or_default().to_string();
            let labels = [partition.name.topic.as_str(), number.as_str()];
            end.with_label_values(&labels).set(partition.end as i64);
            lag.with_label_values(&labels).set(partition.lag() as i64);
            if let Some(lag_seconds) = partition.lag_seconds(now) {
                seconds.with_label_values(&labels).set(lag_seconds);
            }
            trouble.with_label_values(&labels).set(partition.trouble(status.is_paused).is_some().into());
            lost.with_label_values(&labels).inc_by(partition.lost);
            reconnects.with_label_values(&labels).inc_by(partition.reconnects);
            bytes.with_label_values(&labels).inc_by(partition.received.all);
        }
        if let Some(tokens) = &status.tokens {
            let good = "Seconds for which the token for AWS MSK is still good.";
            self.gauge(
                "pinflow_kafka_token_good_seconds",
                good,
                tokens.good_for.unwrap_or_default().as_secs(),
            );
        }
        let stopped = status.stopped.is_some();
        self.gauge("pinflow_kafka_stopped", "1 if nothing more is read.", stopped.into());
        let missing = "Topics that are wanted and do not exist.";
        self.gauge("pinflow_kafka_missing_topics", missing, status.missing.len() as u64);
        if let Some(backfill) = &status.backfill {
            let read = "Bytes of the topics' archive that have been read.";
            self.counter("pinflow_backfill_read_bytes_total", read, backfill.bytes.load(Ordering::Relaxed));
            let trouble = "1 if the archive, or a part of it, cannot be read.";
            self.gauge("pinflow_backfill_troubled", trouble, status.is_archive_troubled().into());
        }
        let paused = "1 while reading pauses because too much waits for the workers.";
        self.gauge("pinflow_kafka_paused", paused, status.is_paused.into());
        self.gauge("pinflow_kafka_waiting_bytes", "Bytes that wait for the workers.", status.waiting_bytes);
    }
}
