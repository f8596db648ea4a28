//! `pinflow replay s3://…`: what it says and how it ends when something is wrong.

use crate::bucket::TestBucket;
use crate::program::{Program, pin_key, pins, three_objects};
use crate::proxy::{Fault, FaultProxy, SLOW_DOWN};
use flate2::Compression;
use flate2::write::GzEncoder;
use pinflow::config::AccessKey;
use std::io::Write;
use std::sync::Arc;

#[test]
fn what_lasts_is_said_in_one_line_with_exit_code_1() {
    let bucket = three_objects("cli-refused");
    let source = bucket.source("");
    let place = format!("s3://{}", bucket.name);
    let program = || Program::new(&bucket.server);
    let key = |id: &str| Some(AccessKey { id: id.to_owned(), secret: "wrong".to_owned() });

    let wrong_key = program().asking_as(key("AKIDNOBODY"));
    wrong_key.check_failure(
        &["replay", &source],
        1,
        &format!("{place}/: access denied (InvalidAccessKeyId: "),
    );
    let wrong_secret = program().asking_as(key(&bucket.server.key.id));
    wrong_secret.check_failure(
        &["replay", &source],
        1,
        &format!("{place}/: access denied (SignatureDoesNotMatch: "),
    );
    let other = program().asking_as(Some(bucket.server.other_key.clone()));
    other.check_failure(&["replay", &source], 1, &format!("{place}/: access denied (AccessDenied: "));
    let nobody = program().asking_as(None);
    nobody.check_failure(&["replay", &source], 1, &format!("{place}: no credentials: "));

    let missing = "s3://no-such-bucket-here: no such bucket; check its name";
    program().check_failure(&["replay", "s3://no-such-bucket-here/a"], 1, missing);
    let empty = format!("no objects in {place}/none: looked for topics/<topic>/…");
    program().check_failure(&["replay", &bucket.source("none")], 1, &empty);
}

#[test]
fn wrong_use_ends_with_exit_code_2() {
    let bucket = three_objects("cli-usage");
    let program = Program::new(&bucket.server);
    program.check_failure(&["replay", "s3://"], 2, "s3://: the bucket's name is missing; write s3://bucket");
    program.check_failure(&["replay", "gs://b/a"], 2, "gs://b/a: objects are read from folders and from S3");
    let program = Program::with(&bucket.server, "localhost:9000", "");
    let done = program.run(&["replay", &bucket.source("")]);
    let expected = "pinflow.toml:2: s3.endpoint must be empty, or begin with \"http://\" or \"https://\"";
    assert!(done.err.contains(expected), "{}", done.err);
    assert_eq!(done.code, Some(2));
}

/// Objects may be listed by who may not read them.
#[test]
fn a_missing_right_to_read_ends_the_replay() {
    let bucket = three_objects("cli-denied");
    let denied = Fault::Answer("403 Forbidden", "", "AccessDenied");
    let proxy = FaultProxy::start_for(&bucket.server.endpoint, vec![(1000, denied)], 1, ".json?");
    let program = Program::with(&bucket.server, &proxy.endpoint, "");
    let place = format!("s3://{}/{}", bucket.name, pin_key(0));
    let says = "access denied (AccessDenied: Proxy); check the credentials, and that they allow s3:GetObject";
    program.check_failure(&["replay", &bucket.source("")], 1, &format!("{place}: {says}"));
}

#[test]
fn a_store_that_is_too_busy_for_long_ends_the_replay() {
    let bucket = three_objects("cli-busy");
    let proxy = FaultProxy::start_for(&bucket.server.endpoint, vec![(1000, SLOW_DOWN)], 1, "2000.json");
    let program = Program::with(&bucket.server, &proxy.endpoint, "retry_max_attempts = 3");
    let place = format!("s3://{}/{}", bucket.name, pin_key(2000));
    let says = "given up after 3 attempts: SlowDown: Proxy; check the network and s3.endpoint";
    program.check_failure(&["replay", "--quiet", &bucket.source("")], 1, &format!("{place}: {says}"));
}

