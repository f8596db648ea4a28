//! What a pin shows, and whether it was downloaded.

use super::Malformed;
use super::text::is_blank;
use crate::value::Value;

/// Whether it is a video, of `is_image_or_video`.
pub(super) fn is_video(media: &str) -> Option<bool> {
    match media {
        "image" => Some(false),
        "video" => Some(true),
        _ => media.starts_with("multi-video").then_some(true),
    }
}

/// 0 or 1 as numbers, true or false.
pub(super) fn downloaded(value: &Value<'_>) -> Result<Option<bool>, Malformed> {
    match value {
        _ if is_blank(value) => Ok(None),
        Value::Bool(downloaded) => Ok(Some(*downloaded)),
        Value::Integer(number @ (0 | 1)) => Ok(Some(*number == 1)),
        Value::Double(number) if *number == 0.0 || *number == 1.0 => Ok(Some(*number == 1.0)),
        _ => Err(Malformed),
    }
}
