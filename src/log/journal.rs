//! The journal makes a group commit durable with one write, however many files it touches.
//!
//! A group's lines and frames go into their files, where readers find them, and the kernel may keep them in memory there for a
//! while. What makes the group durable is an entry (`journal_entry`) that holds all of it again, in a file that is
//! as long as it will be: to make new bytes of such a file durable takes a disk one write, while files that have grown take
//! the file system's own journal, and each of them a turn of it.
//!
//! There are two such files. When one is full the other is written over from its beginning, and a thread makes durable what
//! the full one's entries have written elsewhere; before it is written over in its turn, that has to be done. Until then the
//! thread has written out most of it (`write_out`). When the log is opened, `replay` writes what the entries of both hold into
//! their files once more.
//!
//! Without the journal, because there is no room for it, say, the files of every group are made durable themselves. So it
//! is also after an error of the disk, until all that the journal holds was written and made durable again.

use super::journal_entry::{NewEntry, Write};
use super::replay;
use super::sync::{self, SyncFile, Syncer, What};
use super::write_out::{Growing, Grown, write_out};
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, IoSlice, Seek, SeekFrom, Write as _};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tracing::{info, warn};

/// The two files, in the log's folder.
pub(super) const FILES: [&str; 2] = ["journal-0", "journal-1"];
/// By how much it grows until then, made durable with its length.
const STEP_BYTES: u64 = 1 << 20;
/// How long it is not tried again after an error. Tests do not wait.
const PAUSE: Duration = if cfg!(test) { Duration::ZERO } else { Duration::from_secs(10) };
/// How long the disk is left to others after a piece was given to it.
const PIECE_PAUSE: Duration = Duration::from_micros(500);
/// With so many pieces waiting there are no pauses, or those of the full file might wait when it is to be written over.
const MANY_PIECES: usize = 8;

/// The journal as the writer has it.
pub(super) struct Journal {
    log: PathBuf,
    /// How long each file gets.
    file_bytes: u64,
    /// The number of the next entry.
    next: u64,
    /// The file that entries go to, once there is one, and the other one.
    active: Option<Active>,
    other: Other,
    durability: Durability,
    /// When it is tried again after an error.
    again: Option<Instant>,
}

/// The file that entries go to.
struct Active {
    number: usize,
    file: Arc<File>,
    /// Bytes that it has, and that are durable with its length.
    length: u64,
    /// Where the next entry goes.
    end: u64,
    /// What its entries have written to, by where it is in memory.
    written: HashMap<usize, Growing>,
}

/// What is with the other file.
enum Other {
    /// It may be written over.
    Free,
    /// What its entries have written is being made durable.
    InWork,
}

/// The thread that makes durable what entries have written.
struct Durability {
    orders: Sender<Order>,
    done: Receiver<io::Result<()>>,
}

enum Order {
    /// A piece, by where it begins.
    WriteOut(Arc<File>, u64),
    MakeDurable(Vec<Arc<File>>),
}

