//! Where the objects of an archive lie: a folder, or a bucket of S3 or of a store that speaks its protocol. [`Store`] reads
//! them, [`Target`] puts them.

mod error;
mod folder;
mod s3;
mod target;
mod folder_target;

pub use error::StoreError;
pub use s3::Uploads;
pub use target::{Created, Target, open_target};

use crate::config::S3Settings;
use std::io::Read;
use std::path::Path;

/// A place that objects are read from.
///
/// What names mean is the caller's matter; only the markers that tools leave for empty folders are left out. Every call
/// blocks the calling thread, which must not be one of an async runtime.
pub trait Store: Send + Sync {
    /// Gives every object below the source's root to `found`, in any order.
    fn list(&self, found: &mut dyn FnMut(Found)) -> Result<(), StoreError> {
        self.list_below("", found)
    }

    /// Only those below a folder, whose name ends in `/`, if there is one. Their keys are the same.
    fn list_below(&self, folder: &str, found: &mut dyn FnMut(Found)) -> Result<(), StoreError>;

    /// Begins to read an object; what goes wrong shows in the reading. The first bytes come from the position 0.
    ///
    /// A store may fetch ahead from here on, so readers are opened in the order in which they will be read; any other
    /// order works, too. Dropping a reader stops what it fetches. The errors of a reader hold a [`StoreError`].
    fn open(&self, object: &Found) -> Box<dyn Read + Send>;

    /// The source as users wrote it, for messages.
    fn name(&self) -> &str;

    /// How many objects are worth being open before they are read.
    fn open_ahead(&self) -> usize;
}

/// An object as it was when it was listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Its name below the source's root, with `/` between the parts.
    pub key: String,
    /// How long it is, as it lies there.
    pub bytes: u64,
    /// What S3 calls its entity tag: another one for other bytes.
    pub etag: Option<String>,
}

/// The store that `source` names: `s3://bucket`, `s3://bucket/prefix`, or the path of a folder.
pub fn open_source(source: &str, settings: &S3Settings) -> Result<Box<dyn Store>, StoreError> {
    match source.split_once("://") {
        Some(("s3", rest)) => Ok(Box::new(s3::S3Store::open(source, rest, settings)?)),
        Some((scheme, _)) if is_scheme(scheme) => {
            let problem = "objects are read from folders and from S3";
            Err(StoreError::Malformed { source_text: source.to_owned(), problem })
        }
        _ => Ok(Box::new(folder::Folder::new(Path::new(source)))),
    }
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(source: &str, expected: &str) {
        let error = open_source(source, &S3Settings::default()).err().expect("no source");
        let hint = "write s3://bucket/prefix or the path of a folder";
        assert_eq!(error.to_string(), format!("{source}: {expected}; {hint}"));
    }

    #[test]
    fn what_is_no_source_is_refused() {
        check_refused("gs://bucket/prefix", "objects are read from folders and from S3");
        check_refused("S3://bucket", "objects are read from folders and from S3");
        check_refused("s3://", "the bucket's name is missing");
        check_refused("s3:///topics", "the bucket's name is missing");
        check_refused(
            "s3://my bucket/",
            "a bucket's name has letters, digits, dots, hyphens and underscores only",
        );
    }
}
