//! After any crash, with the log replayed from its beginning, each letter stands in the files once.

use crate::letters::{fault, positions, rejected, stored, wait_until};
use pinflow::dead_letters::live::{Limits, letter_files};
use pinflow::dead_letters::{Letter, LiveLetters};
use proptest::array::uniform3;
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_assert_eq, prop_oneof, proptest};
use proptest::test_runner::FileFailurePersistence;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use tempfile::{TempDir, tempdir, tempdir_in};

/// Histories of crashes, unless `PROPTEST_CASES` says otherwise.
const CASES: u32 = 100;
const PARTITIONS: u32 = 3;
/// Files of about four letters, and room for all.
const LIMITS: Limits = Limits { file_max_bytes: 700, max_bytes: 1 << 20, queue_max_bytes: 1 << 20 };

/// What happens from a start to the crash.
#[derive(Clone, Debug)]
struct Run {
    /// How many blocks of each partition are decoded.
    blocks: [u64; PARTITIONS as usize],
    /// After which block all is saved.
    saves: Vec<u64>,
    /// How much of what was not saved reaches the disk, in parts of 1,000.
    kept: u64,
    /// What the disk has behind it.
    torn: Torn,
}

/// What a crash may leave behind what is whole.
#[derive(Clone, Copy, Debug)]
enum Torn {
    Nothing,
    Zeros,
    /// A hole, and behind it lines that came to the disk before those in front of them.
    Hole,
}

/// Blocks of a partition, of which some have letters: the same after each start.
fn letters(partition: u32, sequence: u64) -> Vec<Letter> {
    let count = (sequence + u64::from(partition)) % 4;
    (0..count)
        .map(|index| rejected(partition, 10 * sequence + index, format!("{partition} {sequence}")))
        .collect()
}

/// Files are synced all the time here; in memory that takes no time.
fn folder() -> TempDir {
    tempdir_in("/dev/shm").or_else(|_| tempdir()).expect("make a folder")
}

/// Runs on a folder, crashes, and gives what is left of it.
fn crash(before: &Path, run: &Run) -> TempDir {
    let live = LiveLetters::open(before, LIMITS).expect("open it");
    let known = stored(before).len();
    let mut all = 0;
    for sequence in 0..*run.blocks.iter().max().expect("there are partitions") {
        for partition in (0..PARTITIONS).filter(|partition| sequence < run.blocks[*partition as usize]) {
            live.finish_block(partition, sequence, &letters(partition, sequence));
            all += letters(partition, sequence).len();
        }
        if run.saves.contains(&sequence) {
            live.flush();
        }
    }
    live.unread(vec![fault(1), fault(2)]);
    wait_until("all new letters are written", || {
        live.counts().written as usize >= (all + 2).saturating_sub(known)
    });
    let after = folder();
    copy(before, after.path());
    drop(live);
    tear(after.path(), run);
    after
}

/// What was reached is copied first: it may be behind the letters, never in front of them.
fn copy(from: &Path, to: &Path) {
    let reached = from.join("reached.json");
    if reached.exists() {
        fs::copy(reached, to.join("reached.json")).expect("copy a file");
    }
    for file in letter_files(from).expect("list the folder") {
        fs::copy(&file.path, to.join(file.path.file_name().expect("it has a name"))).expect("copy a file");
    }
}

/// Takes back a part of what has not been synced.
fn tear(folder: &Path, run: &Run) {
    let Some(newest) = letter_files(folder).expect("list the folder").pop() else { return };
    let saved = fs::read(folder.join("reached.json")).unwrap_or_else(|_| b"{}".to_vec());
    let saved: serde_json::Value = serde_json::from_slice(&saved).expect("it is JSON");
    let synced = if saved["file"] == newest.number { saved["bytes"].as_u64().expect("a number") } else { 0 };
    let whole = fs::read(&newest.path).expect("read a file");
    let cut = synced + (newest.bytes - synced) * run.kept / 1000;
    let mut file = OpenOptions::new().append(true).open(&newest.path).expect("open a file");
    file.set_len(cut).expect("cut a file");
    let rest = &whole[cut as usize..];
    match run.torn {
        Torn::Nothing => {}
        Torn::Zeros => file.write_all(&vec![0; rest.len()]).expect("write a file"),
        Torn::Hole => {
            let hole = rest.len().min(5);
            file.write_all(&[&vec![0; hole][..], &rest[hole..]].concat()).expect("write a file");
        }
    }
}

