//! Lines that must be rejected, one sort of defect for each reason but size.

use super::framing::Framing;
use super::random::Random;
use super::records::json::write_quoted;
use super::records::record::{Record, Spelling, key_name};

/// Why a line must be rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defect {
    /// The record's JSON ends too early.
    CutOff,
    /// The line is nothing like JSON, or the record with a flaw that any reader meets.
    NotJson,
    /// The flaw lies inside a field that nothing reads: only who checks the whole value finds it.
    DeepInside,
    /// JSON, but no object.
    NotAnObject,
    /// An object whose key is no whole number.
    NoUsableInd,
}

impl Defect {
    /// All defects, with how often each is drawn.
    pub const WEIGHTS: [(Defect, u64); 5] = [
        (Defect::CutOff, 25),
        (Defect::NotJson, 15),
        (Defect::DeepInside, 25),
        (Defect::NotAnObject, 15),
        (Defect::NoUsableInd, 20),
    ];

    /// Appends a line with this defect, made from a good record. What comes next in the object must be a
    /// good record.
    pub fn write(self, record: &Record, framing: Framing, random: &mut Random, out: &mut Vec<u8>) {
        match self {
            Defect::CutOff => write_cut_off(record, random, out),
            Defect::NotJson => write_not_json(record, framing, random, out),
            Defect::DeepInside => write_flawed_inside(record, random, out),
            Defect::NotAnObject => out.extend_from_slice(random.one_of(&NO_OBJECTS).as_bytes()),
            Defect::NoUsableInd => write_without_ind(record, random, out),
        }
    }
}

const NO_OBJECTS: [&str; 9] = [
    "[1, 2, 3]",
    "[]",
    r#"[{"ind": 1}]"#,
    "null",
    "true",
    r#""text""#,
    r#""{\"ind\": 1}""#,
    "17",
    " -0.5e3 ",
];

const NO_JSON: [&str; 9] = [
    "not json at all",
    "{'ind': 5}",
    "{ind: 5}",
    "{\"ind\"}",
    "<html></html>",
    "NaN",
    "{\"ind\": 1,}",
    "}",
    "\u{feff}{}",
];

/// Keys that are no whole number from 0 to 2^63-1. A blank one is there, and no key: `index` does not step in for it.
const NO_KEYS: [&str; 15] = [
    "-1",
    "1.5",
    "\"abc\"",
    "\"1.0\"",
    "\"+1\"",
    "\"1,000\"",
    "\"\"",
    "\" \"",
    "true",
    "[1]",
    "{\"ind\": 1}",
    "9223372036854775808",
    "\"9223372036854775808\"",
    "1e19",
    "\"\\u0661\"",
];

/// Flaws of a text. None is healed by what follows it: no hexadecimal digit can complete the short escape.
const FLAWED_TEXTS: [&[u8]; 12] = [
    br"\x41",
    br"\'",
    br"\u12g4",
    br"\uZZZZ",
    br"\U0041",
    b"\t",
    b"\x01",
    b"\x1f",
    b"\xff",
    b"\xc3(",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
];

/// Flaws of a value that is no text.
const FLAWED_VALUES: [&str; 25] = [
    "01",
    "-01",
    "+1",
    ".5",
    "1.",
    "1e",
    "1e+",
    "0x10",
    "- 1",
    "NaN",
    "Infinity",
    "-Infinity",
    "tru",
    "True",
    "None",
    "undefined",
    "'a'",
    "[1 2]",
    "[1, 2,]",
    "[1, 2}",
    "[,]",
    r#"{"a": 1,}"#,
    r#"{"a" 1}"#,
    "{a: 1}",
    "/* none */ 1",
];

/// Levels of arrays that make a record one level deeper than the 128 that are read.
const TOO_MANY_ARRAYS: usize = 128;

fn write_cut_off(record: &Record, random: &mut Random, out: &mut Vec<u8>) {
    let start = out.len();
    record.write_to(out, Spelling::PLAIN);
    let kept = random.within(1..=(out.len() - start - 1) as u64);
    out.truncate(start + kept as usize);
}

fn write_not_json(record: &Record, framing: Framing, random: &mut Random, out: &mut Vec<u8>) {
    let shaped = |close| Spelling { close, ..Spelling::PLAIN };
    match random.below(8) {
        // Among values this would be a good record, and another message behind it.
        0 | 2 if framing.is_of_values() => out.extend_from_slice(b"{{"),
        0 => record.write_to(out, shaped("}}")),
        1 => record.write_to(out, shaped(",}")),
        2 => record.write_to(out, shaped("} {}")),
        3 => record.write_to(out, shaped("]")),
        4 => record.write_to(out, Spelling { colon: " = ", ..Spelling::PLAIN }),
        5 => record.write_to(out, Spelling { comma: "\x0b, ", ..Spelling::PLAIN }),
        _ => match random.one_of(&NO_JSON) {
            // Among values this could close what was cut off before the record in between.
            "}" if framing.is_of_values() => out.extend_from_slice(b"]"),
            text => out.extend_from_slice(text.as_bytes()),
        },
    }
}

