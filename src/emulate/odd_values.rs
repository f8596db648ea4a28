//! Values that are unusual but legal, field by field: a reader must accept the record and see the same in each.
//!
//! Some fit their field's rule in an uncommon way, some do not fit it, so that the field becomes null. All are JSON.

use pinflow_dataflows::kind::Kind;

/// A field and unusual values for it, as JSON.
pub type OddValues = (&'static str, &'static [&'static str]);

/// The fields of a kind that may get an unusual value, with the values.
pub fn of(kind: Kind) -> &'static [OddValues] {
    match kind {
        Kind::Pin => &PIN,
        Kind::Geo => &GEO,
        Kind::User => &USER,
    }
}

/// Values that are of the wrong type in any field but an array's or a number's.
pub const WRONG_TYPES: [&str; 6] = ["5", "17.5", "true", r#"["one"]"#, r#"{"name": "one"}"#, "-1e-7"];

/// Values of fields that nothing reads. The numbers are no doubles, or not exactly; JSON allows them.
pub const UNREAD: [&str; 8] = [
    r#"{"nested": [1, {"ind": -9, "index": "}", "_deleted": true}], "category": "none", "country": "none"}"#,
    "[[], {}, [{}], \"]\", null]",
    "1e400",
    "-0.0E-0",
    "123456789012345678901234567890",
    r#""\ud83c""#,
    r#""\u0000\b\f\/ \"ind\": -1, ""#,
    "\"\u{7f}\u{2028}\u{feff}\"",
];

/// As follower counts: in the spellings that people see, as numbers, at a rounding's edge, in no spelling at all. None
/// is larger than what posters have: a few alike would take the first ranks everywhere.
const FOLLOWER_COUNTS: [&str; 43] = [
    r#""1,234""#,
    r#""1,234,56,7""#,
    r#""1,200.5k""#,
    r#""12.5k""#,
    r#""12.5K""#,
    r#""0.25m""#,
    r#""0.00015b""#,
    r#""0.000012B""#,
    r#"" 437 ""#,
    r#""00437""#,
    r#""\u0034\u0033\u0037""#,
    "437",
    "437.0",
    "4.37e2",
    "120000",
    "0",
    "-0",
    "12.5",
    r#""0""#,
    r#""12.5""#,
    r#""0.4999k""#,
    r#""0.0005k""#,
    r#""1.0005k""#,
    r#""2.9994k""#,
    r#""0.8999995M""#,
    "9223372036854775808",
    "1e300",
    r#""99999999999b""#,
    r#""99999999999999999999""#,
    "-5",
    r#""-5""#,
    r#""+5""#,
    r#""1e3""#,
    r#""12 k""#,
    r#""k""#,
    r#"".5k""#,
    r#""5.k""#,
    r#""1,k""#,
    r#"",1""#,
    r#""many""#,
    r#"" \u00a0 ""#,
    r#"" User Info Error\n""#,
    r#""user info error""#,
];

const PIN: [OddValues; 10] = [
    ("follower_count", &FOLLOWER_COUNTS),
    // Twice, since the views rest on it.
    ("follower_count", &FOLLOWER_COUNTS),
    (
        "category",
        &[
            r#""  travel ""#,
            r#""\tart\u00a0""#,
            r#""\u0061rt""#,
            r#""Travel""#,
            r#""voyag\u00e9""#,
            r#""   ""#,
            r#""\ud800""#,
        ],
    ),
    (
        "poster_name",
        &[
            r#"" Bo ""#,
            r#""Bo""#,
            r#""bo""#,
            r#""\u0042o""#,
            r#""Bo \ud83c\udf3f""#,
            r#""Bo \udf3f""#,
            r#""User Info Error ""#,
            r#""User Info Error!""#,
            r#""   ""#,
        ],
    ),
    (
        "tag_list",
        &[r#"["a", " b ", ""]"#, "[]", r#""a, b,,c ""#, r#""N,o, ,T,a,g,s""#, r#"["a", 1]"#, r#"["\ud800"]"#],
    ),
    ("is_image_or_video", &[r#""multi-video""#, r#"" video ""#, r#""Image""#, r#""gif""#]),
    ("downloaded", &["true", "false", "1.0", "0e0", "-0", "2", r#""1""#]),
    (
        "title",
        &[r#""  ""#, r#""No Title Data Available\t""#, r#""no title data available""#, r#""x\u0000y""#],
    ),
    (
        "description",
        &[r#""No description available, yet""#, r#"" No description available""#, r#""two\r\nlines""#],
    ),
    ("save_location", &[r#""Local save in  /data/art ""#, r#""/data/art""#, r#""Local save in /data\/art""#]),
];

/// As points in time: with fractions, offsets that move them into another year, dates alone, days that never were.
const STAMPS: [&str; 22] = [
    r#""2018-12-31T23:30:00-01:00""#,
    r#""2019-01-01 00:30:00+01:00""#,
    r#""2019-01-01T00:30:00+0100""#,
    r#""2018-12-31 23:30:00-01""#,
    r#""2018-12-31 23:59:59.999999999""#,
    r#""2018-12-31T23:59:59.5Z""#,
    r#""2016-06-30 12:00:00.123+05:30""#,
    r#""2016-02-29T00:00:00Z""#,
    r#""2017-05-17""#,
    r#""  2017-05-17 10:20:30 ""#,
    r#""2017-05-17\u005410:20:30""#,
    r#""2017-02-29 00:00:00""#,
    r#""2017-13-01 00:00:00""#,
    r#""2017-05-17 24:00:00""#,
    r#""2016-12-31 23:59:60""#,
    r#""2017-05-17 10:20""#,
    r#""2017/05/17 10:20:30""#,
    r#""2017-05-17  10:20:30""#,
    r#""0001-01-01T00:30:00+01:00""#,
    r#""yesterday""#,
    r#""   ""#,
    "1495016430",
];

const GEO: [OddValues; 4] = [
    ("timestamp", &STAMPS),
    (
        "country",
        &[
            r#""  France ""#,
            r#""\u00c5land Islands""#,
            r#""A\u030aland Islands""#,
            r#""france""#,
            r#""   ""#,
            r#""\u3000""#,
            r#""\udfff""#,
        ],
    ),
    ("latitude", &["91", "90", "-90.0", "9e1", "-0", "90.00000000000001", r#""12.5""#, "1e-400"]),
    ("longitude", &["180", "-180.5", "18e1", "1e400", r#""12.5""#, "false"]),
];

const USER: [OddValues; 4] = [
    (
        "age",
        &[
            r#""34""#,
            r#"" 034 ""#,
            "34.0",
            "3.4e1",
            "0",
            "17",
            "150",
            "151",
            "-1",
            "34.5",
            r#""34.0""#,
            r#""old""#,
        ],
    ),
    ("date_joined", &STAMPS),
    ("first_name", &[r#"" Ann ""#, r#""  ""#, r#""\u0041nn""#, r#""Ann\u2003""#, r#""\ud800nn""#]),
    ("last_name", &[r#"" Lee ""#, r#""  ""#, r#""L\u0065e""#, r#""""#]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::IgnoredAny;

    #[test]
    fn all_values_are_json_on_one_line() {
        let fields = Kind::ALL.into_iter().flat_map(of).flat_map(|(_, values)| values.iter());
        for value in fields.chain(&WRONG_TYPES).chain(&UNREAD) {
            serde_json::from_str::<IgnoredAny>(value).expect(value);
            assert!(!value.contains(['\n', '\r']), "{value}");
        }
    }
}
