//! Under random histories of records, corrections and deletions, the graphs show after every tick what a recomputation
//! from scratch shows.

mod graphs;
mod naive;

use graphs::{Run, Shown};
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::names::NameId;
use pinflow_dataflows::row::{AgeGroups, Count, Geo, Pin, Record, Row, Settings, User, Version, Year};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, ProptestConfig, Strategy, TestCaseError, any, prop_oneof, proptest};
use proptest::sample::select;
use proptest::test_runner::FileFailurePersistence;
use std::collections::BTreeMap;

/// Histories of each shape, unless `PROPTEST_CASES` says otherwise for both.
const CASES: u32 = 2_000;
const FALLING_CASES: u32 = 100;

proptest! {
    #![proptest_config(config(CASES))]
    #[test]
    fn views_follow_every_history(history in history()) {
        check(&history)?;
    }
}

proptest! {
    #![proptest_config(config(FALLING_CASES))]
    #[test]
    fn top_posters_are_found_again_when_high_counts_go(history in falling_counts()) {
        check(&history)?;
    }
}

fn config(cases: u32) -> ProptestConfig {
    let persistence = FileFailurePersistence::WithSource("proptest-regressions");
    let default = ProptestConfig::with_failure_persistence(persistence);
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { cases };
    ProptestConfig { cases, max_shrink_iters: 2_000, ..default }
}

/// A run, and the bounds of its age groups as the recomputation wants them.
#[derive(Clone, Debug)]
struct History {
    run: Run,
    last_ages: Vec<u8>,
}

fn check(history: &History) -> Result<(), TestCaseError> {
    let shown = graphs::run(&history.run).map_err(TestCaseError::fail)?;
    let mut rows = Vec::new();
    for (tick, fed) in history.run.ticks.iter().enumerate() {
        rows.extend(fed.iter().map(|(_, row)| *row));
        let expected = naive::views(&rows, history.run.settings.k, &history.last_ages);
        let expected: Shown = expected.into_iter().map(|row| (row, 1)).collect();
        for (graph, after_ticks) in &shown {
            let shown = &after_ticks[tick];
            if *shown != expected {
                let wrong: Vec<_> = shown.iter().filter(|(row, n)| expected.get(row) != Some(n)).collect();
                let missing: Vec<_> = expected.keys().filter(|row| !shown.contains_key(row)).collect();
                let reason = format!("{graph:?} graph, tick {tick}: wrong {wrong:#?}, missing {missing:#?}");
                return Err(TestCaseError::fail(reason));
            }
        }
    }
    Ok(())
}

/// A history's `ind`s are at most so many.
const INDS: usize = 20;

/// Counts that need more than 31 or 32 bits are among them.
const FOLLOWER_COUNTS: [u64; 8] = [5, 0, 1, 100, 101, 1 << 31, (1 << 32) + 5, i64::MAX as u64];
const AGES: [u8; 8] = [25, 0, 17, 18, 24, 50, 51, 150];
const YEARS: [u16; 5] = [2020, 2021, 2022, 1, 9999];

/// The numbers of names; a name may stand in several columns.
const POSTERS: [u32; 4] = [1, 2, 3, (1 << 31) + 1];
const CATEGORIES: [u32; 6] = [2, 3, 4, 5, 6, 1 << 31];
const COUNTRIES: [u32; 3] = [3, 1, (1 << 31) + 1];
const PEOPLE: [u32; 4] = [4, 1, 2, 70_000];

/// Partitions that a kind has, at most.
const PARTITIONS: u32 = 4;

/// One record as it comes; its place in the order of records follows from those before it in its partition.
#[derive(Clone, Debug)]
struct Message {
    ind: usize,
    record: Record,
    partition: u32,
    ms_later: u64,
    orders_later: u64,
    worker: usize,
    /// Rows of a tick are fed in the order of this.
    turn: u8,
}

/// Where messages come from and what they are about.
#[derive(Clone, Debug)]
struct Sources {
    inds: usize,
    /// Partitions of each kind, or of all kinds together.
    partitions: u32,
    shared: bool,
    /// The time of each partition before its first message; none if no times are known.
    start_times: Option<Vec<u64>>,
}

