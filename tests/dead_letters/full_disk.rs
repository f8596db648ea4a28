//! A full disk stops no flow, and nothing is torn by it.

use crate::letters::{positions, rejected, wait_until};
use pinflow::dead_letters::LiveLetters;
use pinflow::dead_letters::live::Limits;
use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, id};
use tempfile::tempdir;

/// A file takes more than the disk does.
const LIMITS: Limits = Limits { file_max_bytes: 512 << 10, max_bytes: 1 << 20, queue_max_bytes: 16 << 10 };

/// Fills the disk that the folder lies on, makes room, and goes on.
fn check_full(folder: &Path, make_room: impl FnOnce()) {
    let live = LiveLetters::open(folder, LIMITS).expect("open it");
    let mut next = 0;
    let mut hand_in = || {
        // Lines of many lengths, so that one of them is torn.
        live.finish_block(0, next, &[rejected(0, next, "x".repeat(300 + next as usize % 97))]);
        next += 1;
    };
    // The first are waited for, so that the disk is what is too slow in the end.
    while live.counts().written_bytes < 20 << 10 {
        hand_in();
        live.flush();
    }
    while live.counts().lost < 500 {
        hand_in();
        std::thread::yield_now();
    }
    let full = live.counts();
    let whole = positions(folder, 0).len() as u64;
    assert!(full.written <= whole && whole <= live.counts().written, "{full:?}");

    make_room();
    wait_until("it writes again", || live.counts().written > full.written);
    live.flush();
    (0..10).for_each(|_| {
        hand_in();
        live.flush();
    });
    let counts = live.counts();
    assert_eq!(counts.written + counts.lost, next);
    drop(live);
    let kept = positions(folder, 0);
    assert_eq!((kept.len() as u64, kept.last()), (counts.written, Some(&(next - 1))));
    assert!(kept.is_sorted(), "in order and none twice");
    // What was lost was passed over by later ones.
    let live = LiveLetters::open(folder, LIMITS).expect("open it");
    (0..next).for_each(|sequence| live.finish_block(0, sequence, &[rejected(0, sequence, "again")]));
    live.finish_block(0, next, &[rejected(0, next, "new")]);
    drop(live);
    assert_eq!(positions(folder, 0), [kept, vec![next]].concat());
}

/// Where files may have no more than 64 KiB, the one that is written is full like a disk. It takes no rights.
#[test]
fn a_full_disk_stops_no_flow() {
    let program = env::current_exe().expect("it runs");
    // Blocks have 512 bytes or 1024. Without the trap the signal that goes with the error would end the process.
    let script = "trap '' XFSZ; ulimit -S -f 64 && exec \"$0\" --exact full_disk::in_small_files --ignored";
    let output = Command::new("sh").args(["-c", script]).arg(program).output().expect("start a shell");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
#[ignore = "another test runs it where files are limited"]
fn in_small_files() {
    let folder = tempdir().expect("make a folder");
    check_full(folder.path(), || {
        let pid = id().to_string();
        let done = Command::new("prlimit").args(["--pid", &pid, "--fsize=unlimited:"]).status();
        assert!(done.expect("start prlimit").success());
    });
}

/// A real one, where it may be mounted; the limit above stands for it elsewhere.
#[test]
fn a_full_file_system_stops_no_flow() {
    let disk = tempdir().expect("make a folder");
    let mount =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"]).arg(disk.path()).output();
    let mount = mount.expect("start mount");
    if !mount.status.success() {
        let refused = String::from_utf8_lossy(&mount.stderr);
        println!("not mounted, so it is left to a_full_disk_stops_no_flow: {refused}");
        return;
    }
    let _mounted = Mounted(disk.path());
    let other = disk.path().join("other");
    fs::write(&other, vec![0; 128 << 10]).expect("write a file");
    check_full(&disk.path().join("dead-letters"), || fs::remove_file(&other).expect("remove a file"));
}

/// Unmounts it at the end, also of a test that fails.
struct Mounted<'a>(&'a Path);

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let done = Command::new("umount").arg("--lazy").arg(self.0).status();
        assert!(done.expect("start umount").success());
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempdir().expect("make a folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("write a file");
    let error = LiveLetters::open(&file.join("dead-letters"), LIMITS).err().expect("a file is no folder");
    let path = file.display();
    let expected = format!(
        "cannot keep dead letters in {path}/dead-letters: Not a directory (os error 20); \
         name a data folder that can be written"
    );
    assert_eq!(error.to_string(), expected);
}
