//! Unusual but legal spellings: the record stays one that is accepted, under the same `ind`.

use super::odd_values::{self, UNREAD, WRONG_TYPES};
use super::random::Random;
use super::records::json::{write_number, write_quoted};
use super::records::record::{Record, Spelling, key_name};
use pinflow_dataflows::kind::Kind;

/// Levels of arrays that fit into a field: a record may be nested 128 deep, and is one level itself.
const DEEPEST_ARRAYS: usize = 127;

/// White space that JSON allows between names and values. None of it ends a line of an archive.
const SPELLINGS: [Spelling; 5] = [
    Spelling { open: "{", colon: ":", comma: ",", close: "}" },
    Spelling { open: "{ ", colon: " : ", comma: " , ", close: " }" },
    Spelling { open: " \t{\t", colon: ":\t", comma: "\t,", close: "\r}" },
    Spelling { open: "{", colon: ": ", comma: ", ", close: "} \t" },
    Spelling { open: "{", colon: ": ", comma: ", ", close: "}\r" },
];

/// Changes one thing about a record, and says with what white space to write it. Now and then that and the order of the
/// fields are unusual too.
pub fn change(record: &mut Record, random: &mut Random) -> Spelling {
    // Before anything is repeated: of equal names the last counts, so their order must stay.
    if random.percent(10) {
        shuffle(record, random);
    }
    match random.below(20) {
        0..8 => give_odd_value(record, random),
        8..11 => spell_key(record, random),
        11 => escape_a_text(record, random),
        12 => escape_a_name(record, random),
        13 => repeat_a_name(record, random),
        14 => set(record, random, "null"),
        15 => record.remove(any_field(record, random)),
        16 => {
            let value = random.one_of(&WRONG_TYPES);
            set(record, random, value);
        }
        17 => add_unread(record, random),
        18 => seem_deleted(record, random),
        _ => return random.one_of(&SPELLINGS),
    }
    if random.percent(10) { random.one_of(&SPELLINGS) } else { Spelling::PLAIN }
}

fn give_odd_value(record: &mut Record, random: &mut Random) {
    let (field, values) = random.one_of(odd_values::of(record.kind()));
    let value = random.one_of(values);
    record.set(field, |out| out.extend_from_slice(value.as_bytes()));
}

/// One of the fields that the views and the sinks read; it may be missing.
fn any_field(record: &Record, random: &mut Random) -> &'static str {
    random.one_of(odd_values::of(record.kind())).0
}

fn set(record: &mut Record, random: &mut Random, value: &str) {
    let field = any_field(record, random);
    record.set(field, |out| out.extend_from_slice(value.as_bytes()));
}

/// Spells the key in another way, or under the name that other kinds use.
fn spell_key(record: &mut Record, random: &mut Random) {
    let (ind, usual) = (record.ind(), key_name(record.kind()));
    let other = if usual == "ind" { "index" } else { "ind" };
    match random.below(8) {
        0..2 => record.rename(usual, other),
        // `index` counts only where `ind` is missing or null.
        2 => {
            record.rename(usual, "index");
            record.add("ind", |out| out.extend_from_slice(b"null"));
        }
        3 => {
            record.rename(usual, "ind");
            record.add("index", |out| write_quoted(out, "none"));
        }
        4 => record.set(usual, |out| write_between(out, "\"", ind, "\"")),
        5 => record.set(usual, |out| write_between(out, "\" 00", ind, "\\t\"")),
        6 => record.set(usual, |out| write_between(out, "", ind, ".0")),
        _ => record.set(usual, |out| write_between(out, "", ind, "e0")),
    }
}

fn write_between(out: &mut Vec<u8>, before: &str, ind: u64, after: &str) {
    out.extend_from_slice(before.as_bytes());
    write_number(out, ind);
    out.extend_from_slice(after.as_bytes());
}

/// A field of each kind whose value is always a text, so that escapes can be told from another value.
fn text_fields(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Pin => &["category", "poster_name", "follower_count", "title", "is_image_or_video"],
        Kind::Geo => &["country", "timestamp"],
        Kind::User => &["first_name", "last_name", "date_joined"],
    }
}

/// Writes a text with an escape in place of each character.
fn escape_a_text(record: &mut Record, random: &mut Random) {
    let field = random.one_of(text_fields(record.kind()));
    if let Some(escaped) = record.value(field).and_then(escaped) {
        record.set(field, |out| out.extend_from_slice(escaped.as_bytes()));
    }
}

