//! Times as they are shown.

use chrono::{DateTime, SecondsFormat};

/// Milliseconds since 1970 in UTC as RFC 3339 has it, always with three digits of a second, so that texts compare as times do;
/// nothing where no time is known, which is 0.
pub fn rfc_3339(ms: u64) -> Option<String> {
    let time = DateTime::from_timestamp_millis(i64::try_from(ms).ok().filter(|ms| *ms > 0)?)?;
    Some(time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// Reads it back; 0 where there is none.
pub fn milliseconds(time: Option<&str>) -> u64 {
    let time = time.and_then(|time| DateTime::parse_from_rfc3339(time).ok());
    time.map_or(0, |time| time.timestamp_millis().try_into().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back() {
        for (ms, shown) in [(0, None), (1, Some("1970-01-01T00:00:00.001Z")), (u64::MAX, None)] {
            assert_eq!(rfc_3339(ms).as_deref(), shown);
        }
        assert_eq!(milliseconds(rfc_3339(1_738_281_600_123).as_deref()), 1_738_281_600_123);
        assert_eq!((milliseconds(None), milliseconds(Some("yesterday"))), (0, 0));
    }
}
