//! A value as it came, on a line.

use super::line::one_line;

/// Adds the value and the line's end. Line breaks between the tokens of JSON become spaces; what is no JSON stays as it is.
pub fn raw(value: &[u8], out: &mut Vec<u8>) {
    match str::from_utf8(value).ok().and_then(one_line) {
        Some(line) => out.extend_from_slice(line.as_bytes()),
        None => out.extend_from_slice(value),
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_takes_one_line_and_all_else_stays() {
        let check = |value: &[u8], line: &[u8]| {
            let mut out = Vec::new();
            raw(value, &mut out);
            assert_eq!(out, line, "{value:?}");
        };
        check(b"{\"ind\": 7.00,  \"a\": \"\\n\"}", b"{\"ind\": 7.00,  \"a\": \"\\n\"}\n");
        check(b"{\r\n\"ind\": 7\n}", b"{  \"ind\": 7 }\n");
        check(b"{not\nJSON", b"{not\nJSON\n");
        check(b"\xff", b"\xff\n");
        check(b"", b"\n");
    }
}
