//! Topics in a bucket, through a network that fails.

use crate::archived::{check, check_replay};
use crate::bucket::TestBucket;
use crate::cluster::{Cluster, Message};
use crate::command::Archive;
use crate::content::content;
use crate::messages::{messages, pins};
use crate::proxy::{Fault, FaultProxy, INTERNAL_ERROR, SLOW_DOWN};
use crate::random::{Random, seed};
use crate::topics::Topics;
use pinflow::config::S3Settings;
use pinflow::store::open_source;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::thread;
use tempfile::TempDir;

/// As many attempts as may be: where every second request fails, ten in a row do so once in a thousand times.
fn settings(bucket: &TestBucket, endpoint: &str) -> String {
    let region = &bucket.server.region;
    format!(
        "[s3]\nendpoint = \"{endpoint}\"\nregion = \"{region}\"\npath_style = true\n\
         retry_max_attempts = 100\nretry_max_backoff_ms = 50\n"
    )
}

/// Copies all that lies there into a folder, so that it can be looked at as files.
fn copy(bucket: &TestBucket, prefix: &str) -> TempDir {
    let settings = S3Settings {
        endpoint: Some(bucket.server.endpoint.clone()),
        region: Some(bucket.server.region.clone()),
        path_style: true,
        access_key: Some(bucket.server.key.clone()),
        ..S3Settings::default()
    };
    let store = open_source(&bucket.source(prefix), &settings).expect("a store");
    let folder = TempDir::new().expect("make a folder");
    let mut found = Vec::new();
    store.list(&mut |object| found.push(object)).expect("a listing");
    for object in found {
        let mut bytes = Vec::new();
        store.open(&object).read_to_end(&mut bytes).expect("readable");
        let path = folder.path().join(&object.key);
        fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).expect("make a folder");
        fs::write(path, bytes).expect("write a file");
    }
    folder
}

#[test]
fn a_bucket_gets_what_the_topics_hold() {
    let (cluster, bucket) = (Cluster::shared(), TestBucket::new("archiver"));
    let topics = Topics::of_all_kinds(&cluster, 2);
    let mut random = Random::new(seed());
    let faults = vec![(60, SLOW_DOWN), (60, INTERNAL_ERROR), (60, Fault::Closed), (60, Fault::Cut)];
    for gzip in [false, true] {
        let proxy = FaultProxy::start(&bucket.server.endpoint, faults.clone(), random.below(1000));
        let prefix = format!("gzip-{gzip}");
        let archivers = ["object_records = 40", "object_records = 31"].map(|more| {
            let more = format!("{}[archive]\ngzip = {gzip}\n{more}", settings(&bucket, &proxy.endpoint));
            Archive::of(&cluster, &topics, "", &more)
                .to(&bucket.source(&prefix))
                .asking_as(&bucket.server.key)
        });
        for _ in 0..3 {
            cluster.send(&messages(&topics, 400, 100, &mut random));
            // Both at the same time.
            thread::scope(|scope| {
                archivers.iter().for_each(|archive| drop(scope.spawn(|| archive.once())));
            });
        }
        let (copied, content) = (copy(&bucket, &prefix), content(&cluster, &topics));
        check(copied.path(), &content);
        check_replay(copied.path(), &content);
        assert!(proxy.faults() > 10, "{} of {}", proxy.faults(), proxy.requests());
    }
}

/// What says how the archive was begun is put twice, and the second time has to be refused.
#[test]
fn a_store_without_conditional_puts_is_told_from_one_that_fails() {
    const TAKES_ALL: Fault = Fault::Answer("200 OK", "ETag: \"1\"\r\n", "");
    let (cluster, bucket) = (Cluster::shared(), TestBucket::new("archiver-conditions"));
    let topics = Topics::of_pins(&cluster, 1, &[]);
    cluster.send(&pins(&topics[0], 0..3));
    let mut random = Random::new(seed());
    let mut warned = |prefix: &str, faults: Vec<(u64, Fault)>| {
        let marker = format!("PUT /{}/{prefix}/_archive.json", bucket.name);
        let proxy = FaultProxy::start_for(&bucket.server.endpoint, faults, random.below(1000), &marker);
        let archive = Archive::of(&cluster, &topics, "", &settings(&bucket, &proxy.endpoint))
            .to(&bucket.source(prefix))
            .asking_as(&bucket.server.key);
        let done = archive.run(&["--once"]);
        assert_eq!(done.code, Some(0), "{}", done.err);
        (done.err.contains("no conditional puts"), proxy.faults())
    };
    let mut faults = 0;
    for round in 0..4 {
        for (number, fault) in [SLOW_DOWN, Fault::Closed, Fault::Lost, Fault::Cut].into_iter().enumerate() {
            let (is_warned, met) = warned(&format!("{round}-{number}"), vec![(500, fault)]);
            assert!(!is_warned, "{fault:?}");
            faults += met;
        }
    }
    assert!(faults > 4, "{faults}");
    assert!(warned("0-0", vec![(1000, TAKES_ALL)]).0);
}

