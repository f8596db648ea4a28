//! The three kinds of records.

use serde::{Deserialize, Serialize};

/// What a record is about: a pin, where and when it was posted, or who posted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A pin: its poster, follower count and category among others.
    Pin,
    /// Where and when a pin was posted.
    Geo,
    /// Who posted a pin: name, age and join date.
    User,
}

impl Kind {
    /// All kinds, in the order in which they are shown.
    pub const ALL: [Kind; 3] = [Kind::Pin, Kind::Geo, Kind::User];

    /// The name that topics, streams, metrics and files use.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Pin => "pin",
            Kind::Geo => "geo",
            Kind::User => "user",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
