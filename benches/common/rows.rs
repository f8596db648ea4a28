//! The rows of `pinflow emulate`'s records: read, cleaned and with numbers for names, as the graph takes them.

use pinflow::decode::read_record;
use pinflow::emulate::Chance;
use pinflow::emulate::records::record::{Record as Written, Spelling};
use pinflow::emulate::records::{Catalogue, CatalogueOptions, Post};
use pinflow_dataflows::clean::{self, Fields, RawRecord};
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::names::{NameFinder, NameId, NameTables, Names};
use pinflow_dataflows::row::{Geo, Pin, Record, Row, User, Version};
use std::ops::Range;
use std::sync::Arc;

/// A history of posts: each one's first records, then corrections.
pub struct History {
    catalogue: Catalogue,
    names: NameTables,
    /// Rows made so far.
    rows: u64,
}

/// The 100,000th prime. With the post so many further corrected next, corrections lie far apart and none comes again
/// soon.
const CORRECTION_STEP: u64 = 1_299_709;

impl History {
    /// Of so many posts, as many of them without a geo or a user as `pinflow emulate` leaves out.
    pub fn new(posts: u64) -> History {
        let missing = Chance::from_rate(0.05).expect("a rate");
        let options = CatalogueOptions { seed: 1, posts, missing_geo: missing, missing_user: missing };
        History { catalogue: Catalogue::new(options), names: NameTables::default(), rows: 0 }
    }

    /// The first records of some posts.
    pub fn first_records(&mut self, numbers: Range<u64>) -> Vec<Row> {
        let mut rows = Vec::new();
        for number in numbers {
            for kind in Kind::ALL {
                if self.catalogue.has(kind, number) {
                    rows.push(self.row(kind, Post { number, version: 0 }));
                }
            }
        }
        rows
    }

    /// So many later records, of all kinds in turn, of posts all over the catalogue.
    pub fn corrections(&mut self, count: usize) -> Vec<Row> {
        (0..count)
            .map(|_| {
                let number = self.rows * CORRECTION_STEP % self.catalogue.posts();
                let kind = Kind::ALL[(self.rows % 3) as usize];
                self.row(kind, Post { number, version: self.rows })
            })
            .collect()
    }

    fn row(&mut self, kind: Kind, post: Post) -> Row {
        let (mut written, mut line) = (Written::default(), Vec::new());
        self.catalogue.fill(kind, post, &mut written);
        written.write_to(&mut line, Spelling::PLAIN);
        let line = String::from_utf8(line).expect("emulated records are UTF-8");
        let mut raw = RawRecord::default();
        read_record(kind, &line, Fields::OF_VIEWS, &mut raw).expect("emulated records are JSON");
        self.rows += 1;
        let version = Version::new(0, kind as u32, self.rows);
        Row { ind: written.ind(), version, record: record(kind, &raw, &self.names) }
    }
}

fn record(kind: Kind, raw: &RawRecord<'_>, names: &NameTables) -> Record {
    match kind {
        Kind::Pin => {
            let (pin, _malformed) = clean::pin(raw);
            Record::Pin(Pin {
                poster: id(&names.posters, pin.poster_name),
                follower_count: pin.follower_count,
                category: id(&names.categories, pin.category),
            })
        }
        Kind::Geo => {
            let (geo, _malformed) = clean::geo(raw);
            let post_year = geo.timestamp.map(|stamp| stamp.year());
            Record::Geo(Geo { country: id(&names.countries, geo.country), post_year })
        }
        Kind::User => {
            let (user, _malformed) = clean::user(raw);
            let name = user.user_name.map(|name| name.to_string());
            let join_year = user.date_joined.map(|stamp| stamp.year());
            Record::User(User { name: id(&names.people, name.as_deref()), age: user.age, join_year })
        }
    }
}

fn id(names: &Arc<Names>, name: Option<&str>) -> Option<NameId> {
    name.map(|name| NameFinder::new(names).id(name))
}
