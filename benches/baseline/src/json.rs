//! Reads JSON values, all of whose parts it checks: RFC 8259, at most 128 levels deep.

use std::borrow::Cow;

const MAX_DEPTH: u32 = 128;

/// It is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotJson;

/// A value, as far as cleaning wants to know it.
#[derive(Clone, Copy, Debug, Default)]
pub enum Value<'a> {
    /// Null, or not there.
    #[default]
    Null,
    Bool(bool),
    /// A number as it is written.
    Number(&'a str),
    Text(Text<'a>),
    /// An array or an object.
    Other,
}

/// A text as it is written between its quotes.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    raw: &'a str,
    is_escaped: bool,
}

impl<'a> Text<'a> {
    /// The text that is meant, unless it has a lone surrogate.
    pub fn unescaped(self) -> Option<Cow<'a, str>> {
        if self.is_escaped { unescaped(self.raw).map(Cow::Owned) } else { Some(Cow::Borrowed(self.raw)) }
    }
}

/// Reads a text that holds one value.
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Arrays and objects around what is read next.
    depth: u32,
}

impl<'a> Reader<'a> {
    pub fn new(text: &'a str) -> Reader<'a> {
        Reader { text, at: 0, depth: 0 }
    }

    /// Reads an object; `member` is given each name, and reads its value.
    pub fn object(
        &mut self,
        member: impl FnMut(&mut Reader<'a>, Text<'a>) -> Result<(), NotJson>,
    ) -> Result<(), NotJson> {
        self.expect(b'{')?;
        self.members(member)
    }

    /// Nothing but white space is left.
    pub fn end(&mut self) -> Result<(), NotJson> {
        self.skip_white_space();
        if self.at == self.text.len() { Ok(()) } else { Err(NotJson) }
    }

    /// Reads a value.
    pub fn value(&mut self) -> Result<Value<'a>, NotJson> {
        match self.take() {
            b'"' => self.string().map(Value::Text),
            first @ (b'-' | b'0'..=b'9') => self.number(first),
            b'n' => self.literal("ull", Value::Null),
            b't' => self.literal("rue", Value::Bool(true)),
            b'f' => self.literal("alse", Value::Bool(false)),
            b'{' => self.members(|reader, _| reader.value().map(drop)).map(|()| Value::Other),
            b'[' => self.elements().map(|()| Value::Other),
            _ => Err(NotJson),
        }
    }

