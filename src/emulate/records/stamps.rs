//! Points in time as producers write them: `2022-01-01 02:26:50`, now and then with a `T`.

use super::json::write_digits;
use crate::emulate::random::Random;

const SECONDS_A_DAY: u64 = 24 * 60 * 60;

/// Whole years, the first and the last.
#[derive(Clone, Copy)]
pub struct Years {
    /// The first year, at least 1970.
    pub first: u64,
    /// The last year.
    pub last: u64,
}

impl Years {
    /// Appends a point of time of these years in quotes, all of them equally likely.
    pub fn write_stamp(self, random: &mut Random, out: &mut Vec<u8>) {
        let second = random.below(self.days() * SECONDS_A_DAY);
        let (year, month, day) = self.date(second / SECONDS_A_DAY);
        let second = second % SECONDS_A_DAY;
        out.push(b'"');
        write_digits::<4>(out, year);
        out.push(b'-');
        write_digits::<2>(out, month);
        out.push(b'-');
        write_digits::<2>(out, day);
        out.push(if random.percent(30) { b'T' } else { b' ' });
        write_digits::<2>(out, second / 3600);
        out.push(b':');
        write_digits::<2>(out, second / 60 % 60);
        out.push(b':');
        write_digits::<2>(out, second % 60);
        out.push(b'"');
    }

    fn days(self) -> u64 {
        (self.first..=self.last).map(days_in_year).sum()
    }

    /// Year, month and day of a day counted from the first year's first.
    fn date(self, mut day: u64) -> (u64, u64, u64) {
        let mut year = self.first;
        while day >= days_in_year(year) {
            day -= days_in_year(year);
            year += 1;
        }
        let mut month = 1;
        while day >= days_in_month(year, month) {
            day -= days_in_month(year, month);
            month += 1;
        }
        (year, month, day + 1)
    }
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_in_year(year: u64) -> u64 {
    365 + u64::from(is_leap(year))
}

fn days_in_month(year: u64, month: u64) -> u64 {
    match month {
        2 => 28 + u64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        let years = Years { first: 2015, last: 2022 };
        assert_eq!(years.days(), 2922);
        assert_eq!(years.date(0), (2015, 1, 1));
        assert_eq!(years.date(365 + 31 + 28), (2016, 2, 29));
        assert_eq!(years.date(365 + 366), (2017, 1, 1));
        assert_eq!(years.date(2921), (2022, 12, 31));
    }

    #[test]
    fn stamps_have_the_form_that_producers_write() {
        let mut out = Vec::new();
        let mut random = Random::keyed(&[3]);
        for _ in 0..1_000 {
            out.clear();
            Years { first: 2015, last: 2020 }.write_stamp(&mut random, &mut out);
            let shape: String =
                out.iter().map(|&b| if b.is_ascii_digit() { '0' } else { char::from(b) }).collect();
            assert_eq!(shape.replace('T', " "), "\"0000-00-00 00:00:00\"");
            assert!((&b"\"2015-01-01"[..]..=b"\"2020-12-31").contains(&&out[..11]));
        }
    }
}
