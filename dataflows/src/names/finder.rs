//! One worker's access to names: finds the id of a text, or gives it one.

use super::table::{self, Part};
use super::{LONG_BYTES, NameId, Names};
use crate::hash::text_hash;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The half of a text's hash that slots keep.
fn slot_hash(text: &str) -> u32 {
    (text_hash(text) >> 32) as u32
}

/// One worker's access to names: finds the id of a text, or gives it one.
pub struct NameFinder {
    names: Arc<Names>,
    /// The parts of the table as they were when this worker last added a name to them.
    parts: Box<[Part]>,
}

impl NameFinder {
    /// Access to `names`.
    pub fn new(names: &Arc<Names>) -> NameFinder {
        let parts = names.lock_writer().parts.clone();
        NameFinder { names: names.clone(), parts }
    }

    /// The id of `text`: the same for equal texts, on all workers of the process.
    pub fn id(&mut self, text: &str) -> NameId {
        if text.len() > LONG_BYTES {
            return self.names.long_id(text);
        }
        let hash = slot_hash(text);
        match self.find(hash, text.as_bytes()) {
            Some(id) => id,
            None => self.add(hash, text.as_bytes()),
        }
    }

    /// The ids of a batch of names, in order. Names lie far apart in memory, and a look-up waits for it twice, for the
    /// slot and for the text; here the waits of a whole batch overlap.
    pub fn ids(&mut self, batch: &NameBatch, ids: &mut Vec<Option<NameId>>) {
        let slots: Vec<u64> = batch.names.iter().map(|name| self.home_slot(name.hash)).collect();
        let heads = slots.iter().map(|slot| self.head_of(*slot)).fold(0, |all, head| all ^ head);
        std::hint::black_box(heads);
        let mut start = 0;
        for name in &batch.names {
            let text = &batch.texts[start..name.end as usize];
            start = name.end as usize;
            ids.push(name.is_some.then(|| match self.find(name.hash, text.as_bytes()) {
                Some(id) => id,
                None => self.id(text),
            }));
        }
    }

    fn part(&self, hash: u32) -> &Part {
        &self.parts[table::part_of(hash)]
    }

    fn home_slot(&self, hash: u32) -> u64 {
        let part = self.part(hash);
        part[table::home(part, hash)].load(Ordering::Acquire)
    }

    fn head_of(&self, slot: u64) -> u64 {
        NameId::from_number(slot as u32).map_or(0, |id| self.names.words(id)[0].load(Ordering::Relaxed))
    }

    fn find(&self, hash: u32, text: &[u8]) -> Option<NameId> {
        let slots = self.part(hash);
        let mut at = table::home(slots, hash);
        loop {
            let slot = slots[at].load(Ordering::Acquire);
            let id = NameId::from_number(slot as u32)?;
            if (slot >> 32) as u32 == hash && self.names.is_text(id, text) {
                return Some(id);
            }
            at = table::after(slots, at);
        }
    }

    #[cold]
    fn add(&mut self, hash: u32, text: &[u8]) -> NameId {
        let names = self.names.clone();
        let mut writer = names.lock_writer();
        let number = table::part_of(hash);
        if !Arc::ptr_eq(&self.parts[number], &writer.parts[number]) {
            self.parts[number] = writer.parts[number].clone();
        }
        // Another worker may have added it, or to a part that this one had not seen yet.
        if let Some(id) = self.find(hash, text) {
            return id;
        }
        if table::is_full(&self.parts[number], writer.names[number]) {
            self.parts[number] = table::grown(&self.parts[number]);
            writer.parts[number] = self.parts[number].clone();
        }
        let id = names.store(&mut writer, text);
        writer.names[number] += 1;
        table::put(&self.parts[number], hash, id);
        id
    }
}

/// Names that are looked up together, some of them null.
#[derive(Default)]
pub struct NameBatch {
    texts: String,
    names: Vec<BatchedName>,
}

struct BatchedName {
    hash: u32,
    end: u32,
    is_some: bool,
}

impl NameBatch {
    /// Adds a name, or a null.
    pub fn push(&mut self, name: Option<&str>) {
        let text = name.unwrap_or_default();
        self.texts.push_str(text);
        let end = u32::try_from(self.texts.len()).expect("a batch of names is shorter than 4 GiB");
        self.names.push(BatchedName { hash: slot_hash(text), end, is_some: name.is_some() });
    }

    /// Takes all of them out.
    pub fn clear(&mut self) {
        self.texts.clear();
        self.names.clear();
    }
}
