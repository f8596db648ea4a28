//! The least that rows can cost: a hash table with the latest records of every `ind`, and no views of them.

use pinflow_dataflows::hash::Map;
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::row::{Geo, Pin, Record, Row, User};

/// The records of every `ind`.
#[derive(Default)]
pub struct Table(Map<u64, Held>);

#[derive(Default)]
struct Held {
    pin: Option<Pin>,
    geo: Option<Geo>,
    user: Option<User>,
}

impl Table {
    /// Applies rows in their order.
    pub fn apply(&mut self, rows: &[Row]) {
        for row in rows {
            let held = self.0.entry(row.ind).or_default();
            match row.record {
                Record::Pin(pin) => held.pin = Some(pin),
                Record::Geo(geo) => held.geo = Some(geo),
                Record::User(user) => held.user = Some(user),
                Record::Deleted(Kind::Pin) => held.pin = None,
                Record::Deleted(Kind::Geo) => held.geo = None,
                Record::Deleted(Kind::User) => held.user = None,
            }
        }
    }

    /// How many records there are.
    pub fn records(&self) -> usize {
        let records = |held: &Held| {
            usize::from(held.pin.is_some())
                + usize::from(held.geo.is_some())
                + usize::from(held.user.is_some())
        };
        self.0.values().map(records).sum()
    }
}
