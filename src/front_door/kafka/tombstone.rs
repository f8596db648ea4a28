//! A null value is a delete of the `ind` that its key names.

use crate::front_door::record::{Given, Incoming, ind_of, one_line, whole_number};
use bytes::Bytes;
use serde_json::value::RawValue;

/// The record of a tombstone: `{"ind":K,"_deleted":true}`. A key may be a number, a text, or an object with `ind` or
/// `index`. The API takes any key and none, so a delete of nothing is stored, too, with the key that it has, and is
/// rejected later for want of an `ind`.
pub fn record(key: Option<&RawValue>) -> Incoming {
    let line = Bytes::from(line(key));
    let line = one_line(&line, std::str::from_utf8(&line).expect("it was made of text"));
    let given = Given { is_null: true, ..Given::default() };
    Incoming { line, ind: ind_of_key(key), given: Some(Box::new(given)) }
}

/// The same as a text, in which the key is spelled as it was.
pub fn line(key: Option<&RawValue>) -> String {
    match (ind_of_key(key), key) {
        (Some(ind), _) => format!(r#"{{"ind":{ind},"_deleted":true}}"#),
        (None, Some(key)) => format!(r#"{{"_deleted":true,"key":{key}}}"#),
        (None, None) => r#"{"_deleted":true}"#.to_owned(),
    }
}

fn ind_of_key(key: Option<&RawValue>) -> Option<u64> {
    key.and_then(|key| match key.get().as_bytes() {
        [b'{', ..] => ind_of(key.get()).expect("a raw value is JSON"),
        _ => whole_number(key.get()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &str, line: &str) {
        let key: Box<RawValue> = serde_json::from_str(key).unwrap();
        assert_eq!(record(Some(&key)).line, line, "{key}");
    }

    #[test]
    fn keys_that_name_an_ind() {
        for key in ["7", "7.0", r#""7""#, r#"{"ind":7}"#, r#"{"index":"7","x":1}"#] {
            check(key, r#"{"ind":7,"_deleted":true}"#);
        }
        let key = RawValue::from_string("7".to_owned()).unwrap();
        assert_eq!(record(Some(&key)).ind, Some(7));
    }

    #[test]
    fn keys_that_do_not() {
        check("-1", r#"{"_deleted":true,"key":-1}"#);
        check(r#""a""#, r#"{"_deleted":true,"key":"a"}"#);
        check("{\"ind\":\n[7]}", r#"{"_deleted":true,"key":{"ind": [7]}}"#);
        assert_eq!(record(None).line, r#"{"_deleted":true}"#);
    }
}
