//! Where objects go: files of a folder, each there whole or not at all.

use super::error::EmulateError;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A folder that gets an archive.
pub struct Folder {
    root: PathBuf,
}

/// The folder of a partition and a file's name in it.
#[derive(Clone, Copy, Debug)]
pub struct ObjectName<'a> {
    /// Path below the root, with `/`.
    pub folder: &'a str,
    /// Name in that folder.
    pub file: &'a str,
}

impl Folder {
    /// Prepares a folder whose `topics/` is missing or empty.
    pub fn new(root: &Path) -> Result<Folder, EmulateError> {
        let topics = root.join("topics");
        let entries = match fs::read_dir(&topics) {
            Ok(mut entries) => entries.next().transpose(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        };
        if entries.map_err(refused("read", &topics))?.is_some() {
            return Err(EmulateError::NotEmpty { path: topics });
        }
        fs::create_dir_all(&topics).map_err(refused("create", &topics))?;
        Ok(Folder { root: root.into() })
    }

    /// Stores an object. Who reads the folder meanwhile sees it whole or not at all: while it is written, its name
    /// begins with `_`, and no object's does.
    pub fn put(&self, name: ObjectName, content: &[u8]) -> Result<(), EmulateError> {
        let folder = self.root.join(name.folder);
        fs::create_dir_all(&folder).map_err(refused("create", &folder))?;
        let unfinished = folder.join(format!("_{}", name.file));
        let path = folder.join(name.file);
        fs::write(&unfinished, content).map_err(refused("write", &path))?;
        fs::rename(&unfinished, &path).map_err(refused("write", &path))
    }
}

fn refused(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> EmulateError {
    move |source| EmulateError::Io { action, path: path.into(), source }
}
