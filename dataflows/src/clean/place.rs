//! Where a pin was posted.

use super::Malformed;
use crate::value::Value;

/// A place on earth, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coordinates {
    /// -90 to 90, north is positive.
    pub latitude: f64,
    /// -180 to 180, east is positive.
    pub longitude: f64,
}

/// Latitude and longitude, both numbers and in range.
pub(super) fn coordinates(
    latitude: &Value<'_>,
    longitude: &Value<'_>,
) -> Result<Option<Coordinates>, Malformed> {
    if latitude.is_null() && longitude.is_null() {
        return Ok(None);
    }
    let (latitude, longitude) = (degrees(latitude, 90.0)?, degrees(longitude, 180.0)?);
    Ok(Some(Coordinates { latitude, longitude }))
}

fn degrees(value: &Value<'_>, limit: f64) -> Result<f64, Malformed> {
    let degrees = match value {
        Value::Integer(number) => *number as f64,
        Value::Double(number) => *number,
        _ => return Err(Malformed),
    };
    if degrees.abs() <= limit { Ok(degrees) } else { Err(Malformed) }
}
