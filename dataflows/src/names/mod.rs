//! Texts that records repeat are kept once; inside one process a number stands for each.
//!
//! Posters, people, categories and countries are compared and grouped by these numbers. They mean nothing outside
//! the process: what is shown or stored is the text.
//!
//! Workers look names up all the time and add them seldom, so a look-up takes no lock and writes nothing: the table
//! and the texts are atomics, written once under a lock and published by the table's slot.

mod finder;
mod table;

pub use finder::{NameBatch, NameFinder};

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use table::Part;

/// The number that stands for a text inside one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NameId(NonZeroU32);

impl NameId {
    /// The id with that number, which must not be 0.
    pub fn from_number(number: u32) -> Option<NameId> {
        NonZeroU32::new(number).map(NameId)
    }

    /// The number, never 0.
    pub fn number(self) -> u32 {
        self.0.get()
    }
}

/// Words of eight bytes in a page of texts: 2 MiB.
const PAGE_WORDS: usize = 1 << 18;
/// Ids from here on are those of long texts, which do not lie in pages.
const FIRST_LONG: u32 = 1 << 31;
/// Texts of more bytes are long: rare, so they need not be quick, and no page has to hold them.
const LONG_BYTES: usize = 1 << 16;

/// All names of one sort, shared by the workers of a process.
pub struct Names {
    /// Texts, each from a word's start: its length and first four bytes, then eight bytes a word. A text's id is the
    /// number of its first word, counted from 1.
    pages: Box<[OnceLock<Box<[AtomicU64]>>]>,
    writer: Mutex<Writer>,
    long: RwLock<LongTexts>,
}

/// The names of a process, by sort.
#[derive(Clone, Default)]
pub struct NameTables {
    /// Of posters.
    pub posters: Arc<Names>,
    /// Of categories.
    pub categories: Arc<Names>,
    /// Of countries.
    pub countries: Arc<Names>,
    /// Of users.
    pub people: Arc<Names>,
}

/// What changes when a name is added, under a lock.
struct Writer {
    /// The parts of the table, and how many names each has. Finders have their own list of them, which may be older.
    parts: Box<[Part]>,
    names: Box<[usize]>,
    next_word: usize,
}

#[derive(Default)]
struct LongTexts {
    ids: HashMap<Arc<str>, u32, foldhash::fast::FixedState>,
    texts: Vec<Arc<str>>,
}

fn zeros<Words: FromIterator<AtomicU64>>(n: usize) -> Words {
    (0..n).map(|_| AtomicU64::new(0)).collect()
}

/// The first word of a stored text.
fn head_word(text: &[u8]) -> u64 {
    let first = match text.first_chunk() {
        Some(first) => u32::from_le_bytes(*first),
        None => few_bytes(text) as u32,
    };
    text.len() as u64 | u64::from(first) << 32
}

/// The words behind the first.
fn tail_words(text: &[u8]) -> impl Iterator<Item = u64> {
    let (whole, rest) = text.get(4..).unwrap_or(&[]).as_chunks();
    let last = match text.last_chunk() {
        _ if rest.is_empty() => None,
        // The text's last eight bytes without those before the rest.
        Some(last) => Some(u64::from_le_bytes(*last) >> (64 - 8 * rest.len())),
        None => Some(few_bytes(rest)),
    };
    whole.iter().map(|word| u64::from_le_bytes(*word)).chain(last)
}

