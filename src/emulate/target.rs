//! Where objects go: a folder, or a prefix of a bucket.

use super::error::EmulateError;
use super::folder::Folder;
use crate::config::S3Settings;
use crate::store::Uploads;
use std::path::PathBuf;

/// Where an archive is to go, as `--to` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder.
    Folder(PathBuf),
    /// `s3://bucket/prefix`.
    Bucket(String),
}

impl Place {
    /// Reads the value of `--to`.
    pub fn parse(to: &str) -> Result<Place, EmulateError> {
        match to.split_once("://") {
            Some(("s3", _)) => Ok(Place::Bucket(to.into())),
            Some((scheme, _)) => Err(EmulateError::Scheme { to: to.into(), scheme: scheme.into() }),
            None if to.is_empty() => Err(EmulateError::NoTarget),
            None => Ok(Place::Folder(to.into())),
        }
    }
}

/// What gets an archive.
pub enum Target {
    /// A folder.
    Folder(Folder),
    /// A prefix of a bucket.
    Bucket(Uploads),
}

impl Target {
    /// Prepares a place that is missing or empty. If all keys begin with a folder, only that one has to be.
    pub fn open(place: &Place, common: Option<&str>, s3: &S3Settings) -> Result<Target, EmulateError> {
        match place {
            Place::Folder(folder) => Ok(Target::Folder(Folder::new(folder, common)?)),
            Place::Bucket(name) => {
                let uploads = Uploads::open(name, s3)?;
                let filled = common.map(|common| format!("{common}/")).unwrap_or_default();
                if uploads.has_keys(&filled)? {
                    let path = format!("{}/{filled}", name.trim_end_matches('/'));
                    return Err(EmulateError::NotEmpty { path: path.into() });
                }
                Ok(Target::Bucket(uploads))
            }
        }
    }

    /// Stores an object, now or, in a bucket, soon: an error may be that of an object before.
    pub fn put(&self, key: &str, content: &[u8]) -> Result<(), EmulateError> {
        match self {
            Target::Folder(folder) => folder.put(key, content),
            Target::Bucket(uploads) => Ok(uploads.put(key, content.to_owned())?),
        }
    }

    /// Waits until all objects are there.
    pub fn finish(self) -> Result<(), EmulateError> {
        match self {
            Target::Folder(_) => Ok(()),
            Target::Bucket(uploads) => Ok(uploads.finish()?),
        }
    }
}