fn runs() -> impl Strategy<Value = Vec<Run>> {
    let torn = prop_oneof![Just(Torn::Nothing), Just(Torn::Zeros), Just(Torn::Hole)];
    let run = (uniform3(0..12u64), vec(0..12u64, 0..3), 0..=1000u64, torn);
    let run = run.prop_map(|(blocks, saves, kept, torn)| Run { blocks, saves, kept, torn });
    vec(run, 1..5)
}

fn config() -> ProptestConfig {
    let persistence = FileFailurePersistence::WithSource("proptest-regressions");
    let default = ProptestConfig::with_failure_persistence(persistence);
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { CASES };
    ProptestConfig { cases, max_shrink_iters: 500, ..default }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn each_letter_is_written_once(runs in runs()) {
        const BLOCKS: u64 = 14;
        let mut at = folder();
        for run in &runs {
            at = crash(at.path(), run);
        }
        let live = LiveLetters::open(at.path(), LIMITS).expect("open it");
        for sequence in 0..BLOCKS {
            for partition in 0..PARTITIONS {
                live.finish_block(partition, sequence, &letters(partition, sequence));
            }
        }
        live.unread(vec![fault(1), fault(2)]);
        drop(live);
        for partition in 0..PARTITIONS {
            let all = (0..BLOCKS).flat_map(|sequence| letters(partition, sequence));
            let all: Vec<u64> = all.map(|letter| match letter {
                Letter::Message { position, .. } => position,
                Letter::Fault(..) => unreachable!("they are messages"),
            }).collect();
            prop_assert_eq!(positions(at.path(), partition), all);
        }
        let mut faults: Vec<Option<u64>> =
            stored(at.path()).iter().filter(|letter| letter.is_fault()).map(|letter| letter.byte).collect();
        faults.sort();
        prop_assert_eq!(faults, [Some(1), Some(2)]);
    }
}

#[test]
fn a_torn_last_line_is_cut_off_and_written_again() {
    let folder = folder();
    let block = |live: &LiveLetters, sequence| live.finish_block(0, sequence, &[rejected(0, sequence, "x")]);
    let live = LiveLetters::open(folder.path(), LIMITS).expect("open it");
    (0..2).for_each(|sequence| block(&live, sequence));
    drop(live);
    fs::remove_file(folder.path().join("reached.json")).expect("remove a file");
    let newest = letter_files(folder.path()).expect("list the folder").pop().expect("there is a file");
    let file = OpenOptions::new().write(true).open(&newest.path).expect("open a file");
    file.set_len(newest.bytes - 9).expect("cut a file");
    assert_eq!(positions(folder.path(), 0), [0]);

    let live = LiveLetters::open(folder.path(), LIMITS).expect("open it");
    (0..3).for_each(|sequence| block(&live, sequence));
    drop(live);
    assert_eq!(positions(folder.path(), 0), [0, 1, 2]);
}

/// A fault that is met again, as each listing of a bucket does, is one letter.
#[test]
fn a_fault_is_told_once() {
    let folder = folder();
    for _start in 0..2 {
        let live = LiveLetters::open(folder.path(), LIMITS).expect("open it");
        for _listing in 0..3 {
            live.unread(vec![fault(0), fault(7)]);
        }
    }
    assert_eq!(stored(folder.path()).iter().filter_map(|letter| letter.byte).collect::<Vec<u64>>(), [0, 7]);
}
