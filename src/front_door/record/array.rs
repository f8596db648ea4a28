//! The elements of a JSON array, so many at most.

use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;
use thiserror::Error as ThisError;

/// Why there are no elements.
#[derive(Debug, ThisError)]
pub enum ArrayError {
    /// The value is no array.
    #[error("not an array")]
    NoArray,
    /// It has more elements than allowed.
    #[error("more than {max} elements")]
    TooMany {
        /// Elements that are allowed.
        max: usize,
    },
}

/// The elements of a value. Memory is bounded before they are counted: a body of commas is short, a list of what stands
/// between them is not.
pub fn elements(array: &RawValue, max: usize) -> Result<Vec<&RawValue>, ArrayError> {
    let mut parser = serde_json::Deserializer::from_str(array.get());
    if !array.get().starts_with('[') {
        return Err(ArrayError::NoArray);
    }
    // The value is known to be JSON, so an array fails for one reason only.
    parser.deserialize_seq(Elements { max }).map_err(|_| ArrayError::TooMany { max })
}

struct Elements {
    max: usize,
}

impl<'de> Visitor<'de> for Elements {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = array.next_element()? {
            if elements.len() == self.max {
                return Err(A::Error::custom("too many elements"));
            }
            elements.push(element);
        }
        Ok(elements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_counted() {
        let array: Box<RawValue> = serde_json::from_str(r#"[1, {"a": [2]} , null]"#).unwrap();
        let found: Vec<_> = elements(&array, 3).unwrap().into_iter().map(RawValue::get).collect();
        assert_eq!(found, ["1", r#"{"a": [2]}"#, "null"]);
        assert!(matches!(elements(&array, 2), Err(ArrayError::TooMany { max: 2 })));
        let object: Box<RawValue> = serde_json::from_str("{}").unwrap();
        assert!(matches!(elements(&object, 2), Err(ArrayError::NoArray)));
    }
}
