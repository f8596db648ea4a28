//! A body as text.

use std::str::Utf8Error;

/// The text of a body, without a byte order mark, which RFC 8259 allows to be passed over.
pub fn text_of(body: &[u8]) -> Result<&str, Utf8Error> {
    let text = match simdutf8::basic::from_utf8(body) {
        Ok(text) => text,
        // It does not say where the first wrong byte is.
        Err(_) => std::str::from_utf8(body)?,
    };
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}
