//! What refused groups have left in files, to be cut off.

use super::group::Refusal;
use super::partition::Partition;
use super::sync::Syncer;
use std::io;

/// What is to be cut off. No group begins before it is: a crash could otherwise find frames of two unfinished groups, and
/// recovery looks at one.
#[derive(Default)]
pub(super) struct Leftovers {
    partitions: Vec<Leftover>,
}

struct Leftover {
    partition: usize,
    /// Whether the object gets no more records.
    ends: bool,
}

impl Leftovers {
    /// Remembers what a refused group has touched.
    ///
    /// A file whose fsync failed is not to be trusted: the kernel reports the error once and then takes the pages for
    /// clean, so that the next fsync succeeds without having written them. What was committed before is on the disk, by
    /// an fsync that did not fail. So the object ends there, and the partition goes on in a new one.
    pub fn add(&mut self, partitions: &[Partition], touched: &[usize], refusal: &Refusal) {
        for partition in touched.iter().filter(|partition| partitions[**partition].is_open()) {
            let ends = refusal.unsynced.contains(partition);
            self.partitions.push(Leftover { partition: *partition, ends });
        }
    }

    /// Cuts off what is left. Where that fails, it is to be tried again before the next group.
    ///
    /// Where files are cut but that cannot be made durable, their objects end too. Should the machine stop before the
    /// disk knows of the cut, such an object has records again that were refused; opening the log cuts off those whose
    /// offsets the next object has as well.
    pub fn cut_off(&mut self, partitions: &mut [Partition], syncer: &Syncer) -> io::Result<()> {
        for leftover in &self.partitions {
            partitions[leftover.partition].cut_back()?;
        }
        let files = self.partitions.iter().flat_map(|leftover| partitions[leftover.partition].files());
        let files = files.map(|grown| grown.file);
        let results = syncer.sync(files);
        for (number, leftover) in self.partitions.drain(..).enumerate() {
            let cut = results[2 * number].is_ok() && results[2 * number + 1].is_ok();
            if leftover.ends || !cut {
                partitions[leftover.partition].end_object();
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::log::handle::{Appended, Log, NewRecord};
    use crate::log::settings::Settings;
    use crate::log::sync::{self, SyncFile, What};
    use crate::log::{AppendError, Committed};
    use std::fs::{self, File};
    use std::io;
    use std::ops::Range;
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    /// Too few for any group.
    const NO_JOURNAL: u64 = 20;

    fn open(folder: &Path, journal_bytes: u64, sync_file: SyncFile) -> Log {
        let settings = Settings { partitions: 2, segment_bytes: 150, journal_bytes, ..Settings::default() };
        let opened = Log::open_with(folder, settings, sync_file).expect("the log opens");
        assert_eq!(opened.repairs, []);
        opened.log
    }

    /// Appends a record to one of two partitions, or to both.
    fn append(log: &Log, number: u64) -> Result<Vec<Appended>, AppendError> {
        let record = |hash| NewRecord { partition_hash: hash, bytes: format!("{number:08}").into() };
        let hashes = [vec![0], vec![1], vec![0, 1]][(number % 3) as usize].clone();
        log.append_blocking("pin", hashes.into_iter().map(record).collect())
    }

    /// The committed lines of a partition.
    fn lines(log: &Log, committed: &Committed, partition: u32) -> Vec<String> {
        let mut lines = Vec::new();
        let Some(end) = committed.end("pin", partition) else { return lines };
        for object in end.objects() {
            assert_eq!(object.start_offset, lines.len() as u64, "objects follow each other");
            let text = fs::read_to_string(end.object_path(log.folder(), object)).expect("text");
            assert_eq!(text.len() as u64, object.bytes, "nothing is left behind the lines");
            lines.extend(text.lines().map(str::to_string));
        }
        lines
    }

    /// Lets some fsyncs fail, counted from the log's first. Says how many appends were refused.
    fn check_failing(journal_bytes: u64, failing: Range<usize>) -> usize {
        let folder = tempfile::tempdir().expect("a folder");
        let calls = AtomicUsize::new(0);
        let fail = move |_: &File, _: What| {
            let call = calls.fetch_add(1, Ordering::Relaxed);
            if failing.contains(&call) { Err(io::Error::other("the disk is ill")) } else { Ok(()) }
        };
        let log = open(folder.path(), journal_bytes, Arc::new(fail));
        let mut expected = [Vec::new(), Vec::new()];
        let mut refused = 0;
        for number in 0..24 {
            match append(&log, number) {
                Ok(appended) => {
                    for record in appended {
                        let partition = &mut expected[record.partition as usize];
                        assert_eq!(record.offset, partition.len() as u64);
                        partition.push(format!("{number:08}"));
                    }
                }
                Err(error) => {
                    assert_eq!(error, AppendError::Failed("the disk is ill".to_string()));
                    refused += 1;
                }
            }
        }
        let check = |log: &Log| {
            let committed = log.committed();
            assert_eq!([0, 1].map(|partition| lines(log, &committed, partition)), expected);
        };
        check(&log);
        drop(log);
        check(&open(folder.path(), journal_bytes, sync::by_kernel()));
        refused
    }

    #[test]
    fn failed_fsyncs_refuse_a_group_and_the_log_goes_on() {
        for first in 0..60 {
            assert_eq!(check_failing(NO_JOURNAL, first..first + 1), 1, "{first}");
            let refused = check_failing(NO_JOURNAL, first..first + 7);
            assert!((1..=7).contains(&refused), "{first}: {refused}");
        }
        assert_eq!(check_failing(NO_JOURNAL, 0..0), 0);
    }

    #[test]
    fn failed_fsyncs_of_the_journal_refuse_no_group_that_its_files_make_durable() {
        let mut refused = 0;
        for first in 0..60 {
            for journal_bytes in [400, 16 << 20] {
                // Of a new object, or nothing.
                assert!(check_failing(journal_bytes, first..first + 1) <= 1, "{first}");
                refused += check_failing(journal_bytes, first..first + 7);
            }
        }
        assert!(refused > 0, "some groups have no way to the disk");
    }

    #[test]
    fn an_object_ends_where_fsync_fails() {
        let folder = tempfile::tempdir().expect("a folder");
        let fails = Arc::new(AtomicBool::new(false));
        let failing = fails.clone();
        let fail = move |_: &File, _: What| {
            if failing.swap(false, Ordering::Relaxed) { Err(io::Error::other("once")) } else { Ok(()) }
        };
        let log = open(folder.path(), NO_JOURNAL, Arc::new(fail));
        append(&log, 0).expect("appended");
        fails.store(true, Ordering::Relaxed);
        append(&log, 0).expect_err("fsync fails");
        assert_eq!(
            log.committed().end("pin", 0).expect("it is there").end_offset,
            1,
            "readers see nothing of it"
        );
        append(&log, 0).expect("appended");
        let end = log.committed().end("pin", 0).expect("it is there").clone();
        assert_eq!((end.closed.len(), end.open.expect("a new one").start_offset), (1, 1));
    }
}
