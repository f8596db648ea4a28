//! `pinflow emulate` into a bucket.

use crate::bucket::TestBucket;
use crate::program::Program;
use crate::proxy::{Fault, FaultProxy, SLOW_DOWN};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// The same views, file by file.
#[track_caller]
fn check_same(left: &Path, right: &Path) {
    let files: Vec<_> =
        fs::read_dir(left).expect("read the folder").map(|file| file.expect("a file")).collect();
    assert_eq!(files.len(), 13);
    for file in files {
        let right = fs::read(right.join(file.file_name())).expect("read a view");
        assert!(fs::read(file.path()).expect("read a view") == right, "{:?}", file.file_name());
    }
}

#[test]
fn a_bucket_gets_what_a_folder_gets() {
    let bucket = TestBucket::new("emulate");
    let folder = TempDir::new().expect("make a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let proxy = FaultProxy::start(&bucket.server.endpoint, vec![(50, SLOW_DOWN), (50, Fault::Closed)], 7);
    let program = Program::with(&bucket.server, &proxy.endpoint, "");
    for layout in ["connect", "firehose", "events", "ndjson"] {
        let target = bucket.source(layout);
        let emulate = |to: &str| {
            let args =
                ["emulate", "--to", to, "--layout", layout, "--posts", "60", "--correction-rate", "0.2"];
            let done = program.run(&args);
            assert_eq!((done.code, done.err.as_str()), (Some(0), ""), "{to}");
            done.out.replace(to, "")
        };
        assert_eq!(emulate(&target), emulate(&path(layout)), "what it says it wrote");
        for (source, out) in [(target, "views-bucket"), (path(layout), "views-folder")] {
            let done = program.run(&["replay", &source, "--quiet", "--json", "--out", &path(out)]);
            assert_eq!(done.code, Some(0), "{source}: {}", done.err);
        }
        check_same(Path::new(&path("views-bucket")), Path::new(&path("views-folder")));
    }
    assert!(proxy.faults() > 5, "{} of {}", proxy.faults(), proxy.requests());
}

#[test]
fn what_is_there_is_not_written_over() {
    let bucket = TestBucket::new("emulate-refused");
    let program = Program::new(&bucket.server);
    bucket.put("a/topics/x.pin/partition=0/x.pin+0+0000000000.json", b"{}\n");
    bucket.put("a/other", b"");
    let target = bucket.source("a");
    let (full, events) = (format!("{target}/topics/ is not empty"), format!("{target}/ is not empty"));
    program.check_failure(&["emulate", "--to", &target], 1, &full);
    program.check_failure(&["emulate", "--to", &target, "--layout", "events"], 1, &events);

    let missing = "s3://no-such-bucket-here: no such bucket; check";
    program.check_failure(&["emulate", "--to", "s3://no-such-bucket-here/x"], 1, missing);
    program.check_failure(&["emulate", "--to", "s3://"], 2, "s3://: the bucket's name is missing");

    let other = Program::new(&bucket.server).asking_as(Some(bucket.server.other_key.clone()));
    let denied = format!("s3://{}/b/topics/: access denied (AccessDenied: ", bucket.name);
    other.check_failure(&["emulate", "--to", &bucket.source("b")], 1, &denied);
}
