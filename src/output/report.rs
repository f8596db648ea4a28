//! What a replay read and what became of it, for people and for programs.

use crate::decode::Reason;
use crate::pipeline::Summary;
use pinflow_dataflows::clean::{Field, kind_of};
use pinflow_dataflows::kind::Kind;
use serde_json::{Map, Value, json};
use std::io::{self, Write};
use std::time::Duration;

/// The summary as one JSON object: `records` and `malformed` by kind, `rejected` by kind and reason, `seconds` by phase.
pub fn json_summary(summary: &Summary) -> Value {
    let records = Kind::ALL.map(|kind| (kind.name().to_owned(), summary.counts[kind].messages()));
    json!({
        "records": not_zero(records),
        "duplicates": summary.duplicates,
        "superseded": summary.superseded,
        "rejected": not_zero(rejected(summary)),
        "malformed": not_zero(malformed(summary)),
        "faults": summary.faults,
        "bytes": summary.counts.bytes,
        "seconds": seconds(summary),
        "state": state(summary),
    })
}

fn not_zero(counts: impl IntoIterator<Item = (String, u64)>) -> Map<String, Value> {
    counts.into_iter().filter(|(_, count)| *count > 0).map(|(name, count)| (name, count.into())).collect()
}

fn rejected(summary: &Summary) -> Vec<(String, u64)> {
    let of_kind = |kind: Kind| Reason::ALL.map(|reason| (kind, reason));
    let all = Kind::ALL.into_iter().flat_map(of_kind);
    all.map(|(kind, reason)| {
        (format!("{}: {}", kind.name(), reason.name()), summary.counts[kind].rejected(reason))
    })
    .collect()
}

fn malformed(summary: &Summary) -> Vec<(String, u64)> {
    let count = |field: Field| {
        let kind = kind_of(field);
        (format!("{}.{}", kind.name(), field.name()), summary.counts[kind].malformed(field))
    };
    Field::ALL.into_iter().map(count).collect()
}

fn seconds(summary: &Summary) -> Value {
    let seconds = |duration: Duration| (duration.as_secs_f64() * 1e4).round() / 1e4;
    let phases = &summary.seconds;
    json!({
        "list": seconds(phases.list),
        "decode": seconds(phases.decode),
        "graph": seconds(phases.graph),
        "wait": seconds(phases.wait),
        "sort": seconds(phases.sort),
        "total": seconds(phases.total),
    })
}

fn state(summary: &Summary) -> Value {
    let size = &summary.size;
    json!({
        "inds": size.inds,
        "post_bytes": size.post_bytes,
        "index_bytes": size.index_bytes,
        "group_bytes": size.group_bytes,
        "people_bytes": size.people_bytes,
        "poster_bytes": size.poster_bytes,
        "name_bytes": summary.name_bytes,
    })
}

/// Prints the summary for people.
pub fn print_summary(summary: &Summary, out: &mut impl Write) -> io::Result<()> {
    let records: u64 = Kind::ALL.iter().map(|kind| summary.counts[*kind].messages()).sum();
    let by_kind = Kind::ALL.map(|kind| format!("{} {}", summary.counts[kind].messages(), kind.name()));
    writeln!(out, "{records} records ({}), {} bytes", by_kind.join(", "), summary.counts.bytes)?;
    writeln!(out, "{} duplicates dropped, {} records superseded", summary.duplicates, summary.superseded)?;
    print_counts("rejected", rejected(summary), out)?;
    print_counts("malformed", malformed(summary), out)?;
    if summary.faults > 0 {
        writeln!(out, "{} objects could not be read to their end", summary.faults)?;
    }
    for letter in &summary.first_letters {
        writeln!(out, "  {letter}")?;
    }
    let seconds = summary.seconds.total.as_secs_f64();
    writeln!(out, "{seconds:.2} s, {:.0} records/s", records as f64 / seconds)
}

fn print_counts(title: &str, counts: Vec<(String, u64)>, out: &mut impl Write) -> io::Result<()> {
    let shown: Vec<String> =
        counts.into_iter().filter(|(_, n)| *n > 0).map(|(name, n)| format!("{n} {name}")).collect();
    if shown.is_empty() { Ok(()) } else { writeln!(out, "{title}: {}", shown.join(", ")) }
}