#[test]
fn what_is_there_is_read_with_exit_code_0() {
    let bucket = three_objects("cli-read");
    let (code, summary, letters) = Program::new(&bucket.server).replay(&[&bucket.source("")]);
    assert_eq!((code, &summary["records"]["pin"], letters.len()), (Some(0), &3000.into(), 0));
    // The same objects again are duplicates; under an alias they are others.
    let again = Program::new(&bucket.server).replay(&[&bucket.source(""), &bucket.source("")]).1;
    assert_eq!((&again["records"]["pin"], &again["duplicates"]), (&3000.into(), &3000.into()));
    let alias = format!("again={}", bucket.source(""));
    let (_, summary, _) = Program::new(&bucket.server).replay(&[&bucket.source(""), &alias]);
    assert_eq!((&summary["records"]["pin"], &summary["superseded"]), (&6000.into(), &3000.into()));
}

/// Replays while the second object is changed in the middle of being read; what is complete before counts, and all
/// of the other objects.
#[track_caller]
fn check_changed_meanwhile(purpose: &str, change: impl FnOnce(&TestBucket) + Send + 'static, reason: &str) {
    let bucket = Arc::new(three_objects(purpose));
    let hook = {
        let bucket = bucket.clone();
        move || change(&bucket)
    };
    // Parts of 64 KiB: ten for the first object, and the fourth of the second, as no more than one is fetched ahead.
    let proxy = FaultProxy::start_with_hook(&bucket.server.endpoint, 14, hook);
    let lines = "fetch_concurrency = 1\npart_bytes = 65536\nbuffer_bytes = 1048576";
    let program = Program::with(&bucket.server, &proxy.endpoint, lines);
    let (code, summary, letters) = program.replay(&[&bucket.source("")]);
    assert_eq!((code, &summary["faults"]), (Some(3), &1.into()), "{letters:?}");
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(letters[0]["object"], pin_key(1000));
    assert!(letters[0]["reason"].as_str().is_some_and(|text| text.contains(reason)), "{letters:?}");
    let read = letters[0]["byte"].as_u64().expect("a number");
    assert!((65536..600_000).contains(&read), "{read}");
    // Lines have three lengths at most, by the digits of `ind`.
    let before = read / (pins(1000, 500).len() as u64 / 1000 + 1);
    let records = summary["records"]["pin"].as_u64().expect("a number") - 2000;
    assert!((before.saturating_sub(2)..=before + 2).contains(&records), "{records} of {read} bytes");
}

#[test]
fn an_object_replaced_while_it_is_read_is_a_fault() {
    let replace = |bucket: &TestBucket| bucket.put(&pin_key(1000), &pins(1000, 499));
    check_changed_meanwhile("replaced", replace, "the object was changed after it was listed");
}

#[test]
fn an_object_cut_while_it_is_read_is_a_fault() {
    let cut = |bucket: &TestBucket| bucket.put(&pin_key(1000), &pins(10, 500));
    check_changed_meanwhile("cut", cut, "the object was changed after it was listed");
}

#[test]
fn an_object_removed_while_it_is_read_is_a_fault() {
    let remove = |bucket: &TestBucket| bucket.delete(&pin_key(1000));
    check_changed_meanwhile("gone", remove, "the object was removed after it was listed");
}

#[test]
fn an_object_that_was_stored_broken_is_a_fault() {
    let bucket = three_objects("broken");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&pins(1000, 500)).expect("memory can be written");
    let mut packed = gzip.finish().expect("memory can be written");
    packed.truncate(packed.len() - 12);
    bucket.put(&pin_key(1000), &packed);
    let (code, summary, letters) = Program::new(&bucket.server).replay(&[&bucket.source("")]);
    assert_eq!((code, &summary["faults"], letters.len()), (Some(3), &1.into(), 1));
    assert_eq!(
        (&letters[0]["object"], &letters[0]["reason"]),
        (&pin_key(1000).into(), &"object fault: it is cut off".into())
    );
}
