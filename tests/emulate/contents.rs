//! What is written: the same bytes for the same options, and as much of everything as was asked for.

use crate::archive::{Archive, check_error, hash, small, unpacked, write};
use pinflow::config::S3Settings;
use pinflow::emulate::{EmulateArgs, EmulateError, Written, WrittenKind, run};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// With some of everything.
fn mixed() -> EmulateArgs {
    EmulateArgs {
        correction_rate: 0.1,
        delete_rate: 0.05,
        malformed_rate: 0.05,
        odd_rate: 0.2,
        overlap_rate: 0.2,
        gap_rate: 0.1,
        blank_rate: 0.02,
        scatter_rate: 0.1,
        ..small()
    }
}

/// A topic and a partition's number.
type PartitionName = (String, u64);

impl Archive {
    /// Lines by offset, of each object, of each partition. The names of folders and files must agree.
    fn objects(&self) -> BTreeMap<PartitionName, Vec<(u64, Vec<String>)>> {
        let mut objects: BTreeMap<PartitionName, Vec<(u64, Vec<String>)>> = BTreeMap::new();
        for (path, content) in &self.files {
            let [topics, topic, folder, file] = path.split('/').collect::<Vec<_>>()[..] else {
                panic!("{path} is no object")
            };
            let (name, ending) = file.split_once(".json").expect("an ending");
            let [of, partition, offset] = name.split('+').collect::<Vec<_>>()[..] else {
                panic!("{path} is no object")
            };
            assert_eq!((topics, of, folder), ("topics", topic, &*format!("partition={partition}")));
            assert!(offset.len() == 10 && ["", ".gz"].contains(&ending), "{path}");
            let content = if ending.is_empty() { content.clone() } else { unpacked(content) };
            // Malformed lines need not be UTF-8.
            let text = String::from_utf8_lossy(&content).into_owned();
            let lines =
                text.strip_suffix('\n').expect("a last line's end").split('\n').map(str::to_owned).collect();
            let partition = (topic.to_owned(), partition.parse().expect("a number"));
            objects.entry(partition).or_default().push((offset.parse().expect("a number"), lines));
        }
        objects
    }

    /// The line at each offset of each partition. Where objects overlap they must agree.
    fn positions(&self) -> BTreeMap<PartitionName, BTreeMap<u64, String>> {
        let mut positions: BTreeMap<PartitionName, BTreeMap<u64, String>> = BTreeMap::new();
        for (partition, objects) in self.objects() {
            let lines = positions.entry(partition).or_default();
            for (first, content) in objects {
                for (offset, line) in (first..).zip(content) {
                    let there = lines.entry(offset).or_insert_with(|| line.clone());
                    assert_eq!(*there, line, "two lines at offset {offset}");
                }
            }
        }
        positions
    }

    /// All lines of a partition in order, of each partition.
    fn lines(&self) -> BTreeMap<PartitionName, Vec<String>> {
        self.positions().into_iter().map(|(name, lines)| (name, lines.into_values().collect())).collect()
    }
}

fn parsed(line: &str) -> Value {
    serde_json::from_str(line).expect(line)
}

fn ind(record: &Value) -> u64 {
    record.get("ind").or(record.get("index")).and_then(Value::as_u64).expect("a key")
}

/// Whether a count is within a fifth of `share` of a whole.
fn check_share(count: u64, whole: u64, share: f64) {
    let expected = whole as f64 * share;
    assert!(
        (count as f64 - expected).abs() < expected / 5.0,
        "{count} of {whole}, but {expected} were expected"
    );
}

#[test]
fn the_same_options_give_the_same_bytes() {
    for args in [small(), mixed(), EmulateArgs { gzip: true, ..mixed() }] {
        let (one, other) = (write(args.clone()), write(args));
        assert_eq!(one.files, other.files);
        assert_eq!(one.written, other.written);
    }
}

/// If this fails, archives of an earlier release can no longer be made again: say so in the notes on the release.
#[test]
fn the_bytes_are_those_of_every_machine_and_release() {
    let hashes = [small(), mixed()].map(|args| format!("{:016x}", hash(&write(args).files)));
    assert_eq!(hashes, ["45309e5910f9eedd", "ffbfc2b792166ed8"]);
}

