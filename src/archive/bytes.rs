//! An object's bytes, unpacked if they are packed.

use flate2::read::MultiGzDecoder;
use std::cell::Cell;
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::rc::Rc;

/// What the first bytes of gzip are, whatever the name says.
const GZIP_MAGIC: [u8; 2] = [0x1F, 0x8B];
/// Bytes that are unpacked at once.
const PACKED_BYTES: usize = 1 << 16;

/// The bytes of an object, and how many have been read of it as it lies there.
pub struct Bytes {
    content: Content,
    read: Rc<Cell<u64>>,
}

enum Content {
    /// Nobody has looked at it yet.
    Closed(Meter),
    Plain(Whole),
    /// gzip may have several members.
    Packed(Box<MultiGzDecoder<BufReader<Whole>>>),
    /// The first look failed.
    Broken,
}

/// An object whose first bytes have been looked at.
type Whole = Chain<Cursor<Vec<u8>>, Meter>;

/// Counts what passes.
struct Meter {
    object: Box<dyn Read + Send>,
    read: Rc<Cell<u64>>,
}

impl Bytes {
    /// The bytes of an object.
    pub fn new(object: Box<dyn Read + Send>) -> Bytes {
        let read = Rc::new(Cell::new(0));
        Bytes { content: Content::Closed(Meter { object, read: read.clone() }), read }
    }

    /// Bytes read of the object as it lies there.
    pub fn read_of_object(&self) -> u64 {
        self.read.get()
    }

    fn open(&mut self) -> io::Result<()> {
        let Content::Closed(mut object) = std::mem::replace(&mut self.content, Content::Broken) else {
            return Ok(());
        };
        let mut magic = Vec::with_capacity(GZIP_MAGIC.len());
        object.by_ref().take(GZIP_MAGIC.len() as u64).read_to_end(&mut magic)?;
        let is_packed = magic == GZIP_MAGIC;
        let whole = Cursor::new(magic).chain(object);
        self.content = if is_packed {
            Content::Packed(Box::new(MultiGzDecoder::new(BufReader::with_capacity(PACKED_BYTES, whole))))
        } else {
            Content::Plain(whole)
        };
        Ok(())
    }
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.content {
            Content::Plain(bytes) => bytes.read(buffer),
            Content::Packed(bytes) => bytes.read(buffer),
            Content::Broken => Ok(0),
            Content::Closed(_) => {
                self.open()?;
                self.read(buffer)
            }
        }
    }
}

impl Read for Meter {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.object.read(buffer)?;
        self.read.set(self.read.get() + read as u64);
        Ok(read)
    }
}
