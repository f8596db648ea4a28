//! A group commit: the lines that wait in some partitions become durable together, or go away together.

use super::journal::Journal;
use super::partition::Partition;
use super::sync::Syncer;
use std::io;

/// Why a group is not committed.
pub(super) struct Refusal {
    /// What failed first.
    pub error: io::Error,
    /// The partitions of the group whose files could not be made durable.
    pub unsynced: Vec<usize>,
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Refusal {
        Refusal { error, unsynced: Vec::new() }
    }
}

/// Writes the lines of the touched partitions, with their frames, and makes them durable.
pub(super) fn write(
    partitions: &mut [Partition],
    touched: &[usize],
    time: u64,
    segment_bytes: u64,
    journal: &mut Journal,
    syncer: &Syncer,
) -> Result<(), Refusal> {
    make_objects(partitions, touched, segment_bytes, syncer)?;
    for place in touched {
        partitions[*place].write(time, touched.len() as u32)?;
    }
    make_durable(partitions, touched, journal, syncer)
}

/// Gives those partitions a new object that need one, durable but empty.
fn make_objects(
    partitions: &mut [Partition],
    touched: &[usize],
    segment_bytes: u64,
    syncer: &Syncer,
) -> io::Result<()> {
    let mut objects = Vec::new();
    let mut files = Vec::new();
    for place in touched.iter().filter(|place| partitions[**place].wants_object(segment_bytes)) {
        let (object, new_files) = partitions[*place].create_object()?;
        objects.push((*place, object));
        files.extend(new_files);
    }
    syncer.sync(files.into_iter()).into_iter().collect::<io::Result<()>>()?;
    for (place, object) in objects {
        partitions[place].roll(object);
    }
    Ok(())
}

