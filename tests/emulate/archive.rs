//! Archives that tests have written, and what is wrong with options.

use flate2::read::MultiGzDecoder;
use pinflow::config::S3Settings;
use pinflow::emulate::{EmulateArgs, Written, run};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use tempfile::TempDir;

/// Few posts and objects small enough that each partition has many.
pub fn small() -> EmulateArgs {
    EmulateArgs { posts: 3_000, per_object: Some(100), ..EmulateArgs::default() }
}

/// An archive as it lies in its folder: contents of files by their paths below the folder.
pub struct Archive {
    pub files: BTreeMap<String, Vec<u8>>,
    pub written: Written,
}

/// Writes an archive into a folder that is gone afterwards.
pub fn write(args: EmulateArgs) -> Archive {
    let folder = TempDir::new().expect("a folder");
    let to = folder.path().to_str().expect("a name").to_owned();
    let written = run(&EmulateArgs { to, ..args }, &S3Settings::default()).expect("written");
    Archive { files: read_archive(folder.path()), written }
}

/// Contents of all files by their paths below a folder.
pub fn read_archive(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    read_files(folder, folder, &mut files);
    files
}

fn read_files(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("listed") {
        let path = entry.expect("listed").path();
        if path.is_dir() {
            read_files(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("below the root").to_str().expect("a name");
            files.insert(name.to_owned(), fs::read(&path).expect("read"));
        }
    }
}

pub fn unpacked(content: &[u8]) -> Vec<u8> {
    let mut unpacked = Vec::new();
    MultiGzDecoder::new(content).read_to_end(&mut unpacked).expect("gzip");
    unpacked
}

/// FNV-1a over names and contents.
pub fn hash(files: &BTreeMap<String, Vec<u8>>) -> u64 {
    let bytes = files.iter().flat_map(|(name, content)| name.bytes().chain(content.iter().copied()));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

pub fn check_error(args: EmulateArgs, message: &str) {
    let error = run(&args, &S3Settings::default()).expect_err(message).to_string();
    assert!(error.contains(message), "{error:?} does not say {message:?}");
}
