//! Reads the small text files that a configuration is made of.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Far above what a person writes; it keeps a wrong path, such as a device's, from filling the memory.
const TEXT_MAX_BYTES: u64 = 1 << 20;

/// The whole text of a file of at most 1 MiB.
pub(super) fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(TEXT_MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > TEXT_MAX_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "longer than 1 MiB"));
    }
    Ok(text)
}
