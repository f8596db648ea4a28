//! `pinflow dlq show`: prints dead letters, or the records in them.

use super::Outcome;
use super::error::DlqError;
use super::filter::Filter;
use super::letters::{self, Wanted};
use clap::Args;
use std::io::Write;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The data folder of a run.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    #[command(flatten)]
    filter: Filter,
    /// Only from this position of each partition on.
    #[arg(long, value_name = "POSITION")]
    from: Option<u64>,
    /// At most so many [default: all].
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Print the records as they came, each with a line end behind it.
    #[arg(long)]
    records: bool,
}

pub fn run(args: &ShowArgs, out: &mut impl Write) -> Result<Outcome, DlqError> {
    let (mut shown, mut without_record) = (0, 0);
    let unreadable = letters::read(&args.data, |letter, line| {
        if args.limit.is_some_and(|limit| shown >= limit) {
            return Ok(Wanted::NoMore);
        }
        let is_behind = args.from.is_none_or(|from| letter.position.is_some_and(|position| position >= from));
        if !is_behind || !args.filter.fits(&letter) {
            return Ok(Wanted::More);
        }
        let record = if args.records { letter.whole_record() } else { Some(line.to_vec()) };
        match record {
            Some(mut record) => {
                shown += 1;
                record.push(b'\n');
                out.write_all(&record)?;
            }
            None => without_record += 1,
        }
        Ok(Wanted::More)
    })?;
    letters::warn_unreadable(unreadable);
    if without_record > 0 {
        eprintln!("pinflow: {without_record} dead letters are faults or hold a part of their record only");
    }
    Ok(Outcome::Complete)
}
