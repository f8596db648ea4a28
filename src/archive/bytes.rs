//! An object's bytes, unpacked if they are packed.

use flate2::read::MultiGzDecoder;
use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::path::Path;
use std::rc::Rc;

/// What the first bytes of gzip are, whatever the name says.
const GZIP_MAGIC: [u8; 2] = [0x1F, 0x8B];
/// Bytes that are unpacked at once.
const PACKED_BYTES: usize = 1 << 16;

/// The bytes of an object, and how many have been read of it as it lies there.
pub struct Counted {
    bytes: Bytes,
    read: Rc<Cell<u64>>,
}

enum Bytes {
    Plain(Whole),
    /// gzip may have several members.
    Packed(Box<MultiGzDecoder<BufReader<Whole>>>),
}

/// A file whose first bytes have been looked at.
type Whole = Chain<Cursor<Vec<u8>>, Meter>;

/// Counts what passes.
struct Meter {
    file: File,
    read: Rc<Cell<u64>>,
}

impl Counted {
    /// The bytes of a file.
    pub fn open(path: &Path) -> io::Result<Counted> {
        let read = Rc::new(Cell::new(0));
        let mut file = Meter { file: File::open(path)?, read: read.clone() };
        let mut magic = Vec::with_capacity(GZIP_MAGIC.len());
        file.by_ref().take(GZIP_MAGIC.len() as u64).read_to_end(&mut magic)?;
        let is_packed = magic == GZIP_MAGIC;
        let whole = Cursor::new(magic).chain(file);
        let bytes = if is_packed {
            Bytes::Packed(Box::new(MultiGzDecoder::new(BufReader::with_capacity(PACKED_BYTES, whole))))
        } else {
            Bytes::Plain(whole)
        };
        Ok(Counted { bytes, read })
    }

    /// Bytes read of the object as it lies there.
    pub fn bytes(&self) -> u64 {
        self.read.get()
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.bytes {
            Bytes::Plain(bytes) => bytes.read(buffer),
            Bytes::Packed(bytes) => bytes.read(buffer),
        }
    }
}

impl Read for Meter {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.read.set(self.read.get() + read as u64);
        Ok(read)
    }
}
