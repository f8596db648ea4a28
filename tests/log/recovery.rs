//! Whatever a crash leaves of the last group commit, the log goes on with all groups before it, and with it whole or not
//! at all. What no crash explains is left alone.

use crate::reader::{Record, open, read, record};
use pinflow::log::{Committed, Log, Settings};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const PARTITIONS: u32 = 3;
const TOPICS: [&str; 2] = ["a", "b"];

fn settings() -> Settings {
    Settings { partitions: PARTITIONS, segment_bytes: 400, ..Settings::default() }
}

/// Records of a group: topic and hash. A topic has a request of its own, so a group here has one topic.
type Group = (usize, Vec<u64>);

fn append(log: &Log, number: usize, (topic, hashes): &Group) {
    let records =
        hashes.iter().enumerate().map(|(place, hash)| record(*hash, format!("{{\"{number}\": {place}}}")));
    log.append_blocking(TOPICS[*topic], records.collect()).expect("appended");
}

fn read_all(folder: &Path, committed: &Committed) -> BTreeMap<(usize, u32), Vec<Record>> {
    let places = (0..TOPICS.len()).flat_map(|topic| (0..PARTITIONS).map(move |partition| (topic, partition)));
    places
        .map(|(topic, partition)| ((topic, partition), read(folder, committed, TOPICS[topic], partition)))
        .filter(|(_, records)| !records.is_empty())
        .collect()
}

/// All files below the log's topics, and how long they are.
fn lengths(folder: &Path) -> BTreeMap<PathBuf, u64> {
    let mut lengths = BTreeMap::new();
    let mut folders = vec![folder.join("topics")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let length = path.metadata().expect("a file").len();
                lengths.insert(path, length);
            }
        }
    }
    lengths
}

/// What a crash does to a file that was being written.
#[derive(Clone, Copy, Debug)]
enum Crash {
    /// Part of what was written is there, in 256ths.
    Cut(u8),
    /// The file is as long as it should be, but the end is zeros from there on.
    Zeros(u8),
    /// All is there.
    Whole,
}

fn crash() -> impl Strategy<Value = Crash> {
    prop_oneof![any::<u8>().prop_map(Crash::Cut), any::<u8>().prop_map(Crash::Zeros), Just(Crash::Whole)]
}

