//! The layouts: each holds the same records, and a replay of each gives the same views.

use crate::archive::{Archive, check_error, hash, read_archive, small, unpacked, write};
use pinflow::config::Config;
use pinflow::config::S3Settings;
use pinflow::emulate::{EmulateArgs, EmulateError, Layout, run};
use pinflow::output::{self, Format};
use pinflow::pipeline::{self, Options};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const WITHOUT_OFFSETS: [Layout; 3] = [Layout::Firehose, Layout::Events, Layout::Ndjson];

/// Options of a layout in place of those of the layout connect.
fn laid_out(layout: Layout, args: &EmulateArgs) -> EmulateArgs {
    let per_object = args.per_object.filter(|_| layout != Layout::Events);
    EmulateArgs { layout, per_object, ..args.clone() }
}

/// Fewer posts than elsewhere, since each event is a file; and objects small enough that there are many.
fn few() -> EmulateArgs {
    EmulateArgs { posts: 400, per_object: Some(25), ..EmulateArgs::default() }
}

/// With some of everything that all layouts have.
fn mixed() -> EmulateArgs {
    EmulateArgs { correction_rate: 0.1, delete_rate: 0.05, malformed_rate: 0.1, odd_rate: 0.2, ..few() }
}

/// What a replay makes of an archive: the files of all views, and the counts that do not depend on the layout.
#[derive(Debug, PartialEq)]
struct Seen {
    views: BTreeMap<String, String>,
    counts: BTreeMap<&'static str, Value>,
}

fn replay(args: EmulateArgs, block_bytes: usize) -> Seen {
    let folder = TempDir::new().expect("a folder");
    let archive = folder.path().join("archive").to_str().expect("a name").to_owned();
    run(&EmulateArgs { to: archive.clone(), ..args }, &S3Settings::default()).expect("written");
    let mut config = Config::load(None).expect("the shipped configuration is valid");
    config.replay.block_bytes = block_bytes;
    let options = Options { sources: vec![archive], clean_all: true, ..Options::default() };
    let replayed = pipeline::replay(&options, &config).expect("replayed");
    let out = folder.path().join("views");
    output::prepare(&out).expect("a folder");
    output::write_views(&replayed.tables, &out, Format::Ndjson).expect("written");
    let views = read_archive(&out).into_iter().map(|(name, view)| (name, text(view))).collect();
    let summary = output::json_summary(&replayed.summary);
    let names = ["records", "duplicates", "superseded", "rejected", "malformed", "faults"];
    Seen { views, counts: names.map(|name| (name, summary[name].clone())).into() }
}

fn text(content: Vec<u8>) -> String {
    String::from_utf8(content).expect("UTF-8")
}

/// All that an archive holds of a kind, in the order of its objects' keys, without white space outside texts.
fn squeezed(archive: &Archive, kind: &str) -> String {
    let is_of_kind = |key: &str| {
        key.split('/').any(|part| part.ends_with(&format!(".{kind}")) || part.ends_with(&format!("-{kind}")))
    };
    let objects = archive.files.iter().filter(|(key, _)| is_of_kind(key));
    let content: String = objects.map(|(_, content)| text(content.clone())).collect();
    let (mut in_text, mut is_escaped) = (false, false);
    let keep = |character: &char| {
        in_text ^= *character == '"' && !is_escaped;
        is_escaped = in_text && *character == '\\' && !is_escaped;
        in_text || !character.is_ascii_whitespace()
    };
    content.chars().filter(keep).collect()
}

/// Replays what the options give in every layout. All must be alike.
#[track_caller]
fn check_replays(args: &EmulateArgs) {
    let expected = replay(args.clone(), 1 << 18);
    assert!(expected.views.len() == 13 && expected.views.values().all(|view| !view.is_empty()));
    assert_eq!(expected.counts["faults"], 0);
    for layout in WITHOUT_OFFSETS {
        for (gzip, block_bytes) in [(false, 512), (true, 1 << 18)] {
            let seen = replay(EmulateArgs { gzip, ..laid_out(layout, args) }, block_bytes);
            assert_eq!(seen.counts, expected.counts, "{layout}, gzip {gzip}, blocks of {block_bytes}");
            for (name, view) in &expected.views {
                assert_eq!(seen.views[name], *view, "{name}, {layout}, gzip {gzip}");
            }
        }
    }
}

