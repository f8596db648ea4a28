//! The key of a message alone, for those who have to know where it belongs before it is decoded.

use super::fast;
use super::shape::Shape;
use pinflow_dataflows::clean::{Fields, RawRecord};
use pinflow_dataflows::kind::Kind;
use std::ops::Range;

/// No field is wanted, so the kind does not matter.
const WANTED: (Kind, Fields) = (Kind::Pin, Fields::none());

/// Reads the keys of messages that are mostly written alike.
#[derive(Default)]
pub struct KeyReader(Shape);

/// What was found out about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundKey {
    /// It is an object, with this key if it has a usable one.
    Object(Option<u64>),
    /// It may be an object, another JSON value, or none: whoever reads it exactly knows.
    Unsure,
}

impl KeyReader {
    /// Checks all of the message that begins at `start`, wherever it ends, if it is surely an object. Tells its key, if it
    /// has a usable one, and its end.
    pub fn read_at<'a>(
        &mut self,
        text: &'a str,
        start: usize,
        raw: &mut RawRecord<'a>,
    ) -> Option<(Option<u64>, usize)> {
        raw.clear();
        let end = fast::read_object(WANTED, text, start, &mut self.0, raw).ok()?;
        Some((raw.key(), end))
    }

    /// Checks all of a message, a part of `text`, and looks for its key. `raw` lends its room.
    pub fn read<'a>(&mut self, text: &'a str, message: Range<usize>, raw: &mut RawRecord<'a>) -> FoundKey {
        raw.clear();
        match fast::read_record(WANTED, text, message, &mut self.0, raw) {
            Ok(()) => FoundKey::Object(raw.key()),
            Err(fast::Unsure) => FoundKey::Unsure,
        }
    }
}