/// Applies the crash to what is in the file beyond the length that was durable.
fn tear(file: &Path, durable: u64, length: u64, crash: Crash) {
    let open = OpenOptions::new().write(true).open(file).expect("it is there");
    let part = |share: u8| durable + (length - durable) * u64::from(share) / 256;
    match crash {
        Crash::Cut(share) => open.set_len(part(share)).expect("it can be cut"),
        Crash::Zeros(share) => {
            open.set_len(part(share)).expect("it can be cut");
            open.set_len(length).expect("it can be made longer");
        }
        Crash::Whole => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_last_group_is_whole_or_absent(
        groups in proptest::collection::vec((0..TOPICS.len(), proptest::collection::vec(0..7u64, 1..12)), 1..8),
        crashes in proptest::collection::vec(crash(), 12),
        after in (0..TOPICS.len(), proptest::collection::vec(0..7u64, 1..12)),
        reopens in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        let mut log = open(folder, settings()).log;
        let (last, before) = groups.split_last().expect("there is one");
        before.iter().enumerate().for_each(|(number, group)| append(&log, number, group));
        if reopens {
            drop(log);
            log = open(folder, settings()).log;
        }
        let expected_without = read_all(folder, &log.committed());
        let durable = lengths(folder);
        append(&log, groups.len() - 1, last);
        let expected_with = read_all(folder, &log.committed());
        let last_time = log.committed().time;
        drop(log);

        let written = lengths(folder);
        let torn: Vec<_> = written.iter().filter(|(file, length)| durable.get(*file) != Some(length)).collect();
        for ((file, length), crash) in torn.iter().zip(&crashes) {
            // A new companion's header is durable before anything else is written.
            let header = if file.extension().is_some_and(|extension| extension == "meta") { 8 } else { 0 };
            tear(file, durable.get(*file).copied().unwrap_or(header), **length, *crash);
        }

        let opened = open(folder, settings());
        let committed = opened.log.committed();
        let found = read_all(folder, &committed);
        prop_assert!(found == expected_with || found == expected_without, "{found:?} {:?}", opened.repairs);
        prop_assert!(committed.time == last_time || found == expected_without);
        if crashes.iter().take(torn.len()).all(|crash| matches!(crash, Crash::Whole)) {
            prop_assert_eq!(&opened.repairs, &[]);
            prop_assert_eq!(&found, &expected_with);
        }

        append(&opened.log, groups.len(), &after);
        let found_after = read_all(folder, &opened.log.committed());
        for (place, records) in &found {
            prop_assert!(found_after[place].starts_with(records), "what was there stays");
        }
        let count = |found: &BTreeMap<_, Vec<Record>>| found.values().map(Vec::len).sum::<usize>();
        prop_assert_eq!(count(&found_after), count(&found) + after.1.len());
        drop(opened);
        let opened = open(folder, settings());
        prop_assert_eq!(&opened.repairs, &[], "once is enough");
        prop_assert_eq!(read_all(folder, &opened.log.committed()), found_after);
    }
}

/// Writes three groups of two records to one partition, changes its files, and opens the log again. Says what offset the
/// next record gets, and what the repairs were: the end of the file's name, the byte, the bytes cut.
fn damaged(change: impl FnOnce(&Path, &Path)) -> (u64, Vec<(String, u64, u64)>) {
    let folder = tempfile::tempdir().expect("a folder");
    let one = Settings { partitions: 1, ..Settings::default() };
    let log = open(folder.path(), one.clone()).log;
    for group in 0..3 {
        append(&log, group, &(0, vec![0, 0]));
    }
    let committed = log.committed();
    let end = committed.end("a", 0).expect("it is there");
    let object = end.open.expect("it is open");
    let (data, companion) =
        (end.object_path(folder.path(), &object), end.companion_path(folder.path(), &object));
    drop(log);
    change(&data, &companion);
    let data_after = fs::read(&data).ok();
    let opened = open(folder.path(), one.clone());
    let repairs: Vec<_> = opened
        .repairs
        .iter()
        .map(|repair| {
            let extension = repair.file.extension().expect("files have one");
            (extension.to_str().expect("text").to_string(), repair.byte, repair.bytes_cut)
        })
        .collect();
    if repairs.iter().all(|repair| repair.2 == 0) {
        assert_eq!(fs::read(&data).ok(), data_after, "nothing was cut");
    }
    let appended = opened.log.append_blocking("a", vec![record(0, "next")]).expect("appended")[0];
    assert!(appended.time > committed.time || companion.metadata().is_err());
    drop(opened);
    let opened = open(folder.path(), one);
    assert_eq!(opened.repairs, [], "once is enough");
    let committed = opened.log.committed();
    assert_eq!(committed.end("a", 0).expect("it is there").end_offset, appended.offset + 1);
    (appended.offset, repairs)
}

fn flip(file: &Path, byte: u64) {
    let mut open = OpenOptions::new().read(true).write(true).open(file).expect("it is there");
    let mut bytes = [0];
    open.seek(SeekFrom::Start(byte)).expect("it is long enough");
    open.read_exact(&mut bytes).expect("it is long enough");
    open.seek(SeekFrom::Start(byte)).expect("it is long enough");
    open.write_all(&[bytes[0] ^ 4]).expect("it can be written");
}

fn cut(file: &Path, length: u64) {
    OpenOptions::new().write(true).open(file).and_then(|file| file.set_len(length)).expect("it can be cut");
}

fn repair(file: &str, byte: u64, bytes_cut: u64) -> (String, u64, u64) {
    (file.to_string(), byte, bytes_cut)
}

/// A line is `{"0": 0}` with its end.
const LINE: u64 = 9;

#[test]
fn damage_in_the_middle_is_left_alone() {
    for byte in [0, 20, 40] {
        assert_eq!(
            damaged(|data, _| flip(data, byte.min(3 * LINE))),
            (6, vec![]),
            "old lines are not looked at"
        );
    }
    for byte in [8, 12, 20, 55] {
        assert_eq!(damaged(|_, companion| flip(companion, byte)), (6, vec![repair("meta", 8, 0)]));
        assert_eq!(damaged(|_, companion| flip(companion, byte + 48)), (6, vec![repair("meta", 56, 0)]));
    }
    assert_eq!(damaged(|_, companion| flip(companion, 3)), (6, vec![repair("meta", 0, 0)]));
    let missing = |_: &Path, companion: &Path| fs::remove_file(companion).expect("it is there");
    assert_eq!(damaged(missing), (6, vec![repair("meta", 0, 0)]));
    let nonsense = |_: &Path, companion: &Path| fs::write(companion, [7; 200]).expect("it can be written");
    assert_eq!(damaged(nonsense), (6, vec![repair("meta", 0, 0)]));
    let both = |_: &Path, companion: &Path| {
        flip(companion, 8);
        flip(companion, 60);
        flip(companion, 110);
    };
    assert_eq!(damaged(both), (6, vec![repair("meta", 8, 0)]));
}

#[test]
fn torn_ends_are_cut_off_and_told() {
    assert_eq!(damaged(|_, _| ()), (6, vec![]));
    assert_eq!(
        damaged(|data, _| flip(data, 5 * LINE)),
        (4, vec![repair("meta", 104, 48), repair("json", 36, 18)])
    );
    assert_eq!(
        damaged(|data, _| cut(data, 5 * LINE)),
        (4, vec![repair("meta", 104, 48), repair("json", 36, 9)])
    );
    assert_eq!(damaged(|data, _| cut(data, 4 * LINE)), (4, vec![repair("meta", 104, 48)]));
    for length in [104, 105, 120, 151] {
        let expected = [repair("meta", 104, length - 104), repair("json", 36, 18)];
        let expected = expected.into_iter().filter(|repair| repair.2 > 0).collect();
        assert_eq!(damaged(|_, companion| cut(companion, length)), (4, expected));
    }
    assert_eq!(
        damaged(|_, companion| flip(companion, 110)),
        (4, vec![repair("meta", 104, 48), repair("json", 36, 18)])
    );
    let longer = |data: &Path, companion: &Path| {
        OpenOptions::new()
            .append(true)
            .open(data)
            .and_then(|mut file| file.write_all(b"{\"torn"))
            .expect("longer");
        OpenOptions::new()
            .append(true)
            .open(companion)
            .and_then(|mut file| file.write_all(&[0; 47]))
            .expect("longer");
    };
    assert_eq!(damaged(longer), (6, vec![repair("meta", 152, 47), repair("json", 54, 6)]));
    assert_eq!(
        damaged(|_, companion| cut(companion, 5)),
        (0, vec![repair("meta", 0, 5), repair("json", 0, 54)])
    );
}

#[test]
fn what_is_missing_beyond_the_last_group_is_damage() {
    let missing = |data: &Path, _: &Path| cut(data, 3 * LINE);
    assert_eq!(damaged(missing), (4, vec![repair("meta", 104, 48), repair("json", 27, 0)]));
    let alone = |data: &Path, _: &Path| fs::remove_file(data).expect("it is there");
    assert_eq!(damaged(alone), (0, vec![repair("meta", 0, 152)]));
}

#[test]
fn other_files_are_no_business_of_the_log() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(open(folder.path(), settings()));
    let topics = folder.path().join("topics");
    let others =
        ["x", ".hidden/partition=0/y", "a/z", "a/partition=3/a+3+0000000000.json", "a/partition=0/_SUCCESS"];
    for other in others {
        let path = topics.join(other);
        fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
        File::create(path).expect("a file");
    }
    let opened = open(folder.path(), settings());
    assert_eq!((opened.repairs.len(), opened.log.committed().ends.len()), (0, 0));
    append(&opened.log, 0, &(0, vec![0]));
    assert!(others.iter().all(|other| topics.join(other).exists()));
}

