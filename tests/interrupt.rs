//! Ctrl-C ends a replay within a second and leaves nothing by halves.

use pinflow::config::S3Settings;
use pinflow::emulate::{EmulateArgs, run};
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

#[test]
fn an_interrupted_replay_ends_with_130_and_leaves_no_files() {
    let folder = TempDir::new().expect("make a folder");
    let at = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    run(&EmulateArgs { to: at("archive"), posts: 300, ..EmulateArgs::default() }, &S3Settings::default())
        .expect("emulate");
    // A pipe that nobody writes to: the replay waits in the middle of it.
    let pipe = at("archive/topics/129a67850695.pin/partition=0/129a67850695.pin+0+0000900000.json");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("run mkfifo").success());
    let mut replay = Command::new(env!("CARGO_BIN_EXE_pinflow"))
        .args(["replay", &at("archive"), "--out", &at("out"), "--dead-letters", &at("letters")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("start pinflow");
    // Plain lines every few seconds show that it is under way.
    let mut progress = String::new();
    let stderr = replay.stderr.take().expect("a pipe");
    BufReader::new(stderr).read_line(&mut progress).expect("read a line");
    assert!(progress.contains(" objects, ") && progress.contains(" records/s"), "{progress}");

    let interrupted = Instant::now();
    // The shell's own kill: the program of that name is not everywhere.
    let kill = format!("kill -INT {}", replay.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().expect("run sh").success());
    let status = replay.wait().expect("wait for pinflow");
    assert!(interrupted.elapsed() < Duration::from_secs(20), "it ends by itself");
    assert_eq!(status.code(), Some(130));
    for name in ["out", "letters"] {
        let left: Vec<_> = fs::read_dir(at(name)).expect("a folder").collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