/// Less than eight bytes as a word.
fn few_bytes(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

fn words_of(bytes: usize) -> usize {
    1 + bytes.saturating_sub(4).div_ceil(8)
}

impl Default for Names {
    fn default() -> Self {
        Names {
            pages: (0..FIRST_LONG as usize / PAGE_WORDS).map(|_| OnceLock::new()).collect(),
            writer: Mutex::new(Writer {
                parts: table::new_parts(),
                names: vec![0; table::PARTS].into(),
                next_word: 0,
            }),
            long: RwLock::default(),
        }
    }
}

impl Names {
    /// The text that `id` stands for.
    pub fn text(&self, id: NameId) -> String {
        if id.number() >= FIRST_LONG {
            let long = self.long.read().unwrap_or_else(PoisonError::into_inner);
            return long.texts[(id.number() - FIRST_LONG) as usize].to_string();
        }
        let words = self.words(id);
        let head = words[0].load(Ordering::Relaxed);
        let length = head as u32 as usize;
        let mut bytes = ((head >> 32) as u32).to_le_bytes().to_vec();
        for word in &words[1..words_of(length)] {
            bytes.extend_from_slice(&word.load(Ordering::Relaxed).to_le_bytes());
        }
        bytes.truncate(length);
        String::from_utf8(bytes).expect("only whole texts are stored")
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.lock_writer().names.iter().sum::<usize>()
            + self.long.read().unwrap_or_else(PoisonError::into_inner).texts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes that texts and table take.
    pub fn bytes(&self) -> usize {
        let long = self.long.read().unwrap_or_else(PoisonError::into_inner);
        let writer = self.lock_writer();
        let slots: usize = writer.parts.iter().map(|part| part.len()).sum();
        (writer.next_word + slots) * 8 + long.texts.iter().map(|text| text.len() + 64).sum::<usize>()
    }

    fn words(&self, id: NameId) -> &[AtomicU64] {
        let word = id.number() as usize - 1;
        let page = self.pages[word / PAGE_WORDS].get().expect("ids come from this table");
        &page[word % PAGE_WORDS..]
    }

    fn is_text(&self, id: NameId, text: &[u8]) -> bool {
        let words = self.words(id);
        words[0].load(Ordering::Relaxed) == head_word(text)
            && tail_words(text)
                .zip(&words[1..])
                .all(|(expected, word)| word.load(Ordering::Relaxed) == expected)
    }

    fn lock_writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a text that is not there yet and returns its id.
    fn store(&self, writer: &mut Writer, text: &[u8]) -> NameId {
        let words = words_of(text.len());
        let left = PAGE_WORDS - writer.next_word % PAGE_WORDS;
        if words > left {
            writer.next_word += left;
        }
        let at = writer.next_word;
        assert!(at + words < FIRST_LONG as usize, "names take more than 16 GiB");
        let page = self.pages[at / PAGE_WORDS].get_or_init(|| zeros(PAGE_WORDS));
        let place = &page[at % PAGE_WORDS..];
        place[0].store(head_word(text), Ordering::Relaxed);
        for (word, value) in place[1..].iter().zip(tail_words(text)) {
            word.store(value, Ordering::Relaxed);
        }
        writer.next_word += words;
        NameId::from_number(at as u32 + 1).expect("counted from 1")
    }

    #[cold]
    fn long_id(&self, text: &str) -> NameId {
        let mut long = self.long.write().unwrap_or_else(PoisonError::into_inner);
        let next = long.texts.len() as u32;
        let text: Arc<str> = text.into();
        let index = *long.ids.entry(text.clone()).or_insert(next);
        if index == next {
            long.texts.push(text);
        }
        NameId::from_number(FIRST_LONG + index).expect("above zero")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(texts: &[String]) {
        check_batch(texts);
        let names = Arc::new(Names::default());
        let ids: Vec<NameId> = texts.iter().map(|text| NameFinder::new(&names).id(text)).collect();
        let mut finder = NameFinder::new(&names);
        for (text, id) in texts.iter().zip(&ids) {
            assert_eq!(names.text(*id), *text);
            assert_eq!(finder.id(text), *id);
        }
        let distinct: std::collections::BTreeSet<_> = texts.iter().collect();
        assert_eq!(names.len(), distinct.len());
        assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), distinct.len());
    }

    /// A batch gives the ids that one look-up after the other gives.
    fn check_batch(texts: &[String]) {
        let names = Arc::new(Names::default());
        let mut finder = NameFinder::new(&names);
        for texts in texts.chunks(100) {
            let mut batch = NameBatch::default();
            texts
                .iter()
                .for_each(|text| [Some(text.as_str()), None].into_iter().for_each(|text| batch.push(text)));
            let mut ids = Vec::new();
            finder.ids(&batch, &mut ids);
            let expected = texts.iter().flat_map(|text| [Some(finder.id(text)), None]);
            assert_eq!(ids, expected.collect::<Vec<_>>());
        }
    }

    #[test]
    fn every_text_has_one_id_and_comes_back() {
        let lengths = (0..40).chain([LONG_BYTES - 1, LONG_BYTES, LONG_BYTES + 1, 3 * PAGE_WORDS * 8]);
        let texts: Vec<String> =
            lengths.flat_map(|n| ["x".repeat(n), "é".repeat(n / 2), "x".repeat(n)]).collect();
        check(&texts);
        check(&(0..20_000).map(|n| format!("poster {}", n % 15_000)).collect::<Vec<_>>());
    }

    #[test]
    fn texts_that_fill_a_page_go_on_in_the_next() {
        check(&(0..200).map(|n| format!("{n} {}", "y".repeat(40_000))).collect::<Vec<_>>());
    }

    #[test]
    fn workers_agree_while_they_add_at_once() {
        let names = Arc::new(Names::default());
        let text = |n: usize| format!("name {}", n % 5_000);
        let ids: Vec<Vec<NameId>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|t| {
                    let mut finder = NameFinder::new(&names);
                    scope.spawn(move || (0..20_000).map(|n| finder.id(&text(n * (2 * t + 1)))).collect())
                })
                .collect();
            threads.into_iter().map(|t| t.join().expect("no panic")).collect()
        });
        assert_eq!(names.len(), 5_000);
        for (t, ids) in ids.iter().enumerate() {
            for (n, id) in ids.iter().enumerate() {
                assert_eq!(names.text(*id), text(n * (2 * t + 1)));
            }
        }
    }
}