#[test]
fn another_seed_gives_other_bytes() {
    let (one, other) = (write(small()), write(EmulateArgs { seed: 2, ..small() }));
    let contents = |archive: &Archive| archive.files.values().cloned().collect::<BTreeSet<_>>();
    assert!(contents(&one).is_disjoint(&contents(&other)));
}

#[test]
fn objects_have_their_size_and_offsets_are_contiguous() {
    let archive = write(EmulateArgs { prefix: Some("streaming-1.a".into()), partitions: Some(3), ..small() });
    let objects = archive.objects();
    let names: Vec<(&str, u64)> =
        objects.keys().map(|(topic, partition)| (topic.as_str(), *partition)).collect();
    let topics = ["streaming-1.a.geo", "streaming-1.a.pin", "streaming-1.a.user"];
    assert_eq!(names, topics.iter().flat_map(|&topic| (0..3).map(move |p| (topic, p))).collect::<Vec<_>>());
    for objects in objects.values() {
        let (last, full) = objects.split_last().expect("an object");
        assert!(full.iter().all(|(_, lines)| lines.len() == 100));
        assert!((1..=100).contains(&last.1.len()));
        let mut next = 0;
        for (first, lines) in objects {
            assert_eq!(*first, next);
            next += lines.len() as u64;
        }
    }
    let total = archive.written.total();
    assert_eq!(total.objects, archive.files.len() as u64);
    assert_eq!(total.bytes, archive.files.values().map(|content| content.len() as u64).sum::<u64>());
    assert_eq!(
        total.positions(),
        objects.values().flatten().map(|(_, lines)| lines.len() as u64).sum::<u64>()
    );
}

#[test]
fn a_plain_archive_has_each_post_in_the_partition_of_its_ind() {
    let archive = write(EmulateArgs { redelivery_rate: 0.0, ..small() });
    let mut inds: HashMap<String, BTreeSet<u64>> = HashMap::new();
    for ((topic, partition), lines) in archive.lines() {
        for line in lines {
            let ind = ind(&parsed(&line));
            assert_eq!(ind % 4, partition);
            assert!(inds.entry(topic.clone()).or_default().insert(ind), "{ind} comes twice");
        }
    }
    assert_eq!(inds["129a67850695.pin"], (0..3_000).collect());
    for (topic, written) in [("geo", archive.written.geo), ("user", archive.written.user)] {
        let inds = inds[&format!("129a67850695.{topic}")].len() as u64;
        assert_eq!(inds, written.records);
        check_share(3_000 - inds, 3_000, 0.05);
    }
    let zero = WrittenKind::default();
    assert_eq!(
        archive.written.total(),
        WrittenKind {
            records: archive.written.total().records,
            objects: archive.written.total().objects,
            bytes: archive.written.total().bytes,
            ..zero
        }
    );
}

#[test]
fn redelivered_records_come_again_a_little_later() {
    let archive = write(small());
    let mut again = 0;
    for lines in archive.lines().into_values() {
        let mut first: HashMap<&str, usize> = HashMap::new();
        for (place, line) in lines.iter().enumerate() {
            if let Some(before) = first.insert(line, place) {
                assert!(place - before <= 300, "{} lines later", place - before);
                again += 1;
            }
        }
    }
    let total = archive.written.total();
    assert_eq!(again, total.redeliveries);
    check_share(again, total.records, 0.1);
}

#[test]
fn corrections_and_deletes_follow_the_record_that_they_are_about() {
    let archive =
        write(EmulateArgs { redelivery_rate: 0.0, correction_rate: 0.2, delete_rate: 0.1, ..small() });
    let (mut corrections, mut deletes) = (0, 0);
    for lines in archive.lines().into_values() {
        let mut latest: HashMap<u64, Value> = HashMap::new();
        for line in &lines {
            let record = parsed(line);
            let before = latest.insert(ind(&record), record.clone());
            if record.get("_deleted") == Some(&Value::Bool(true)) {
                assert!(before.is_some(), "{line} before the record");
                assert_eq!(record.as_object().map(|fields| fields.len()), Some(2));
                deletes += 1;
            } else if let Some(before) = before {
                assert_ne!(before, record, "a correction says something else");
                corrections += 1;
            }
        }
    }
    let total = archive.written.total();
    assert_eq!((corrections, deletes), (total.corrections, total.deletes));
    check_share(corrections, total.records, 0.2);
    check_share(deletes, total.records, 0.1);
}

