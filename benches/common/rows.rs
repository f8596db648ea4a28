//! Invented rows, made one by one and so quickly that millions of posts need neither a file nor memory.
//!
//! They are spread as the records of `pinflow emulate`: few countries, categories and posters have most of the posts,
//! and follower counts are over many magnitudes. There are half as many people as posts, and each of them occurs.

use super::random::Random;
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::names::{NameFinder, NameId, NameTables};
use pinflow_dataflows::row::{Count, Geo, Pin, Record, Row, User, Version, Year};
use std::fmt::Write;

/// What is invented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invented {
    /// Posts; there are a quarter as many posters and half as many people.
    pub posts: u64,
    /// People who share a name, but for their ages; at most 20.
    pub people_a_name: u64,
    /// Whether follower counts are exact, or as sites show them: 437, 1.2k, 12k.
    pub exact_counts: bool,
}

impl Invented {
    /// What most figures are taken with.
    pub fn usual(posts: u64) -> Invented {
        Invented { posts, people_a_name: 20, exact_counts: false }
    }
}

/// Makes rows.
pub struct Rows {
    invented: Invented,
    posters: NameFinder,
    people: NameFinder,
    categories: Vec<NameId>,
    category_sums: Vec<u64>,
    countries: Vec<NameId>,
    country_sums: Vec<u64>,
    text: String,
    made: u64,
}

/// The weights of the emulator's categories, the most frequent first.
const CATEGORY_WEIGHTS: [u64; 13] = [18, 15, 13, 11, 9, 8, 7, 6, 5, 4, 4, 3, 3];
/// So many that their weights, which fall off as 1/n, are those of the emulator's countries.
const COUNTRIES: u64 = 214;

const POST_KEY: u64 = 1 << 60;
const POSTER_KEY: u64 = 2 << 60;

impl Rows {
    /// Makes rows whose names are in `names`.
    pub fn new(invented: Invented, names: &NameTables) -> Rows {
        let mut categories = NameFinder::new(&names.categories);
        let mut countries = NameFinder::new(&names.countries);
        Rows {
            invented,
            posters: NameFinder::new(&names.posters),
            people: NameFinder::new(&names.people),
            categories: (0..13).map(|n| categories.id(&format!("category {n}"))).collect(),
            category_sums: sums(CATEGORY_WEIGHTS.into_iter()),
            countries: (0..COUNTRIES).map(|n| countries.id(&format!("country {n}"))).collect(),
            country_sums: sums((1..=COUNTRIES).map(|n| 1_000_000 / n)),
            text: String::new(),
            made: 0,
        }
    }

    /// The first records of all posts, kind by kind as an archive has them. One geo and one user in twenty are missing.
    pub fn first(&mut self) -> impl Iterator<Item = Row> + '_ {
        let posts = self.invented.posts;
        let records = Kind::ALL.into_iter().flat_map(move |kind| (0..posts).map(move |n| (kind, n)));
        let records =
            records.filter(|(kind, n)| *kind == Kind::Pin || Random::keyed(key(*kind, *n, 0)).below(20) > 0);
        records.map(|(kind, number)| self.row(kind, number, 0))
    }

    /// So many later records of all kinds, of any posts.
    pub fn corrections(&mut self, count: usize) -> Vec<Row> {
        (0..count)
            .map(|_| {
                let random = &mut Random::keyed(self.made);
                let kind = Kind::ALL[random.below(3) as usize];
                self.row(kind, random.below(self.invented.posts), 1 + self.made)
            })
            .collect()
    }

    /// The record that a post gets in one of its versions.
    pub fn row(&mut self, kind: Kind, number: u64, version: u64) -> Row {
        let random = &mut Random::keyed(key(kind, number, version));
        // What decides whether there is a first record is drawn first.
        random.bits();
        let record = match kind {
            Kind::Pin => Record::Pin(self.pin(number, version, random)),
            Kind::Geo => Record::Geo(self.geo(random)),
            Kind::User => Record::User(self.user(number, version, random)),
        };
        self.with_version(number, record)
    }

    /// A record as the next of its partition, which all of a kind share.
    pub fn with_version(&mut self, ind: u64, record: Record) -> Row {
        self.made += 1;
        Row { ind, version: Version::new(0, record.kind() as u32, self.made), record }
    }

    fn pin(&mut self, number: u64, version: u64, random: &mut Random) -> Pin {
        let posters = (self.invented.posts / 4).max(1);
        // Every poster has a post. Of the others the n-th poster's share falls off as n^(-2/3): a uniform number's cube
        // is distributed so.
        let uniform = random.bits() >> 32;
        let cube = (((uniform * uniform) >> 32) * uniform) >> 32;
        let poster = if version == 0 && number < posters { number } else { (cube * posters) >> 32 };
        // What a scraper did not find.
        let (poster_known, count_known) = (random.below(100) >= 10, random.below(100) >= 10);
        self.text.clear();
        write!(self.text, "The Quiet Garden {poster}").expect("a text takes all");
        Pin {
            poster: poster_known.then(|| self.posters.id(&self.text)),
            follower_count: count_known.then(|| self.follower_count(poster, random)),
            category: Some(self.categories[random.weighted(&self.category_sums)]),
        }
    }

    /// Mostly today's, else one from when it was smaller. The logarithm is nearly normal: the median is about 1,800, one
    /// in six has more than 24,000, the most is some 14 million.
    fn follower_count(&self, poster: u64, random: &mut Random) -> Count {
        let of_poster = &mut Random::keyed(POSTER_KEY | poster);
        let sum: u64 = (0..4).map(|_| of_poster.below(1 << 16)).sum();
        let logarithm = (sum * 13 / 2).saturating_sub(144_179);
        let today = ((0x1_0000 + (logarithm & 0xffff)) << (logarithm >> 16)) >> 16;
        let count = if random.below(4) > 0 { today } else { today * (50 + random.below(50)) / 100 };
        let unit = match count {
            _ if self.invented.exact_counts => 1,
            0..1_000 => 1,
            1_000..10_000 => 100,
            10_000..1_000_000 => 1_000,
            1_000_000..10_000_000 => 100_000,
            _ => 1_000_000,
        };
        Count::new(count / unit * unit).expect("in range")
    }

    fn geo(&mut self, random: &mut Random) -> Geo {
        let country = self.countries[random.weighted(&self.country_sums)];
        Geo { country: Some(country), post_year: Year::new(2015 + random.below(8) as u16) }
    }

    fn user(&mut self, number: u64, version: u64, random: &mut Random) -> User {
        let people = (self.invented.posts / 2).max(1);
        let names = people.div_ceil(self.invented.people_a_name);
        // Every person has a user record.
        let person = if version == 0 && number < people { number } else { random.below(people) };
        self.text.clear();
        write!(self.text, "Ada Lindqvist {}", person % names).expect("a text takes all");
        // Those who share a name are three years apart; the last one's age is not known.
        let age = 13 + 3 * (person / names) as u8;
        User {
            name: Some(self.people.id(&self.text)),
            age: (age < 70).then_some(age),
            join_year: Year::new(2015 + random.below(6) as u16),
        }
    }
}

fn key(kind: Kind, number: u64, version: u64) -> u64 {
    POST_KEY | (kind as u64) << 58 | version << 32 ^ number
}

fn sums(weights: impl Iterator<Item = u64>) -> Vec<u64> {
    weights
        .scan(0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect()
}
