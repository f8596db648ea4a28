//! A folder that gets objects as files, each whole, durable and once.

use super::StoreError;
use super::target::{Created, Target};
use crate::log::create_folder;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Where files lie until they are whole. Readers pass over the name.
const UNFINISHED: &str = "_unfinished";
/// How often a file is written anew that somebody has taken for a remnant.
const ATTEMPTS: usize = 10;

/// The folder.
pub struct FolderTarget {
    root: PathBuf,
}

impl FolderTarget {
    /// Makes the folder if need be, and removes what others have left unfinished that run no more.
    pub fn open(root: &Path) -> Result<FolderTarget, StoreError> {
        let target = FolderTarget { root: root.to_owned() };
        let unfinished = target.unfinished();
        create_folder(&unfinished).map_err(unwritable(&unfinished))?;
        target.remove_remnants().map_err(unwritable(&unfinished))?;
        Ok(target)
    }

    fn unfinished(&self) -> PathBuf {
        self.root.join(UNFINISHED)
    }

    /// Whoever writes a file holds its lock.
    fn remove_remnants(&self) -> io::Result<()> {
        for entry in fs::read_dir(self.unfinished())? {
            let path = entry?.path();
            if File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
                // Another one may have removed it meanwhile.
                let _ = fs::remove_file(path);
            }
        }
        Ok(())
    }

    fn try_to_create(&self, path: &Path, content: &[u8]) -> io::Result<Created> {
        let folder = path.parent().expect("an object has a folder");
        create_folder(folder)?;
        // Others may read it, as far as the umask allows, which files for a time are not made for.
        let permissions = fs::Permissions::from_mode(0o666);
        let mut file = tempfile::Builder::new().permissions(permissions).tempfile_in(self.unfinished())?;
        file.as_file().lock()?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        let created = match file.persist_noclobber(path) {
            Ok(_) => Created::New,
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Created::There,
            Err(error) => return Err(error.error),
        };
        // Also of one that was there: who has put it may not have come so far.
        File::open(folder)?.sync_all()?;
        Ok(created)
    }
}

impl Target for FolderTarget {
    fn create(&self, key: &str, content: Vec<u8>) -> Result<Created, StoreError> {
        let path = self.root.join(key);
        let mut attempt = 0;
        loop {
            attempt += 1;
            match self.try_to_create(&path, &content) {
                // It was taken for a remnant before it was locked.
                Err(error) if error.kind() == ErrorKind::NotFound && attempt < ATTEMPTS => {}
                created => return created.map_err(unwritable(&path)),
            }
        }
    }

    fn read(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.root.join(key);
        match fs::read(&path) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::Unreadable { path, error }),
        }
    }

    fn has(&self, key: &str) -> Result<bool, StoreError> {
        let path = self.root.join(key);
        path.try_exists().map_err(|error| StoreError::Unreadable { path, error })
    }

    fn is_exclusive(&self) -> bool {
        true
    }

    fn find_out_exclusive(&self, _key: &str, _content: Vec<u8>) -> Result<(), StoreError> {
        Ok(())
    }

    fn place(&self, key: &str) -> String {
        self.root.join(key).display().to_string()
    }
}

fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    move |error| StoreError::Unwritable { path: path.to_owned(), error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn of_many_that_put_an_object_one_succeeds() {
        let folder = tempfile::tempdir().expect("a folder");
        let remnant = folder.path().join(UNFINISHED).join("left");
        fs::create_dir_all(remnant.parent().expect("a folder")).expect("make it");
        fs::write(&remnant, "half").expect("write it");
        let target = FolderTarget::open(folder.path()).expect("a target");
        assert!(!remnant.exists());
        for round in 0..20 {
            let key = format!("topics/a/partition=0/a+0+{round}");
            let created: Vec<(Created, Vec<u8>)> = thread::scope(|scope| {
                let put = |writer: usize| {
                    let (target, key, content) = (&target, &key, vec![writer as u8; 100_000]);
                    move || (target.create(key, content.clone()).expect("it can be put"), content)
                };
                let threads: Vec<_> = (0..4).map(|writer| scope.spawn(put(writer))).collect();
                threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
            });
            let new: Vec<_> = created.into_iter().filter(|(created, _)| *created == Created::New).collect();
            assert_eq!(new.len(), 1);
            assert_eq!(target.read(&key).expect("it can be read").as_ref(), Some(&new[0].1));
        }
        assert_eq!(fs::read_dir(target.unfinished()).expect("a folder").count(), 0);
        let mode = |path: PathBuf| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        let plain = folder.path().join("plain");
        fs::write(&plain, "").expect("write it");
        assert_eq!(mode(folder.path().join("topics/a/partition=0/a+0+7")), mode(plain));
        assert_eq!(target.read("topics/b").expect("it can be asked for"), None);
        assert!(!target.has("topics/b").expect("it can be asked for"));
    }
}
