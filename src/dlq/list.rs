//! `pinflow dlq ls`: counts of dead letters.

use super::Outcome;
use super::error::DlqError;
use super::filter::Filter;
use super::letters::{self, Wanted};
use crate::dead_letters::StoredLetter;
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use unicode_width::UnicodeWidthStr;

#[derive(Debug, Args)]
pub struct ListArgs {
    /// The data folder of a run.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    #[command(flatten)]
    filter: Filter,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// The letters of a topic, a partition and a reason.
#[derive(Debug, Serialize)]
struct Group {
    topic: String,
    partition: Option<u64>,
    reason: String,
    letters: u64,
    first_position: Option<u64>,
    last_position: Option<u64>,
    first_time: Option<String>,
    last_time: Option<String>,
}

#[derive(Serialize)]
struct Listed {
    letters: u64,
    unreadable_lines: u64,
    groups: Vec<Group>,
}

const COLUMNS: [&str; 8] =
    ["topic", "partition", "reason", "letters", "first position", "last position", "first time", "last time"];

pub fn run(args: &ListArgs, out: &mut impl Write) -> Result<Outcome, DlqError> {
    let mut groups: BTreeMap<(String, Option<u64>, String), Group> = BTreeMap::new();
    let unreadable_lines = letters::read(&args.data, |letter, _| {
        if args.filter.fits(&letter) {
            let key = (letter.topic.clone(), letter.partition, letter.reason_name().to_owned());
            groups.entry(key).or_insert_with(|| Group::of(&letter)).add(letter);
        }
        Ok(Wanted::More)
    })?;
    let groups: Vec<Group> = groups.into_values().collect();
    let listed = Listed { letters: groups.iter().map(|group| group.letters).sum(), unreadable_lines, groups };
    if args.json {
        let object = serde_json::to_string(&listed).expect("texts and numbers can be written");
        writeln!(out, "{object}")?;
    } else {
        letters::warn_unreadable(unreadable_lines);
        print(&listed, out)?;
    }
    Ok(Outcome::Complete)
}

impl Group {
    /// Without any letter so far.
    fn of(letter: &StoredLetter) -> Group {
        Group {
            topic: letter.topic.clone(),
            partition: letter.partition,
            reason: letter.reason_name().to_owned(),
            letters: 0,
            first_position: None,
            last_position: None,
            first_time: None,
            last_time: None,
        }
    }

    fn add(&mut self, letter: StoredLetter) {
        self.letters += 1;
        if let Some(position) = letter.position {
            self.first_position = Some(self.first_position.map_or(position, |first| first.min(position)));
            self.last_position = self.last_position.max(Some(position));
        }
        // All times are written alike, so that texts compare as times do.
        if let Some(time) = letter.time {
            if self.first_time.as_ref().is_none_or(|first| time < *first) {
                self.first_time = Some(time.clone());
            }
            self.last_time = self.last_time.take().max(Some(time));
        }
    }

    fn cells(&self) -> [String; COLUMNS.len()] {
        let number = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
        let time = |time: &Option<String>| time.clone().unwrap_or_else(|| "-".to_owned());
        [
            self.topic.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect(),
            number(self.partition),
            self.reason.clone(),
            self.letters.to_string(),
            number(self.first_position),
            number(self.last_position),
            time(&self.first_time),
            time(&self.last_time),
        ]
    }
}

/// Columns that line up, and all letters at the end.
fn print(listed: &Listed, out: &mut impl Write) -> Result<(), DlqError> {
    if listed.letters > 0 {
        let mut lines = vec![COLUMNS.map(str::to_owned)];
        lines.extend(listed.groups.iter().map(Group::cells));
        let width = |column: usize| lines.iter().map(|line| line[column].width()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..COLUMNS.len()).map(width).collect();
        for line in &lines {
            let padded = line.iter().zip(&widths);
            let padded = padded.map(|(cell, width)| cell.clone() + &" ".repeat(width - cell.width()));
            writeln!(out, "{}", padded.collect::<Vec<_>>().join("  ").trim_end())?;
        }
    }
    writeln!(out, "{} dead letters", listed.letters)?;
    Ok(())
}