    /// Reads the rest of an object behind its brace.
    fn members(
        &mut self,
        mut member: impl FnMut(&mut Reader<'a>, Text<'a>) -> Result<(), NotJson>,
    ) -> Result<(), NotJson> {
        self.enter()?;
        if !self.is_next(b'}') {
            loop {
                self.expect(b'"')?;
                let name = self.string()?;
                self.expect(b':')?;
                member(self, name)?;
                match self.take() {
                    b',' => {}
                    b'}' => break,
                    _ => return Err(NotJson),
                }
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// Reads the rest of an array behind its bracket.
    fn elements(&mut self) -> Result<(), NotJson> {
        self.enter()?;
        if !self.is_next(b']') {
            loop {
                self.value()?;
                match self.take() {
                    b',' => {}
                    b']' => break,
                    _ => return Err(NotJson),
                }
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn enter(&mut self) -> Result<(), NotJson> {
        self.depth += 1;
        if self.depth <= MAX_DEPTH { Ok(()) } else { Err(NotJson) }
    }

    /// Reads a text behind its first quote.
    #[inline(always)]
    fn string(&mut self) -> Result<Text<'a>, NotJson> {
        let (start, mut is_escaped) = (self.at, false);
        loop {
            self.at = plain_end(self.text.as_bytes(), self.at);
            match self.text.as_bytes().get(self.at) {
                Some(b'"') => {
                    let raw = &self.text[start..self.at];
                    self.at += 1;
                    return Ok(Text { raw, is_escaped });
                }
                Some(b'\\') => self.skip_escape()?,
                _ => return Err(NotJson),
            }
            is_escaped = true;
        }
    }

    fn skip_escape(&mut self) -> Result<(), NotJson> {
        let length = match self.text.as_bytes()[self.at + 1..] {
            [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
            [b'u', a, b, c, d, ..] if [a, b, c, d].iter().all(u8::is_ascii_hexdigit) => 6,
            _ => return Err(NotJson),
        };
        self.at += length;
        Ok(())
    }

    /// Reads a number behind its first byte.
    fn number(&mut self, first: u8) -> Result<Value<'a>, NotJson> {
        let start = self.at - 1;
        let first = if first == b'-' { self.next_byte() } else { first };
        match first {
            b'0' => {}
            b'1'..=b'9' => self.skip_digits(),
            _ => return Err(NotJson),
        }
        if self.peek() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Value::Number(&self.text[start..self.at]))
    }

    /// Digits, at least one.
    fn digits(&mut self) -> Result<(), NotJson> {
        let start = self.at;
        self.skip_digits();
        if self.at > start { Ok(()) } else { Err(NotJson) }
    }

    fn skip_digits(&mut self) {
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
    }

    fn literal(&mut self, rest: &str, value: Value<'a>) -> Result<Value<'a>, NotJson> {
        let is_there = self.text.as_bytes()[self.at..].starts_with(rest.as_bytes());
        self.at += rest.len();
        if is_there { Ok(value) } else { Err(NotJson) }
    }

    fn expect(&mut self, byte: u8) -> Result<(), NotJson> {
        if self.take() == byte { Ok(()) } else { Err(NotJson) }
    }

    /// Takes the next byte that is no white space if it is this one.
    fn is_next(&mut self, byte: u8) -> bool {
        self.skip_white_space();
        let is_next = self.peek() == byte;
        self.at += usize::from(is_next);
        is_next
    }

    /// Takes the next byte that is no white space; 0, which stands nowhere in JSON, at the end.
    fn take(&mut self) -> u8 {
        self.skip_white_space();
        self.next_byte()
    }

    fn next_byte(&mut self) -> u8 {
        let byte = self.peek();
        self.at += usize::from(byte != 0);
        byte
    }

    /// The next byte; 0 at the end.
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn skip_white_space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }
}

/// The next byte from `at` on that is a quote, a backslash or a control character, which may not stand in a text.
fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let found = special(u64::from_le_bytes(*eight));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    bytes[at..].iter().position(is_special).map_or(bytes.len(), |found| at + found)
}

/// The highest bit of the first byte that ends the plain part of a text; bits above it mean nothing.
fn special(eight: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    const HIGHEST: u64 = ONES << 7;
    // A byte below n sets its highest bit when n is taken away, and may borrow from those above it.
    let below = |word: u64, n: u8| word.wrapping_sub(ONES * u64::from(n)) & !word;
    let equal = |byte: u8| below(eight ^ (ONES * u64::from(byte)), 1);
    (below(eight, 0x20) | equal(b'"') | equal(b'\\')) & HIGHEST
}

/// Resolves escapes, which have been checked.
fn unescaped(raw: &str) -> Option<String> {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let (character, length) = match escape.as_bytes()[0] {
            b'u' => unicode_escape(escape)?,
            b'b' => ('\u{8}', 1),
            b'f' => ('\u{c}', 1),
            b'n' => ('\n', 1),
            b'r' => ('\r', 1),
            b't' => ('\t', 1),
            itself => (char::from(itself), 1),
        };
        text.push(character);
        rest = &escape[length..];
    }
    text.push_str(rest);
    Some(text)
}

/// The character of `uXXXX`, or of a pair of surrogates, and the length of what is written behind the backslash.
fn unicode_escape(escape: &str) -> Option<(char, usize)> {
    let unit = |at: usize| u16::from_str_radix(escape.get(at..at + 4)?, 16).ok();
    let first = unit(1)?;
    if let Some(character) = char::from_u32(first.into()) {
        return Some((character, 5));
    }
    let second = unit(7).filter(|_| escape[5..].starts_with("\\u"))?;
    let character = char::decode_utf16([first, second]).next()?.ok()?;
    Some((character, 11))
}
