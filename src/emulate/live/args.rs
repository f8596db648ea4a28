//! The options of `pinflow emulate` that say how records are sent to a server.

use super::dialect::Dialect;
use super::settings::{LiveSettings, Pace};
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

/// The options that servers and topics of Kafka alone have.
#[derive(Args, Clone, Debug, PartialEq)]
#[command(next_help_heading = "To a server or to topics of Kafka")]
pub struct LiveArgs {
    /// Which way in of the server's is taken; pin sends pins only. Not for Kafka.
    #[arg(long, value_enum, default_value_t = Dialect::default())]
    pub dialect: Dialect,

    /// Posts a second. They are due at fixed times: what cannot be sent in time is
    /// sent late.
    #[arg(long, value_name = "N", default_value_t = LiveSettings::default().rate, allow_negative_numbers = true)]
    pub rate: f64,

    /// How posts are spread over the time: evenly, or with random pauses as the reference emulators make them.
    #[arg(long, value_enum, default_value_t = Pace::default())]
    pub pace: Pace,

    /// End after so many posts [default: any number, until Ctrl-C].
    #[arg(long, value_name = "N", conflicts_with = "duration", allow_negative_numbers = true)]
    pub count: Option<u64>,

    /// End when the posts of so much time are sent: 500ms, 30s, 5m, 1h [default: endless, until Ctrl-C].
    #[arg(long, value_name = "TIME", value_parser = duration, allow_negative_numbers = true)]
    pub duration: Option<Duration>,

    /// Connections, each with one request at a time. All records of an `ind` go over one, in their order. Not for Kafka.
    #[arg(long, value_name = "N", default_value_t = LiveSettings::default().connections, allow_negative_numbers = true)]
    pub connections: u32,

    /// Records of a request, of one kind, for rest-proxy and ingest; they wait for each other at most a fifth of a second.
    /// Not for Kafka [default: 1, with ingest 100].
    #[arg(long, value_name = "RECORDS", allow_negative_numbers = true)]
    pub batch: Option<u32>,

    /// Draw posts from this file instead of inventing them: a JSON object a line, {"pin":{…},"geo":{…},"user":{…}}, of which
    /// any may be missing.
    #[arg(long, value_name = "FILE")]
    pub catalogue: Option<PathBuf>,

    /// Append every accepted record to this file, a JSON object a line with its kind, and topic, partition and offset as
    /// far as the answer tells them.
    #[arg(long, value_name = "FILE")]
    pub log_sent: Option<PathBuf>,

    /// Make topics of Kafka that are missing, each with so many partitions.
    #[arg(long, value_name = "PARTITIONS", allow_negative_numbers = true)]
    pub create_topics: Option<u32>,

    /// Print the summary as one JSON object.
    #[arg(long)]
    pub json: bool,

    /// Do not say how far it is.
    #[arg(long)]
    pub quiet: bool,
}

/// Reads a number with a unit behind it.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "it must be a whole number above 0 and a unit: 500ms, 30s, 5m, 1h".to_owned();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    let milliseconds = match &text[digits.len()..] {
        "ms" => Some(number),
        "s" => number.checked_mul(1_000),
        "m" => number.checked_mul(60_000),
        "h" => number.checked_mul(3_600_000),
        _ => None,
    };
    milliseconds.filter(|&milliseconds| milliseconds > 0).map(Duration::from_millis).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        let seconds = |seconds| Ok(Duration::from_secs(seconds));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(
            (duration("30s"), duration("2m"), duration("1h")),
            (seconds(30), seconds(120), seconds(3_600))
        );
        for text in
            ["", "30", "s", "0s", "-1s", "1.5s", "1d", "1 s", "99999999999999999999s", "99999999999999999h"]
        {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