/// How views are computed: everything of a history but its ticks.
fn computation() -> impl Strategy<Value = History> {
    let last_ages = prop_oneof![
        3 => Just(vec![17, 24, 35, 50]),
        1 => select(vec![vec![], vec![24], vec![0, 17, 18, 149]]),
    ];
    let workers = prop_oneof![3 => Just(1), 4 => Just(2), 2 => Just(3), 1 => Just(4)];
    (1..=4_usize, last_ages, workers, 1..=3_usize).prop_map(|(k, last_ages, workers, open_ticks)| {
        let age_groups = AgeGroups::new(last_ages.clone()).expect("the ages rise");
        let run = Run { settings: Settings { k, age_groups }, workers, open_ticks, ticks: Vec::new() };
        History { run, last_ages }
    })
}

fn history() -> impl Strategy<Value = History> {
    let ticks = vec(vec(message(), 0..=30), 1..=6);
    (computation(), sources(), ticks).prop_map(|(mut history, sources, ticks)| {
        history.run.ticks = lay_out(&sources, history.run.workers, ticks);
        history
    })
}

fn sources() -> impl Strategy<Value = Sources> {
    let start_time = prop_oneof![Just(0), 0..4_u64, Just(1_700_000_000_000), Just(1_700_000_000_001)];
    let start_times = option::weighted(0.8, vec(start_time, PARTITIONS as usize * Kind::ALL.len()));
    (1..=INDS, 1..=PARTITIONS, any::<bool>(), start_times)
        .prop_map(|(inds, partitions, shared, start_times)| Sources { inds, partitions, shared, start_times })
}

fn message() -> impl Strategy<Value = Message> {
    let ms_later = prop_oneof![6 => Just(0), 3 => 1..3_u64, 1 => Just(1_000)];
    let orders_later = prop_oneof![4 => Just(1), 1 => 1..5_u64];
    (0..INDS, record(), 0..PARTITIONS, ms_later, orders_later, 0..4_usize, any::<u8>()).prop_map(
        |(ind, record, partition, ms_later, orders_later, worker, turn)| Message {
            ind,
            record,
            partition,
            ms_later,
            orders_later,
            worker,
            turn,
        },
    )
}

fn record() -> impl Strategy<Value = Record> {
    let follower_count = prop_oneof![
        4 => one_of(&FOLLOWER_COUNTS[..5]),
        1 => one_of(&FOLLOWER_COUNTS),
    ];
    let pin =
        (one_of(&POSTERS), follower_count, one_of(&CATEGORIES)).prop_map(|(poster, count, category)| Pin {
            poster: poster.and_then(NameId::from_number),
            follower_count: count.and_then(Count::new),
            category: category.and_then(NameId::from_number),
        });
    let geo = (one_of(&COUNTRIES), one_of(&YEARS)).prop_map(|(country, year)| Geo {
        country: country.and_then(NameId::from_number),
        post_year: year.and_then(Year::new),
    });
    let user = (one_of(&PEOPLE), one_of(&AGES), one_of(&YEARS)).prop_map(|(name, age, year)| User {
        name: name.and_then(NameId::from_number),
        age,
        join_year: year.and_then(Year::new),
    });
    prop_oneof![
        4 => pin.prop_map(Record::Pin),
        3 => geo.prop_map(Record::Geo),
        3 => user.prop_map(Record::User),
        2 => select(&Kind::ALL[..]).prop_map(Record::Deleted),
    ]
}

/// One of these values, or now and then null.
fn one_of<T: Copy + std::fmt::Debug + 'static>(values: &'static [T]) -> impl Strategy<Value = Option<T>> {
    option::weighted(0.9, select(values))
}

/// Some are close together, some far apart.
fn ind(nth: usize) -> u64 {
    let nth = nth as u64;
    match nth % 4 {
        1 => nth << 32,
        3 => i64::MAX as u64 + 3 - nth,
        _ => nth,
    }
}

/// Gives each message its place in its partition, and each tick's rows the order in which they are fed.
fn lay_out(sources: &Sources, workers: usize, ticks: Vec<Vec<Message>>) -> Vec<Vec<(usize, Row)>> {
    let mut reached: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    let mut ticks_of_rows = Vec::new();
    for messages in ticks {
        let mut fed: Vec<(u8, usize, Row)> = Vec::new();
        for message in messages {
            let kind = if sources.shared { 0 } else { message.record.kind() as u32 };
            let partition = kind * PARTITIONS + message.partition % sources.partitions;
            let start = sources.start_times.as_ref().map(|times| times[partition as usize]);
            let (time, order) = reached.entry(partition).or_insert((start.unwrap_or(0), 0));
            *time += if start.is_some() { message.ms_later } else { 0 };
            *order += message.orders_later;
            let version = Version::new(*time, partition, *order);
            let row = Row { ind: ind(message.ind % sources.inds), version, record: message.record };
            fed.push((message.turn, message.worker % workers, row));
        }
        fed.sort_by_key(|(turn, ..)| *turn);
        ticks_of_rows.push(fed.into_iter().map(|(_, worker, row)| (worker, row)).collect());
    }
    ticks_of_rows
}

