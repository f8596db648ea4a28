//! An object on its way: its bytes unpacked and cut into pieces, with its companion if it has one.

use super::bytes::Bytes;
use super::framed::FramedPieces;
use super::layout::Place;
use super::lines::LinePieces;
use super::listing::{Object, PartitionName};
use super::piece::Piece;
use super::reader::Limits;
use super::sources::Source;
use super::values::ValuePieces;
use super::window::Window;
use crate::block::Origin;
use std::io::{self, BufReader, Read};
use std::sync::Arc;

/// An object that is read soon.
pub struct Ahead {
    /// Which one.
    pub object: Object,
    /// Its bytes, as they lie there.
    pub bytes: Box<dyn Read + Send>,
    /// Those of its companion.
    pub companion: Option<Box<dyn Read + Send>>,
}

/// An object that is being read.
pub struct OpenObject {
    /// Which one.
    pub object: Object,
    /// Where its messages come from.
    pub origin: Arc<Origin>,
    /// Its messages.
    pub pieces: Pieces,
    /// The next message's position.
    pub position: u64,
}

/// What cuts an object into pieces.
pub enum Pieces {
    /// It holds a message a line.
    Lines(LinePieces<Bytes>),
    /// The same, and its companion is there.
    Framed(Box<FramedPieces<Bytes, BufReader<Box<dyn Read + Send>>>>),
    /// It holds a message a value.
    Values(ValuePieces<Bytes>),
}

impl OpenObject {
    /// Begins to read it.
    pub fn new(ahead: Ahead, sources: &[Source], name: &Arc<PartitionName>, limits: Limits) -> OpenObject {
        let Ahead { object, bytes, companion } = ahead;
        let bytes = Bytes::new(bytes);
        let position = match object.place {
            Place::Lines { start, .. } => start,
            Place::Values { .. } => 0,
        };
        let pieces = match (object.place, companion) {
            (Place::Lines { .. }, Some(companion)) => {
                let companion = BufReader::new(companion);
                Pieces::Framed(Box::new(FramedPieces::new(bytes, companion, limits.block_bytes)))
            }
            (Place::Lines { .. }, None) => Pieces::lines(bytes, limits),
            (Place::Values { .. }, _) => {
                let window = Window::new(bytes, limits.block_bytes);
                Pieces::Values(ValuePieces::new(window, limits.record_max_bytes))
            }
        };
        let (source, key) = (sources[object.source].store.name().to_owned(), object.found.key.clone());
        let origin = Arc::new(Origin { source, partition: name.clone(), object: key });
        OpenObject { object, origin, pieces, position }
    }

    /// The rest of the object, whose companion cannot be read on.
    pub fn without_companion(mut self, limits: Limits) -> OpenObject {
        if let Pieces::Framed(framed) = self.pieces {
            let (bytes, offset) = framed.into_rest();
            self.position = self.position.max(offset);
            self.pieces = Pieces::lines(bytes, limits);
        }
        self
    }
}

impl Pieces {
    fn lines(bytes: Bytes, limits: Limits) -> Pieces {
        Pieces::Lines(LinePieces::new(Window::new(bytes, limits.block_bytes), limits.record_max_bytes))
    }

    /// The next messages, in `buffer`; nothing at the object's end. An error once, when all before it has been given.
    pub fn next(&mut self, buffer: Vec<u8>) -> io::Result<Option<Piece>> {
        match self {
            Pieces::Lines(lines) => lines.next(buffer),
            Pieces::Framed(framed) => framed.next(buffer),
            Pieces::Values(values) => values.next(buffer),
        }
    }

    /// The offset behind what was read, as far as a companion says so.
    pub fn end_offset(&self) -> u64 {
        match self {
            Pieces::Framed(framed) => framed.end_offset(),
            Pieces::Lines(_) | Pieces::Values(_) => 0,
        }
    }

    /// The object that is read.
    pub fn object(&self) -> &Bytes {
        match self {
            Pieces::Lines(lines) => lines.window().object(),
            Pieces::Framed(framed) => framed.object(),
            Pieces::Values(values) => values.window().object(),
        }
    }

    /// Bytes read so far, unpacked.
    pub fn bytes(&self) -> u64 {
        match self {
            Pieces::Lines(lines) => lines.window().bytes(),
            Pieces::Framed(framed) => framed.bytes(),
            Pieces::Values(values) => values.window().bytes(),
        }
    }

    /// Bytes of the pieces given so far.
    pub fn given(&self) -> u64 {
        match self {
            Pieces::Lines(lines) => lines.window().given(),
            Pieces::Framed(framed) => framed.bytes(),
            Pieces::Values(values) => values.window().given(),
        }
    }
}
