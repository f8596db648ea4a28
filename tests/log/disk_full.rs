//! A disk that is full refuses records, and when there is room again the log goes on by itself.

use crate::reader::{open, read, record};
use pinflow::log::{AppendError, Log, Settings};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Names the folder of the log in the child.
const FOLDER: &str = "LOG_TEST_LIMIT_FOLDER";

fn settings() -> Settings {
    Settings { partitions: 2, ..Settings::default() }
}

/// Appends until there is no room, makes room, and goes on. All that was acknowledged is there, and nothing else.
fn fill_and_go_on(folder: &Path, make_room: impl FnOnce()) {
    let log = open(folder, settings()).log;
    let mut appended = 0;
    let refused = loop {
        match append(&log, appended) {
            Ok(()) => appended += 1,
            Err(refused) => break refused,
        }
    };
    assert!(matches!(refused, AppendError::NoRoom(_)), "{refused}");
    assert!(appended > 1, "there was room");
    // The files are cut back, so the rest of the room is there, and used up by smaller records.
    for _ in 0..3 {
        assert!(matches!(append(&log, appended), Err(AppendError::NoRoom(_))));
    }
    check(&log, appended);
    make_room();
    for _ in 0..3 {
        append(&log, appended).expect("there is room again");
        appended += 1;
    }
    check(&log, appended);
    assert_eq!(log.stats().groups_refused, 4);
    drop(log);
    let opened = open(folder, settings());
    assert_eq!(opened.repairs, []);
    check(&opened.log, appended);
}

/// A request with a record for each partition.
fn append(log: &Log, number: usize) -> Result<(), AppendError> {
    let line = format!("{number} {}", "x".repeat(20_000));
    log.append_blocking("pin", vec![record(0, line.clone()), record(1, line)]).map(drop)
}

fn check(log: &Log, appended: usize) {
    for partition in 0..2 {
        let records = read(log.folder(), &log.committed(), "pin", partition);
        assert_eq!(records.len(), appended);
        assert!(
            records.iter().enumerate().all(|(number, record)| record.line.starts_with(&format!("{number} ")))
        );
    }
}

/// Not a test by itself: it runs in a process whose files may not get larger than a limit.
#[test]
fn child() {
    let Ok(folder) = env::var(FOLDER) else { return };
    let limits = getrlimit(Resource::Fsize);
    let limit = |bytes| Rlimit { current: Some(bytes), maximum: limits.maximum };
    setrlimit(Resource::Fsize, limit(300_000)).expect("it can be lowered");
    fill_and_go_on(Path::new(&folder), || {
        setrlimit(Resource::Fsize, limit(600_000)).expect("it can be raised again");
    });
}

#[test]
fn files_that_may_not_grow_refuse_records_until_they_may() {
    let folder = tempfile::tempdir().expect("a folder");
    // Without the trap the process would be ended by the signal instead of seeing an error.
    let child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" --exact disk_full::child --nocapture"])
        .arg(env::current_exe().expect("this test"))
        .env(FOLDER, folder.path())
        .output()
        .expect("the child starts");
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
    assert!(folder.path().join("log.json").exists(), "the child has done it");
}

/// Only root can mount; the test above needs no rights.
#[test]
fn a_full_file_system_refuses_records_until_there_is_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let mount =
        Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "none"]).arg(folder.path()).status();
    if !mount.is_ok_and(|status| status.success()) {
        return;
    }
    let mounted = Mounted(folder.path());
    let ballast = folder.path().join("ballast");
    fs::write(&ballast, vec![0; 500_000]).expect("there is room");
    fill_and_go_on(&folder.path().join("log"), || fs::remove_file(&ballast).expect("it is there"));
    // A new object needs room as well, and is refused as a whole.
    let log = open(&folder.path().join("log"), settings()).log;
    let mut ballast = vec![0; 1_000_000];
    while fs::write(folder.path().join("ballast"), &ballast).is_err() {
        ballast.truncate(ballast.len() - 1_000);
    }
    assert!(matches!(
        log.append_blocking("other", vec![record(0, "x".repeat(9_000))]),
        Err(AppendError::NoRoom(_))
    ));
    assert!(log.committed().end("other", 0).is_none());
    fs::remove_file(folder.path().join("ballast")).expect("it is there");
    log.append_blocking("other", vec![record(0, "x")]).expect("there is room again");
    drop(log);
    drop(mounted);
}

struct Mounted<'a>(&'a Path);

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}
