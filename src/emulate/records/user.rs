//! The fields of a user: who made a post. People are few enough that many of them come up again.

use super::json::{write_number, write_quoted};
use super::record::Record;
use super::stamps::Years;
use super::words::{FIRST_NAMES, LAST_NAMES};
use crate::emulate::random::Random;

const JOIN_YEARS: Years = Years { first: 2015, last: 2020 };

/// Adds a user's fields.
pub fn add_fields(record: &mut Record, random: &mut Random) {
    record.add("first_name", |out| write_quoted(out, random.one_of(&FIRST_NAMES)));
    record.add("last_name", |out| write_quoted(out, random.one_of(&LAST_NAMES)));
    record.add("age", |out| {
        if random.percent(5) {
            out.extend_from_slice(b"null");
        } else {
            write_number(out, random.within(13..=70));
        }
    });
    record.add("date_joined", |out| JOIN_YEARS.write_stamp(random, out));
}
