//! Lists and readers give what is there, in any order of reading.

use crate::bucket::TestBucket;
use crate::opened::{check_keys, content, list, open, read, settings};
use pinflow::config::S3Settings;
use std::io::Read;

#[test]
fn lists_odd_keys_as_they_are() {
    let bucket = TestBucket::new("odd-keys");
    let odd = [
        "a b",
        "café ☃",
        "eq=ual",
        "per%2Bcent%",
        "plus+0+0.json",
        "quote\"&<>'",
        "semi;colon,",
        "tilde~!*()",
    ];
    for key in odd {
        bucket.put(&format!("odd/{key}/{key}"), key.as_bytes());
    }
    let expected: Vec<String> = odd.iter().map(|key| format!("{key}/{key}")).collect();
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    for source in ["odd", "odd/"] {
        check_keys(&bucket.source(source), &settings(&bucket), &expected);
    }
    let store = open(&bucket.source("odd"), &settings(&bucket));
    for (object, key) in list(&*store).expect("a listing").iter().zip(odd) {
        assert_eq!(read(&*store, object).expect("readable"), key.as_bytes());
    }
}

#[test]
fn a_prefix_ends_at_a_slash_and_folder_markers_are_left_out() {
    let bucket = TestBucket::new("prefixes");
    for key in ["topics/t/a", "topics/t/b/c", "topics2/d", "e", "topics/t/_f"] {
        bucket.put(key, b"x");
    }
    bucket.put("topics/t/marker/", b"");
    let settings = settings(&bucket);
    let all = ["e", "topics/t/_f", "topics/t/a", "topics/t/b/c", "topics2/d"];
    check_keys(&bucket.source(""), &settings, &all);
    check_keys(&format!("s3://{}", bucket.name), &settings, &all);
    check_keys(&bucket.source("topics"), &settings, &["t/_f", "t/a", "t/b/c"]);
    check_keys(&bucket.source("topics/t/"), &settings, &["_f", "a", "b/c"]);
    check_keys(&bucket.source("nothing"), &settings, &[]);
}

#[test]
fn lists_more_than_a_page_at_every_level() {
    let bucket = TestBucket::new("pages");
    let mut keys: Vec<String> = (0..1000).map(|n| format!("full-page/{n:04}")).collect();
    keys.extend((0..1001).map(|n| format!("topics/t/partition=0/t+0+{n:010}.json")));
    keys.extend((0..1003).map(|n| format!("topics/u/partition={n}/u+{n}+0.json")));
    bucket.put_all(&keys, b"{}");
    keys.sort();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    check_keys(&bucket.source(""), &settings(&bucket), &keys);
}

#[test]
fn parts_of_any_size_make_up_the_object() {
    let bucket = TestBucket::new("parts");
    for bytes in [0, 1, 999, 1000, 1001, 100_000] {
        bucket.put(&format!("{bytes}"), &content(bytes));
    }
    for (part_bytes, buffer_bytes) in [(1000, 1 << 20), (1000, 3000), (7, 100_000), (8 << 20, 1)] {
        let settings = S3Settings { part_bytes, buffer_bytes, ..settings(&bucket) };
        let store = open(&bucket.source(""), &settings);
        for object in
            list(&*store).expect("a listing").iter().filter(|object| object.bytes < 1000 * part_bytes as u64)
        {
            assert_eq!(object.key, object.bytes.to_string());
            assert_eq!(read(&*store, object).expect("readable"), content(object.bytes as usize));
        }
    }
}

/// More readers than there is room for, read in the reverse of the order in which they were opened, and in step.
#[test]
fn no_order_of_reading_blocks() {
    let bucket = TestBucket::new("orders");
    for n in 0..20 {
        bucket.put(&format!("{n:02}"), &content(10_000 + n));
    }
    let settings =
        S3Settings { part_bytes: 1000, buffer_bytes: 4000, fetch_concurrency: 2, ..settings(&bucket) };
    let store = open(&bucket.source(""), &settings);
    let objects = list(&*store).expect("a listing");
    let open_all = || objects.iter().map(|object| store.open(object)).collect::<Vec<_>>();

    for (reader, object) in open_all().iter_mut().zip(&objects).rev() {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).expect("readable");
        assert_eq!(bytes, content(object.bytes as usize));
    }

    let mut readers = open_all();
    let mut read = vec![Vec::new(); readers.len()];
    for _ in 0..50 {
        for (reader, bytes) in readers.iter_mut().zip(&mut read) {
            reader.take(333).read_to_end(bytes).expect("readable");
        }
    }
    for (bytes, object) in read.iter().zip(&objects) {
        assert_eq!(*bytes, content(object.bytes as usize));
    }
}

#[test]
fn dropped_readers_give_back_what_they_held() {
    let bucket = TestBucket::new("dropped");
    bucket.put("object", &content(100_000));
    let settings =
        S3Settings { part_bytes: 1000, buffer_bytes: 8000, fetch_concurrency: 2, ..settings(&bucket) };
    let store = open(&bucket.source(""), &settings);
    let object = &list(&*store).expect("a listing")[0];
    for bytes in 0..200 {
        let mut reader = store.open(object);
        reader.by_ref().take(bytes * 10).read_to_end(&mut Vec::new()).expect("readable");
    }
    assert_eq!(read(&*store, object).expect("readable"), content(100_000));
}
