//! Where the objects of an archive lie.

mod folder;

use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// An object that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its name below the source's root, with `/` between parts.
    pub key: String,
    /// How long it is, as it lies there.
    pub bytes: u64,
    /// Which content it has, where the store tells.
    pub etag: Option<String>,
}

/// A folder or a bucket.
pub trait Store: Send + Sync {
    /// The source as it was given, for messages.
    fn name(&self) -> &str;

    /// Gives everything below the source's root to `found`, in any order.
    fn list(&self, found: &mut dyn FnMut(Found)) -> Result<(), StoreError>;

    /// Begins to read an object from its first byte. What goes wrong shows in the reading.
    fn open(&self, object: &Found) -> Box<dyn Read + Send>;
}

/// Why a source cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or folder refused to be read.
    #[error("cannot read {path}: {error}; make it readable, or take it out of the archive")]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A file's name is not UTF-8.
    #[error("{path}: the name is not UTF-8; rename it")]
    NotUtf8 {
        /// The file.
        path: PathBuf,
    },
}

/// The store of a source as users write it: a folder.
pub fn open_source(source: &str) -> Result<Box<dyn Store>, StoreError> {
    Ok(Box::new(folder::Folder::new(Path::new(source))))
}