/// What happens to the pin of the highest follower count that is left.
#[derive(Clone, Copy, Debug)]
enum Fall {
    PinDeleted,
    GeoDeleted,
    CountLowered,
    CountUnknown,
    PosterUnknown,
    CountryUnknown,
    /// It stays, and the one that fell last is back.
    Undone,
}

/// Pins of one country, the higher counts first.
#[derive(Clone, Debug)]
struct Pins {
    number: u32,
    posters: u32,
    of_each_count: u32,
}

/// Many posters of one country lose their high counts one by one, so that those far from the top get there.
fn falling_counts() -> impl Strategy<Value = History> {
    let fall = prop_oneof![
        6 => Just(Fall::PinDeleted),
        1 => select(vec![
            Fall::GeoDeleted,
            Fall::CountLowered,
            Fall::CountUnknown,
            Fall::PosterUnknown,
            Fall::CountryUnknown,
            Fall::Undone,
        ]),
    ];
    let ticks = vec(vec(fall, 1..=60), 1..=20);
    let posters = prop_oneof![3 => Just(u32::MAX), 1 => 1..=400_u32];
    let pins = (1..=500_u32, posters, 1..=3_u32).prop_map(|(number, posters, of_each_count)| Pins {
        number,
        posters,
        of_each_count,
    });
    (computation(), pins, ticks).prop_map(|(mut history, pins, ticks)| {
        history.run.workers = history.run.workers.min(2);
        let pins = Pins { number: pins.number * history.run.workers as u32, ..pins };
        history.run.ticks = pins.fall(history.run.workers, ticks);
        history
    })
}

impl Pins {
    fn pin(&self, ind: u32) -> Pin {
        let follower_count = u64::from(1_000 + (self.number - ind) / self.of_each_count);
        Pin {
            poster: NameId::from_number(1 + ind % self.posters),
            follower_count: Count::new(follower_count),
            category: None,
        }
    }

    /// All pins come in the first tick and fall in the following ones.
    fn fall(&self, workers: usize, ticks: Vec<Vec<Fall>>) -> Vec<Vec<(usize, Row)>> {
        let mut order = 0;
        let mut fed = |ind: u32, record: Record| {
            order += 1;
            let row = Row { ind: u64::from(ind), version: Version::new(0, 0, order), record };
            (order as usize % workers, row)
        };
        let geo = Geo { country: NameId::from_number(COUNTRIES[0]), post_year: None };
        let posts = (0..self.number).rev().map(|ind| (ind, Record::Pin(self.pin(ind)), Record::Geo(geo)));
        let mut fed_ticks = vec![posts.flat_map(|(ind, pin, geo)| [fed(ind, pin), fed(ind, geo)]).collect()];
        let mut top = 0_u32;
        for falls in ticks {
            let mut tick = Vec::new();
            for fall in falls {
                if let Fall::Undone = fall {
                    top = top.saturating_sub(1);
                    tick.extend([fed(top, Record::Pin(self.pin(top))), fed(top, Record::Geo(geo))]);
                } else if top < self.number {
                    tick.push(fed(top, fallen(fall, self.pin(top))));
                    top += 1;
                }
            }
            fed_ticks.push(tick);
        }
        fed_ticks
    }
}

/// The record that makes a pin fall.
fn fallen(fall: Fall, pin: Pin) -> Record {
    match fall {
        Fall::PinDeleted => Record::Deleted(Kind::Pin),
        Fall::GeoDeleted => Record::Deleted(Kind::Geo),
        Fall::CountLowered => Record::Pin(Pin { follower_count: Count::new(1), ..pin }),
        Fall::CountUnknown => Record::Pin(Pin { follower_count: None, ..pin }),
        Fall::PosterUnknown => Record::Pin(Pin { poster: None, ..pin }),
        Fall::CountryUnknown => Record::Geo(Geo::default()),
        Fall::Undone => Record::Pin(pin),
    }
}
