//! The highest rate of `POST /v1/ingest`, as a share of what `pinflow replay` reads with two workers: the same records, in
//! turn.

use crate::figures::Figures;
use crate::posts::{Posts, Request, post};
use crate::program::Program;
use crate::rate::until_seen;
use pinflow::config::Config;
use pinflow::emulate::{self, EmulateArgs};
use pinflow_dataflows::kind::Kind;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use walkdir::WalkDir;

/// Records of a request.
const LINES: usize = 1000;

/// Connections that send as fast as they are answered. With half as many both cores are idle now and then, as all wait for the
/// disk.
const CONNECTIONS: usize = 16;

/// Measures as often as there are rounds.
pub fn measure(posts: u64, rounds: usize, figures: &mut Figures) {
    let folder = tempfile::tempdir().expect("make a folder");
    let archive = folder.path().join("archive");
    let to = archive.to_str().expect("a text").to_owned();
    let emulated = EmulateArgs { to, posts, per_object: Some(100_000), ..EmulateArgs::default() };
    emulate::run(&emulated, &Config::default().s3).expect("the archive is written");
    let requests = requests(&archive);
    let records = requests.iter().map(|request| request.records).sum::<u64>() as f64;
    let (mut replayed, mut ingested, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let replay = records / replay_seconds(&archive);
        let program = Program::start(None);
        let marker = Posts::new(posts).single(1);
        let ingest = records / until_seen(&program, &requests, &marker, CONNECTIONS).as_secs_f64();
        replayed.push(replay);
        ingested.push(ingest);
        shares.push(ingest / replay);
    }
    figures.head(&format!("the records of {posts} posts, {rounds} rounds"));
    for (name, numbers) in [
        ("replay, records/s", replayed),
        ("ingest, records/s", ingested),
        ("ingest as a share of replay", shares),
    ] {
        figures.add_rounds(name, numbers);
    }
}

fn replay_seconds(archive: &Path) -> f64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pinflow"));
    command.arg("replay").arg(archive).args(["--workers", "2", "--json", "--quiet"]);
    let output = command.output().expect("start pinflow");
    let summary: Value = serde_json::from_slice(&output.stdout).expect("a summary");
    summary["seconds"]["total"].as_f64().expect("a number of seconds")
}

/// All lines of an archive, those of each partition in their order, and partitions by turns.
fn requests(archive: &Path) -> Vec<Request> {
    let mut partitions: BTreeMap<_, Vec<Request>> = BTreeMap::new();
    for entry in WalkDir::new(archive).sort_by_file_name() {
        let entry = entry.expect("read the archive");
        if !entry.file_type().is_file() {
            continue;
        }
        let name = entry.file_name().to_str().expect("a text");
        let kind = Kind::ALL.into_iter().find(|kind| name.contains(&format!(".{}+", kind.name())));
        let kind = kind.expect("a topic of a kind");
        let path = format!("/v1/ingest/{}", kind.name());
        let text = fs::read_to_string(entry.path()).expect("read an object");
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let requests = lines.chunks(LINES).map(|lines| Request {
            bytes: post(&path, "application/x-ndjson", &lines.concat()),
            kind,
            records: lines.len() as u64,
        });
        partitions.entry(entry.path().parent().map(Path::to_owned)).or_default().extend(requests);
    }
    let longest = partitions.values().map(Vec::len).max().unwrap_or_default();
    let mut partitions: Vec<_> = partitions.into_values().map(Vec::into_iter).collect();
    (0..longest).flat_map(|_| partitions.iter_mut().filter_map(Iterator::next).collect::<Vec<_>>()).collect()
}