#[test]
fn a_large_object_is_put_in_parts() {
    let (cluster, bucket) = (Cluster::shared(), TestBucket::new("archiver-parts"));
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let mut random = Random::new(seed());
    // What does not repeat, in messages that make two objects of three parts each.
    let mut pin = |ind: u64| {
        let text: String = (0..50_000).map(|_| char::from(b'a' + random.below(26) as u8)).collect();
        let value = Some(format!("{{\"index\":{ind},\"description\":\"{text}\"}}").into_bytes());
        Message { topic: topics[0].clone(), value, ..Message::default() }
    };
    let pins: Vec<Message> = (0..480).map(&mut pin).collect();
    cluster.send(&pins);
    let faults = vec![(50, SLOW_DOWN), (50, Fault::Closed), (50, Fault::Cut)];
    let proxy = FaultProxy::start(&bucket.server.endpoint, faults, random.below(1000));
    let more = format!("{}[archive]\nobject_records = 240", settings(&bucket, &proxy.endpoint));
    let archive =
        Archive::of(&cluster, &topics, "", &more).to(&bucket.source("")).asking_as(&bucket.server.key);
    assert_eq!(archive.once()["objects"], 2);
    let objects = check(copy(&bucket, "").path(), &content(&cluster, &topics));
    assert_eq!(objects.len(), 2);
}

/// An object of three parts.
fn large(cluster: &Cluster, topics: &Topics, random: &mut Random) {
    let pin = |ind: u64| {
        let text: String = (0..50_000).map(|_| char::from(b'a' + random.below(26) as u8)).collect();
        let value = Some(format!("{{\"index\":{ind},\"description\":\"{text}\"}}").into_bytes());
        Message { topic: topics[0].clone(), value, ..Message::default() }
    };
    cluster.send(&(0..240).map(pin).collect::<Vec<_>>());
}

/// Another request for the same object makes an upload in parts useless.
#[test]
fn an_upload_that_meets_another_one_is_begun_again() {
    const CONFLICT: Fault = Fault::Answer("409 Conflict", "", "ConditionalRequestConflict");
    let (cluster, bucket) = (Cluster::shared(), TestBucket::new("archiver-conflict"));
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let mut random = Random::new(seed());
    large(&cluster, &topics, &mut random);
    let mut conflicts = 0;
    for number in 0..8 {
        let proxy = FaultProxy::start_for(&bucket.server.endpoint, vec![(600, CONFLICT)], 1, "?uploadId=");
        let archive = Archive::of(&cluster, &topics, "", &settings(&bucket, &proxy.endpoint))
            .to(&bucket.source(&number.to_string()))
            .asking_as(&bucket.server.key);
        let summary = archive.once();
        assert_eq!((&summary["objects"], &summary["records"]), (&1.into(), &240.into()), "{summary}");
        check(copy(&bucket, &number.to_string()).path(), &content(&cluster, &topics));
        let mut completed = proxy.asked("?uploadId=");
        let all = completed.len();
        assert_eq!(all, proxy.faults() + 1, "{completed:?}");
        completed.sort();
        completed.dedup();
        assert_eq!(completed.len(), all, "an upload was tried twice: {completed:?}");
        conflicts += proxy.faults();
        if conflicts >= 3 {
            return;
        }
    }
    panic!("{conflicts} conflicts");
}

#[test]
fn what_was_put_is_counted_also_if_the_answer_was_lost() {
    let (cluster, bucket) = (Cluster::shared(), TestBucket::new("archiver-lost"));
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let mut random = Random::new(seed());
    large(&cluster, &topics, &mut random);
    cluster.send(&pins(&topics[0], 0..400));
    let proxy = FaultProxy::start(&bucket.server.endpoint, vec![(250, Fault::Lost)], random.below(1000));
    let more = format!("{}[archive]\nobject_records = 20", settings(&bucket, &proxy.endpoint));
    let small = Archive::of(&cluster, &topics, "", &more).to(&bucket.source("small"));
    let large = Archive::of(&cluster, &topics, "", &settings(&bucket, &proxy.endpoint));
    for (archive, prefix, objects) in [(small, "small", 32), (large.to(&bucket.source("large")), "large", 1)]
    {
        let summary = archive.asking_as(&bucket.server.key).once();
        assert_eq!((&summary["objects"], &summary["records"]), (&objects.into(), &640.into()), "{summary}");
        check(copy(&bucket, prefix).path(), &content(&cluster, &topics));
    }
    assert!(proxy.faults() > 10, "{} of {}", proxy.faults(), proxy.requests());
}

#[test]
fn what_lasts_is_said_with_bucket_and_key() {
    let (cluster, bucket) = (Cluster::shared(), TestBucket::new("archiver-refused"));
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let archive = Archive::of(&cluster, &topics, "", &settings(&bucket, &bucket.server.endpoint))
        .asking_as(&bucket.server.key);
    let missing = archive.to("s3://no-such-bucket-here/x");
    missing.check_failure(&["--once"], 1, "s3://no-such-bucket-here: no such bucket");
    let denied = missing.to(&bucket.source("a")).asking_as(&bucket.server.other_key);
    denied.check_failure(&["--once"], 1, &format!("s3://{}/a/", bucket.name));
    denied.check_failure(&["--once"], 1, "access denied");
}
