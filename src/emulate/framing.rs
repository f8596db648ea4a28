//! What stands around the texts of an object.

use super::pretty::write_pretty;

/// How an object's texts are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Each line is a message, whatever it holds.
    Lines,
    /// JSON values with nothing between them.
    Values,
    /// JSON values, each on a line, but known by where the value ends.
    ValueLines,
    /// One JSON value, pretty-printed.
    Documents,
}

/// What an object gets.
#[derive(Clone, Copy, Debug)]
pub enum Text<'a> {
    /// A record, a delete, or a blank line.
    Good(&'a [u8]),
    /// What must be rejected.
    Malformed(&'a [u8]),
}

impl Framing {
    /// Whether messages end where values do, so that what is wrong with one may show in the next.
    pub fn is_of_values(self) -> bool {
        self != Framing::Lines
    }

    /// Appends a text to an object's content. What is malformed in a sequence of values takes with it all up to the next
    /// line that begins with `{`: so a line's end follows it, and no record begins with white space.
    pub fn write(self, text: Text, out: &mut Vec<u8>) {
        match (self, text) {
            (Framing::Lines, Text::Good(text) | Text::Malformed(text)) => write_line(text, out),
            (Framing::Values, Text::Good(text)) => out.extend_from_slice(text.trim_ascii()),
            (Framing::Documents, Text::Good(text)) => {
                write_pretty(text, out);
                out.push(b'\n');
            }
            (_, Text::Good(text) | Text::Malformed(text)) => write_line(text.trim_ascii(), out),
        }
    }
}

fn write_line(text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(text);
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_a_malformed_text_begins_a_line() {
        let written = |framing: Framing| {
            let mut out = Vec::new();
            for text in [Text::Good(b"{\"a\":1}"), Text::Malformed(b" {\"a\""), Text::Good(b" \t{} \r")] {
                framing.write(text, &mut out);
            }
            String::from_utf8(out).expect("texts")
        };
        assert_eq!(written(Framing::Lines), "{\"a\":1}\n {\"a\"\n \t{} \r\n");
        assert_eq!(written(Framing::Values), "{\"a\":1}{\"a\"\n{}");
        assert_eq!(written(Framing::ValueLines), "{\"a\":1}\n{\"a\"\n{}\n");
        assert_eq!(written(Framing::Documents), "{\n  \"a\": 1\n}\n{\"a\"\n{}\n");
    }
}
