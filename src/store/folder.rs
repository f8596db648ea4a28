//! Objects that are files of a folder.

use super::{Found, Store, StoreError};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// A folder with all that is below it; links are followed.
pub struct Folder {
    root: PathBuf,
    name: String,
}

impl Folder {
    /// The folder at a path; nothing is looked at yet.
    pub fn new(root: &Path) -> Folder {
        Folder { root: root.to_owned(), name: root.display().to_string() }
    }

    fn key(&self, path: &Path) -> Result<String, StoreError> {
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
        parts.map(|parts| parts.join("/")).ok_or_else(|| StoreError::NotUtf8 { path: path.to_owned() })
    }
}

impl Store for Folder {
    fn list_below(&self, folder: &str, found: &mut dyn FnMut(Found)) -> Result<(), StoreError> {
        if !self.root.is_dir() {
            let error =
                std::fs::read_dir(&self.root).err().unwrap_or_else(|| io::ErrorKind::NotADirectory.into());
            return Err(StoreError::Unreadable { path: self.root.clone(), error });
        }
        let folder = self.root.join(folder);
        if !folder.exists() {
            return Ok(());
        }
        for entry in WalkDir::new(folder).follow_links(true) {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => {
                    let bytes = entry.metadata().map_or(0, |metadata| metadata.len());
                    found(Found { key: self.key(entry.path())?, bytes, etag: None });
                }
                Err(error) if leads_nowhere(&error) => {
                    let key = self.key(error.path().unwrap_or(&self.root))?;
                    found(Found { key, bytes: 0, etag: None });
                }
                Err(error) => {
                    let path = error.path().unwrap_or(&self.root).to_owned();
                    let in_itself = || io::Error::other("it is a link to a folder that it lies in");
                    return Err(StoreError::Unreadable {
                        path,
                        error: error.into_io_error().unwrap_or_else(in_itself),
                    });
                }
            }
        }
        Ok(())
    }

    fn open(&self, object: &Found) -> Box<dyn Read + Send> {
        Box::new(LazyFile::Closed(self.root.join(&object.key)))
    }

    fn name(&self) -> &str {
        &self.name
    }

    /// The system reads ahead by itself.
    fn open_ahead(&self) -> usize {
        0
    }
}

/// Whether it is a link to nothing. That is there, so it is an object; reading it says what is wrong.
fn leads_nowhere(error: &walkdir::Error) -> bool {
    error.loop_ancestor().is_none() && error.path().is_some_and(Path::is_symlink)
}

/// A file that is opened at the first read.
enum LazyFile {
    Closed(PathBuf),
    Open(File),
}

impl Read for LazyFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            LazyFile::Open(file) => file.read(buffer),
            LazyFile::Closed(path) => {
                let mut file = File::open(path)?;
                let read = file.read(buffer)?;
                *self = LazyFile::Open(file);
                Ok(read)
            }
        }
    }
}
