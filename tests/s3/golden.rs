//! The golden archives give the same views from a bucket as from a folder, in every layout.

use crate::bucket::TestBucket;
use crate::layouts::{Layout, lay_out};
use crate::opened::settings;
use crate::proxy::{Fault, FaultProxy, INTERNAL_ERROR, SLOW_DOWN};
use pinflow::config::{Config, S3Settings};
use pinflow::pipeline::{self, Options, Replayed};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// Every golden archive with its configuration.
fn archives() -> impl Iterator<Item = (PathBuf, Config)> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let entries = fs::read_dir(golden).expect("read the folder");
    let folders = entries.map(|entry| entry.expect("read the folder").path()).filter(|path| path.is_dir());
    folders.map(|archive| {
        let file = archive.join("pinflow.toml");
        let config = Config::load(file.exists().then_some(file.as_path())).expect("a configuration");
        (archive, config)
    })
}

fn name(archive: &Path) -> &str {
    archive.file_name().and_then(|name| name.to_str()).expect("a name")
}

#[track_caller]
fn replay(source: &str, config: &Config) -> Replayed {
    let options = Options { sources: vec![source.to_owned()], ..Options::default() };
    pipeline::replay(&options, config).unwrap_or_else(|error| panic!("{source}: {error}"))
}

fn replay_folder(folder: &Path, config: &Config) -> Replayed {
    replay(folder.to_str().expect("UTF-8"), config)
}

fn with_s3(config: &Config, s3: S3Settings) -> Config {
    Config { s3, ..config.clone() }
}

#[test]
fn an_archive_is_the_same_in_a_bucket() {
    let bucket = TestBucket::new("golden");
    for (archive, config) in archives() {
        let prefix = format!("below/{}", name(&archive));
        bucket.put_folder(&archive, &prefix);
        let expected = replay_folder(&archive, &config);
        let found = replay(&bucket.source(&prefix), &with_s3(&config, settings(&bucket)));
        assert!(found.tables == expected.tables, "{prefix}");
        assert_eq!(found.summary.counts, expected.summary.counts, "{prefix}");
        assert_eq!(found.summary.duplicates, expected.summary.duplicates, "{prefix}");
    }
}

#[test]
fn every_layout_gives_the_same_views() {
    let bucket = TestBucket::new("layouts");
    for (archive, config) in archives() {
        let expected = replay_folder(&archive, &config).tables;
        for layout in Layout::ALL {
            for is_packed in [false, true] {
                let what = format!("{}/{layout:?}-{is_packed}", name(&archive));
                let objects = lay_out(&archive, &config, layout, is_packed);
                let folder = TempDir::new().expect("make a folder");
                for (key, bytes) in &objects {
                    let file = folder.path().join(key);
                    fs::create_dir_all(file.parent().expect("a folder")).expect("make a folder");
                    fs::write(file, bytes).expect("write an object");
                }
                assert!(replay_folder(folder.path(), &config).tables == expected, "{what}, folder");
                let objects = objects.into_iter().map(|(key, bytes)| (format!("{what}/{key}"), bytes));
                bucket.put_each(objects.collect());
                let found = replay(&bucket.source(&what), &with_s3(&config, settings(&bucket)));
                assert!(found.tables == expected, "{what}, bucket");
            }
        }
    }
}

#[test]
fn a_faulty_network_changes_no_view() {
    let bucket = TestBucket::new("golden-faults");
    let faults = vec![
        (100, SLOW_DOWN),
        (100, INTERNAL_ERROR),
        (50, Fault::Closed),
        (100, Fault::Cut),
        (10, Fault::Stalled(Duration::from_millis(700))),
        (50, Fault::Stalled(Duration::from_millis(20))),
    ];
    for (seed, (archive, config)) in (0..).zip(archives()) {
        let expected = replay_folder(&archive, &config);
        bucket.put_folder(&archive, name(&archive));
        let proxy = FaultProxy::start(&bucket.server.endpoint, faults.clone(), seed);
        let s3 = S3Settings { endpoint: Some(proxy.endpoint.clone()), part_bytes: 1000, ..settings(&bucket) };
        let found = replay(&bucket.source(name(&archive)), &with_s3(&config, s3));
        assert!(found.tables == expected.tables, "{}", archive.display());
        assert_eq!(found.summary.counts, expected.summary.counts, "{}", archive.display());
        assert_eq!(found.summary.faults, 0, "{}", archive.display());
        assert!(proxy.faults() > 5, "{} of {}", proxy.faults(), proxy.requests());
    }
}
