//! The latest pin, geo and user of each `ind`, side by side.

use crate::archive::Kind;
use crate::clean::{self, Year};
use crate::groups::Map;
use crate::names::{NameId, Names};
use crate::record::Fields;

/// What there is of an `ind`.
#[derive(Clone, Copy, Default)]
pub struct Post {
    pub pin: Option<Pin>,
    pub geo: Option<Geo>,
    pub user: Option<User>,
}

#[derive(Clone, Copy)]
pub struct Pin {
    pub poster: Option<NameId>,
    pub follower_count: Option<u64>,
    pub category: Option<NameId>,
}

#[derive(Clone, Copy)]
pub struct Geo {
    pub country: Option<NameId>,
    pub year: Option<Year>,
}

#[derive(Clone, Copy)]
pub struct User {
    pub name: Option<NameId>,
    pub age: Option<u8>,
    pub join_year: Option<Year>,
}

impl User {
    /// The number of the age group.
    pub fn age_group(&self) -> Option<u8> {
        self.age.map(|age| match age {
            0..=17 => 0,
            18..=24 => 1,
            25..=35 => 2,
            36..=50 => 3,
            51.. => 4,
        })
    }
}

/// What a record makes of its `ind`: what there is of its kind, nothing if it deletes.
pub enum Change {
    Pin(Option<Pin>),
    Geo(Option<Geo>),
    User(Option<User>),
}

impl Change {
    pub fn of(kind: Kind, fields: &Fields<'_>, names: &mut Names) -> Change {
        let is_there = !fields.is_deletion();
        match kind {
            Kind::Pin => Change::Pin(is_there.then(|| pin(fields, names))),
            Kind::Geo => Change::Geo(is_there.then(|| geo(fields, names))),
            Kind::User => Change::User(is_there.then(|| user(fields, names))),
        }
    }
}

/// All posts.
#[derive(Default)]
pub struct Posts(Map<u64, Post>);

impl Posts {
    /// Makes changes, the latest last, and forgets them. Posts lie far apart in memory; with several changes at once the
    /// waits for it overlap.
    pub fn make(&mut self, changes: &mut Vec<(u64, Change)>) {
        for (ind, change) in changes.drain(..) {
            let post = self.0.entry(ind).or_default();
            match change {
                Change::Pin(pin) => post.pin = pin,
                Change::Geo(geo) => post.geo = geo,
                Change::User(user) => post.user = user,
            }
        }
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Post> {
        self.0.values()
    }
}

fn pin(fields: &Fields<'_>, names: &mut Names) -> Pin {
    let [poster, follower_count, category, _] = fields.values;
    Pin {
        poster: clean::poster_name(poster).map(|name| names.id(&name)),
        follower_count: clean::follower_count(follower_count),
        category: clean::text(category).map(|name| names.id(&name)),
    }
}

fn geo(fields: &Fields<'_>, names: &mut Names) -> Geo {
    let [timestamp, country, ..] = fields.values;
    Geo { country: clean::text(country).map(|name| names.id(&name)), year: clean::year(timestamp) }
}

fn user(fields: &Fields<'_>, names: &mut Names) -> User {
    let [first, last, age, joined] = fields.values;
    User {
        name: clean::user_name(first, last).map(|name| names.id(&name)),
        age: clean::age(age),
        join_year: clean::year(joined),
    }
}