#[test]
fn malformed_and_blank_lines_are_as_many_as_asked_for() {
    let archive = write(EmulateArgs { malformed_rate: 0.2, blank_rate: 0.1, ..small() });
    let (mut malformed, mut blanks) = (0, 0);
    for line in archive.lines().into_values().flatten() {
        if line.trim_matches([' ', '\t', '\r']).is_empty() {
            blanks += 1;
        } else if !serde_json::from_str::<Value>(&line).is_ok_and(|record| {
            let key = record.get("ind").filter(|key| !key.is_null()).or(record.get("index"));
            key.is_some_and(|key| key.as_i64().is_some_and(|key| key >= 0))
        }) || line.contains('\u{fffd}')
        {
            malformed += 1;
        }
    }
    let total = archive.written.total();
    assert_eq!((malformed, blanks), (total.malformed, total.blanks));
    check_share(malformed, total.records, 0.2);
    check_share(blanks, total.records, 0.1);
}

#[test]
fn odd_records_differ_from_plain_ones_and_nothing_else_changes() {
    let plain = write(EmulateArgs { redelivery_rate: 0.0, ..small() });
    let odd = write(EmulateArgs { redelivery_rate: 0.0, odd_rate: 0.3, ..small() });
    let total = odd.written.total();
    check_share(total.odd, total.records, 0.3);
    let (plain, odd) = (plain.positions(), odd.positions());
    let pairs = plain.values().flat_map(BTreeMap::values).zip(odd.values().flat_map(BTreeMap::values));
    let different = pairs.filter(|(plain, odd)| plain != odd).count() as u64;
    // A few odd ones come out as they were: an age that is null becomes null.
    assert!(different <= total.odd && different > total.odd * 97 / 100);
}

#[test]
fn gaps_leave_offsets_out_and_keep_the_lines() {
    let (plain, gapped) = (write(small()), write(EmulateArgs { gap_rate: 0.5, ..small() }));
    assert_eq!(plain.lines(), gapped.lines());
    let mut skipped = 0;
    for objects in gapped.objects().values() {
        let starts = objects.iter().skip(1).map(|(first, _)| first);
        skipped += objects
            .iter()
            .zip(starts)
            .map(|((first, lines), next)| next - first - lines.len() as u64)
            .sum::<u64>();
    }
    assert!(skipped > 0);
    assert_eq!(skipped, gapped.written.total().skipped_offsets);
    assert_eq!(plain.written.total().skipped_offsets, 0);
}

#[test]
fn overlapping_objects_repeat_the_same_lines_at_the_same_offsets() {
    let (plain, overlapping) = (write(small()), write(EmulateArgs { overlap_rate: 0.5, ..small() }));
    assert_eq!(plain.positions(), overlapping.positions());
    let lines: usize = overlapping.objects().values().flatten().map(|(_, lines)| lines.len()).sum();
    let total = overlapping.written.total();
    assert_eq!(lines as u64, total.positions() + total.repeated_lines);
    assert!(total.repeated_lines > 1_000);
    let always = write(EmulateArgs { overlap_rate: 1.0, per_object: Some(1), posts: 50, ..small() });
    assert_eq!(always.written.total().repeated_lines, 0, "an object of one line leaves nothing to repeat");
}

#[test]
fn scattered_records_lie_in_other_partitions() {
    let archive = write(EmulateArgs { redelivery_rate: 0.0, scatter_rate: 0.25, ..small() });
    let mut scattered = 0;
    for ((_, partition), lines) in archive.lines() {
        scattered += lines.iter().filter(|line| ind(&parsed(line)) % 4 != partition).count() as u64;
    }
    let total = archive.written.total();
    assert_eq!(scattered, total.scattered);
    check_share(scattered, total.records, 0.25);
    let one = write(EmulateArgs { partitions: Some(1), scatter_rate: 1.0, ..small() });
    assert_eq!(one.written.total().scattered, 0);
}

