//! What the status says of the source: where each partition is read up to and where it ends.

use crate::decode::{Counts, PartitionCounts};
use crate::input::{Input, KafkaInput, LogInput};
use crate::kafka::{PartitionStatus, SourceStatus, TokenState};
use crate::partitions::KnownPartition;
use crate::running::Running;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::{SystemTime, UNIX_EPOCH};

/// A partition that is read, with its number, up to where the views have it, and what became of its positions.
struct Read<'a> {
    number: u32,
    partition: &'a KnownPartition,
    position: u64,
    counts: PartitionCounts,
}

/// The source of a run.
pub fn source(running: &Running, counts: &Counts) -> Value {
    let tick = running.published().n;
    let vector = running.shared.sequencer.cut(tick).map(|cut| cut.vector).unwrap_or_default();
    let partitions = running.partitions.all();
    let read = (0..).zip(&partitions).map(|(number, partition)| Read {
        number,
        partition,
        position: vector.get(number as usize).copied().unwrap_or(0),
        counts: counts.partitions.get(number as usize).copied().unwrap_or_default(),
    });
    match &running.input {
        Input::Log(input) => log(input, read),
        Input::Kafka(input) => kafka(input, read),
    }
}

fn log<'a>(LogInput { log, followed }: &LogInput, read: impl Iterator<Item = Read<'a>>) -> Value {
    let (stats, committed) = (log.stats(), log.committed());
    let partitions = read.map(|read| {
        let name = &read.partition.name;
        let number = name.number.unwrap_or_default() as u32;
        let end = committed.end(&name.topic, number).map_or(0, |end| end.end_offset);
        merged(json!({ "end_offset": end, "lag": end.saturating_sub(read.position) }), &read)
    });
    json!({
        "source": "log",
        "bytes": stats.log_bytes,
        "objects": stats.objects,
        "lag_bytes": followed.lag_bytes(&committed),
        "bytes_at_start": followed.bytes_at_start.load(Ordering::Relaxed),
        "bytes_read": followed.bytes.load(Ordering::Relaxed),
        "partitions": partitions.collect::<Vec<Value>>(),
    })
}

fn kafka<'a>(input: &KafkaInput, read: impl Iterator<Item = Read<'a>>) -> Value {
    let status = input.status.lock();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64;
    let partitions = read.filter_map(|read| {
        let partition = status.partitions.get(&read.number)?;
        Some(merged(of_kafka(&status, partition, &read, now), &read))
    });
    let partitions: Vec<Value> = partitions.collect();
    json!({
        "source": input.source,
        "stopped": status.stopped,
        "missing_topics": status.missing,
        "last_error": status.error.as_ref().map(|(error, _)| error),
        "last_error_seconds_ago": status.error.as_ref().map(|(_, at)| at.elapsed().as_secs()),
        "msk_iam": status.tokens.as_ref().map(tokens),
        "paused": status.is_paused,
        "pauses": status.pauses,
        "waiting_bytes": status.waiting_bytes,
        "archive": status.backfill.as_ref().map(|backfill| json!({
            "objects_read": backfill.objects.load(Ordering::Relaxed),
            "bytes_read": backfill.bytes.load(Ordering::Relaxed),
            "trouble": status.archive_trouble,
        })),
        "partitions": partitions,
    })
}

fn tokens(tokens: &TokenState) -> Value {
    json!({
        "token_good_for_seconds": tokens.good_for.map(|left| left.as_secs()),
        "error": tokens.failure.as_ref().map(|(why, _)| why),
        "error_for_seconds": tokens.failure.as_ref().map(|(_, since)| since.elapsed().as_secs()),
    })
}

fn of_kafka(status: &SourceStatus, partition: &PartitionStatus, read: &Read<'_>, now_ms: u64) -> Value {
    let end = partition.end.max(read.position);
    json!({
        "first_position": partition.first,
        "end_offset": end,
        "lag": end - read.position.max(partition.first),
        "lag_seconds": partition.lag_seconds(now_ms),
        "lost": partition.lost,
        "reads": if partition.is_in_archive { "archive" } else { "topic" },
        "trouble": partition.trouble(status.is_paused),
        "reconnects": partition.reconnects,
        "bytes_per_second": partition.bytes_per_second,
    })
}

/// What is said of every partition, and more.
fn merged(mut more: Value, read: &Read<'_>) -> Value {
    let PartitionCounts { accepted, rejected, blank, skipped } = read.counts;
    let shown = json!({
        "topic": read.partition.name.topic,
        "partition": read.partition.name.number.unwrap_or_default(),
        "kind": read.partition.kind.name(),
        "position": read.position,
        "accepted": accepted,
        "rejected": rejected,
        "blank": blank,
        "skipped": skipped,
    });
    let Value::Object(shown) = shown else { unreachable!("it is written as an object") };
    more.as_object_mut().expect("it is written as an object").extend(shown);
    more
}
