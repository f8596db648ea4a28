//! A group commit: the lines that wait in some partitions become durable together, or go away together.

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
    syncer: &Syncer,
) -> Result<(), Refusal> {
    make_objects(partitions, touched, segment_bytes, syncer)?;
    for place in touched {
        partitions[*place].write(time, touched.len() as u32)?;
    }
    sync(partitions, touched, syncer)
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

fn sync(partitions: &[Partition], touched: &[usize], syncer: &Syncer) -> Result<(), Refusal> {
    let results = syncer.sync(touched.iter().flat_map(|place| partitions[*place].files()));
    let mut refusal: Option<Refusal> = None;
    for (number, result) in results.into_iter().enumerate() {
        if let Err(error) = result {
            refusal.get_or_insert(Refusal::from(error)).unsynced.push(touched[number / 2]);
        }
    }
    refusal.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use crate::log::handle::{Log, NewRecord};
    use crate::log::settings::Settings;
    use crate::log::{End, Object};
    use std::collections::HashMap;
    use std::fs::{self, File};
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;
    use std::sync::{Arc, Mutex};

    /// How long each file was when it was last made durable, by its inode. A folder counts as well.
    type Durable = Arc<Mutex<HashMap<u64, u64>>>;

    fn open_recording(folder: &Path) -> (Log, Durable) {
        let durable = Durable::default();
        let synced = durable.clone();
        let sync = move |file: &File| {
            let metadata = file.metadata()?;
            synced.lock().expect("no panic").insert(metadata.ino(), metadata.len());
            Ok(())
        };
        let settings = Settings { partitions: 2, segment_bytes: 150, ..Settings::default() };
        (Log::open_with(folder, settings, Arc::new(sync)).expect("the log opens").log, durable)
    }

    /// Whether all of the object is durable, with the folders that lead to it.
    fn assert_durable(log: &Log, durable: &Durable, end: &End, object: &Object) {
        let durable = durable.lock().expect("no panic");
        let data = end.object_path(log.folder(), object);
        for (path, bytes) in
            [(&data, object.bytes), (&end.companion_path(log.folder(), object), object.companion_bytes)]
        {
            let inode = fs::metadata(path).expect("it is there").ino();
            assert_eq!(durable.get(&inode), Some(&bytes), "{}", path.display());
        }
        for above in data.ancestors().skip(1).take_while(|above| above.starts_with(log.folder())) {
            let inode = fs::metadata(above).expect("it is there").ino();
            assert!(durable.contains_key(&inode), "{}", above.display());
        }
    }

    #[test]
    fn all_that_is_committed_is_durable() {
        let folder = tempfile::tempdir().expect("a folder");
        let (log, durable) = open_recording(folder.path());
        for number in 0..30 {
            let record = |hash| NewRecord { partition_hash: hash, bytes: b"12345678".as_slice().into() };
            let records = if number % 3 == 0 { vec![record(0), record(1)] } else { vec![record(number)] };
            log.append_blocking("pin", records).expect("appended");
            for end in &log.committed().ends {
                end.objects().for_each(|object| assert_durable(&log, &durable, end, object));
            }
        }
        drop(log);
        // Had the process been killed, nobody knows how far the last group is durable.
        let (log, durable) = open_recording(folder.path());
        for end in &log.committed().ends {
            assert_durable(&log, &durable, end, end.objects().last().expect("it has one"));
        }
    }
}