fn make_durable(
    partitions: &[Partition],
    touched: &[usize],
    journal: &mut Journal,
    syncer: &Syncer,
) -> Result<(), Refusal> {
    let writes: Vec<_> = touched.iter().flat_map(|place| partitions[*place].writes()).collect();
    let files = touched.iter().flat_map(|place| partitions[*place].files()).collect();
    let mut refusal: Option<Refusal> = None;
    for (number, result) in journal.commit(&writes, files, syncer).into_iter().enumerate() {
        if let Err(error) = result {
            refusal.get_or_insert(Refusal::from(error)).unsynced.push(touched[number / 2]);
        }
    }
    refusal.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use crate::log::handle::{Appended, Log, NewRecord};
    use crate::log::settings::Settings;
    use crate::log::sync::{SyncFile, by_kernel};
    use std::collections::HashMap;
    use std::fs;
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::MetadataExt;
    use std::path::{Path, PathBuf};
    use std::sync::{Arc, Mutex};

    /// What a disk has of files when the machine stops: what was in them when they were last made durable, and of folders
    /// what they were called then. By inode, for a file may be replaced by another one.
    #[derive(Clone, Default)]
    struct Disk(Arc<Mutex<HashMap<u64, Durable>>>);

    #[derive(Clone)]
    enum Durable {
        File(Vec<u8>),
        Folder(Vec<PathBuf>),
    }

    impl Disk {
        fn sync_file(&self) -> SyncFile {
            let disk = self.clone();
            Arc::new(move |file, _| {
                let path = fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd()))?;
                disk.has(&path);
                Ok(())
            })
        }

        fn has(&self, path: &Path) {
            // One that retention, or a test, has deleted meanwhile is gone.
            let Ok(metadata) = fs::metadata(path) else { return };
            let durable = match metadata.is_dir() {
                true => Durable::Folder(names(path)),
                false => Durable::File(fs::read(path).expect("it can be read")),
            };
            self.0.lock().expect("no panic").insert(metadata.ino(), durable);
        }

        /// Copies what is durable of a folder.
        fn copy(&self, from: &Path, to: &Path) {
            fs::create_dir_all(to).expect("make a folder");
            let durable = |path: &Path| {
                let inode = fs::metadata(path).ok()?.ino();
                self.0.lock().expect("no panic").get(&inode).cloned()
            };
            let Some(Durable::Folder(known)) = durable(from) else { return };
            for path in known {
                let to = to.join(path.file_name().expect("a name"));
                match durable(&path) {
                    Some(Durable::File(bytes)) => fs::write(to, bytes).expect("write a copy"),
                    Some(Durable::Folder(_)) => self.copy(&path, &to),
                    None => {}
                }
            }
        }
    }

    fn names(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).expect("list a folder");
        entries.map(|entry| entry.expect("list a folder").path()).collect()
    }

    fn settings(journal_bytes: u64) -> Settings {
        Settings { partitions: 3, segment_bytes: 300, journal_bytes, ..Settings::default() }
    }

    fn open(folder: &Path, journal_bytes: u64, sync_file: SyncFile) -> Log {
        let opened = Log::open_with(folder, settings(journal_bytes), sync_file).expect("the log opens");
        assert_eq!(opened.repairs, []);
        opened.log
    }

    fn append(log: &Log, topic: &str, number: u64) -> Vec<Appended> {
        let record = |hash| NewRecord { partition_hash: hash, bytes: format!("{number:08}").into() };
        let hashes = [vec![0, 1, 2], vec![0], vec![1, 2]][(number % 3) as usize].clone();
        log.append_blocking(topic, hashes.into_iter().map(record).collect()).expect("appended")
    }

    /// All committed lines, by topic and partition.
    fn lines(log: &Log) -> HashMap<(String, u32), Vec<String>> {
        let committed = log.committed();
        let mut lines: HashMap<_, Vec<String>> = HashMap::new();
        for end in &committed.ends {
            let of_partition = lines.entry((end.topic.to_string(), end.partition)).or_default();
            for object in end.objects() {
                let text = fs::read_to_string(end.object_path(log.folder(), object)).expect("text");
                assert_eq!(text.len() as u64, object.bytes);
                of_partition.extend(text.lines().map(str::to_owned));
            }
        }
        lines.retain(|_, lines| !lines.is_empty());
        lines
    }

    /// After every append the machine stops, and what its disk has then is a log with all that was appended.
    fn check(journal_bytes: u64) {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::default();
        let log = open(folder.path(), journal_bytes, disk.sync_file());
        // What is written before the log is there is durable without being told here.
        [folder.path(), &folder.path().join("log.json")].iter().for_each(|path| disk.has(path));
        let mut appended: HashMap<(String, u32), Vec<String>> = HashMap::new();
        for number in 0..40 {
            let topic = ["pin", "geo"][number as usize % 2];
            for record in append(&log, topic, number) {
                let lines = appended.entry((topic.to_owned(), record.partition)).or_default();
                assert_eq!(record.offset, lines.len() as u64);
                lines.push(format!("{number:08}"));
            }
            // The journal's files are made by name without the hook.
            disk.has(folder.path());
            let copy = tempfile::tempdir().expect("a folder");
            disk.copy(folder.path(), copy.path());
            let opened = open(copy.path(), journal_bytes, by_kernel());
            assert_eq!(lines(&opened), appended, "after {number}");
            append(&opened, "pin", 0);
        }
    }

    #[test]
    fn all_that_is_committed_is_durable() {
        check(16 << 20);
    }

    #[test]
    fn so_it_is_while_the_journals_files_take_turns() {
        check(1_500);
    }

    #[test]
    fn so_it_is_where_the_journal_does_not_do() {
        check(20);
    }

    #[test]
    fn what_is_closed_needs_no_journal() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::default();
        let log = open(folder.path(), 1_500, disk.sync_file());
        (0..20).for_each(|number| drop(append(&log, "pin", number)));
        let all = lines(&log);
        drop(log);
        [folder.path(), &folder.path().join("log.json")].iter().for_each(|path| disk.has(path));
        let copy = tempfile::tempdir().expect("a folder");
        disk.copy(folder.path(), copy.path());
        for name in crate::log::journal::FILES {
            fs::remove_file(copy.path().join(name)).expect("it is there");
        }
        assert_eq!(lines(&open(copy.path(), 1_500, by_kernel())), all);
    }
}
