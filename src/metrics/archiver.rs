//! Metrics of the archiver.

use super::Now;
use crate::archiver::Status;

/// What tells partitions apart.
const LABELS: [&str; 2] = ["topic", "partition"];

impl Now<'_> {
    /// How far the source is archived.
    pub fn archiver(&self, status: &Status) {
        let status = status.lock();
        let position = "First offset that is not in the archive, of those that were read.";
        let position = self.gauges("pinflow_archived_position", position, &LABELS);
        let lag = "Offsets that were read for the archive and are not in it yet.";
        let lag = self.gauges("pinflow_archive_lag_messages", lag, &LABELS);
        for partition in status.partitions.values() {
            let number = partition.name.number.unwrap_or_default().to_string();
            let labels = [partition.name.topic.as_str(), number.as_str()];
            position.with_label_values(&labels).set(partition.position as i64);
            lag.with_label_values(&labels).set((partition.next - partition.position) as i64);
        }
        let objects = "Objects that were put into the archive.";
        self.counter("pinflow_archived_objects_total", objects, status.objects);
        self.counter("pinflow_archived_records_total", "Records in them.", status.records);
        self.counter("pinflow_archived_bytes_total", "Bytes of their lines, unpacked.", status.bytes);
        let apart = "Records in them that are no line and are kept apart.";
        self.counter("pinflow_archived_apart_records_total", apart, status.apart);
        let others = "Objects that other archivers have put meanwhile.";
        self.counter("pinflow_archived_objects_of_others_total", others, status.objects_of_others);
        let faults = "Parts of the source that could not be read, and are not archived.";
        self.counter("pinflow_archive_faults_total", faults, status.faults);
        let errors = "How often an object could not be put, all attempts included.";
        self.counter("pinflow_archive_errors_total", errors, status.errors);
        let waiting = "Memory of records that wait to be archived.";
        self.gauge("pinflow_archive_waiting_bytes", waiting, status.waiting_bytes);
        let stopped = status.stopped.is_some();
        self.gauge("pinflow_archive_stopped", "1 if nothing more is archived.", stopped.into());
    }
}
