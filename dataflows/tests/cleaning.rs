//! What cleaning makes of values at the edges of its rules, and what is kept of a record between two others.

use pinflow_dataflows::clean::{self, Field, Fields, RawRecord, Slot, kind_of};
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::row::Year;
use pinflow_dataflows::value::Value;

#[test]
fn the_year_is_that_of_the_moment_in_utc() {
    check_year("2021-12-31T23:30:00-01:00", Some(2022));
    check_year("2022-01-01 00:30:00+01", Some(2021));
    check_year("2022-01-01T23:58:59+23:59", Some(2021));
    check_year("2021-12-31T00:01:00-2359", Some(2022));
    check_year("2021-12-31T23:59:59.999999999Z", Some(2021));
    check_year("0001-01-01", Some(1));
    check_year("9999-12-31T23:59:59", Some(9999));
}

#[test]
fn a_time_with_one_digit_too_few_is_malformed() {
    check_year("202:-01-01", None);
    check_year("2021-0:-01", None);
    check_year("2021-01-0:", None);
    check_year("2021-01-01 0::00:00", None);
    check_year("2021-01-01 00:0::00", None);
    check_year("2021-01-01 00:00:0:", None);
    check_year("2021-01-01 00:00:00+0:", None);
    check_year("2021-01-01 00:00:00+24:00", None);
}

/// Checks which year a geo's timestamp and a user's date of joining are of; malformed ones are of none.
fn check_year(time: &str, expected: Option<u16>) {
    let expected = expected.and_then(Year::new);
    let geo = record(Field::Timestamp, Value::Text(time.into()));
    let (geo, malformed) = clean::geo(&geo);
    assert_eq!(geo.timestamp.map(|stamp| stamp.year()), expected, "{time}");
    assert_eq!(malformed.contains(Field::Timestamp), expected.is_none(), "{time}");

    let user = record(Field::DateJoined, Value::Text(time.into()));
    let (user, malformed) = clean::user(&user);
    assert_eq!(user.date_joined.map(|stamp| stamp.year()), expected, "{time}");
    assert_eq!(malformed.contains(Field::DateJoined), expected.is_none(), "{time}");
}

#[test]
fn downloaded_is_0_or_1_and_no_other_number() {
    let check = |value: Value, expected: Option<bool>| {
        let pin = record(Field::Downloaded, value);
        let (cleaned, malformed) = clean::pin(&pin);
        assert_eq!(cleaned.downloaded, expected, "{pin:?}");
        assert_eq!(malformed.contains(Field::Downloaded), expected.is_none(), "{pin:?}");
    };
    check(Value::Bool(true), Some(true));
    check(Value::Bool(false), Some(false));
    check(Value::Integer(0), Some(false));
    check(Value::Integer(1), Some(true));
    check(Value::Integer(2), None);
    check(Value::double(0.0), Some(false));
    check(Value::double(1.0), Some(true));
    check(Value::double(0.5), None);
    check(Value::double(2.0), None);
}

#[test]
fn nothing_is_left_of_a_record_that_was_cleared() {
    for last in fields() {
        let mut raw = record(last, Value::Bool(true));
        for slot in [Slot::IND, Slot::INDEX, Slot::DELETED] {
            raw.fill(slot, Value::Integer(1));
        }
        raw.clear();
        assert_eq!(raw, RawRecord::default(), "{last:?}");
    }
}

#[test]
fn each_field_is_found_in_the_kind_that_has_it() {
    for field in fields() {
        for kind in Kind::ALL {
            let expected = (kind == kind_of(field)).then_some(field);
            assert_eq!(Field::of(kind, field.name()), expected, "{field:?} of a {}", kind.name());
        }
    }
    assert_eq!(kind_of(Field::Coordinates), Kind::Geo);
}

#[test]
fn a_set_of_fields_is_empty_until_one_is_in_it() {
    assert!(Fields::none().is_empty());
    for field in Field::ALL {
        assert!(!Fields::none().with(field).is_empty(), "{field:?}");
    }
}

/// The fields that records are made of.
fn fields() -> impl Iterator<Item = Field> {
    Field::ALL.into_iter().filter(|field| *field != Field::Coordinates)
}

/// A record with one field.
fn record(field: Field, value: Value<'_>) -> RawRecord<'_> {
    let mut raw = RawRecord::default();
    raw.fill(Slot::of(field), value);
    raw
}
