//! A post: the latest pin, geo and user record of one `ind`, side by side in 48 bytes.

use crate::group_key::GroupKey;
use crate::hash::Map;
use crate::kind::Kind;
use crate::names::NameId;
use crate::people::Membership;
use crate::row::{AgeGroups, Count, Geo, Pin, Record, User, Year};

/// What is held of one `ind`. Columns of a record that is missing or deleted are null.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Post {
    pub ind: u64,
    follower_count: CountCode,
    poster: Option<NameId>,
    category: Option<NameId>,
    country: Option<NameId>,
    name: Option<NameId>,
    /// Its records' versions, by kind: numbers in the segment's list, and the lowest bits of their orders.
    pub versions: [u16; 3],
    pub orders: [u16; 3],
    post_year: Option<Year>,
    join_year: Option<Year>,
    age: u8,
    flags: u8,
}

const NO_AGE: u8 = u8::MAX;
const OPEN: u8 = 1 << 7;

const fn has(kind: Kind) -> u8 {
    1 << kind as u8
}

impl Post {
    /// An `ind` of which nothing is known.
    pub fn empty(ind: u64) -> Post {
        Post {
            ind,
            follower_count: CountCode::NONE,
            poster: None,
            category: None,
            country: None,
            name: None,
            versions: [0; 3],
            orders: [0; 3],
            post_year: None,
            join_year: None,
            age: NO_AGE,
            flags: 0,
        }
    }

    pub fn is_open(&self) -> bool {
        self.flags & OPEN != 0
    }

    pub fn set_open(&mut self, open: bool) {
        self.flags = if open { self.flags | OPEN } else { self.flags & !OPEN };
    }

    fn holds(&self, kind: Kind) -> bool {
        self.flags & has(kind) != 0
    }

    /// Replaces the record of one kind.
    pub fn put(&mut self, record: Record, counts: &mut LargeCounts) {
        self.flags |= has(record.kind());
        match record {
            Record::Pin(pin) => {
                self.poster = pin.poster;
                self.follower_count = counts.code(pin.follower_count);
                self.category = pin.category;
            }
            Record::Geo(geo) => {
                self.country = geo.country;
                self.post_year = geo.post_year;
            }
            Record::User(user) => {
                self.name = user.name;
                self.age = user.age.unwrap_or(NO_AGE);
                self.join_year = user.join_year;
            }
            Record::Deleted(kind) => self.remove(kind),
        }
    }

    fn remove(&mut self, kind: Kind) {
        self.flags &= !has(kind);
        match kind {
            Kind::Pin => (self.poster, self.follower_count, self.category) = (None, CountCode::NONE, None),
            Kind::Geo => (self.country, self.post_year) = (None, None),
            Kind::User => (self.name, self.age, self.join_year) = (None, NO_AGE, None),
        }
    }

    /// The pin, if it has one.
    pub fn pin(&self, counts: &LargeCounts) -> Option<Pin> {
        let follower_count =
            (self.follower_count != CountCode::NONE).then(|| counts.count(self.follower_count));
        let pin = Pin { poster: self.poster, follower_count, category: self.category };
        self.holds(Kind::Pin).then_some(pin)
    }

    /// The geo record, if it has one.
    pub fn geo(&self) -> Option<Geo> {
        self.holds(Kind::Geo).then_some(Geo { country: self.country, post_year: self.post_year })
    }

    /// The user record, if it has one.
    pub fn user(&self) -> Option<User> {
        let age = Some(self.age).filter(|age| *age != NO_AGE);
        self.holds(Kind::User).then_some(User { name: self.name, age, join_year: self.join_year })
    }

    fn age_group(&self, groups: &AgeTable) -> Option<u8> {
        (self.age != NO_AGE).then(|| groups.0[self.age as usize])
    }

    /// Where the category views count it: the finest group, null where a column is null or its record missing, and the
    /// category.
    pub fn category(&self, groups: &AgeTable) -> Option<(GroupKey, NameId)> {
        let category = self.category?;
        Some((GroupKey::new(self.country, self.post_year, self.age_group(groups)), category))
    }

    /// Where the medians count it: join year and age group, and the follower count.
    pub fn followers(&self, groups: &AgeTable) -> Option<(GroupKey, CountCode)> {
        (self.holds(Kind::User) && self.follower_count != CountCode::NONE)
            .then(|| (GroupKey::new(None, self.join_year, self.age_group(groups)), self.follower_count))
    }

    /// What the poster views see of it; a geo record without a country is the null country.
    pub fn poster(&self) -> Option<(Option<NameId>, NameId, CountCode)> {
        let poster = self.poster?;
        (self.holds(Kind::Geo) && self.follower_count != CountCode::NONE).then_some((
            self.country,
            poster,
            self.follower_count,
        ))
    }

    /// Which person joined in which year.
    pub fn membership(&self) -> Option<Membership> {
        Some(Membership::new(self.name?, self.age, self.join_year?))
    }
}

/// The group of each age.
pub(crate) struct AgeTable([u8; 256]);

impl AgeTable {
    pub fn new(groups: &AgeGroups) -> AgeTable {
        AgeTable(std::array::from_fn(|age| groups.of(age as u8)))
    }
}

/// A follower count in four bytes: itself below 2^31, else its number among the large ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CountCode(u32);

impl CountCode {
    const NONE: CountCode = CountCode(u32::MAX);
    const FIRST_LARGE: u32 = 1 << 31;
}

/// The follower counts of 2^31 and more, each once.
#[derive(Default)]
pub(crate) struct LargeCounts {
    codes: Map<Count, u32>,
    counts: Vec<Count>,
}

impl LargeCounts {
    fn code(&mut self, count: Option<Count>) -> CountCode {
        let Some(count) = count else { return CountCode::NONE };
        if count.get() < u64::from(CountCode::FIRST_LARGE) {
            return CountCode(count.get() as u32);
        }
        let next = self.counts.len() as u32;
        assert!(next < CountCode::FIRST_LARGE - 1, "more than 2^31 different follower counts above 2^31");
        let code = *self.codes.entry(count).or_insert(next);
        if code == next {
            self.counts.push(count);
        }
        CountCode(code | CountCode::FIRST_LARGE)
    }

    /// The count behind a code that is not null.
    pub fn count(&self, code: CountCode) -> Count {
        if code.0 < CountCode::FIRST_LARGE {
            Count::new(u64::from(code.0)).expect("small")
        } else {
            self.counts[(code.0 & !CountCode::FIRST_LARGE) as usize]
        }
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        self.codes.allocation_size() + self.counts.capacity() * size_of::<Count>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_takes_48_bytes() {
        assert_eq!(size_of::<Post>(), 48);
    }

    #[test]
    fn counts_survive_their_coding() {
        let mut counts = LargeCounts::default();
        for n in [0, 1, (1 << 31) - 1, 1 << 31, u64::from(u32::MAX), 1 << 40, i64::MAX as u64, 1 << 40] {
            let count = Count::new(n).expect("in range");
            let code = counts.code(Some(count));
            assert_ne!(code, CountCode::NONE);
            assert_eq!(counts.count(code), count);
        }
    }
}
