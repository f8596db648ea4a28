//! What cleaning makes of a record: a row with all its columns, null where nothing is known.

use chrono::SecondsFormat;
use pinflow_dataflows::clean::{self, Fields, Geo, Pin, RawRecord, Stamp, User};
use pinflow_dataflows::kind::Kind;
use serde::Serialize;

/// A cleaned row.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Row<'a> {
    /// A pin's columns.
    Pin(PinRow<'a>),
    /// A geo's.
    Geo(GeoRow<'a>),
    /// A user's.
    User(UserRow),
}

#[derive(Debug, Serialize)]
pub struct PinRow<'a> {
    unique_id: Option<&'a str>,
    title: Option<&'a str>,
    description: Option<&'a str>,
    poster_name: Option<&'a str>,
    follower_count: Option<u64>,
    tag_list: Vec<&'a str>,
    is_image_or_video: Option<&'a str>,
    is_video: Option<bool>,
    image_src: Option<&'a str>,
    downloaded: Option<bool>,
    save_location: Option<&'a str>,
    category: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub struct GeoRow<'a> {
    timestamp: Option<String>,
    coordinates: Option<[f64; 2]>,
    country: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub struct UserRow {
    user_name: Option<String>,
    age: Option<u8>,
    date_joined: Option<String>,
}

/// Cleans a record, by the rules that the views' rows are cleaned by; also says which fields are malformed.
pub fn row<'a>(kind: Kind, raw: &'a RawRecord<'_>) -> (Row<'a>, Fields) {
    match kind {
        Kind::Pin => {
            let (pin, malformed) = clean::pin(raw);
            (Row::Pin(pin_row(pin)), malformed)
        }
        Kind::Geo => {
            let (geo, malformed) = clean::geo(raw);
            (Row::Geo(geo_row(geo)), malformed)
        }
        Kind::User => {
            let (user, malformed) = clean::user(raw);
            (Row::User(user_row(user)), malformed)
        }
    }
}

fn pin_row(pin: Pin<'_>) -> PinRow<'_> {
    PinRow {
        unique_id: pin.unique_id,
        title: pin.title,
        description: pin.description,
        poster_name: pin.poster_name,
        follower_count: pin.follower_count.map(|count| count.get()),
        tag_list: pin.tag_list,
        is_image_or_video: pin.is_image_or_video,
        is_video: pin.is_video,
        image_src: pin.image_src,
        downloaded: pin.downloaded,
        save_location: pin.save_location,
        category: pin.category,
    }
}

fn geo_row(geo: Geo<'_>) -> GeoRow<'_> {
    GeoRow {
        timestamp: geo.timestamp.map(shown),
        coordinates: geo.coordinates.map(|place| [place.latitude, place.longitude]),
        country: geo.country,
    }
}

fn user_row(user: User<'_>) -> UserRow {
    UserRow {
        user_name: user.user_name.map(|name| name.to_string()),
        age: user.age,
        date_joined: user.date_joined.map(shown),
    }
}

/// To the microsecond, as it is kept.
fn shown(stamp: Stamp) -> String {
    stamp.utc().to_rfc3339_opts(SecondsFormat::Micros, true)
}
