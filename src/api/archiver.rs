//! What the status says of the archive.

use crate::archiver::Status;
use serde_json::{Value, json};

/// How far the source is archived.
pub fn archiver(status: &Status) -> Value {
    let status = status.lock();
    let partitions = status.partitions.values().map(|partition| {
        json!({
            "topic": partition.name.topic,
            "partition": partition.name.number.unwrap_or_default(),
            "archived": partition.position,
            "read": partition.next,
        })
    });
    json!({
        "objects": status.objects,
        "objects_of_others": status.objects_of_others,
        "records": status.records,
        "kept_apart": status.apart,
        "bytes": status.bytes,
        "faults": status.faults,
        "waiting_bytes": status.waiting_bytes,
        "errors": status.errors,
        "last_error": status.error.as_ref().map(|(error, _)| error),
        "last_error_seconds_ago": status.error.as_ref().map(|(_, at)| at.elapsed().as_secs()),
        "stopped": status.stopped,
        "partitions": partitions.collect::<Vec<Value>>(),
    })
}
