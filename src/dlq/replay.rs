//! `pinflow dlq replay`: records of dead letters go to the front door, once what was wrong is put right.

use super::Outcome;
use super::error::DlqError;
use super::filter::Filter;
use super::letters::{self, Wanted};
use super::send::{Line, Sender, Sent};
use super::sendable::{self, NotSendable};
use crate::dead_letters::StoredLetter;
use clap::Args;
use pinflow_dataflows::kind::Kind;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

/// Records of one request. The answer names one line that is refused, and the others are sent again.
const REQUEST_RECORDS: usize = 500;
/// Bytes of one request, unless a single record has more: far below what a front door takes.
const REQUEST_BYTES: usize = 1 << 20;
/// Refused records that are told one by one.
const SHOWN: usize = 10;

#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The data folder of a run.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    #[command(flatten)]
    filter: Filter,
    /// The front door, as http://HOST:PORT.
    #[arg(long, value_name = "URL")]
    to: String,
    /// Send nothing; say what would be sent.
    #[arg(long)]
    dry_run: bool,
}

/// What became of the letters.
#[derive(Default)]
struct Report {
    accepted: BTreeMap<Kind, u64>,
    refused: u64,
    /// The first refused records, and why.
    first_refused: Vec<(String, String)>,
    not_sendable: BTreeMap<NotSendable, u64>,
}

/// Records of one kind that wait for the next request.
#[derive(Default)]
struct Waiting {
    lines: Vec<Line>,
    bytes: usize,
}

pub fn run(args: &ReplayArgs, out: &mut impl Write) -> Result<Outcome, DlqError> {
    let mut report = Report::default();
    let replayed = replay(args, &mut report);
    // What was sent before an error is sent.
    report.print(args, out)?;
    replayed?;
    Ok(if report.refused == 0 { Outcome::Complete } else { Outcome::Refused })
}

fn replay(args: &ReplayArgs, report: &mut Report) -> Result<(), DlqError> {
    let sender = (!args.dry_run).then(|| Sender::new(&args.to)).transpose()?;
    let mut waiting: BTreeMap<Kind, Waiting> = BTreeMap::new();
    let unreadable = letters::read(&args.data, |letter, _| {
        if !args.filter.fits(&letter) {
            return Ok(Wanted::More);
        }
        match sendable::line(&letter) {
            Ok((kind, json)) => {
                let waiting = waiting.entry(kind).or_default();
                if waiting.is_full_with(&json) {
                    send(sender.as_ref(), kind, std::mem::take(waiting), report)?;
                }
                waiting.bytes += json.len();
                waiting.lines.push(Line { place: place(&letter), json });
            }
            Err(why) => *report.not_sendable.entry(why).or_default() += 1,
        }
        Ok(Wanted::More)
    })?;
    letters::warn_unreadable(unreadable);
    waiting.into_iter().try_for_each(|(kind, waiting)| send(sender.as_ref(), kind, waiting, report))
}

fn send(sender: Option<&Sender>, kind: Kind, waiting: Waiting, report: &mut Report) -> Result<(), DlqError> {
    let mut sent = Sent::default();
    let done = match sender {
        Some(sender) => sender.send(kind, &waiting.lines, &mut sent),
        None => {
            sent.accepted = waiting.lines.len() as u64;
            Ok(())
        }
    };
    *report.accepted.entry(kind).or_default() += sent.accepted;
    report.refused += sent.refused.len() as u64;
    let room = SHOWN - report.first_refused.len();
    report.first_refused.extend(sent.refused.into_iter().take(room));
    done
}

impl Waiting {
    fn is_full_with(&self, json: &[u8]) -> bool {
        self.lines.len() == REQUEST_RECORDS || self.bytes > 0 && self.bytes + json.len() > REQUEST_BYTES
    }
}

/// Where a record comes from, on one line.
fn place(letter: &StoredLetter) -> String {
    let number = letter.partition.map_or_else(String::new, |number| format!("/{number}"));
    let place = format!("{}{number} at {}", letter.topic, letter.position.unwrap_or(0));
    place.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}

impl Report {
    fn print(&self, args: &ReplayArgs, out: &mut impl Write) -> Result<(), DlqError> {
        let sent = if args.dry_run { "to be sent" } else { "sent" };
        let [pin, geo, user] = Kind::ALL.map(|kind| self.accepted.get(&kind).copied().unwrap_or(0));
        writeln!(out, "{} records {sent} ({pin} pin, {geo} geo, {user} user)", pin + geo + user)?;
        if self.refused > 0 {
            writeln!(out, "{} records refused", self.refused)?;
        }
        for (place, detail) in &self.first_refused {
            writeln!(out, "  {place}: {detail}")?;
        }
        if self.refused > SHOWN as u64 {
            writeln!(out, "  …")?;
        }
        for (why, letters) in &self.not_sendable {
            writeln!(out, "{letters} letters cannot be sent: {}", why.name())?;
        }
        Ok(())
    }
}
