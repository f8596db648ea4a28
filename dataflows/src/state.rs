//! What one worker's operators hold, and how much of it there is.

use crate::combine::Combined;
use crate::groups::Groups;
use crate::join_years::JoinYears;
use crate::latest::Latest;
use crate::people::People;
use crate::posters::Ranking;
use crate::row::{Settings, Tick};
use std::cell::{Cell, RefCell};

/// The state of one worker's part of the graph. Its operators own it; between their turns it can be measured.
pub struct State {
    pub(crate) latest: RefCell<Latest>,
    pub(crate) combined: RefCell<Combined>,
    pub(crate) groups: RefCell<Groups>,
    pub(crate) people: RefCell<People>,
    pub(crate) ranking: RefCell<Ranking>,
    pub(crate) join_years: RefCell<JoinYears>,
    /// The last tick whose rows were closed.
    pub(crate) closed: Cell<Tick>,
}

/// How much a worker holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// `ind`s of which a record was seen.
    pub inds: usize,
    /// Bytes of posts.
    pub post_bytes: usize,
    /// Bytes of their index and versions.
    pub index_bytes: usize,
    /// Bytes of the category and median groups.
    pub group_bytes: usize,
    /// Bytes of people.
    pub people_bytes: usize,
    /// Bytes of the best posters.
    pub poster_bytes: usize,
}

impl Size {
    /// Adds another worker's.
    pub fn add(&mut self, other: &Size) {
        self.inds += other.inds;
        self.post_bytes += other.post_bytes;
        self.index_bytes += other.index_bytes;
        self.group_bytes += other.group_bytes;
        self.people_bytes += other.people_bytes;
        self.poster_bytes += other.poster_bytes;
    }

    /// All bytes.
    pub fn bytes(&self) -> usize {
        self.post_bytes + self.index_bytes + self.group_bytes + self.people_bytes + self.poster_bytes
    }
}

impl State {
    pub(crate) fn new(settings: &Settings) -> State {
        State {
            latest: RefCell::new(Latest::new()),
            combined: RefCell::new(Combined::new(settings)),
            groups: RefCell::new(Groups::new(settings.k)),
            people: RefCell::new(People::new()),
            ranking: RefCell::new(Ranking::new(settings.k)),
            join_years: RefCell::default(),
            closed: Cell::new(0),
        }
    }

    /// Accepted records that are not the latest of their `ind` and kind.
    pub fn superseded(&self) -> u64 {
        self.latest.borrow().superseded()
    }

    /// How much there is.
    pub fn size(&self) -> Size {
        let latest = self.latest.borrow();
        let (post_bytes, index_bytes) = latest.bytes();
        Size {
            inds: latest.len(),
            post_bytes,
            index_bytes,
            group_bytes: self.groups.borrow().bytes(),
            people_bytes: self.people.borrow().bytes(),
            poster_bytes: self.combined.borrow().posters.bytes() + self.ranking.borrow().bytes(),
        }
    }
}
