//! Views, counts and posts recomputed from the records of a log, the slow and obvious way: all records in the order of
//! the contract, the latest of each kind and `ind`, every view from scratch.

use crate::log_files::{LogRecord, Partition};
use crate::naive;
use chrono::{DateTime, SecondsFormat};
use pinflow::decode::read_record;
use pinflow::tables::{Cell, Table, Tables};
use pinflow_dataflows::clean::{self, Fields, RawRecord};
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::names::{NameFinder, NameId, NameTables, Names};
use pinflow_dataflows::row::{Geo, Pin, Record, Row, Settings, User, Version};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The rows of each view, by its name.
pub type Views = BTreeMap<String, Value>;

/// The first position of each partition that does not belong to a tick.
pub type Vector = BTreeMap<Partition, u64>;

/// The last ages of the shipped age groups.
const LAST_AGES: [u8; 4] = [17, 24, 35, 50];

/// The records of a log, cleaned.
pub struct Recomputed {
    rows: Vec<PlacedRow>,
    names: NameTables,
    pub rejected: u64,
}

struct PlacedRow {
    partition: Partition,
    offset: u64,
    row: Row,
}

impl Recomputed {
    /// Cleans records, which stand by partition and offset.
    pub fn of(records: &[LogRecord]) -> Recomputed {
        let partitions: BTreeSet<&Partition> = records.iter().map(|record| &record.partition).collect();
        let ranks: BTreeMap<&Partition, u32> = partitions.into_iter().zip(0..).collect();
        let mut recomputed = Recomputed { rows: Vec::new(), names: NameTables::default(), rejected: 0 };
        let mut ids = Ids::new(&recomputed.names);
        let mut times: BTreeMap<&Partition, u64> = BTreeMap::new();
        for LogRecord { partition, offset, time, text } in records {
            let latest = times.entry(partition).or_insert(0);
            *latest = (*latest).max(*time);
            let Some((ind, record)) = ids.clean(kind_of(&partition.0), text) else {
                recomputed.rejected += 1;
                continue;
            };
            let row = Row { ind, version: Version::new(*latest, ranks[partition], offset + 1), record };
            recomputed.rows.push(PlacedRow { partition: partition.clone(), offset: *offset, row });
        }
        recomputed
    }

    /// Records that are no rejects.
    pub fn accepted(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Those of them that are not the latest of their kind and `ind`.
    pub fn superseded(&self) -> u64 {
        let keys: BTreeSet<_> =
            self.rows.iter().map(|placed| (placed.row.record.kind(), placed.row.ind)).collect();
        self.accepted() - keys.len() as u64
    }

    /// What the views show of all.
    pub fn views(&self) -> Views {
        self.views_of(self.rows.iter())
    }

    /// What the views show of the tick with that vector.
    pub fn views_up_to(&self, vector: &Vector) -> Views {
        let is_in = |placed: &&PlacedRow| {
            vector.get(&placed.partition).is_some_and(|position| placed.offset < *position)
        };
        self.views_of(self.rows.iter().filter(is_in))
    }

    fn views_of<'a>(&self, rows: impl Iterator<Item = &'a PlacedRow>) -> Views {
        let rows: Vec<Row> = rows.map(|placed| placed.row).collect();
        let settings = Settings::default();
        let shown = naive::views(&rows, settings.k, &LAST_AGES);
        let tables = Tables::new(shown.into_iter().collect(), &self.names, &settings);
        tables.iter().map(|table| (table.view.name().to_owned(), rows_of(table))).collect()
    }

