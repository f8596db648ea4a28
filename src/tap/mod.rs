//! `pinflow tap`: shows what topics, streams, folders, buckets and the front door carry, as it is or cleaned, a record a line.

mod source;
mod from;
mod archives;
mod named;
mod topics;
mod streams;
mod door;
mod door_reader;
mod asking;
mod flow;
mod patience;
mod record;
mod cleaned;
mod enclosed;
mod line;
mod raw;
mod printer;
mod out;
mod error;

pub use error::TapError;

use crate::config::{Config, Kinds};
use clap::Args;
use from::From;
use pinflow_dataflows::kind::Kind;
use printer::{Form, Printer};
use source::Source;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

/// What is shown, and how.
#[derive(Debug, Args)]
pub struct TapArgs {
    /// A folder or s3://bucket/prefix, in the layouts that `replay` reads, such as data/log; or
    /// kafka://host:port/topic[,topic]; or kinesis://stream[,stream]; or http://host:port of a running pinflow, also with /topics/NAME or /streams/NAME.
    #[arg(value_name = "SOURCE")]
    source: String,
    /// Only records of this kind; it also says what records are where the topic's name does not.
    #[arg(long, value_name = "pin|geo|user", value_parser = kind)]
    kind: Option<Kind>,
    /// Where to begin: earliest, latest, an offset or sequence number, or a time such as 2024-05-01T12:00:00Z.
    #[arg(long, value_name = "WHERE", default_value = "earliest")]
    from: From,
    /// End after so many records.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// End at what is the end at the start, and do not follow what comes. Archives always end.
    #[arg(long)]
    until_end: bool,
    /// Print the values themselves, a line each.
    #[arg(long, conflicts_with = "clean")]
    raw: bool,
    /// Print what cleaning makes of the records, with all their fields, and why others are rejected.
    #[arg(long)]
    clean: bool,
    /// Write into this file in place of standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The configuration file: kinds, limits, and how buckets, streams and brokers are asked (s3, kinesis, source.librdkafka,
    /// source.msk_iam).
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl TapArgs {
    /// Whether it goes on until somebody interrupts, if the source has no end.
    fn is_endless(&self) -> bool {
        self.count.is_none() && !self.until_end
    }
}

/// How it ended, if it has not failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All was shown that was asked for.
    Complete,
    /// Objects could not be read, or not to their end.
    Faulty,
    /// Somebody interrupted what would have come to an end by itself.
    Interrupted,
}

/// Shows what the source carries, until its end, until enough was shown, or until somebody interrupts.
pub fn run(args: &TapArgs, config: &Config, interrupted: &AtomicBool) -> Result<Outcome, TapError> {
    let source = Source::parse(&args.source)?;
    let config = Config { kinds: kinds(&config.kinds, args.kind), ..config.clone() };
    let form = match (args.raw, args.clean) {
        (true, _) => Form::Raw,
        (false, true) => Form::Cleaned,
        (false, false) => Form::Records,
    };
    let mut printer = Printer::new(form, args, config.limits.record_max_bytes)?;
    let outcome = match source {
        Source::Archive(archive) => archives::show(&archive, args, &config, &mut printer, interrupted)?,
        Source::Topics(topics) => topics::show(topics, args, &config, &mut printer, interrupted)?,
        Source::Streams(names) => streams::show(names, args, &config, &mut printer, interrupted)?,
        Source::Door(door) => door::show(door, args, &config, &mut printer, interrupted)?,
    };
    printer.finish()?;
    Ok(outcome)
}

/// What names do not say, `--kind` says.
fn kinds(kinds: &Kinds, kind: Option<Kind>) -> Kinds {
    match kind {
        Some(kind) => kinds.clone().otherwise(kind),
        None => kinds.clone(),
    }
}

fn kind(name: &str) -> Result<Kind, String> {
    Kind::from_name(name).ok_or_else(|| "write pin, geo or user".to_owned())
}
