//! The posts that are loaded, and the changes that come then.

use crate::common::random::Random;
use crate::common::rows::{Invented, Rows};
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::names::NameTables;
use pinflow_dataflows::row::{Count, Pin, Record, Row};
use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// What changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// Any record of any post gets another value.
    Corrections,
    /// The highest follower counts of all fall, one after the other, so that posters far from the top get there.
    Falling,
    /// Any records are deleted, and come back with the next tick.
    Deletions,
    /// A tick of corrections now and then, and nothing in between.
    Burst,
}

/// 100,000 a second.
const CHANGES_A_TICK: usize = 1_000;
const TICKS: usize = 300;
const PERIOD: Duration = Duration::from_millis(10);
const BURSTS: usize = 30;
const BURST_PERIOD: Duration = Duration::from_millis(100);

impl Case {
    pub const ALL: [Case; 4] = [Case::Corrections, Case::Falling, Case::Deletions, Case::Burst];

    pub fn name(self) -> &'static str {
        match self {
            Case::Corrections => "corrections",
            Case::Falling => "falling",
            Case::Deletions => "deletions",
            Case::Burst => "burst",
        }
    }

    /// From when a tick is due to when the next one is.
    pub fn period(self) -> Duration {
        if self == Case::Burst { BURST_PERIOD } else { PERIOD }
    }
}

/// Posts, all of which are loaded before anything changes.
pub struct Posts {
    posts: u64,
    rows: RefCell<Rows>,
    /// The first records.
    pub first: Arc<Vec<Row>>,
}

impl Posts {
    pub fn new(posts: u64) -> Posts {
        let mut rows = Rows::new(Invented::usual(posts), &NameTables::default());
        let first = Arc::new(rows.first().collect());
        Posts { posts, rows: RefCell::new(rows), first }
    }

    /// The changes of each tick.
    pub fn ticks(&self, case: Case) -> Vec<Vec<Row>> {
        match case {
            Case::Corrections => self.corrections(TICKS),
            Case::Falling => self.falling(),
            Case::Deletions => self.deletions(),
            Case::Burst => self.corrections(BURSTS),
        }
    }

    fn corrections(&self, ticks: usize) -> Vec<Vec<Row>> {
        (0..ticks).map(|_| self.rows.borrow_mut().corrections(CHANGES_A_TICK)).collect()
    }

    /// Every pin that poster views can show falls to almost nothing, from the highest count on.
    fn falling(&self) -> Vec<Vec<Row>> {
        let counted = |row: &Row| match row.record {
            Record::Pin(pin @ Pin { poster: Some(_), follower_count: Some(count), .. }) => {
                Some((count, row.ind, pin))
            }
            _ => None,
        };
        let mut pins: Vec<(Count, u64, Pin)> = self.first.iter().filter_map(counted).collect();
        pins.sort_unstable_by(|a, b| b.cmp(a));
        let (mut rows, mut random) = (self.rows.borrow_mut(), Random::keyed(1));
        pins.chunks_exact(CHANGES_A_TICK)
            .take(TICKS)
            .map(|pins| {
                let fallen = pins.iter().map(|(_, ind, pin)| {
                    let pin = Pin { follower_count: Count::new(random.below(10)), ..*pin };
                    rows.with_version(*ind, Record::Pin(pin))
                });
                fallen.collect()
            })
            .collect()
    }

    /// Half of a tick's changes delete, the other half undoes the deletions of the tick before.
    fn deletions(&self) -> Vec<Vec<Row>> {
        let (mut rows, mut random) = (self.rows.borrow_mut(), Random::keyed(2));
        let mut deleted: Vec<(Kind, u64)> = Vec::new();
        (0..TICKS)
            .map(|_| {
                let mut tick: Vec<Row> =
                    deleted.drain(..).map(|(kind, number)| rows.row(kind, number, 0)).collect();
                let mut chosen: HashSet<u64> = tick.iter().map(|row| row.ind).collect();
                while deleted.len() < CHANGES_A_TICK / 2 {
                    let (kind, number) = (Kind::ALL[random.below(3) as usize], random.below(self.posts));
                    if chosen.insert(number) {
                        tick.push(rows.with_version(number, Record::Deleted(kind)));
                        deleted.push((kind, number));
                    }
                }
                tick
            })
            .collect()
    }
}
