//! The place that an archive is written to, as it was begun.

use super::reached::{ReachedError, reached};
use crate::config::{ArchiveSettings, S3Settings};
use crate::kafka::ReachedPartitions;
use crate::store::{StoreError, Target, open_source, open_target};
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tracing::warn;

/// What says how the archive was begun. Readers pass over the name.
const MARKER: &str = "_archive.json";
/// What the embedded log's folder has.
const OF_LOG: &str = "log.json";

/// An archive that is written to.
pub struct ArchivePlace {
    /// What puts objects.
    pub target: Arc<dyn Target>,
    /// Whether they are packed.
    pub gzip: bool,
    /// Where each partition ends.
    pub reached: ReachedPartitions,
}

/// Why a place cannot be written to.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Where the archive ends cannot be found out.
    #[error(transparent)]
    Reached(#[from] ReachedError),
    /// It is the embedded log's.
    #[error("{0} is the folder of an embedded log; set archive.to, or --to, to another place")]
    Log(String),
    /// It was begun otherwise.
    #[error(
        "{place}: the archive was begun with archive.gzip = {begun}; set it to that or archive to another place. (Without other \
         archivers at work, the file can be removed to go on otherwise)"
    )]
    Gzip {
        /// What says so.
        place: String,
        /// What it was begun with.
        begun: bool,
    },
    /// What says how it was begun cannot be understood.
    #[error("{place}: {problem}")]
    Marker {
        /// What says so.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl PlaceError {
    /// Whether the command line or the configuration has to be changed.
    pub fn is_usage(&self) -> bool {
        match self {
            PlaceError::Store(error) => error.is_usage(),
            PlaceError::Log(_) | PlaceError::Gzip { .. } => true,
            _ => false,
        }
    }
}

/// How an archive was begun.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Marker {
    version: u64,
    gzip: bool,
}

impl ArchivePlace {
    /// Opens the place, and finds out how far the archive is.
    pub fn open(
        to: &str,
        settings: &ArchiveSettings,
        log: &Path,
        s3: &S3Settings,
    ) -> Result<Self, PlaceError> {
        check_folder(to, log)?;
        let target: Arc<dyn Target> = open_target(to, s3)?.into();
        if target.has(OF_LOG)? {
            return Err(PlaceError::Log(to.to_owned()));
        }
        let gzip = settings.gzip;
        check_marker(&*target, gzip)?;
        if !target.is_exclusive() {
            warn!(to, "the store has no conditional puts: no more than one archiver may write there");
        }
        let store = open_source(to, s3)?;
        let reached = reached(&*store, &*target)?;
        Ok(ArchivePlace { target, gzip, reached })
    }
}

/// Not the log's own folder, nor one in it.
fn check_folder(to: &str, log: &Path) -> Result<(), PlaceError> {
    let is_within = !to.contains("://")
        && real(Path::new(to)).is_ok_and(|to| real(log).is_ok_and(|log| to.starts_with(log)));
    if is_within { Err(PlaceError::Log(to.to_owned())) } else { Ok(()) }
}

/// Where a path leads to, also if its last folders are to be made yet.
fn real(path: &Path) -> io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    let there = path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    Ok(match there {
        Some((above, real)) => real.join(path.strip_prefix(above).expect("it lies below")),
        None => path,
    })
}

/// All that write to one archive name objects alike. Putting the file twice shows whether the store takes it twice.
fn check_marker(target: &dyn Target, gzip: bool) -> Result<(), PlaceError> {
    let marker = serde_json::to_vec(&Marker { version: 1, gzip }).expect("it is plain");
    target.create(MARKER, marker.clone())?;
    target.find_out_exclusive(MARKER, marker)?;
    let place = target.place(MARKER);
    let bytes = target.read(MARKER)?.unwrap_or_default();
    match serde_json::from_slice(&bytes) {
        Ok(Marker { version: 1, gzip: begun }) if begun == gzip => Ok(()),
        Ok(Marker { version: 1, gzip: begun }) => Err(PlaceError::Gzip { place, begun }),
        Ok(Marker { version, .. }) => {
            let problem = format!("the archive has version {version}, which this pinflow does not know");
            Err(PlaceError::Marker { place, problem })
        }
        Err(error) => Err(PlaceError::Marker { place, problem: format!("it cannot be understood: {error}") }),
    }
}
