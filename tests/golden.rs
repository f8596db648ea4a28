//! Whole archives give the views and counts that an independent computation gives, however the work is divided.

use pinflow::config::Config;
use pinflow::output::{self, Format};
use pinflow::pipeline::{self, Options, Replayed};
use pinflow::tables::{Table, Tables};
use pinflow_dataflows::clean::{Field, Fields, kind_of};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The configuration that the archive brings along, or the shipped one.
fn configuration(archive: &Path) -> Config {
    let file = archive.join("pinflow.toml");
    Config::load(file.exists().then_some(file.as_path())).expect("the configuration is valid")
}

/// How an archive is replayed.
#[derive(Clone, Copy, Debug)]
struct Setup {
    workers: usize,
    block_bytes: usize,
    tick_max_records: usize,
    prefetch_blocks: usize,
    readers: usize,
    quality: bool,
}

const AT_ONCE: Setup = Setup {
    workers: 1,
    block_bytes: 1 << 20,
    tick_max_records: 1_000_000,
    prefetch_blocks: 16,
    readers: 3,
    quality: false,
};

/// Bytes of a block and records of a tick, from less than the configuration allows to everything at once: 512 bytes
/// hold one to four records, so that nearly every record is a tick of its own.
const BLOCKS_AND_TICKS: [(usize, usize); 6] =
    [(512, 1), (512, 1_000_000), (4096, 1), (4096, 7), (1 << 20, 7), (1 << 20, 1_000_000)];

fn setups() -> Vec<Setup> {
    let mut setups = Vec::new();
    for workers in [1, 2, 4] {
        for (block_bytes, tick_max_records) in BLOCKS_AND_TICKS {
            let setup = Setup { workers, block_bytes, tick_max_records, ..AT_ONCE };
            setups.push(match (setups.len() + workers) % 2 {
                0 => Setup { prefetch_blocks: 1, readers: 1, quality: true, ..setup },
                _ => setup,
            });
        }
    }
    setups
}

fn replay(archive: &Path, setup: Setup) -> Replayed {
    let mut config = configuration(archive);
    config.workers = setup.workers;
    config.replay.block_bytes = setup.block_bytes;
    config.replay.tick_max_records = setup.tick_max_records;
    config.replay.prefetch_blocks = setup.prefetch_blocks;
    config.replay.readers = setup.readers;
    let sources = vec![archive.to_str().expect("the path is UTF-8").to_owned()];
    let options = Options { sources, clean_all: setup.quality, ..Options::default() };
    pipeline::replay(&options, &config).unwrap_or_else(|error| panic!("{setup:?}: {error}"))
}

/// A view as a line of `views.json`, the order of its rows and columns kept.
fn line(table: &Table) -> String {
    let row = |row: &Vec<_>| {
        let cells = table.view.columns().iter().zip(row);
        let cells = cells.map(|(name, cell)| format!("{name:?}:{}", serde_json::json!(cell)));
        format!("{{{}}}", cells.collect::<Vec<_>>().join(","))
    };
    let rows: Vec<String> = table.rows.iter().map(row).collect();
    format!("\"{}\":[{}]", table.view.name(), rows.join(","))
}

fn views(tables: &Tables) -> String {
    let lines: Vec<String> = tables.iter().map(line).collect();
    format!("{{{}}}\n", lines.join(",\n"))
}

/// Fields that no view needs are not counted without `--quality`.
fn without_other_fields(mut counts: Value) -> Value {
    let is_shown = |name: &str| {
        let mut of_views = Field::ALL.into_iter().filter(|field| Fields::OF_VIEWS.contains(*field));
        of_views.any(|field| format!("{}.{}", kind_of(field).name(), field.name()) == name)
    };
    counts["malformed"].as_object_mut().expect("an object").retain(|name, _| is_shown(name));
    counts
}

/// Replays an archive in all setups, and compares with its `views.json` and `counts.json`.
#[track_caller]
fn check(name: &str) {
    let archive = golden().join(name);
    let expected_views = read(&archive.join("views.json"));
    let expected_counts: Value = serde_json::from_str(&read(&archive.join("counts.json"))).expect("JSON");
    let expected_without_quality = without_other_fields(expected_counts.clone());
    for setup in setups() {
        let replayed = replay(&archive, setup);
        let found = views(&replayed.tables);
        for (found, expected) in found.lines().zip(expected_views.lines()) {
            assert_eq!(found, expected, "{name}, {setup:?}");
        }
        assert!(found == expected_views, "{name}, {setup:?}: views are missing");
        let summary = output::json_summary(&replayed.summary);
        let expected = if setup.quality { &expected_counts } else { &expected_without_quality };
        for (count, expected) in expected.as_object().expect("an object") {
            assert_eq!(summary[count], *expected, "{count} of {name}, {setup:?}");
        }
    }
}

#[test]
fn records_that_are_delivered_again_change_nothing() {
    check("plain");
}

#[test]
fn corrections_and_deletions_withdraw_what_was_there() {
    check("corrections");
}

#[test]
fn across_partitions_the_order_of_partitions_decides() {
    check("scattered");
}

#[test]
fn odd_spellings_are_cleaned_and_bad_lines_counted() {
    check("spellings");
}

#[test]
fn every_form_of_object_is_read() {
    check("objects");
}

#[test]
fn a_configuration_changes_kinds_views_and_limits() {
    check("settings");
}

#[test]
fn ties_and_the_order_of_texts_survive_many_corrections() {
    check("ties");
}

/// The files of all views in all formats, by name.
fn files(archive: &Path, setup: Setup) -> BTreeMap<String, Vec<u8>> {
    let replayed = replay(archive, setup);
    let folder = TempDir::new().expect("make a folder");
    for format in [Format::Json, Format::Ndjson, Format::Csv] {
        output::write_views(&replayed.tables, folder.path(), format).expect("the folder can be written");
    }
    let entries = fs::read_dir(folder.path()).expect("read the folder");
    let named = entries.map(|entry| {
        let path = entry.expect("read the folder").path();
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        (name, fs::read(&path).expect("read the file"))
    });
    named.collect()
}

#[test]
fn replays_write_the_same_bytes_with_any_number_of_workers() {
    let archives = fs::read_dir(golden()).expect("read the folder");
    let archives = archives.map(|entry| entry.expect("read the folder").path()).filter(|path| path.is_dir());
    for archive in archives {
        let first = files(&archive, AT_ONCE);
        assert_eq!(first.len(), 3 * 13);
        for (workers, tick_max_records) in [(1, 1_000_000), (2, 1), (4, 100)] {
            let setup = Setup { workers, tick_max_records, ..AT_ONCE };
            assert!(files(&archive, setup) == first, "{}, {setup:?}", archive.display());
        }
    }
}
