//! Files are rotated, and the oldest go.

use crate::letters::{positions, rejected, stored};
use pinflow::dead_letters::LiveLetters;
use pinflow::dead_letters::live::{Limits, letter_files};
use std::fs;
use std::path::Path;
use tempfile::tempdir;

const LIMITS: Limits = Limits { file_max_bytes: 1000, max_bytes: 5000, queue_max_bytes: 1 << 20 };

/// Hands in a block for each position of partition 0; what was written before is among them.
fn run(folder: &Path, limits: Limits, positions: u64) -> LiveLetters {
    let live = LiveLetters::open(folder, limits).expect("open it");
    for position in 0..positions {
        live.finish_block(0, position, &[rejected(0, position, "x".repeat(100))]);
    }
    live.flush();
    live
}

#[test]
fn the_newest_letters_are_kept_within_the_bounds() {
    let folder = tempdir().expect("make a folder");
    let live = run(folder.path(), LIMITS, 100);
    let files = letter_files(folder.path()).expect("list the folder");
    assert!(files.iter().all(|file| file.bytes <= LIMITS.file_max_bytes), "{files:?}");
    assert!(files.windows(2).all(|two| two[0].number + 1 == two[1].number), "{files:?}");
    let bytes: u64 = files.iter().map(|file| file.bytes).sum();
    assert!((LIMITS.max_bytes - LIMITS.file_max_bytes..=LIMITS.max_bytes).contains(&bytes), "{bytes} bytes");

    let kept = positions(folder.path(), 0);
    assert_eq!(kept, (100 - kept.len() as u64..100).collect::<Vec<u64>>());
    let counts = live.counts();
    assert_eq!((counts.written, counts.lost), (100, 0));
    assert_eq!((counts.files, counts.files_bytes), (files.len() as u64, bytes));
    assert_eq!(counts.removed_files, files[0].number - 1);
    assert_eq!(counts.removed_bytes + counts.files_bytes, counts.written_bytes);
    drop(live);

    // What was removed does not come again, and a smaller bound holds at once.
    let live = run(folder.path(), Limits { max_bytes: 2500, ..LIMITS }, 100);
    assert_eq!(live.counts().written, 0);
    assert!(live.counts().files_bytes <= 2500);
    assert_eq!(positions(folder.path(), 0).last(), Some(&99));
}

#[test]
fn a_letter_longer_than_a_file_has_one_of_its_own() {
    let folder = tempdir().expect("make a folder");
    let live = LiveLetters::open(folder.path(), LIMITS).expect("open it");
    for (position, bytes) in [(0, 10), (1, 3000), (2, 10), (3, 9000)] {
        live.finish_block(0, position, &[rejected(0, position, "x".repeat(bytes))]);
    }
    drop(live);
    assert_eq!(
        positions(folder.path(), 0),
        [3],
        "it alone is more than may be kept, and is kept until the next"
    );
    run(folder.path(), LIMITS, 6);
    assert_eq!(positions(folder.path(), 0), [4, 5]);
}

/// Whoever has dealt with letters removes their files.
#[test]
fn files_may_be_removed_while_it_runs_and_between_runs() {
    let folder = tempdir().expect("make a folder");
    let remove_all = || {
        for file in letter_files(folder.path()).expect("list the folder") {
            fs::remove_file(file.path).expect("remove a file");
        }
    };
    let live = run(folder.path(), LIMITS, 10);
    remove_all();
    // What comes until the loss of the file is seen, with the next save, is gone with it.
    live.finish_block(0, 10, &[rejected(0, 10, "unseen")]);
    live.flush();
    live.finish_block(0, 11, &[rejected(0, 11, "seen")]);
    drop(live);
    assert_eq!(positions(folder.path(), 0), [11]);

    remove_all();
    let live = run(folder.path(), LIMITS, 13);
    assert_eq!(live.counts().written, 1);
    assert_eq!(positions(folder.path(), 0), [12], "what was reached is known without the files");
    let numbers: Vec<u64> =
        letter_files(folder.path()).expect("list the folder").iter().map(|file| file.number).collect();
    assert!(numbers.iter().all(|number| *number > 2), "numbers are not used twice: {numbers:?}");
    assert_eq!(stored(folder.path()).len(), 1);
}
