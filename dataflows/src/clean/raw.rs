//! A record before it is cleaned.

use super::field::Field;
use super::number;
use crate::value::Value;

/// A raw record: the values of the fields that were asked for. What was not asked for is null.
#[derive(Clone, Debug, Default)]
pub struct RawRecord<'a> {
    /// Values of records before may still lie in slots that are not filled.
    values: [Value<'a>; SLOTS],
    /// The slots that are filled, a bit each; the others are null.
    filled: u16,
}

/// Where a value lies in a raw record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot(u8);

/// The key and `_deleted`, and as many fields as a pin has.
const SLOTS: usize = 14;

impl Slot {
    /// The key, `ind`.
    pub const IND: Slot = Slot(0);
    /// The key where `ind` is missing or null, `index`.
    pub const INDEX: Slot = Slot(1);
    /// `_deleted`.
    pub const DELETED: Slot = Slot(SLOTS as u8 - 1);

    /// Where a field's value lies. Fields of different kinds share slots. Those that views need come first, so that they are
    /// near each other.
    pub const fn of(field: Field) -> Slot {
        Slot(match field {
            Field::PosterName | Field::Timestamp | Field::FirstName => 2,
            Field::FollowerCount | Field::Country | Field::LastName => 3,
            Field::Category | Field::Latitude | Field::Age => 4,
            Field::UniqueId | Field::Longitude | Field::DateJoined => 5,
            Field::Title => 6,
            Field::Description => 7,
            Field::TagList => 8,
            Field::IsImageOrVideo => 9,
            Field::ImageSrc => 10,
            Field::Downloaded => 11,
            Field::SaveLocation | Field::Coordinates => 12,
        })
    }

    const fn bit(self) -> u16 {
        1 << self.0
    }
}

impl PartialEq for RawRecord<'_> {
    fn eq(&self, other: &Self) -> bool {
        (0..SLOTS as u8).map(Slot).all(|slot| self.slot(slot) == other.slot(slot))
    }
}

impl<'a> RawRecord<'a> {
    /// The value of a field; the record is of the field's kind.
    pub fn value(&self, field: Field) -> &Value<'a> {
        self.slot(Slot::of(field))
    }

    fn slot(&self, slot: Slot) -> &Value<'a> {
        if self.filled & slot.bit() != 0 { &self.values[usize::from(slot.0)] } else { &Value::Null }
    }

    /// Fills a slot.
    #[inline]
    pub fn fill(&mut self, slot: Slot, value: Value<'a>) {
        self.values[usize::from(slot.0)] = value;
        self.filled |= slot.bit();
    }

    /// Makes all values null.
    pub fn clear(&mut self) {
        self.filled = 0;
    }

    /// The key, unless it is unusable.
    pub fn key(&self) -> Option<u64> {
        let ind = self.slot(Slot::IND);
        let key = if ind.is_null() { self.slot(Slot::INDEX) } else { ind };
        number::whole(key).ok().flatten()
    }

    /// Whether the record deletes the one with its key.
    pub fn is_deletion(&self) -> bool {
        matches!(self.slot(Slot::DELETED), Value::Bool(true))
    }
}