    /// The post of an `ind` as `GET /v1/posts/{ind}` shows it, without the tick; nothing if there is none.
    pub fn post(&self, ind: u64) -> Option<Value> {
        let latest = |kind| {
            let of_kind = |row: &&Row| row.ind == ind && row.record.kind() == kind;
            self.rows.iter().map(|placed| &placed.row).filter(of_kind).max_by_key(|row| row.version)
        };
        let [mut pin, mut geo, mut user] = [Value::Null, Value::Null, Value::Null];
        for row in Kind::ALL.into_iter().filter_map(latest) {
            let time = DateTime::from_timestamp_millis(row.version.time() as i64).expect("a time");
            let time = time.to_rfc3339_opts(SecondsFormat::Millis, true);
            match row.record {
                Record::Pin(record) => pin = self.pin(record, &time),
                Record::Geo(record) => geo = self.geo(record, &time),
                Record::User(record) => user = self.user(record, &time),
                Record::Deleted(_) => {}
            }
        }
        let is_there = [&pin, &geo, &user].iter().any(|part| !part.is_null());
        is_there.then(|| json!({ "ind": ind, "pin": pin, "geo": geo, "user": user }))
    }

    fn pin(&self, pin: Pin, time: &str) -> Value {
        json!({
            "poster_name": text(&self.names.posters, pin.poster),
            "follower_count": pin.follower_count.map(|count| count.get()),
            "category": text(&self.names.categories, pin.category),
            "time": time,
        })
    }

    fn geo(&self, geo: Geo, time: &str) -> Value {
        json!({
            "country": text(&self.names.countries, geo.country),
            "post_year": geo.post_year.map(|year| year.get()),
            "time": time,
        })
    }

    fn user(&self, user: User, time: &str) -> Value {
        let settings = Settings::default();
        let age_group = user.age.map(|age| settings.age_groups.label(settings.age_groups.of(age)));
        json!({
            "user_name": text(&self.names.people, user.name),
            "age": user.age,
            "age_group": age_group,
            "join_year": user.join_year.map(|year| year.get()),
            "time": time,
        })
    }
}

/// Numbers for names.
struct Ids {
    posters: NameFinder,
    categories: NameFinder,
    countries: NameFinder,
    people: NameFinder,
}

impl Ids {
    fn new(names: &NameTables) -> Ids {
        Ids {
            posters: NameFinder::new(&names.posters),
            categories: NameFinder::new(&names.categories),
            countries: NameFinder::new(&names.countries),
            people: NameFinder::new(&names.people),
        }
    }

    /// The key and what views need of a record; nothing of a reject.
    fn clean(&mut self, kind: Kind, text: &str) -> Option<(u64, Record)> {
        let mut raw = RawRecord::default();
        read_record(kind, text, Fields::ALL, &mut raw).ok()?;
        let ind = raw.key()?;
        if raw.is_deletion() {
            return Some((ind, Record::Deleted(kind)));
        }
        let record = match kind {
            Kind::Pin => {
                let (pin, _) = clean::pin(&raw);
                Record::Pin(Pin {
                    poster: pin.poster_name.map(|name| self.posters.id(name)),
                    follower_count: pin.follower_count,
                    category: pin.category.map(|name| self.categories.id(name)),
                })
            }
            Kind::Geo => {
                let (geo, _) = clean::geo(&raw);
                Record::Geo(Geo {
                    country: geo.country.map(|name| self.countries.id(name)),
                    post_year: geo.timestamp.map(|stamp| stamp.year()),
                })
            }
            Kind::User => {
                let (user, _) = clean::user(&raw);
                let mut joined = String::new();
                let name = user.user_name.as_ref().map(|name| name.joined(&mut joined));
                Record::User(User {
                    name: name.map(|name| self.people.id(name)),
                    age: user.age,
                    join_year: user.date_joined.map(|stamp| stamp.year()),
                })
            }
        };
        Some((ind, record))
    }
}

fn kind_of(topic: &str) -> Kind {
    let last = topic.rsplit(['.', '-']).next().expect("there is a last part");
    Kind::from_name(last).unwrap_or_else(|| panic!("{topic} has no kind"))
}

fn rows_of(table: &Table) -> Value {
    let row = |row: &Vec<Cell>| {
        let cells = table.view.columns().iter().zip(row);
        Value::Object(cells.map(|(name, cell)| ((*name).to_owned(), json!(cell))).collect::<Map<_, _>>())
    };
    table.rows.iter().map(row).collect()
}

fn text(names: &Arc<Names>, id: Option<NameId>) -> Option<String> {
    id.map(|id| names.text(id))
}
