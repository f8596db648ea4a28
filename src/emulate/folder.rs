//! Where objects go: files of a folder, each there whole or not at all.

use super::error::EmulateError;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A folder that gets an archive.
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Prepares a folder that is missing or empty. If all keys begin with a folder, only that one has to be.
    pub fn new(root: &Path, common: Option<&str>) -> Result<Folder, EmulateError> {
        let filled = common.map_or_else(|| root.to_owned(), |common| root.join(common));
        if has_entries(&filled).map_err(refused("read", &filled))? {
            return Err(EmulateError::NotEmpty { path: filled });
        }
        fs::create_dir_all(&filled).map_err(refused("create", &filled))?;
        Ok(Folder { root: root.into() })
    }

    /// Stores an object. Who reads the folder meanwhile sees it whole or not at all: while it is written, its name
    /// begins with `_`, and no object's does.
    pub fn put(&self, key: &str, content: &[u8]) -> Result<(), EmulateError> {
        let (folder, file) = key.rsplit_once('/').unwrap_or(("", key));
        let folder = self.root.join(folder);
        fs::create_dir_all(&folder).map_err(refused("create", &folder))?;
        let unfinished = folder.join(format!("_{file}"));
        let path = folder.join(file);
        fs::write(&unfinished, content).map_err(refused("write", &path))?;
        fs::rename(&unfinished, &path).map_err(refused("write", &path))
    }
}

fn has_entries(folder: &Path) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().transpose()?.is_some()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn refused(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> EmulateError {
    move |source| EmulateError::Io { action, path: path.into(), source }
}