#[test]
fn refused_records_that_came_back_are_cut_off_where_others_have_their_offsets() {
    let folder = tempfile::tempdir().expect("a folder");
    let one = Settings { partitions: 1, segment_bytes: 1, ..Settings::default() };
    let log = open(folder.path(), one.clone()).log;
    append(&log, 0, &(0, vec![0, 0]));
    append(&log, 1, &(0, vec![0, 0]));
    append(&log, 2, &(0, vec![0]));
    let committed = log.committed();
    let end = committed.end("a", 0).expect("it is there").clone();
    drop(log);
    // The first object gets the second's frame and lines, as if they had been refused there.
    let paths = |number: usize| {
        let object = &end.closed[number];
        (end.object_path(folder.path(), object), end.companion_path(folder.path(), object))
    };
    let lines = [fs::read(paths(0).0).expect("lines"), fs::read(paths(1).0).expect("lines")].concat();
    let mut frame =
        pinflow::log::frame::Frame::decode(&fs::read(paths(1).1).expect("a frame")[8..]).expect("good");
    frame.first_byte = end.closed[0].bytes;
    let mut companion = fs::read(paths(0).1).expect("a frame");
    frame.encode(&mut companion);
    fs::write(paths(0).0, lines).expect("it can be written");
    fs::write(paths(0).1, companion).expect("it can be written");
    let opened = open(folder.path(), one);
    assert_eq!(opened.repairs.len(), 2);
    assert_eq!(opened.log.committed().end("a", 0), Some(&end));
    assert_eq!(read(folder.path(), &opened.log.committed(), "a", 0).len(), 5);
}
