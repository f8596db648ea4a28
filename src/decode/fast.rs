//! Reads a record as nearly all are written, and checks every byte of it.
//!
//! It says yes only to what is surely one JSON object by RFC 8259, at most 128 levels deep; whatever it is not sure of (a
//! name with an escape, a lone surrogate in a text that is read, anything that looks wrong) it leaves to `exact`.

use super::exact;
use super::json::MAX_DEPTH;
use super::name::slot_of;
use super::shape::Shape;
use pinflow_dataflows::clean::{Fields, RawRecord};
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::value::Value;
use std::borrow::Cow;
use std::ops::Range;
use wide::u8x32;

/// It is not surely a record.
pub(super) struct Unsure;

/// Reads the message that is a part of `text` into an empty record.
pub(super) fn read_record<'a>(
    wanted: (Kind, Fields),
    text: &'a str,
    message: Range<usize>,
    shape: &mut Shape,
    record: &mut RawRecord<'a>,
) -> Result<(), Unsure> {
    let mut reader = Reader { text, at: read_object(wanted, text, message.start, shape, record)? };
    // What lies behind the message has been looked at only if it is not to be read so.
    while reader.at < message.end && is_white_space(reader.next()) {
        reader.at += 1;
    }
    if reader.at == message.end { Ok(()) } else { Err(Unsure) }
}

/// Reads the message that begins at `start`, wherever it ends, into an empty record. Tells where that is.
///
/// What it calls is compiled into it only as long as there is one of it, which decoding is a tenth faster for.
#[inline(never)]
pub(super) fn read_object<'a>(
    (kind, wanted): (Kind, Fields),
    text: &'a str,
    start: usize,
    shape: &mut Shape,
    record: &mut RawRecord<'a>,
) -> Result<usize, Unsure> {
    let mut reader = Reader { text, at: start };
    reader.skip_white_space();
    let mut members = 0;
    loop {
        let slot = match shape.expected(members, reader.rest()) {
            Some((slot, length)) => {
                reader.at += length;
                // Where it was learnt there may have been none.
                reader.skip_white_space();
                slot
            }
            None => {
                let start = reader.at;
                let Some(name) = reader.member_name(members == 0)? else { break };
                let slot = slot_of(kind, wanted, name);
                shape.learn(members, &text.as_bytes()[start..reader.at], slot);
                slot
            }
        };
        match slot {
            Some(slot) => record.fill(slot, reader.value()?),
            // What is passed over is mostly a text.
            None if reader.next() == b'"' => reader.string().map(|_| ())?,
            None => reader.check(1)?,
        }
        members += 1;
    }
    Ok(reader.at)
}

