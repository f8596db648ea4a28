//! Folders with small archives.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use tempfile::TempDir;

/// A folder that is gone after the test.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Folder {
        Folder(TempDir::new().expect("make a folder"))
    }

    /// The path of something in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The same as a text.
    pub fn at(&self, name: &str) -> String {
        self.path(name).to_str().expect("the path is UTF-8").to_owned()
    }

    /// Writes a file, and the folders that it lies in; gives its path.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("make a folder");
        fs::write(&path, bytes).expect("write a file");
        self.at(name)
    }
}

/// The path of an object of the archive `archive`, in partition 0 of its topic.
pub fn object(topic: &str, start: u64) -> String {
    format!("archive/topics/{topic}/partition=0/{topic}+0+{start:010}.json")
}

/// A line each.
pub fn lines(lines: &[&str]) -> Vec<u8> {
    lines.iter().flat_map(|line| [line, "\n"]).flat_map(str::bytes).collect()
}

/// The bytes as gzip.
pub fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).and_then(|()| gzip.finish()).expect("memory can be written")
}

pub const PINS: [&str; 7] = [
    r#"{"index": 1, "poster_name": "Ann", "follower_count": "1k", "category": "travel"}"#,
    r#"{"index": 2, "poster_name": "Bo, \"B\"\nJr", "follower_count": "3k", "category": "art"}"#,
    r#"{"index": 1, "poster_name": "Ann", "follower_count": "2k", "category": "art"}"#,
    "nope",
    r#"{"index": -1}"#,
    "[]",
    r#"{"index": 3, "follower_count": "many", "downloaded": 2, "title": 5, "category": "art"}"#,
];
pub const MORE_PINS: [&str; 3] = [
    PINS[6],
    r#"{"ind": 3, "_deleted": true}"#,
    r#"{"index": 4, "poster_name": "Cy", "follower_count": 7, "category": "art", "description": []}"#,
];
pub const GEOS: [&str; 4] = [
    r#"{"ind": 1, "timestamp": "2020-05-01 00:00:00", "country": "France"}"#,
    r#"{"ind": 2, "timestamp": "2021-05-01 00:00:00", "country": null}"#,
    "",
    r#"{"ind": 4, "timestamp": "never", "country": "France", "latitude": 91}"#,
];
pub const USERS: [&str; 2] = [
    r#"{"ind": 1, "first_name": "Di", "age": 20, "date_joined": "2017-01-01"}"#,
    r#"{"ind": 4, "first_name": "Ed", "age": "old", "date_joined": "2018-01-01"}"#,
];

/// A folder with a small `archive` in which there is something of everything.
pub fn sample() -> Folder {
    let folder = Folder::new();
    folder.write(&object("s.pin", 0), lines(&PINS));
    folder.write(&object("s.pin", 6), lines(&MORE_PINS));
    folder.write(&object("s.geo", 0), lines(&GEOS));
    folder.write(&object("s.user", 0), lines(&USERS));
    folder
}
