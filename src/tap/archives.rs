//! Shows an archive: all its partitions, to their end.

use super::error::TapError;
use super::flow::{self, End};
use super::printer::Printer;
use super::{Outcome, TapArgs};
use crate::archive::{self, ArchiveError, Limits, Listing, Partition, Source};
use crate::begin::Begin;
use crate::buffers::Buffers;
use crate::config::Config;
use crate::progress::Progress;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Records up to that length are kept as a whole, also where a run takes none so long: `--raw` shows them.
const KEPT_BYTES: usize = 64 << 20;

/// Shows it.
pub fn show(
    written: &str,
    args: &TapArgs,
    config: &Config,
    printer: &mut Printer,
    interrupted: &AtomicBool,
) -> Result<Outcome, TapError> {
    let begin = args.from.begin()?;
    if begin == Begin::Latest {
        let problem = "an archive ends, and nothing comes behind that; leave it out".to_owned();
        return Err(TapError::Begin { from: "latest", problem });
    }
    let sources = Arc::new(vec![Source::open(written, &config.s3)?]);
    let Listing { mut partitions, faults, .. } = archive::list(&sources, &config.kinds)?;
    flow::warn_of(&faults, printer);
    partitions.retain(|partition| args.kind.is_none_or(|kind| partition.kind == kind));
    check(&partitions, written, args, begin)?;
    let limits = Limits::of(config);
    let record_max_bytes = limits.record_max_bytes.max(KEPT_BYTES);
    // One reader, so that the order is the same each time.
    let limits = Limits { readers: 1, record_max_bytes, ..limits };
    let buffers = Buffers::new(0, 0);
    let items = archive::read_all(partitions, &sources, limits, &buffers, &Arc::new(Progress::default()))
        .map_err(TapError::Start)?;
    let end = flow::show(&items, true, printer, interrupted, || Ok(()))?;
    Ok(match end {
        End::Interrupted => Outcome::Interrupted,
        _ if printer.faults > 0 => Outcome::Faulty,
        End::AllRead | End::CaughtUp | End::Enough => Outcome::Complete,
    })
}

/// There has to be something to show, from where it is asked for.
fn check(partitions: &[Partition], written: &str, args: &TapArgs, begin: Begin) -> Result<(), TapError> {
    if partitions.is_empty() {
        return Err(match args.kind {
            Some(kind) => TapError::NothingOfKind { source_text: written.to_owned(), kind },
            None => ArchiveError::Empty { sources: written.to_owned() }.into(),
        });
    }
    let without = partitions.iter().find(|partition| partition.name.number.is_none());
    match (begin, without) {
        (Begin::Offset(_), Some(partition)) => {
            let topic = &partition.name.topic;
            let problem =
                format!("objects of {topic} have no offsets in their names; name a time, or leave it out");
            Err(TapError::Begin { from: "an offset", problem })
        }
        _ => Ok(()),
    }
}
