//! The `ind` of a record: `ind`, or `index` where that is missing or null; a whole number, however it is spelled.
//!
//! A record is parsed once. That checks all of it, too: grammar is serde_json's judgement, which takes lone surrogates,
//! numbers of any size and any depth of what it passes over; a record that is JSON, but too deep, is rejected later.

use super::whole_number::{text, whole_number};
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// Checks that a text is one JSON value, and finds its `ind` if it is an object that has a usable one.
pub fn ind_of(json: &str) -> Result<Option<u64>, serde_json::Error> {
    let is_object = json.bytes().find(|byte| !byte.is_ascii_whitespace()) == Some(b'{');
    if !is_object {
        return serde_json::from_str(json).map(|IgnoredAny| None);
    }
    let mut parser = serde_json::Deserializer::from_str(json);
    let ind = parser.deserialize_map(Keys)?;
    parser.end()?;
    Ok(ind)
}

/// Reads an object's members; of equal names the last counts.
struct Keys;

impl<'de> Visitor<'de> for Keys {
    type Value = Option<u64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<u64>, A::Error> {
        let (mut ind, mut index) = (None, None);
        // Names are kept raw, as values are: read as texts they could not have a lone surrogate, and as bytes they could
        // have control characters.
        while let Some(name) = map.next_key::<&RawValue>()? {
            match name_of(name.get()) {
                Name::Ind => ind = map.next_value::<Option<&RawValue>>()?,
                Name::Index => index = map.next_value::<Option<&RawValue>>()?,
                Name::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(ind.or(index).and_then(|key| whole_number(key.get())))
    }
}

enum Name {
    Ind,
    Index,
    Other,
}

fn name_of(json: &str) -> Name {
    match json {
        r#""ind""# => Name::Ind,
        r#""index""# => Name::Index,
        escaped if escaped.contains('\\') => match text(escaped).as_deref() {
            Some("ind") => Name::Ind,
            Some("index") => Name::Index,
            _ => Name::Other,
        },
        _ => Name::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_number_are_one_ind() {
        for value in ["7", "7.0", "7e0", "70E-1", r#""7""#, r#"" 7 ""#, r#""007""#, r#""\u0037""#] {
            assert_eq!(ind_of(&format!(r#"{{"ind": {value}}}"#)).unwrap(), Some(7), "{value}");
        }
        for value in [
            "-7",
            "7.5",
            r#""""#,
            r#""+7""#,
            r#""-7""#,
            r#""7.0""#,
            "true",
            "[7]",
            "{}",
            "1e400",
            "\"\u{0667}\"",
        ] {
            assert_eq!(ind_of(&format!(r#"{{"ind": {value}}}"#)).unwrap(), None, "{value}");
        }
    }

    #[test]
    fn index_stands_in_for_a_missing_ind() {
        for (record, ind) in [
            (r#"{"index": 1}"#, Some(1)),
            (r#"{"ind": null, "index": 1}"#, Some(1)),
            (r#"{"index": 1, "ind": 2}"#, Some(2)),
            (r#"{"ind": " ", "index": 1}"#, None),
            (r#"{"ind": 1, "ind": 2}"#, Some(2)),
            (r#"{"ind": 1, "ind": null, "index": 3}"#, Some(3)),
            (r#"{"\u0069nd": 1}"#, Some(1)),
            (r#"{"\ud800": 0, "ind": 1, "x": "\udc00"}"#, Some(1)),
            (r#"{"x": {"ind": 1}}"#, None),
            ("{}", None),
            ("[]", None),
            ("1e999", None),
        ] {
            assert_eq!(ind_of(record).unwrap(), ind, "{record}");
        }
    }

    #[test]
    fn only_json_is_json() {
        for text in [
            "",
            " ",
            "{",
            "{} {}",
            "{\"a\"}",
            "{\"a\":NaN}",
            "{\"a\":\"\t\"}",
            "{\"a\tb\":1}",
            "{\"\\n\t\":1}",
            "nul",
            "\u{feff}{}",
            "{\"a\":01}",
        ] {
            assert!(ind_of(text).is_err(), "{text}");
        }
        let deep = format!(r#"{{"x": {}{}, "ind": 5}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(ind_of(&deep).unwrap(), Some(5));
    }
    const PIECES: [&str; 28] = [
        "", "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "\\u0069", "\t", "\r", "\n", "\0",
        "\u{1}", " ", "ind", "index", "\"ind\":", "7", "-", ".", "e1", "null", "true", "\u{feff}",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn looking_for_the_ind_changes_nothing_about_what_is_json(
            damages in prop::collection::vec(
                (any::<prop::sample::Index>(), prop::sample::select(&PIECES[..]), 0usize..3), 0..5,
            ),
        ) {
            let mut json = r#"{"index": "7", "a\n": [1.5e0, {"b": null}], "ind": 12, "\u00e9": true}"#.to_owned();
            for (at, insert, remove) in damages {
                let chars: Vec<char> = json.chars().collect();
                let at = at.index(chars.len() + 1);
                let after = (at + remove).min(chars.len());
                json = chars[..at].iter().collect::<String>() + insert + &chars[after..].iter().collect::<String>();
            }
            let checked = serde_json::from_str::<&RawValue>(&json).is_ok();
            prop_assert_eq!(ind_of(&json).is_ok(), checked, "{}", json);
            // Later the record is read as this; it must then have the same key.
            if let Ok(value) = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&json) {
                let key = ["ind", "index"].iter().filter_map(|name| value.get(*name)).find(|key| !key.is_null());
                let ind = key.and_then(|key| whole_number(&key.to_string()));
                prop_assert_eq!(ind_of(&json).ok().flatten(), ind, "{}", json);
            }
        }
    }
}