#[test]
fn records_and_their_order_are_the_same_in_every_layout() {
    let args = EmulateArgs { malformed_rate: 0.0, partitions: Some(1), ..mixed() };
    let connect = write(args.clone());
    for layout in WITHOUT_OFFSETS {
        let archive = write(laid_out(layout, &args));
        for kind in ["pin", "geo", "user"] {
            let (expected, found) = (squeezed(&connect, kind), squeezed(&archive, kind));
            assert!(expected.len() > 30_000 && expected == found, "{layout}: {kind}");
        }
        assert_eq!(archive.written.total().positions(), connect.written.total().positions());
    }
}

#[test]
fn every_layout_gives_the_same_views() {
    check_replays(&few());
}

#[test]
fn corrections_deletes_odd_and_malformed_records_are_the_same_in_every_layout() {
    check_replays(&mixed());
}

#[test]
fn one_partition_that_was_asked_for_gives_the_same_views_too() {
    check_replays(&EmulateArgs { partitions: Some(1), posts: 200, seed: 2, ..mixed() });
}

/// A malformed record before each good one, so that many end an object: nothing in it may reach the next record.
#[test]
fn each_malformed_record_is_one_reject() {
    let args = EmulateArgs { malformed_rate: 1.0, odd_rate: 1.0, redelivery_rate: 1.0, ..few() };
    check_replays(&EmulateArgs { per_object: Some(7), posts: 200, ..args });
}

#[test]
fn scattered_records_of_a_stream_are_all_read() {
    let args = EmulateArgs { scatter_rate: 0.2, ..mixed() };
    let (connect, firehose) =
        (replay(args.clone(), 1 << 18), replay(laid_out(Layout::Firehose, &args), 1 << 18));
    for name in ["records", "duplicates", "rejected", "malformed", "faults"] {
        assert_eq!(connect.counts[name], firehose.counts[name], "{name}");
    }
}

#[test]
fn the_same_options_give_the_same_bytes_in_every_layout() {
    for layout in WITHOUT_OFFSETS {
        let args = laid_out(layout, &EmulateArgs { posts: 100, ..mixed() });
        for args in [args.clone(), EmulateArgs { gzip: true, ..args }] {
            let (one, other) = (write(args.clone()), write(args));
            assert_eq!(one.files, other.files);
            assert_eq!(one.written, other.written);
        }
    }
}

/// If this fails, archives of an earlier release can no longer be made again: say so in the notes on the release.
#[test]
fn the_bytes_of_a_layout_are_those_of_every_machine_and_release() {
    let args = EmulateArgs { posts: 100, ..mixed() };
    let hashes =
        WITHOUT_OFFSETS.map(|layout| format!("{:016x}", hash(&write(laid_out(layout, &args)).files)));
    assert_eq!(hashes, ["a1fa30439e62b57d", "8d0394d54f30824e", "ceffd05c11d52eec"]);
}

#[test]
fn a_stream_is_objects_of_values_below_the_hour_of_their_delivery() {
    let archive = write(EmulateArgs { posts: 8_000, ..laid_out(Layout::Firehose, &few()) });
    let topics = ["pin", "geo", "user"].map(|kind| format!("streaming-129a67850695-{kind}"));
    for key in archive.files.keys() {
        let [topic, year, month, day, hour, name] = key.split('/').collect::<Vec<_>>()[..] else {
            panic!("{key} is no object")
        };
        assert!(topics.iter().any(|known| known == topic), "{key}");
        let rest = name.strip_prefix(&format!("{topic}-1-{year}-{month}-{day}-{hour}-")).expect(key);
        let [minute, second, "partition", number] = rest.split('-').collect::<Vec<_>>()[..] else {
            panic!("{key} has no time")
        };
        assert!((minute.len(), second, number.len()) == (2, "00", 4), "{key}");
    }
    let hours = archive.files.keys().filter(|key| key.starts_with(&format!("{}/2022/01/01/01/", topics[0])));
    assert!(hours.count() > 50, "the second hour has objects too");
    for content in archive.files.values() {
        assert!(!content.contains(&b'\n'), "there is nothing between values");
        assert!(serde_json::Deserializer::from_slice(content).into_iter::<Value>().count() <= 25);
    }
}

