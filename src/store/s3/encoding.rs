//! Keys as lists encode them.

/// A key of an answer whose `EncodingType` is `url`: `%` and two digits stand for a byte, `+` for a space. What is not
/// encoded so is left as it is.
pub fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, hexadecimal(after)) {
            (b'+', _) => bytes.push(b' '),
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => bytes.push(*first),
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn hexadecimal(bytes: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_is_encoded() {
        for (encoded, key) in [
            ("t%2B0%2B0.json", "t+0+0.json"),
            ("a+b/partition%3D0", "a b/partition=0"),
            ("%252B", "%2B"),
            ("caf%C3%A9/%E2%98%83", "café/☃"),
            ("%01%0A", "\u{1}\n"),
            ("100%/%zz%4", "100%/%zz%4"),
            ("%FF", "%FF"),
        ] {
            assert_eq!(decode(encoded), key);
        }
    }
}