impl Journal {
    /// Writes what the journal holds into its files, and begins anew.
    pub fn open(log: &Path, file_bytes: u64, syncer: &Syncer) -> io::Result<Journal> {
        let replayed = replay::replay(log, syncer)?;
        if replayed.changed > 0 {
            info!(groups = replayed.groups, bytes = replayed.changed, "written again from the log's journal");
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
        Ok(Journal {
            log: log.to_path_buf(),
            file_bytes,
            // No entry that is still there may seem to follow a new one.
            next: now.max(replayed.last + 1),
            active: None,
            other: Other::Free,
            durability: Durability::start(syncer.sync_file())?,
            again: None,
        })
    }

    /// Makes durable what a group has written to files. Says for each file whether it is.
    pub fn commit(
        &mut self,
        writes: &[Write<'_>],
        files: Vec<Grown>,
        syncer: &Syncer,
    ) -> Vec<io::Result<()>> {
        if self.is_in_use(syncer) {
            match self.append(writes, syncer) {
                Ok(true) => {
                    let active = self.active.as_mut().expect("it was appended to");
                    files.iter().for_each(|grown| active.add(grown, &self.durability));
                    return files.iter().map(|_| Ok(())).collect();
                }
                // It is too long.
                Ok(false) => {}
                Err(error) => self.fail(&error),
            }
        }
        syncer.sync(files.into_iter().map(|grown| grown.file))
    }

    /// Whether it can be written to, as far as is known. After an error what it holds comes first.
    fn is_in_use(&mut self, syncer: &Syncer) -> bool {
        match self.again {
            None => true,
            Some(again) if Instant::now() < again => false,
            Some(_) => match replay::replay(&self.log, syncer) {
                Ok(_) => {
                    info!("the log's journal is in use again");
                    self.again = None;
                    true
                }
                Err(error) => {
                    self.fail(&error);
                    false
                }
            },
        }
    }

    fn fail(&mut self, error: &io::Error) {
        warn!(%error, "the log's journal cannot be used; files are made durable one by one");
        self.again = Some(Instant::now() + PAUSE);
        // What is there is replayed before it is used again, and that makes it durable.
        if matches!(self.other, Other::InWork) {
            let _ = self.durability.wait();
        }
        (self.active, self.other) = (None, Other::Free);
    }

    /// Appends an entry of what was written, durably. False if it is too long.
    fn append(&mut self, writes: &[Write<'_>], syncer: &Syncer) -> io::Result<bool> {
        let Some(entry) = NewEntry::new(self.next, writes) else { return Ok(false) };
        let length = entry.len() as u64;
        if length > self.file_bytes {
            return Ok(false);
        }
        let is_full = |active: &Active| active.end + length > self.file_bytes;
        if self.active.as_ref().is_none_or(is_full) {
            let number = self.active.as_ref().map_or(0, |active| 1 - active.number);
            if matches!(self.other, Other::InWork) {
                self.other = Other::Free;
                self.durability.wait()?;
            }
            let next = Active::open(&self.log, number)?;
            if let Some(full) = self.active.replace(next) {
                let files = full.written.values().map(|growing| growing.file().clone()).collect();
                self.durability.order(Order::MakeDurable(files));
                self.other = Other::InWork;
            }
        }
        let active = self.active.as_mut().expect("it was opened");
        active.append(&entry, syncer)?;
        self.next += 1;
        Ok(true)
    }

    /// Makes all files durable and leaves no entry behind, as far as it can be done: what can't stays in the journal.
    pub fn close(mut self, syncer: &Syncer) {
        let is_done = !matches!(self.other, Other::InWork) || self.durability.wait().is_ok();
        let written = self.active.take().map(|active| active.written).unwrap_or_default();
        let results = syncer.sync(written.values().map(|growing| growing.file().clone()));
        if self.again.is_none() && is_done && results.iter().all(Result::is_ok) {
            let _ = replay::forget(&self.log, syncer);
        }
    }
}

impl Active {
    fn open(log: &Path, number: usize) -> io::Result<Active> {
        let path = log.join(FILES[number]);
        let is_new = !path.exists();
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        if is_new {
            sync::folder(log)?.sync_all()?;
        }
        let length = file.metadata()?.len();
        Ok(Active { number, file: Arc::new(file), length, end: 0, written: HashMap::new() })
    }

    fn append(&mut self, entry: &NewEntry<'_>, syncer: &Syncer) -> io::Result<()> {
        let end = self.end + entry.len() as u64;
        while self.length < end {
            self.grow()?;
        }
        write_all(&self.file, self.end, &mut entry.slices())?;
        if let Err(error) = syncer.sync_content(&self.file) {
            // It may be refused now: then it must not come back. Where that fails, too, it may.
            let _ = self.file.write_all_at(&[0; replay::NOTHING_BYTES], self.end);
            return Err(error);
        }
        self.end = end;
        Ok(())
    }

    /// An entry has written to a file.
    fn add(&mut self, grown: &Grown, durability: &Durability) {
        let growing =
            self.written.entry(Arc::as_ptr(&grown.file) as usize).or_insert_with(|| Growing::new(grown));
        for piece in growing.next_pieces(grown.length) {
            durability.order(Order::WriteOut(grown.file.clone(), piece));
        }
    }

    /// With zeros, or back to what it was.
    fn grow(&mut self) -> io::Result<()> {
        let zeros = vec![0; STEP_BYTES as usize];
        let grown = self.file.write_all_at(&zeros, self.length).and_then(|()| self.file.sync_all());
        if grown.is_err() {
            let _ = self.file.set_len(self.length);
        }
        grown?;
        self.length += STEP_BYTES;
        Ok(())
    }
}

impl Durability {
    fn start(sync_file: SyncFile) -> io::Result<Durability> {
        let (orders, ordered) = unbounded();
        let (tell, done) = bounded(1);
        let work = move || {
            for order in &ordered {
                match order {
                    Order::WriteOut(file, piece) => {
                        write_out(&file, piece);
                        if ordered.len() < MANY_PIECES {
                            thread::sleep(PIECE_PAUSE);
                        }
                    }
                    Order::MakeDurable(files) => {
                        let _ = tell.send(files.iter().try_for_each(|file| sync_file(file, What::All)));
                    }
                }
            }
        };
        thread::Builder::new().name("log-journal".to_string()).spawn(work)?;
        Ok(Durability { orders, done })
    }

    fn order(&self, order: Order) {
        self.orders.send(order).expect("the thread waits for orders");
    }

    /// Waits until files are durable.
    fn wait(&self) -> io::Result<()> {
        self.done.recv().expect("the thread waits for orders")
    }
}

/// Writes slices one after the other.
fn write_all(mut file: &File, at: u64, mut slices: &mut [IoSlice<'_>]) -> io::Result<()> {
    file.seek(SeekFrom::Start(at))?;
    while !slices.is_empty() {
        match file.write_vectored(slices) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut slices, written),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
