//! What was sent, for people to read: a line now and then, and a summary.

use super::lane::Shared;
use super::sent::{Sent, Times};
use pinflow_dataflows::kind::Kind;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// How often a line is written.
const WRITE_EVERY: Duration = Duration::from_secs(5);

/// Writes a line on standard error every few seconds, until it is dropped.
pub(super) async fn show(shared: Arc<Shared>) {
    loop {
        sleep(WRITE_EVERY).await;
        let sent = shared.tally().sent();
        eprintln!("{}", line(&sent, shared.start.elapsed()));
    }
}

fn line(sent: &Sent, elapsed: Duration) -> String {
    let (seconds, total) = (elapsed.as_secs_f64(), sent.total());
    let kinds: Vec<String> =
        Kind::ALL.iter().map(|&kind| format!("{} {}", kind.name(), sent.of(kind).sent)).collect();
    format!(
        "{seconds:.0} s: {} records sent ({}), {} accepted, {} refused, {} retried, {:.0} records/s, answers {}, late {}",
        total.sent,
        kinds.join(", "),
        total.accepted,
        total.refused,
        total.retried,
        total.accepted as f64 / seconds.max(0.001),
        times(&sent.answer_times),
        times(&sent.late),
    )
}

/// The summary as one JSON object: what [`Sent`] has, and `total` and `records_per_second`.
pub fn json_summary(sent: &Sent) -> Value {
    let mut summary = json!(sent);
    summary["total"] = json!(sent.total());
    summary["records_per_second"] = json!(sent.records_per_second());
    summary
}

/// Writes the summary.
pub fn write_summary(sent: &Sent, out: &mut dyn Write) -> io::Result<()> {
    let total = sent.total();
    writeln!(
        out,
        "{} posts, {} records in {:.1} s: {:.1} accepted records/s",
        sent.posts,
        total.sent,
        sent.seconds,
        sent.records_per_second()
    )?;
    writeln!(
        out,
        "{:<6}{:>10}{:>10}{:>10}{:>12}{:>10}",
        "", "sent", "accepted", "refused", "unanswered", "retried"
    )?;
    let kinds = Kind::ALL.iter().map(|&kind| (kind.name(), *sent.of(kind)));
    for (name, kind) in kinds.chain([("total", total)]) {
        writeln!(
            out,
            "{name:<6}{:>10}{:>10}{:>10}{:>12}{:>10}",
            kind.sent, kind.accepted, kind.refused, kind.unanswered, kind.retried
        )?;
    }
    if total.corrections + total.deletes + total.malformed + total.odd > 0 {
        writeln!(
            out,
            "of them {} corrections, {} deletes, {} malformed ({} refused), {} spelled unusually",
            total.corrections, total.deletes, total.malformed, total.malformed_refused, total.odd
        )?;
    }
    writeln!(
        out,
        "{} answers: {}; requests late: {}",
        sent.answers,
        times(&sent.answer_times),
        times(&sent.late)
    )?;
    for refusal in &sent.refusals {
        writeln!(out, "refused {}: {}", refusal.records, refusal.reason)?;
    }
    Ok(())
}

fn times(times: &Times) -> String {
    format!("p50 {:.1} ms, p99 {:.1} ms, longest {:.1} ms", times.p50_ms, times.p99_ms, times.max_ms)
}
