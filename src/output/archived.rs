//! What was archived, for people and for programs.

use crate::pipeline::ArchiveSummary;
use serde_json::{Value, json};
use std::io::{self, Write};

/// The summary as one JSON object.
pub fn json_archived(summary: &ArchiveSummary) -> Value {
    let status = &summary.status;
    let partitions = status.partitions.values().map(|partition| {
        json!({
            "topic": partition.name.topic,
            "partition": partition.name.number.unwrap_or_default(),
            "archived": partition.position,
        })
    });
    json!({
        "to": summary.to,
        "objects": status.objects,
        "objects_of_others": status.objects_of_others,
        "records": status.records,
        "kept_apart": status.apart,
        "bytes": status.bytes,
        "faults": status.faults,
        "interrupted": summary.was_interrupted,
        "partitions": partitions.collect::<Vec<Value>>(),
        "seconds": (summary.took.as_secs_f64() * 1e4).round() / 1e4,
    })
}

/// Prints the summary for people.
pub fn print_archived(summary: &ArchiveSummary, out: &mut impl Write) -> io::Result<()> {
    let status = &summary.status;
    let (records, objects, bytes) = (status.records, status.objects, status.bytes);
    writeln!(out, "{records} records in {objects} objects, {bytes} bytes: {}", summary.to)?;
    if status.apart > 0 {
        writeln!(out, "{} records that are no line are kept in the objects' companions", status.apart)?;
    }
    if status.objects_of_others > 0 {
        writeln!(out, "{} objects were put by other archivers meanwhile", status.objects_of_others)?;
    }
    if status.faults > 0 {
        writeln!(out, "{} parts of the source could not be read", status.faults)?;
    }
    Ok(())
}
