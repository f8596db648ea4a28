//! What an object's key says, below its topic, stream or prefix.
//!
//! - `[…/]partition=<p>/[…/]<topic>+<p>+<offset>.json[.gz]`: the Kafka Connect S3 sink, a record a line;
//! - `[…/]<name>-<version>-YYYY-MM-DD-HH-MM-SS-<anything>`: Firehose, values with nothing between them;
//! - anything else: values.

use chrono::{NaiveDate, NaiveDateTime};

/// What an object holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Lines of a partition, the first at an offset.
    Lines {
        /// The partition's number.
        partition: u64,
        /// The offset of the first line.
        start: u64,
    },
    /// Values, delivered at a time in milliseconds since 1970, 0 if it is not known.
    Values {
        /// The time.
        time: u64,
    },
}

/// Endings of objects that hold a record a line; whether they are packed shows in their content.
const LINE_ENDINGS: [&str; 3] = [".json", ".jsonl", ".ndjson"];

/// The object's name says one thing and the folder that it lies in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameDisagrees;

/// Reads an object's key below its topic.
pub fn place(topic: &str, key: &str) -> Result<Place, NameDisagrees> {
    let (folders, name) = key.rsplit_once('/').unwrap_or(("", key));
    let Some((named_topic, partition, start)) = offset_name(name) else {
        return Ok(Place::Values { time: delivery_time(name).unwrap_or(0) });
    };
    let mut numbers = folders.split('/').filter_map(|folder| number(folder.strip_prefix("partition=")?));
    if named_topic == topic && numbers.any(|number| number == partition) {
        Ok(Place::Lines { partition, start })
    } else {
        Err(NameDisagrees)
    }
}

/// Topic, partition and offset of a name that has all three.
fn offset_name(name: &str) -> Option<(&str, u64, u64)> {
    let stem = name.strip_suffix(".gz").unwrap_or(name);
    let stem = LINE_ENDINGS.iter().find_map(|ending| stem.strip_suffix(ending))?;
    let mut parts = stem.rsplitn(3, '+');
    let (start, partition) = (number(parts.next()?)?, number(parts.next()?)?);
    Some((parts.next()?, partition, start))
}

/// A number of digits alone, below 2^63.
fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|number| is_number && *number <= i64::MAX as u64)
}

/// When Firehose delivered an object, by its name.
fn delivery_time(name: &str) -> Option<u64> {
    let parts: Vec<&str> = name.split('-').collect();
    // At least a name and a version stand before the six parts of the time, and something behind them.
    (2..parts.len().checked_sub(6)?).find_map(|at| stamp(&parts[at..at + 6]))
}

fn stamp(parts: &[&str]) -> Option<u64> {
    let part = |at: usize, digits: usize| number(parts[at]).filter(|_| parts[at].len() == digits);
    let (year, month, day) = (part(0, 4)?, part(1, 2)?, part(2, 2)?);
    let (hour, minute, second) = (part(3, 2)?, part(4, 2)?, part(5, 2)?);
    let date = NaiveDate::from_ymd_opt(year as i32, month as u32, day as u32)?;
    let time: NaiveDateTime = date.and_hms_opt(hour as u32, minute as u32, second as u32)?;
    u64::try_from(time.and_utc().timestamp_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &str, expected: Result<Place, NameDisagrees>) {
        assert_eq!(place("a+b.pin", key), expected, "{key}");
    }

    fn lines(partition: u64, start: u64) -> Result<Place, NameDisagrees> {
        Ok(Place::Lines { partition, start })
    }

    fn values(time: u64) -> Result<Place, NameDisagrees> {
        Ok(Place::Values { time })
    }

    #[test]
    fn objects_with_an_offset() {
        check("partition=3/a+b.pin+3+0000000120.json", lines(3, 120));
        check("partition=3/a+b.pin+3+0000000120.json.gz", lines(3, 120));
        check("year=2022/month=01/partition=3/hour=7/a+b.pin+3+0000000120.jsonl", lines(3, 120));
        check("partition=3/a+b.pin+3+12345678901.json", lines(3, 12_345_678_901));
    }

    #[test]
    fn names_that_disagree_with_their_folders() {
        check("partition=4/a+b.pin+3+0000000120.json", Err(NameDisagrees));
        check("a+b.pin+3+0000000120.json", Err(NameDisagrees));
        check("partition=3/b.pin+3+0000000120.json", Err(NameDisagrees));
    }

    #[test]
    fn objects_without_an_offset() {
        check("2022/01/02/03/a-pin-1-2022-01-02-03-04-05-9f8e-7d.gz", values(1_641_092_645_000));
        check("a-pin-1-1969-01-02-03-04-05-x", values(0));
        check("a-pin-1-2022-13-02-03-04-05-x", values(0));
        check("a-2022-01-02-03-04-05", values(0));
        check("event-2022.json", values(0));
        check("partition=3/part-0.json", values(0));
        check("partition=3/a+b.pin+3+-1.json", values(0));
        check("partition=3/a+b.pin+3+9223372036854775808.json", values(0));
        check("partition=3/a+b.pin+3+120.avro", values(0));
    }
}
