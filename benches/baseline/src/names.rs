//! Posters, people, categories and countries: each distinct text is kept once, and a number stands for it.

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;
use std::num::NonZeroU32;

/// The number that stands for a text: where it begins among all texts, counted from 1.
pub type NameId = NonZeroU32;

/// All texts.
#[derive(Default)]
pub struct Names {
    slots: HashTable<Slot>,
    /// One behind the other, 4 GiB at most.
    texts: String,
    /// Where each begins.
    starts: Vec<u32>,
}

/// What tells of most other texts that they are others, without looking at the text.
struct Slot {
    hash: u32,
    start: u32,
    length: u32,
}

impl Names {
    /// The number of a text.
    pub fn id(&mut self, text: &str) -> NameId {
        let hash = hash_of(text);
        let is_text = |slot: &Slot| {
            (slot.hash, slot.length as usize) == (hash as u32, text.len())
                && self.texts.as_bytes()[slot.start as usize..].starts_with(text.as_bytes())
        };
        let start = match self.slots.find(hash, is_text) {
            Some(slot) => slot.start,
            None => self.add(hash, text),
        };
        NameId::MIN.saturating_add(start)
    }

    fn add(&mut self, hash: u64, text: &str) -> u32 {
        let start = self.texts.len() as u32;
        self.texts.push_str(text);
        u32::try_from(self.texts.len()).expect("all names take less than 4 GiB");
        self.starts.push(start);
        let slot = Slot { hash: hash as u32, start, length: text.len() as u32 };
        let rehash = |slot: &Slot| {
            let start = slot.start as usize;
            hash_of(&self.texts[start..start + slot.length as usize])
        };
        self.slots.insert_unique(hash, slot, rehash);
        start
    }

    /// The text of a number.
    pub fn text(&self, id: NameId) -> &str {
        let start = id.get() - 1;
        let next = self.starts.partition_point(|other| *other <= start);
        let end = self.starts.get(next).map_or(self.texts.len(), |next| *next as usize);
        &self.texts[start as usize..end]
    }
}

fn hash_of(text: &str) -> u64 {
    FixedState::default().hash_one(text)
}
