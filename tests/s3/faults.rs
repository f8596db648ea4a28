//! A store behind a network that fails, and objects that change while they are read.

use crate::bucket::TestBucket;
use crate::opened::{check_listing_fault, check_object_fault, content, list, open, read, settings};
use crate::proxy::{Fault, FaultProxy, INTERNAL_ERROR, SLOW_DOWN};
use pinflow::config::S3Settings;
use std::io::{self, Read};
use std::time::Duration;

#[test]
fn a_faulty_network_changes_nothing() {
    let bucket = TestBucket::new("faulty");
    let keys: Vec<String> = (0..1100).map(|n| format!("small/{n:04}")).collect();
    bucket.put_all(&keys, b"{\"ind\": 1}\n");
    bucket.put("large", &content(3_000_000));
    let faults = vec![
        (60, SLOW_DOWN),
        (60, INTERNAL_ERROR),
        (60, Fault::Closed),
        (100, Fault::Cut),
        (2, Fault::Stalled(Duration::from_secs(1))),
    ];
    for (seed, part_bytes) in [(1, 8 << 20), (2, 100_000), (3, 10_000)] {
        let proxy = FaultProxy::start(&bucket.server.endpoint, faults.clone(), seed);
        let endpoint = Some(proxy.endpoint.clone());
        let settings = S3Settings { endpoint, part_bytes, ..settings(&bucket) };
        let store = open(&bucket.source(""), &settings);
        let objects = list(&*store).expect("a listing");
        assert_eq!(objects.len(), 1101);
        for objects in objects.chunks(64) {
            let readers: Vec<_> = objects.iter().map(|object| store.open(object)).collect();
            for (mut reader, object) in readers.into_iter().zip(objects) {
                let mut bytes = Vec::new();
                reader.read_to_end(&mut bytes).expect("readable");
                let is_large = object.key == "large";
                let expected = if is_large { content(3_000_000) } else { b"{\"ind\": 1}\n".to_vec() };
                assert!(bytes == expected, "{}", object.key);
            }
        }
        assert!(proxy.faults() > proxy.requests() / 5, "{} of {}", proxy.faults(), proxy.requests());
    }
}

/// Attempts are counted from the last byte that came.
#[test]
fn a_body_may_break_off_more_often_than_requests_are_repeated() {
    let bucket = TestBucket::new("breaking");
    bucket.put("object", &content(1 << 16));
    let store = open(&bucket.source(""), &settings(&bucket));
    let object = &list(&*store).expect("a listing")[0];

    let proxy = FaultProxy::start(&bucket.server.endpoint, vec![(1000, Fault::Cut)], 1);
    let endpoint = Some(proxy.endpoint.clone());
    let settings = S3Settings { endpoint, retry_max_attempts: 2, ..settings(&bucket) };
    let store = open(&bucket.source(""), &settings);
    assert_eq!(read(&*store, object).expect("readable"), content(1 << 16));
    // Each answer brings half of what is missing, and the last byte comes whole.
    assert_eq!(proxy.requests(), 17);
}

#[test]
fn a_store_that_stays_silent_is_given_up() {
    let bucket = TestBucket::new("silent");
    bucket.put("object", &content(10));
    let object = &list(&*open(&bucket.source(""), &settings(&bucket))).expect("a listing")[0];

    let proxy = FaultProxy::start(&bucket.server.endpoint, vec![(1000, SLOW_DOWN)], 1);
    let endpoint = Some(proxy.endpoint.clone());
    let settings = S3Settings { endpoint, retry_max_attempts: 3, ..settings(&bucket) };
    let place = format!("s3://{}/", bucket.name);
    let expected = "given up after 3 attempts: SlowDown: Proxy; check the network and s3.endpoint";
    check_listing_fault(&bucket.source(""), &settings, &format!("{place}: {expected}"));

    let error = read(&*open(&bucket.source(""), &settings), object).expect_err("a fault");
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert_eq!(error.to_string(), format!("{place}object: {expected}"));
    assert_eq!(proxy.requests(), 6);
}

#[test]
fn an_object_that_changed_is_not_mixed() {
    let bucket = TestBucket::new("changed");
    bucket.put("object", &content(10_000));
    let settings = S3Settings { part_bytes: 1000, buffer_bytes: 4000, ..settings(&bucket) };
    let store = open(&bucket.source(""), &settings);
    let object = &list(&*store).expect("a listing")[0];

    let mut reader = store.open(object);
    let mut begin = [0; 1500];
    reader.read_exact(&mut begin).expect("the object is still the same");
    bucket.put("object", &content(10_001)[1..]);
    let error = reader.read_to_end(&mut Vec::new()).expect_err("the object has changed");
    let place = format!("s3://{}/object", bucket.name);
    let says = "the object was changed after it was listed; read the archive again";
    check_object_fault(&error, io::ErrorKind::Other, &format!("{place}: {says}"));
    assert!(reader.read(&mut begin).is_err(), "an error is no end");
}

#[test]
fn an_object_that_was_removed_is_said() {
    let bucket = TestBucket::new("removed");
    bucket.put("object", b"x");
    let store = open(&bucket.source(""), &settings(&bucket));
    let object = &list(&*store).expect("a listing")[0];
    bucket.delete("object");
    let place = format!("s3://{}/object", bucket.name);
    let says = "the object was removed after it was listed; read the archive again";
    let error = read(&*store, object).expect_err("the object is gone");
    check_object_fault(&error, io::ErrorKind::NotFound, &format!("{place}: {says}"));
}