/// The same JSON text with `\uXXXX` for everything that is not an escape yet; nothing for what is no text.
fn escaped(value: &[u8]) -> Option<String> {
    let text = str::from_utf8(value).ok()?.strip_prefix('"')?.strip_suffix('"')?;
    let mut out = String::from('"');
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == '\\' {
            // No list has a `\u` of its own, so an escape is two characters.
            out.push(character);
            out.extend(characters.next());
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out.push('"');
    Some(out)
}

/// Writes the name of a field with an escape in it.
fn escape_a_name(record: &mut Record, random: &mut Random) {
    let names = [
        ("index", r"\u0069ndex"),
        ("ind", r"in\u0064"),
        ("category", r"categor\u0079"),
        ("country", r"\u0063ountry"),
        ("age", r"\u0061g\u0065"),
    ];
    let own = names.into_iter().filter(|(name, _)| record.value(name).is_some()).collect::<Vec<_>>();
    let (name, escaped) = random.one_of(&own);
    record.rename(name, escaped);
}

/// Gives a name twice. What comes first does not count, whatever it is.
fn repeat_a_name(record: &mut Record, random: &mut Random) {
    let name = if random.percent(50) { key_name(record.kind()) } else { any_field(record, random) };
    let first = random.one_of(&["null", "-1", "\"none\"", "{\"ind\": 3}", "[]"]);
    record.insert(0, name, |out| out.extend_from_slice(first.as_bytes()));
}

fn shuffle(record: &mut Record, random: &mut Random) {
    for n in (1..record.field_count()).rev() {
        record.swap(n, random.index(n + 1));
    }
}

/// Adds a field that nothing reads, at any place.
fn add_unread(record: &mut Record, random: &mut Random) {
    let place = random.index(record.field_count() + 1);
    if random.percent(10) {
        record.insert(place, "levels", |out| {
            out.extend_from_slice("[".repeat(DEEPEST_ARRAYS).as_bytes());
            out.extend_from_slice("]".repeat(DEEPEST_ARRAYS).as_bytes());
        });
    } else {
        let value = random.one_of(&UNREAD);
        record.insert(place, "extra", |out| out.extend_from_slice(value.as_bytes()));
    }
}

/// Adds a mark that is no delete: only `true` is one.
fn seem_deleted(record: &mut Record, random: &mut Random) {
    let value = random.one_of(&["false", "null", "1", "\"true\"", "[true]"]);
    record.add("_deleted", |out| out.extend_from_slice(value.as_bytes()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulate::random::Chance;
    use crate::emulate::records::{Catalogue, CatalogueOptions, Post};
    use serde_json::value::RawValue;
    use std::collections::HashMap;

    /// The `ind` that a reader finds in a line.
    fn read_ind(line: &str) -> u64 {
        let fields: HashMap<String, &RawValue> = serde_json::from_str(line).expect(line);
        let key = fields.get("ind").filter(|value| value.get() != "null").or_else(|| fields.get("index"));
        let text = key.expect(line).get();
        let text = serde_json::from_str::<String>(text).unwrap_or_else(|_| text.to_owned());
        text.trim().parse::<f64>().expect(line) as u64
    }

    #[test]
    fn odd_records_are_one_line_of_json_with_the_same_ind() {
        let never = Chance::from_rate(0.0).expect("a rate");
        let options = CatalogueOptions { seed: 1, posts: 5_000, missing_geo: never, missing_user: never };
        let (catalogue, mut random) = (Catalogue::new(options), Random::keyed(&[1]));
        let mut record = Record::default();
        let (mut plain, mut odd) = (Vec::new(), Vec::new());
        let mut unchanged = 0;
        for number in 0..options.posts {
            for kind in Kind::ALL {
                catalogue.fill(kind, Post { number, version: 0 }, &mut record);
                plain.clear();
                record.write_to(&mut plain, Spelling::PLAIN);
                let spelling = change(&mut record, &mut random);
                odd.clear();
                record.write_to(&mut odd, spelling);
                unchanged += u32::from(plain == odd);
                let line = str::from_utf8(&odd).expect("UTF-8");
                assert!(!line.contains('\n'), "{line}");
                assert_eq!(read_ind(line), catalogue.ind(number), "{line}");
            }
        }
        // A null age that becomes null, an age that becomes the one it was.
        assert!(unchanged < 150, "{unchanged} of 15,000 did not change");
    }

    #[test]
    fn escapes_stand_for_the_same_text() {
        for text in [r#""""#, r#""Zoë 👩‍🍳""#, r#""a \"b\" \\ c""#] {
            let escaped = escaped(text.as_bytes()).expect("a text");
            assert!(escaped.is_ascii() && (escaped.len() > text.len() || text == r#""""#));
            let read = |text| serde_json::from_str::<String>(text).expect("JSON");
            assert_eq!(read(&escaped), read(text));
        }
        assert_eq!(escaped(b"34"), None);
    }
}