/// Reads on in a text, across the end of the message if that is not where it seems to be.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// A text as it is written between its quotes.
struct Text<'a> {
    raw: &'a str,
    is_escaped: bool,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// The next byte; 0, which stands nowhere in JSON, at the end of the text.
    fn next(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn skip_white_space(&mut self) {
        while is_white_space(self.next()) {
            self.at += 1;
        }
    }

    /// Takes a byte that must be there, and white space behind it.
    fn take(&mut self, byte: u8) -> Result<(), Unsure> {
        if self.next() != byte {
            return Err(Unsure);
        }
        self.at += 1;
        self.skip_white_space();
        Ok(())
    }

    /// Takes the name of an object's next member and all before the value, or else the object's end.
    fn member_name(&mut self, is_first: bool) -> Result<Option<&'a str>, Unsure> {
        if is_first {
            self.take(b'{')?;
        } else {
            self.skip_white_space();
        }
        if self.next() == b'}' {
            self.at += 1;
            return Ok(None);
        }
        if !is_first {
            self.take(b',')?;
        }
        let name = self.string()?;
        if name.is_escaped {
            return Err(Unsure);
        }
        self.skip_white_space();
        self.take(b':')?;
        // An object that ends behind a comma has no name there, so the end is not taken for one.
        Ok(Some(name.raw))
    }

    /// Takes a value that cleaning will look at, of a member of the record.
    fn value(&mut self) -> Result<Value<'a>, Unsure> {
        match self.next() {
            b'"' => self.text().map(Value::Text),
            b'-' | b'0'..=b'9' => self.number(),
            b'n' => self.literal("null").map(|()| Value::Null),
            b't' => self.literal("true").map(|()| Value::Bool(true)),
            b'f' => self.literal("false").map(|()| Value::Bool(false)),
            b'[' => self.texts(),
            _ => self.check(1).map(|()| Value::Other),
        }
    }

    /// Takes a text, and resolves its escapes.
    #[inline]
    fn text(&mut self) -> Result<Cow<'a, str>, Unsure> {
        let start = self.at;
        let text = self.string()?;
        if text.is_escaped { self.unescaped(start) } else { Ok(Cow::Borrowed(text.raw)) }
    }

    #[cold]
    fn unescaped(&self, start: usize) -> Result<Cow<'a, str>, Unsure> {
        serde_json::from_str(&self.text[start..self.at]).map(Cow::Owned).map_err(|_| Unsure)
    }

    /// Takes an array, whose texts count if it has nothing else.
    fn texts(&mut self) -> Result<Value<'a>, Unsure> {
        let (mut texts, mut only_texts) = (Vec::new(), true);
        self.elements(|reader| {
            if reader.next() == b'"' {
                texts.push(reader.text()?);
                return Ok(());
            }
            only_texts = false;
            reader.check(2)
        })?;
        Ok(if only_texts { Value::Texts(texts.into()) } else { Value::Other })
    }

    /// Takes a value that nothing reads, inside so many arrays and objects.
    fn check(&mut self, depth: u8) -> Result<(), Unsure> {
        match self.next() {
            b'"' => self.string().map(drop),
            b'-' | b'0'..=b'9' => self.skip_number().map(drop),
            b'n' => self.literal("null"),
            b't' => self.literal("true"),
            b'f' => self.literal("false"),
            b'[' if depth < MAX_DEPTH => self.elements(|reader| reader.check(depth + 1)),
            b'{' if depth < MAX_DEPTH => {
                let mut is_first = true;
                while self.member_name(is_first)?.is_some() {
                    self.check(depth + 1)?;
                    is_first = false;
                }
                Ok(())
            }
            _ => Err(Unsure),
        }
    }

    /// Takes an array; `element` takes each of its values.
    fn elements(
        &mut self,
        mut element: impl FnMut(&mut Reader<'a>) -> Result<(), Unsure>,
    ) -> Result<(), Unsure> {
        self.take(b'[')?;
        if self.next() != b']' {
            loop {
                element(self)?;
                self.skip_white_space();
                if self.next() == b']' {
                    break;
                }
                self.take(b',')?;
            }
        }
        self.at += 1;
        Ok(())
    }

    /// Takes a text from its first quote to its last.
    #[inline(always)]
    fn string(&mut self) -> Result<Text<'a>, Unsure> {
        if self.next() != b'"' {
            return Err(Unsure);
        }
        self.at += 1;
        let (start, mut is_escaped) = (self.at, false);
        loop {
            self.at = plain_end(self.text.as_bytes(), self.at);
            match self.next() {
                b'"' => {
                    let raw = &self.text[start..self.at];
                    self.at += 1;
                    return Ok(Text { raw, is_escaped });
                }
                b'\\' => self.skip_escape()?,
                _ => return Err(Unsure),
            }
            is_escaped = true;
        }
    }

    #[inline(never)]
    fn skip_escape(&mut self) -> Result<(), Unsure> {
        self.at += match self.rest() {
            [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
            [b'\\', b'u', a, b, c, d, ..] if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()) => 6,
            _ => return Err(Unsure),
        };
        Ok(())
    }

    fn number(&mut self) -> Result<Value<'a>, Unsure> {
        let start = self.at;
        let whole = self.skip_number()?;
        Ok(whole.map_or_else(|| exact::number(&self.text[start..self.at]), Value::Integer))
    }

    /// Takes a number; tells what it is if it is whole and not too long.
    fn skip_number(&mut self) -> Result<Option<i64>, Unsure> {
        const SURE_DIGITS: usize = 18;
        let is_negative = self.next() == b'-';
        self.at += usize::from(is_negative);
        let first = self.next();
        let (digits, number) = self.skip_digits()?;
        if first == b'0' && digits > 1 {
            return Err(Unsure);
        }
        let mut is_whole = true;
        if self.next() == b'.' {
            self.at += 1;
            self.skip_digits()?;
            is_whole = false;
        }
        if matches!(self.next(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.next(), b'+' | b'-') {
                self.at += 1;
            }
            self.skip_digits()?;
            is_whole = false;
        }
        let number = if is_negative { number.wrapping_neg() } else { number };
        Ok((is_whole && digits <= SURE_DIGITS).then_some(number))
    }

    /// Takes digits, at least one: how many, and the number that they are if that is not too long.
    fn skip_digits(&mut self) -> Result<(usize, i64), Unsure> {
        let (mut digits, mut number) = (0, 0i64);
        let bytes = self.rest();
        while let Some(digit) =
            bytes.get(digits).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10)
        {
            number = number.wrapping_mul(10).wrapping_add(i64::from(digit));
            digits += 1;
        }
        self.at += digits;
        if digits > 0 { Ok((digits, number)) } else { Err(Unsure) }
    }

    fn literal(&mut self, literal: &str) -> Result<(), Unsure> {
        if !self.rest().starts_with(literal.as_bytes()) {
            return Err(Unsure);
        }
        self.at += literal.len();
        Ok(())
    }
}

fn is_white_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// The next byte from `at` on that ends the plain part of a text: a quote, a backslash, or a control character, which may
/// not stand there.
#[inline(always)]
fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(next) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let next = u8x32::new(*next);
        let ends = next.simd_eq(u8x32::splat(b'"'))
            | next.simd_eq(u8x32::splat(b'\\'))
            | next.simd_eq(next.min(u8x32::splat(0x1F)));
        let ends = ends.to_bitmask();
        if ends != 0 {
            return at + ends.trailing_zeros() as usize;
        }
        at += 32;
    }
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    bytes[at..].iter().position(ends).map_or(bytes.len(), |plain| at + plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether this reader, and not the exact one, reads the last of some lines.
    fn is_last_read(lines: &[&str]) -> bool {
        let mut shape = Shape::default();
        let mut is_read = false;
        for line in lines {
            let (kind, mut record) = ((Kind::Geo, Fields::OF_VIEWS), RawRecord::default());
            is_read = read_record(kind, line, 0..line.len(), &mut shape, &mut record).is_ok();
        }
        is_read
    }

    #[test]
    fn no_line_keeps_it_from_reading_the_next() {
        let usual =
            r#"{"ind": 7, "country": "Chile", "latitude": -1.5e3, "extra": [{"a": null}], "timestamp": ""}"#;
        assert!(is_last_read(&[usual]));
        let dense = usual.replace(' ', "");
        let wide = usual.replace(' ', " \t").replace(',', " ,");
        for other in [dense.as_str(), &wide, "{}", "{\"ind\": 7}", "{\"extra\": 1, \"ind\": 7}"] {
            let others: Vec<&str> = (0..other.len()).filter_map(|end| other.get(..end)).collect();
            for other in others.iter().chain([&other]) {
                assert!(is_last_read(&[usual, other, usual]), "{other}");
                assert!(is_last_read(&[other, usual]), "{other}");
            }
        }
    }
}