#[test]
fn compressed_objects_hold_what_plain_ones_do() {
    let (plain, packed) = (write(mixed()), write(EmulateArgs { gzip: true, ..mixed() }));
    let unpacked: BTreeMap<String, Vec<u8>> = packed
        .files
        .iter()
        .map(|(name, content)| (name.replace(".json.gz", ".json"), unpacked(content)))
        .collect();
    assert_eq!(plain.files, unpacked);
    assert!(packed.written.total().bytes * 2 < plain.written.total().bytes);
    for content in packed.files.values() {
        assert_eq!(content[4..8], [0; 4], "there is no time in the header");
    }
}

#[test]
fn rates_of_one_are_kept() {
    let all = EmulateArgs {
        redelivery_rate: 1.0,
        correction_rate: 1.0,
        delete_rate: 1.0,
        malformed_rate: 1.0,
        odd_rate: 1.0,
        blank_rate: 1.0,
        scatter_rate: 1.0,
        overlap_rate: 1.0,
        posts: 500,
        ..small()
    };
    let total = write(all).written.total();
    for count in [total.redeliveries, total.corrections, total.deletes, total.malformed, total.blanks] {
        assert_eq!(count, total.records);
    }
    assert_eq!((total.odd, total.scattered), (2 * total.records, 3 * total.records));
    let pins_only = EmulateArgs { missing_geo_rate: 1.0, missing_user_rate: 1.0, ..small() };
    let written = write(pins_only).written;
    assert_eq!((written.pin.records, written.geo.positions(), written.user.positions()), (3_000, 0, 0));
}

#[test]
fn an_archive_without_posts_is_a_folder_of_no_topics() {
    let archive = write(EmulateArgs { posts: 0, ..small() });
    assert!(archive.files.is_empty());
    assert_eq!(archive.written, Written::default());
}

#[test]
fn wrong_options_are_refused_before_anything_is_written() {
    let folder = TempDir::new().expect("a folder");
    let to = folder.path().join("archive").to_str().expect("a name").to_owned();
    let args = || EmulateArgs { to: to.clone(), ..small() };
    check_error(EmulateArgs { redelivery_rate: 1.1, ..args() }, "--redelivery-rate");
    check_error(EmulateArgs { scatter_rate: -0.1, ..args() }, "--scatter-rate");
    check_error(EmulateArgs { odd_rate: f64::NAN, ..args() }, "--odd-rate");
    check_error(EmulateArgs { partitions: Some(0), ..args() }, "--partitions");
    check_error(EmulateArgs { per_object: Some(0), ..args() }, "--per-object");
    check_error(EmulateArgs { prefix: Some("../up".into()), ..args() }, "--prefix");
    check_error(EmulateArgs { to: "s3://bucket/archive".into(), ..small() }, "s3://");
    check_error(EmulateArgs { to: String::new(), ..small() }, "--to");
    assert!(!PathBuf::from(to).exists());
}

#[test]
fn an_archive_is_not_written_over_another() {
    let folder = TempDir::new().expect("a folder");
    let topics = folder.path().join("topics");
    let args = EmulateArgs { to: folder.path().to_str().expect("a name").into(), ..small() };
    fs::create_dir(&topics).expect("created");
    run(&args, &S3Settings::default()).expect("an empty folder of topics is none");
    let error = run(&args, &S3Settings::default()).expect_err("there is an archive");
    assert!(matches!(&error, EmulateError::NotEmpty { path } if *path == topics));
    assert!(error.to_string().starts_with(&format!("{} is not empty", topics.display())));
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "in the way").expect("written");
    let to = file.join("archive").to_str().expect("a name").to_owned();
    let error = run(&EmulateArgs { to: to.clone(), ..small() }, &S3Settings::default())
        .expect_err("a file is in the way");
    assert!(matches!(error, EmulateError::Io { .. }));
    assert!(error.to_string().contains(&to), "{error}");
}
