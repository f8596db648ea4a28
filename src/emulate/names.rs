//! What the objects of a partition are called. Byte order of their names is the order in which they were filled.

use super::layout::Layout;
use super::shape::Shape;
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use pinflow_dataflows::kind::Kind;

/// Names of a partition's objects.
pub struct Names {
    layout: Layout,
    topic: String,
    partition: u32,
    packed: &'static str,
}

/// Which object of a partition.
#[derive(Clone, Copy, Debug)]
pub struct ObjectNumber {
    /// How many were filled before it.
    pub index: u64,
    /// The offset of its first line.
    pub first_offset: u64,
}

impl Names {
    /// Names for a partition of the topic of that kind.
    pub fn new(shape: &Shape, kind: Kind, partition: u32) -> Names {
        let topic = shape.layout.topic(&shape.prefix, kind);
        Names { layout: shape.layout, topic, partition, packed: if shape.gzip { ".gz" } else { "" } }
    }

    /// The key of an object below the archive's root, with `/` between its parts.
    pub fn key(&self, object: ObjectNumber) -> String {
        let Names { layout, topic, partition, packed } = self;
        let number = object.index + 1;
        match layout {
            Layout::Connect => {
                let offset = object.first_offset;
                format!("topics/{topic}/partition={partition}/{topic}+{partition}+{offset:010}.json{packed}")
            }
            Layout::Firehose => {
                let time = delivery_time(object.index);
                let (hour, second) = (time.format("%Y/%m/%d/%H"), time.format("%Y-%m-%d-%H-%M-%S"));
                format!("{topic}/{hour}/{topic}-{STREAM_VERSION}-{second}-partition-{partition:04}{packed}")
            }
            Layout::Events => format!("{topic}/event-{number:010}.json{packed}"),
            Layout::Ndjson => format!("{topic}/{number:010}.ndjson{packed}"),
        }
    }
}

/// What streams have whose settings were never changed.
const STREAM_VERSION: u32 = 1;

/// An object of each partition is delivered every minute from 2022 on; years have four digits for 4,000 million objects.
fn delivery_time(index: u64) -> NaiveDateTime {
    let first = NaiveDate::from_ymd_opt(2022, 1, 1).and_then(|day| day.and_hms_opt(0, 0, 0));
    let passed = i64::try_from(index).ok().and_then(TimeDelta::try_minutes);
    let time = first.zip(passed).and_then(|(first, passed)| first.checked_add_signed(passed));
    time.expect("no archive has objects for 200,000 years")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulate::EmulateArgs;

    fn check(layout: Layout, gzip: bool, object: (u64, u64), key: &str) {
        let args = EmulateArgs { layout, gzip, to: "archive".into(), ..EmulateArgs::default() };
        let shape = Shape::from_args(&args).expect("right options");
        let object = ObjectNumber { index: object.0, first_offset: object.1 };
        assert_eq!(Names::new(&shape, Kind::Pin, 3).key(object), key);
    }

    #[test]
    fn names_tell_the_kind_and_the_order() {
        let topic = "topics/129a67850695.pin/partition=3";
        check(Layout::Connect, false, (1, 120), &format!("{topic}/129a67850695.pin+3+0000000120.json"));
        check(Layout::Connect, true, (1, 120), &format!("{topic}/129a67850695.pin+3+0000000120.json.gz"));
        let stream = "streaming-129a67850695-pin";
        let name = format!("{stream}-1-2022-01-02-01-01-00-partition-0003");
        check(Layout::Firehose, false, (24 * 60 + 61, 0), &format!("{stream}/2022/01/02/01/{name}"));
        check(Layout::Firehose, true, (24 * 60 + 61, 0), &format!("{stream}/2022/01/02/01/{name}.gz"));
        check(Layout::Events, false, (0, 0), "events-pin/event-0000000001.json");
        check(Layout::Ndjson, true, (9, 0), "129a67850695.pin/0000000010.ndjson.gz");
    }
}