#[test]
fn an_event_is_a_pretty_document_of_its_own() {
    let archive = write(EmulateArgs { posts: 100, ..laid_out(Layout::Events, &few()) });
    let total = archive.written.total();
    assert_eq!((archive.files.len() as u64, total.objects), (total.positions(), total.positions()));
    for number in 1..=archive.written.geo.positions() {
        let event = &archive.files[&format!("events-geo/event-{number:010}.json")];
        let event = str::from_utf8(event).expect("UTF-8");
        assert!(event.starts_with("{\n  \"ind\": ") && event.ends_with("\n}\n"), "{event}");
        let record: Value = serde_json::from_str(event).expect("JSON");
        assert_eq!(event.lines().count(), record.as_object().expect("an object").len() + 2);
    }
}

#[test]
fn an_export_is_objects_of_lines() {
    let archive = write(laid_out(Layout::Ndjson, &small()));
    let positions = archive.written.pin.positions();
    let key = |number: u64| format!("129a67850695.pin/{number:010}.ndjson");
    let objects: Vec<&Vec<u8>> =
        (1..=positions.div_ceil(100)).map(|number| &archive.files[&key(number)]).collect();
    let lines: Vec<&str> =
        objects.iter().flat_map(|object| str::from_utf8(object).expect("UTF-8").lines()).collect();
    assert_eq!(lines.len() as u64, positions);
    assert!(lines.iter().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    assert!(
        objects[..objects.len() - 1].iter().all(|object| object.split(|byte| *byte == b'\n').count() == 101)
    );
}

#[test]
fn compressed_objects_of_every_layout_hold_what_plain_ones_do() {
    for layout in WITHOUT_OFFSETS {
        let args = laid_out(layout, &EmulateArgs { posts: 100, ..mixed() });
        let (plain, packed) = (write(args.clone()), write(EmulateArgs { gzip: true, ..args }));
        let unpacked = packed
            .files
            .iter()
            .map(|(name, content)| (name.strip_suffix(".gz").expect(name).to_owned(), unpacked(content)));
        assert_eq!(plain.files, unpacked.collect());
    }
}

#[test]
fn what_a_layout_has_none_of_is_refused_before_anything_is_written() {
    let folder = TempDir::new().expect("a folder");
    let to = folder.path().join("archive").to_str().expect("a name").to_owned();
    for layout in WITHOUT_OFFSETS {
        let args = || EmulateArgs { to: to.clone(), ..laid_out(layout, &few()) };
        let said = |flag: &str| {
            format!("{flag} must be 0 with --layout {layout}, not 0.1: its objects have no offsets")
        };
        check_error(EmulateArgs { overlap_rate: 0.1, ..args() }, &said("--overlap-rate"));
        check_error(EmulateArgs { gap_rate: 0.1, ..args() }, &said("--gap-rate"));
        check_error(EmulateArgs { blank_rate: 0.1, ..args() }, &said("--blank-rate"));
    }
    assert!(!PathBuf::from(to).exists());
}

#[test]
fn a_folder_with_anything_in_it_gets_no_other_archive() {
    let folder = TempDir::new().expect("a folder");
    let check = |layout: Layout, to: &Path, refused: bool| {
        let to_name = to.to_str().expect("a name").to_owned();
        let args = EmulateArgs { to: to_name, posts: 10, ..laid_out(layout, &few()) };
        let before = read_archive(to);
        match run(&args, &S3Settings::default()) {
            Ok(_) => assert!(!refused, "{layout} beside another archive"),
            Err(EmulateError::NotEmpty { path }) => assert!(refused && path == *to, "{layout}: {path:?}"),
            Err(error) => panic!("{layout}: {error}"),
        }
        assert!(!refused || before == read_archive(to), "what was there is left alone");
    };
    for layout in WITHOUT_OFFSETS {
        let to = folder.path().join(layout.to_string());
        fs::create_dir(&to).expect("created");
        check(layout, &to, false);
        WITHOUT_OFFSETS.iter().for_each(|other| check(*other, &to, true));
    }
    let to = folder.path().join("connect");
    fs::create_dir(&to).expect("created");
    check(Layout::Connect, &to, false);
    WITHOUT_OFFSETS.iter().for_each(|other| check(*other, &to, true));
}
