//! A body as text.

use simdutf8::compat::Utf8Error;

/// The text of a body, without a byte order mark, which RFC 8259 allows to be passed over.
pub fn text_of(body: &[u8]) -> Result<&str, Utf8Error> {
    let text = simdutf8::compat::from_utf8(body)?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}
