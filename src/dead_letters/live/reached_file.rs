//! `reached.json`: up to where letters were written, as of a place in the files that is on the disk.

use super::mark::FaultKey;
use super::reached::{Place, Reached};
use crate::archive::PartitionName;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

const NAME: &str = "reached.json";
/// What is not whole yet; the next one written replaces it.
const UNFINISHED: &str = ".reached.json.new";

/// A place in the files: all before it is on the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InFiles {
    /// The file's number.
    pub file: u64,
    /// Bytes of it.
    pub bytes: u64,
}

#[derive(Serialize, Deserialize)]
struct Written {
    file: u64,
    bytes: u64,
    partitions: Vec<WrittenPartition>,
    faults: Vec<FaultKey>,
}

#[derive(Serialize, Deserialize)]
struct WrittenPartition {
    source: String,
    topic: String,
    partition: Option<u64>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    object: String,
    position: u64,
    /// Files of earlier versions do not have it.
    #[serde(default)]
    time: u64,
}

/// What was reached, and at which place. If there is no such file, or it says nothing, then nothing is known, and all
/// that is known is read from the letters themselves.
pub fn load(folder: &Path) -> io::Result<(InFiles, Reached)> {
    let text = match fs::read(folder.join(NAME)) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Default::default()),
        Err(error) => return Err(error),
    };
    match serde_json::from_slice::<Written>(&text) {
        Ok(written) => Ok(written.read()),
        Err(error) => {
            tracing::warn!(%error, "reached.json of the dead letters is damaged, all letters are read instead");
            Ok(Default::default())
        }
    }
}

/// Replaces the file, whole or not at all.
pub fn save(folder: &Path, place: InFiles, reached: &Reached) -> io::Result<()> {
    let text = serde_json::to_vec(&Written::of(place, reached)).expect("texts and numbers can be written");
    let unfinished = folder.join(UNFINISHED);
    let mut file = File::create(&unfinished)?;
    file.write_all(&text)?;
    file.sync_all()?;
    fs::rename(unfinished, folder.join(NAME))?;
    File::open(folder)?.sync_all()
}

impl Written {
    fn of(place: InFiles, reached: &Reached) -> Written {
        let partitions = reached.partitions().map(|(source, partition, place)| WrittenPartition {
            source: source.to_owned(),
            topic: partition.topic.clone(),
            partition: partition.number,
            object: place.object.clone(),
            position: place.position,
            time: place.time,
        });
        Written {
            file: place.file,
            bytes: place.bytes,
            partitions: partitions.collect(),
            faults: reached.faults().iter().cloned().collect(),
        }
    }

    fn read(self) -> (InFiles, Reached) {
        let mut reached = Reached::default();
        for WrittenPartition { source, topic, partition, object, position, time } in self.partitions {
            let place = Place { object, position, time };
            reached.set(&source, PartitionName { topic, number: partition }, place);
        }
        for fault in &self.faults {
            reached.faults_mut().add(fault);
        }
        (InFiles { file: self.file, bytes: self.bytes }, reached)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_loaded() {
        let folder = tempfile::tempdir().expect("make a folder");
        assert_eq!(load(folder.path()).expect("no file is no error"), Default::default());
        let mut reached = Reached::default();
        for (number, object, time) in
            [(Some(0), "", 0), (Some(u64::MAX), "", 7), (None, "a/\u{1}ü", u64::MAX)]
        {
            let partition = PartitionName { topic: "a.pin".to_owned(), number };
            reached.set("log", partition, Place { object: object.to_owned(), position: u64::MAX, time });
        }
        reached.faults_mut().add(&FaultKey { source: "s3://b".to_owned(), object: "o".to_owned(), byte: 7 });
        let place = InFiles { file: 3, bytes: 99 };
        save(folder.path(), place, &reached).expect("save it");
        assert_eq!(load(folder.path()).expect("load it"), (place, reached));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing unfinished is left");

        fs::write(folder.path().join(NAME), "{\"file\":3").expect("damage it");
        assert_eq!(load(folder.path()).expect("damage is no error"), Default::default());
    }
}
