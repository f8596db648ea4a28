//! Chooses the records that are wanted, and writes them.

use super::TapArgs;
use super::error::TapError;
use super::flow::warn;
use super::from::From;
use super::line::Lines;
use super::out::Out;
use super::raw::raw;
use super::record::{Position, Record};
use crate::begin::Begin;
use crate::block::Block;
use crate::message::{Content, each_message};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// What is shown of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Where it comes from, and its value.
    Records,
    /// Its value alone.
    Raw,
    /// Where it comes from, and what cleaning makes of it.
    Cleaned,
}

/// Whether more records are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// They are.
    More,
    /// Enough were written.
    NoMore,
}

/// Writes records.
pub struct Printer {
    form: Form,
    from: From,
    /// How many are still wanted, if that is bounded.
    left: Option<u64>,
    lines: Lines,
    out: BufWriter<Out>,
    path: Option<PathBuf>,
    line: Vec<u8>,
    /// Objects that could not be read.
    pub faults: u64,
    /// Records that are not as old as was asked for, or are: nobody knows.
    without_time: u64,
    /// Records whose values are not there as a whole.
    without_value: u64,
}

impl Printer {
    /// Begins to write, as the command line says.
    pub fn new(form: Form, args: &TapArgs, record_max_bytes: usize) -> Result<Printer, TapError> {
        let out = Out::open(args.out.as_deref()).map_err(|error| failed(args.out.as_ref(), error))?;
        Ok(Printer {
            form,
            from: args.from.clone(),
            left: args.count,
            lines: Lines::new(record_max_bytes),
            out: BufWriter::with_capacity(64 << 10, out),
            path: args.out.clone(),
            line: Vec::new(),
            faults: 0,
            without_time: 0,
            without_value: 0,
        })
    }

    /// Writes what is wanted of a block.
    pub fn block(&mut self, block: &Block) -> Result<Wanted, TapError> {
        let end = each_message(block, |message| match self.record(&Record::of(message)) {
            Ok(Wanted::More) => None,
            ended => Some(ended),
        });
        end.unwrap_or(Ok(Wanted::More))
    }

    /// Writes a record if it is wanted.
    pub fn record(&mut self, record: &Record<'_>) -> Result<Wanted, TapError> {
        if !self.is_wanted(record) {
            return Ok(Wanted::More);
        }
        self.line.clear();
        match (self.form, record.content) {
            (Form::Records, _) => self.lines.as_it_came(record, &mut self.line),
            (Form::Cleaned, _) => self.lines.cleaned(record, &mut self.line),
            (Form::Raw, Content::Whole(value)) => raw(value, &mut self.line),
            (Form::Raw, Content::TooLarge(_)) => {
                self.without_value += 1;
                return Ok(Wanted::More);
            }
        }
        let written = self.out.write_all(&self.line);
        written.map_err(|error| self.failed(error))?;
        let Some(left) = &mut self.left else { return Ok(Wanted::More) };
        *left -= 1;
        Ok(if *left == 0 { Wanted::NoMore } else { Wanted::More })
    }

    /// Whether it is not before where the command line says to begin.
    fn is_wanted(&mut self, record: &Record<'_>) -> bool {
        match (&self.from, record.position) {
            (From::Begin(Begin::Offset(offset)), Position::Offset(position)) => position >= *offset,
            (From::Begin(Begin::Time(_)), _) if record.time == 0 => {
                self.without_time += 1;
                false
            }
            (From::Begin(Begin::Time(time)), _) => record.time >= *time,
            // Shards are read from a sequence number on.
            _ => true,
        }
    }

    /// An error if nobody reads any more: where nothing comes, no write would tell.
    pub fn check_reader(&self) -> Result<(), TapError> {
        if self.path.is_some() {
            return Ok(());
        }
        let stdout = io::stdout();
        let mut looked_at = [PollFd::new(&stdout, PollFlags::empty())];
        let found = poll(&mut looked_at, Some(&Timespec::default()));
        let is_gone = found.is_ok() && looked_at[0].revents().contains(PollFlags::ERR);
        if is_gone { Err(TapError::Print(io::ErrorKind::BrokenPipe.into())) } else { Ok(()) }
    }

    /// Writes what has come so far.
    pub fn flush(&mut self) -> Result<(), TapError> {
        let flushed = self.out.flush();
        flushed.map_err(|error| self.failed(error))
    }

    /// Writes the rest, and tells what was left out.
    pub fn finish(mut self) -> Result<(), TapError> {
        self.flush()?;
        let begun = self.out.get_mut().begin();
        begun.map_err(|error| self.failed(error))?;
        if self.without_time > 0 {
            warn(&format!(
                "{} records whose time is not known were left out: --from is a time",
                self.without_time
            ));
        }
        if self.without_value > 0 {
            warn(&format!("{} records that are too large to be kept were left out", self.without_value));
        }
        Ok(())
    }

    fn failed(&self, error: io::Error) -> TapError {
        failed(self.path.as_ref(), error)
    }
}

fn failed(path: Option<&PathBuf>, error: io::Error) -> TapError {
    match path {
        Some(path) => TapError::Out { path: path.clone(), error },
        None => TapError::Print(error),
    }
}
