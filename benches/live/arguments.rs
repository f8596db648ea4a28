//! What is to be measured.

use pinflow::config::Config;
use pinflow::emulate::{self, EmulateArgs};
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

/// The parts that are measured where none is named.
const PARTS: [&str; 3] = ["dialects", "live", "query"];

/// Those that need to be named.
const OTHER_PARTS: [&str; 2] = ["ingest", "kafka"];

/// What the command line says.
pub struct Arguments {
    parts: Vec<String>,
    /// The posts that are held.
    pub archive: PathBuf,
    /// The posts that are sent and replayed.
    pub posts: u64,
    /// How long each figure is measured.
    pub time: Duration,
    /// How often what is compared is done in turn.
    pub rounds: usize,
    /// Where the figures go, too.
    pub json: Option<PathBuf>,
    /// An archive that was made for this time.
    _made: Option<TempDir>,
}

impl Arguments {
    /// Reads them; what is wrong ends the process.
    pub fn read() -> Arguments {
        let (mut parts, mut archive, mut json) = (Vec::new(), None, None);
        let (mut seconds, mut rounds, mut posts) = (10, 5, 100_000);
        let mut given = std::env::args().skip(1);
        while let Some(argument) = given.next() {
            let mut value = || given.next().unwrap_or_else(|| panic!("{argument} needs a value"));
            match argument.as_str() {
                // So cargo calls benches.
                "--bench" => {}
                "--archive" => archive = Some(PathBuf::from(value())),
                "--json" => json = Some(PathBuf::from(value())),
                "--seconds" => seconds = value().parse().expect("--seconds is a whole number"),
                "--rounds" => rounds = value().parse().expect("--rounds is a whole number"),
                "--posts" => posts = value().parse().expect("--posts is a whole number"),
                part if OTHER_PARTS.contains(&part) || PARTS.contains(&part) => parts.push(part.to_owned()),
                _ => panic!("{argument} is not known"),
            }
        }
        if parts.is_empty() {
            parts = PARTS.map(str::to_owned).into();
        }
        let made = archive.is_none().then(|| tempfile::tempdir().expect("make a folder"));
        let archive = archive.unwrap_or_else(|| {
            let folder = made.as_ref().expect("it was made").path().join("archive");
            let to = folder.to_str().expect("a text").to_owned();
            let emulated = EmulateArgs { to, posts: 100_000, ..EmulateArgs::default() };
            emulate::run(&emulated, &Config::default().s3).expect("the archive is written");
            folder
        });
        let time = Duration::from_secs(seconds);
        Arguments { parts, archive, posts, time, rounds, json, _made: made }
    }

    /// Whether a part is wanted.
    pub fn wants(&self, part: &str) -> bool {
        self.parts.iter().any(|wanted| wanted == part)
    }
}
