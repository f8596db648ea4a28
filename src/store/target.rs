//! Where objects are put that nobody may put a second time: a folder, or a bucket.

use super::folder_target::FolderTarget;
use super::s3::S3Target;
use super::{StoreError, is_scheme};
use crate::config::S3Settings;
use std::path::Path;

/// A place that gets objects, each once, however many write to it.
///
/// Every call blocks the calling thread, which must not be one of an async runtime; several may call at the same time.
pub trait Target: Send + Sync {
    /// Puts an object unless there is one of that name. When this returns, one is there, whole and durable.
    fn create(&self, key: &str, content: Vec<u8>) -> Result<Created, StoreError>;

    /// The object of that name, if there is one.
    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Whether there is one.
    fn has(&self, key: &str) -> Result<bool, StoreError>;

    /// Whether of two that create an object at the same time only one succeeds.
    fn is_exclusive(&self) -> bool;

    /// Puts an object that is there once more, with the same content, to find out whether that is so: what
    /// [`Target::is_exclusive`] says from then on.
    fn find_out_exclusive(&self, key: &str, content: Vec<u8>) -> Result<(), StoreError>;

    /// An object of that name as messages show it.
    fn place(&self, key: &str) -> String;
}

/// What became of an object that was to be put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// It is there now.
    New,
    /// There was one already. It is the same or another one.
    There,
}

/// The place that `target` names: `s3://bucket`, `s3://bucket/prefix`, or the path of a folder, which is made if need be.
pub fn open_target(target: &str, settings: &S3Settings) -> Result<Box<dyn Target>, StoreError> {
    match target.split_once("://") {
        Some(("s3", rest)) => Ok(Box::new(S3Target::open(target, rest, settings)?)),
        Some((scheme, _)) if is_scheme(scheme) => {
            let problem = "objects are put into folders and S3";
            Err(StoreError::Malformed { source_text: target.to_owned(), problem })
        }
        _ => Ok(Box::new(FolderTarget::open(Path::new(target))?)),
    }
}
