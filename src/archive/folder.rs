//! A folder of objects.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// An object that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its name below the source's root, with `/` between parts.
    pub key: String,
    /// How long it is, as it lies there.
    pub bytes: u64,
}

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

    /// The folder as it was given, for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Gives everything below the folder to `found`, in any order.
    pub fn list(&self, mut found: impl FnMut(Found)) -> Result<(), FolderError> {
        if !self.root.is_dir() {
            let error =
                std::fs::read_dir(&self.root).err().unwrap_or_else(|| io::ErrorKind::NotADirectory.into());
            return Err(FolderError::Unreadable { path: self.root.clone(), error });
        }
        for entry in WalkDir::new(&self.root).follow_links(true) {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => {
                    let bytes = entry.metadata().map_or(0, |metadata| metadata.len());
                    found(Found { key: self.key(entry.path())?, bytes });
                }
                Err(error) if leads_nowhere(&error) => {
                    let key = self.key(error.path().unwrap_or(&self.root))?;
                    found(Found { key, bytes: 0 });
                }
                Err(error) => {
                    let path = error.path().unwrap_or(&self.root).to_owned();
                    let in_itself = || io::Error::other("it is a link to a folder that it lies in");
                    return Err(FolderError::Unreadable {
                        path,
                        error: error.into_io_error().unwrap_or_else(in_itself),
                    });
                }
            }
        }
        Ok(())
    }

    /// Begins to read an object from its first byte. What goes wrong shows in the reading.
    pub fn open(&self, object: &Found) -> LazyFile {
        LazyFile::Closed(self.root.join(&object.key))
    }

    fn key(&self, path: &Path) -> Result<String, FolderError> {
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
        parts.map(|parts| parts.join("/")).ok_or_else(|| FolderError::NotUtf8 { path: path.to_owned() })
    }
}

/// Whether it is a link to nothing. That is there, so it is an object; reading it says what is wrong.
fn leads_nowhere(error: &walkdir::Error) -> bool {
    error.loop_ancestor().is_none() && error.path().is_some_and(Path::is_symlink)
}

/// A file that is opened at the first read.
pub enum LazyFile {
    /// It was not read yet.
    Closed(PathBuf),
    /// It is being read.
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

/// Why a source cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
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
