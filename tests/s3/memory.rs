//! However large an object is, only a bounded part of it is in memory.

use crate::bucket::TestBucket;
use crate::program::{Program, pin_key, pins};
use std::fs;
use std::time::Duration;

/// Bytes of the object.
const OBJECT: usize = 1 << 30;
/// What memory may grow by beyond the state, which is nearly nothing here.
const MOST: usize = 300 << 20;

#[test]
fn an_object_of_a_gigabyte_takes_little_memory() {
    let bucket = TestBucket::new("large");
    // Long records, as decoding them costs least.
    let lines = pins(256, 500_000);
    let times = OBJECT / lines.len() + 1;
    bucket.put(&pin_key(0), &lines.repeat(times));

    let program = Program::new(&bucket.server);
    let mut child =
        program.command(&["replay", &bucket.source(""), "--json", "--quiet"]).spawn().expect("start");
    let mut most = 0;
    let status = loop {
        // The highest that it has been so far.
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes =
            line.and_then(|line| line.trim().strip_suffix(" kB")).and_then(|text| text.parse().ok());
        most = most.max(kibibytes.unwrap_or(0) * 1024);
        if let Some(status) = child.try_wait().expect("the process is ours") {
            break status;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let mut out = String::new();
    std::io::Read::read_to_string(&mut child.stdout.take().expect("a pipe"), &mut out).expect("UTF-8");
    assert!(status.success(), "{out}");
    let summary: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(summary["records"]["pin"], 256 * times);
    assert!(most > 0 && most < MOST, "{} MiB", most >> 20);
}
