//! The fields of a geo: where and when a post was made.

use super::countries::Countries;
use super::json::{write_digits, write_number, write_quoted};
use super::record::Record;
use super::stamps::Years;
use crate::emulate::random::Random;

const POST_YEARS: Years = Years { first: 2015, last: 2022 };

/// Adds a geo's fields.
pub fn add_fields(record: &mut Record, countries: &Countries, random: &mut Random) {
    record.add("latitude", |out| write_degrees(random, 90, out));
    record.add("longitude", |out| write_degrees(random, 180, out));
    record.add("country", |out| write_quoted(out, countries.draw(random)));
    record.add("timestamp", |out| POST_YEARS.write_stamp(random, out));
}

/// Appends an angle from -`most` to `most` degrees in ten-thousandths, as Python writes a float.
fn write_degrees(random: &mut Random, most: u64, out: &mut Vec<u8>) {
    let steps = random.within(0..=2 * most * 10_000);
    let middle = most * 10_000;
    if steps < middle {
        out.push(b'-');
    }
    let distance = steps.abs_diff(middle);
    write_number(out, distance / 10_000);
    out.push(b'.');
    write_digits::<4>(out, distance);
    while out.ends_with(b"0") && !out.ends_with(b".0") {
        out.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_stay_in_their_bounds_and_have_no_idle_zeros() {
        let mut random = Random::keyed(&[1]);
        let mut negative = 0;
        for _ in 0..20_000 {
            let mut out = Vec::new();
            write_degrees(&mut random, 90, &mut out);
            let text = String::from_utf8(out).expect("digits");
            let degrees: f64 = text.parse().expect("a number");
            assert!((-90.0..=90.0).contains(&degrees));
            assert_eq!(format!("{degrees:?}"), text);
            negative += u32::from(degrees < 0.0);
        }
        assert!((9_000..11_000).contains(&negative));
    }
}
