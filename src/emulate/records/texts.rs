//! Titles, descriptions and tags: words in a row, as long as people write them.

use super::words::{UNUSUAL_WORDS, WORDS};
use crate::emulate::random::Random;

/// Appends a title of 3 to 12 words in quotes.
pub fn write_title(random: &mut Random, out: &mut Vec<u8>) {
    let words = random.within(3..=12);
    write_sentence(random, words, out);
}

/// Appends a description in quotes: most are a line or two, some are a page.
pub fn write_description(random: &mut Random, out: &mut Vec<u8>) {
    // Half of them draw from 8 lengths, a quarter from 16 and so on: each doubling is half as frequent.
    let longest = 8 << random.bits().trailing_zeros().min(4);
    let words = random.within(4..=3 + longest);
    write_sentence(random, words, out);
}

/// Appends 2 to 10 tags of one to three words each, with commas between, in quotes.
pub fn write_tags(random: &mut Random, out: &mut Vec<u8>) {
    out.push(b'"');
    for tag in 0..random.within(2..=10) {
        if tag > 0 {
            out.push(b',');
        }
        let words = random.within(1..=3);
        write_words(random, words, out);
    }
    out.push(b'"');
}

/// Appends a word of the list with a capital.
pub fn write_capitalised(random: &mut Random, out: &mut Vec<u8>) {
    let first = out.len();
    write_words(random, 1, out);
    out[first].make_ascii_uppercase();
}

/// Appends words with a capital at the start, some with words at the end that are not plain ASCII.
fn write_sentence(random: &mut Random, words: u64, out: &mut Vec<u8>) {
    out.push(b'"');
    write_capitalised(random, out);
    out.push(b' ');
    write_words(random, words - 1, out);
    if random.percent(15) {
        for _ in 0..2 {
            out.push(b' ');
            out.extend_from_slice(random.one_of(&UNUSUAL_WORDS).as_bytes());
        }
    }
    out.push(b'"');
}

fn write_words(random: &mut Random, words: u64, out: &mut Vec<u8>) {
    for word in 0..words {
        if word > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(random.one_of(&WORDS).as_bytes());
    }
}
