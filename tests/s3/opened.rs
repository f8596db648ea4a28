//! A store that is opened, and what its lists and readers give.

use crate::bucket::TestBucket;
use pinflow::config::S3Settings;
use pinflow::store::{Found, Store, StoreError, open_source};
use std::io::{self, Read};
use std::time::{Duration, Instant};

/// A store that is impatient, as its faults are made.
pub fn settings(bucket: &TestBucket) -> S3Settings {
    S3Settings {
        region: Some(bucket.server.region.clone()),
        endpoint: Some(bucket.server.endpoint.clone()),
        path_style: true,
        access_key: Some(bucket.server.key.clone()),
        retry_max_backoff_ms: 50,
        read_timeout_ms: 500,
        ..S3Settings::default()
    }
}

pub fn open(source: &str, settings: &S3Settings) -> Box<dyn Store> {
    open_source(source, settings).expect("a source")
}

pub fn list(store: &dyn Store) -> Result<Vec<Found>, StoreError> {
    let mut objects = Vec::new();
    store.list(&mut |object| objects.push(object))?;
    objects.sort();
    Ok(objects)
}

pub fn read(store: &dyn Store, object: &Found) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    store.open(object).read_to_end(&mut bytes).map(|_| bytes)
}

/// Bytes that differ everywhere, so that a part in the wrong place shows.
pub fn content(bytes: usize) -> Vec<u8> {
    (0_u32..).flat_map(|word| word.wrapping_mul(0x9E37_79B1).to_le_bytes()).take(bytes).collect()
}

#[track_caller]
pub fn check_keys(source: &str, settings: &S3Settings, expected: &[&str]) {
    let objects = list(&*open(source, settings)).expect("a listing");
    let keys: Vec<&str> = objects.iter().map(|object| object.key.as_str()).collect();
    assert_eq!(keys, expected);
}

/// What a listing says of a fault, and that it is said at once.
#[track_caller]
pub fn check_listing_fault(source: &str, settings: &S3Settings, expected: &str) {
    let started = Instant::now();
    let error = open_source(source, settings).and_then(|store| list(&*store)).expect_err("a fault");
    assert!(!error.is_of_one_object(), "{error:?}");
    let error = error.to_string();
    assert!(error.contains(expected), "{error:?} does not say {expected:?}");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

/// What a reader says of a fault of its object.
#[track_caller]
pub fn check_object_fault(error: &io::Error, kind: io::ErrorKind, expected: &str) {
    assert_eq!((error.kind(), error.to_string().as_str()), (kind, expected));
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<StoreError>());
    assert!(inner.is_some_and(StoreError::is_of_one_object), "{error:?}");
}