fn write_flawed_inside(record: &Record, random: &mut Random, out: &mut Vec<u8>) {
    let mut flawed = record.clone();
    match random.below(10) {
        0..5 => flaw_text(&mut flawed, random),
        5..9 => {
            let value = random.one_of(&FLAWED_VALUES);
            let nested = if random.percent(50) { ("{\"a\": [0, ", "]}") } else { ("", "") };
            flawed.insert(random.index(record.field_count() + 1), "extra", |out| {
                for part in [nested.0, value, nested.1] {
                    out.extend_from_slice(part.as_bytes());
                }
            });
        }
        _ => flawed.add("levels", |out| {
            out.extend_from_slice("[".repeat(TOO_MANY_ARRAYS).as_bytes());
            out.extend_from_slice("]".repeat(TOO_MANY_ARRAYS).as_bytes());
        }),
    }
    flawed.write_to(out, Spelling::PLAIN);
}

/// Puts a flaw at the start or the end of a pin's description, or of a note that other kinds get.
fn flaw_text(record: &mut Record, random: &mut Random) {
    let (name, text) = match record.value("description") {
        Some(text) => ("description", text.to_vec()),
        None => ("note", b"\"by hand\"".to_vec()),
    };
    let flaw = random.one_of(&FLAWED_TEXTS);
    let place = if random.percent(50) { 1 } else { text.len() - 1 };
    record.set(name, |out| {
        for part in [&text[..place], flaw, &text[place..]] {
            out.extend_from_slice(part);
        }
    });
}

fn write_without_ind(record: &Record, random: &mut Random, out: &mut Vec<u8>) {
    let mut keyless = record.clone();
    let usual = key_name(record.kind());
    match random.below(10) {
        0 => return out.extend_from_slice(b"{}"),
        1 => keyless.remove(usual),
        2 => keyless.set(usual, |out| out.extend_from_slice(b"null")),
        3 => {
            keyless.rename(usual, "index");
            keyless.add("ind", |out| write_quoted(out, ""));
        }
        // Of equal names the last counts.
        4 => keyless.add(usual, |out| out.extend_from_slice(b"-1")),
        _ => {
            let value = random.one_of(&NO_KEYS);
            keyless.set(usual, |out| out.extend_from_slice(value.as_bytes()));
        }
    }
    keyless.write_to(out, Spelling::PLAIN);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulate::random::Chance;
    use crate::emulate::records::{Catalogue, CatalogueOptions, Post};
    use pinflow_dataflows::kind::Kind;
    use serde::de::IgnoredAny;
    use serde_json::value::RawValue;
    use std::collections::HashMap;

    /// Levels of brackets outside texts.
    fn depth(line: &str) -> i32 {
        let (mut level, mut deepest, mut in_text, mut escape) = (0, 0, false, false);
        for byte in line.bytes() {
            match byte {
                _ if escape => escape = false,
                b'\\' if in_text => escape = true,
                b'"' => in_text = !in_text,
                b'[' | b'{' if !in_text => level += 1,
                b']' | b'}' if !in_text => level -= 1,
                _ => {}
            }
            deepest = deepest.max(level);
        }
        deepest
    }

    fn is_json(line: &[u8]) -> bool {
        str::from_utf8(line)
            .is_ok_and(|line| serde_json::from_str::<IgnoredAny>(line).is_ok() && depth(line) <= 128)
    }

    fn has_ind(line: &[u8]) -> bool {
        let fields: HashMap<String, &RawValue> = serde_json::from_slice(line).expect("an object");
        let key = fields.get("ind").filter(|value| value.get() != "null").or_else(|| fields.get("index"));
        let Some(key) = key.map(|value| value.get()) else { return false };
        let text = serde_json::from_str::<String>(key).unwrap_or_else(|_| key.to_owned());
        text.parse::<i64>().is_ok_and(|ind| ind >= 0 && !text.starts_with('+'))
    }

    fn check(defect: Defect, is_as_meant: impl Fn(&[u8]) -> bool) {
        for framing in [Framing::Lines, Framing::Values] {
            check_in(framing, defect, &is_as_meant);
        }
    }

    fn check_in(framing: Framing, defect: Defect, is_as_meant: impl Fn(&[u8]) -> bool) {
        let never = Chance::from_rate(0.0).expect("a rate");
        let options = CatalogueOptions { seed: 1, posts: 2_000, missing_geo: never, missing_user: never };
        let (catalogue, mut random) = (Catalogue::new(options), Random::keyed(&[1]));
        let (mut record, mut line) = (Record::default(), Vec::new());
        for number in 0..options.posts {
            for kind in Kind::ALL {
                catalogue.fill(kind, Post { number, version: 0 }, &mut record);
                line.clear();
                defect.write(&record, framing, &mut random, &mut line);
                let text = String::from_utf8_lossy(&line);
                assert!(!line.contains(&b'\n'), "{text}");
                assert!(!line.trim_ascii().is_empty(), "a blank line is no reject");
                assert!(is_as_meant(&line), "{defect:?}: {text}");
            }
        }
    }

    #[test]
    fn each_defect_has_its_reason() {
        check(Defect::CutOff, |line| !is_json(line));
        check(Defect::NotJson, |line| !is_json(line));
        check(Defect::DeepInside, |line| !is_json(line));
        check(Defect::NotAnObject, |line| is_json(line) && !line.trim_ascii().starts_with(b"{"));
        check(Defect::NoUsableInd, |line| is_json(line) && line.starts_with(b"{") && !has_ind(line));
    }
}
