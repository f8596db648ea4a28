//! Shows streams of Kinesis: what they hold, then what comes.

use super::enclosed::Enclosed;
use super::error::TapError;
use super::flow::{self, End};
use super::from::From;
use super::named;
use super::patience::Patience;
use super::printer::{Printer, Wanted};
use super::record::{Partition, Position, Record};
use super::{Outcome, TapArgs};
use crate::begin::Begin;
use crate::config::Config;
use crate::kinesis::{Batch, Item, KinesisSource, Place, Status};
use crate::message::Content;
use pinflow_dataflows::kind::Kind;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Shows them.
pub fn show(
    names: Vec<String>,
    args: &TapArgs,
    config: &Config,
    printer: &mut Printer,
    interrupted: &AtomicBool,
) -> Result<Outcome, TapError> {
    let kinds = named::wanted(names, args, &config.kinds)?;
    let streams: Vec<String> = kinds.keys().cloned().collect();
    let source = KinesisSource::start(&config.kinesis, &streams, &place(&args.from))?;
    let mut look = Look {
        source_text: args.source.clone(),
        status: source.status.clone(),
        streams: streams.len(),
        patience: Patience::new(args.until_end),
        throttled: BTreeSet::new(),
    };
    let mut strangers = 0;
    let end = flow::each(
        &source.items,
        printer,
        interrupted,
        || look.look(),
        |item, printer| match item {
            Item::Records(batch) => batch_of(&batch, &kinds, &mut strangers, printer),
            Item::CaughtUp => Ok(args.until_end.then_some(End::CaughtUp)),
            Item::Failed(error) => Err(error.into()),
        },
    )?;
    if strangers > 0 {
        flow::warn(&format!(
            "{strangers} aggregates with records of other shards were left out, as Kinesis' client library does: their \
             producers send them again"
        ));
    }
    Ok(match end {
        End::Interrupted if !args.is_endless() => Outcome::Interrupted,
        _ => Outcome::Complete,
    })
}

fn place(from: &From) -> Place {
    match from {
        From::Begin(Begin::Earliest | Begin::Time(0)) => Place::Earliest,
        From::Begin(Begin::Latest) => Place::Latest,
        From::Begin(Begin::Time(time)) => Place::Time(*time),
        From::Begin(Begin::Offset(number)) => Place::At((*number).into()),
        From::Sequence(number) => Place::At(number.clone()),
    }
}

fn batch_of(
    batch: &Batch,
    kinds: &BTreeMap<String, Kind>,
    strangers: &mut u64,
    printer: &mut Printer,
) -> Result<Option<End>, TapError> {
    let end = batch.each(strangers, |record| {
        let shown = printer.record(&Record {
            kind: kinds[&*batch.stream],
            topic: &batch.stream,
            partition: Partition::Shard(&batch.shard.id),
            position: Position::Sequence(record.sequence.as_str()),
            index: record.index,
            time: record.time,
            object: "",
            enclosed: Some(Enclosed::keys(record.partition_key, record.explicit_hash_key)),
            content: Content::Whole(record.data),
        });
        match shown {
            Ok(Wanted::More) => None,
            Ok(Wanted::NoMore) => Some(Ok(End::Enough)),
            Err(error) => Some(Err(error)),
        }
    });
    end.transpose()
}

/// Looks whether something is wrong with the streams.
struct Look {
    source_text: String,
    status: Arc<Status>,
    streams: usize,
    patience: Patience,
    /// The streams of which it was told that they are throttled.
    throttled: BTreeSet<String>,
}

impl Look {
    /// What is not answered at the start is an error; what goes wrong later is told, and waited for.
    fn look(&mut self) -> Result<(), TapError> {
        if !self.patience.is_time() {
            return Ok(());
        }
        for stream in self.status.take_throttled() {
            if self.throttled.insert(stream.clone()) {
                flow::warn(&format!(
                    "kinesis://{stream}: it gives less than is asked for; reading goes on slower"
                ));
            }
        }
        let trouble = self.status.trouble();
        let is_end = match self.status.streams_listed() < self.streams {
            true => self.patience.ends_start(),
            false => self.patience.ends_by(trouble.as_slice()),
        };
        if is_end { Err(self.failed(trouble)) } else { Ok(()) }
    }

    fn failed(&self, trouble: Option<String>) -> TapError {
        let problem = trouble.unwrap_or_else(|| format!("{}: it does not answer", self.source_text));
        TapError::Streams { problem }
    }
}
