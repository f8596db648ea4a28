//! Reads an object a piece at a time; what was read before a fault is still there.

use std::io::{self, Read};

/// An object that is being read.
pub struct Window<R> {
    object: R,
    piece_bytes: usize,
    is_at_end: bool,
    fault: Option<io::Error>,
    bytes: u64,
    /// What was read behind the last piece: mostly the beginning of a message.
    rest: Vec<u8>,
}

impl<R: Read> Window<R> {
    /// Reads pieces of about `piece_bytes`.
    pub fn new(object: R, piece_bytes: usize) -> Window<R> {
        Window { object, piece_bytes, is_at_end: false, fault: None, bytes: 0, rest: Vec::new() }
    }

    /// Begins a piece with what was left behind the last one; says how much of it is filled now. What is in `piece` does
    /// not matter: it lends its room, and what of it is filled already need not be cleared.
    pub fn begin(&mut self, piece: &mut Vec<u8>) -> usize {
        let filled = self.rest.len();
        piece.resize(piece.len().max(filled), 0);
        piece[..filled].copy_from_slice(&self.rest);
        self.rest.clear();
        filled
    }

    /// Keeps what lies behind a piece for the next one.
    pub fn keep(&mut self, rest: &[u8]) {
        self.rest.extend_from_slice(rest);
    }

    /// Bytes of the pieces given so far.
    pub fn given(&self) -> u64 {
        self.bytes - self.rest.len() as u64
    }

    /// Reads as much as a piece behind what is filled of `piece`, or to the end. Says how much.
    pub fn read_more(&mut self, piece: &mut Vec<u8>, filled: usize) -> usize {
        let end = filled + self.piece_bytes;
        piece.resize(piece.len().max(end), 0);
        let mut at = filled;
        while at < end && self.can_read() {
            match self.object.read(&mut piece[at..end]) {
                Ok(0) => self.is_at_end = true,
                Ok(read) => at += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.fault = Some(error),
            }
        }
        self.bytes += (at - filled) as u64;
        at - filled
    }

    /// Whether there may be more.
    pub fn can_read(&self) -> bool {
        !self.is_at_end && self.fault.is_none()
    }

    /// Whether the object was read to its end.
    pub fn is_at_end(&self) -> bool {
        self.is_at_end
    }

    /// What ended the reading before the object's end, once.
    pub fn take_fault(&mut self) -> Option<io::Error> {
        self.is_at_end |= self.fault.is_some();
        self.fault.take()
    }

    /// Keeps the fault for later.
    pub fn put_back(&mut self, fault: io::Error) {
        self.is_at_end = false;
        self.fault = Some(fault);
    }

    /// Bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What is read.
    pub fn object(&self) -> &R {
        &self.object
    }
}
