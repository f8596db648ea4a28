//! From raw records to cleaned rows: one small function a rule, in files named by what they read.
//!
//! A rule gives the cleaned value, nothing for what is missing, blank or a scraper's sentinel, and `Malformed` for what
//! does not fit it: the column is null then, and counted.

mod field;
mod text;
mod number;
mod stamp;
mod tags;
mod media;
mod place;
mod raw;

pub use field::{Field, Fields};
pub use place::Coordinates;
pub use raw::{RawRecord, Slot};
pub use stamp::Stamp;
pub use text::UserName;

use crate::kind::Kind;
use crate::row::Count;

/// A value that does not fit its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// A cleaned pin.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // Columns are named as the fields are.
pub struct Pin<'a> {
    pub unique_id: Option<&'a str>,
    pub title: Option<&'a str>,
    pub description: Option<&'a str>,
    pub poster_name: Option<&'a str>,
    pub follower_count: Option<Count>,
    pub tag_list: Vec<&'a str>,
    pub is_image_or_video: Option<&'a str>,
    pub is_video: Option<bool>,
    pub image_src: Option<&'a str>,
    pub downloaded: Option<bool>,
    pub save_location: Option<&'a str>,
    pub category: Option<&'a str>,
}

/// A cleaned geo.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // Columns are named as the fields are.
pub struct Geo<'a> {
    pub timestamp: Option<Stamp>,
    pub coordinates: Option<Coordinates>,
    pub country: Option<&'a str>,
}

/// A cleaned user.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // Columns are named as the fields are.
pub struct User<'a> {
    pub user_name: Option<UserName<'a>>,
    pub age: Option<u8>,
    pub date_joined: Option<Stamp>,
}

/// Cleans a pin; also says which fields are malformed.
pub fn pin<'a>(raw: &'a RawRecord<'_>) -> (Pin<'a>, Fields) {
    let mut malformed = Fields::none();
    let mut text = |field, rule: fn(&'a str) -> Option<&'a str>| {
        let cleaned = text::text(raw.value(field)).map(|text| text.and_then(rule));
        noted(cleaned, field, &mut malformed)
    };
    let mut pin = Pin {
        unique_id: text(Field::UniqueId, Some),
        title: text(Field::Title, text::title),
        description: text(Field::Description, text::description),
        poster_name: text(Field::PosterName, text::poster_name),
        follower_count: None,
        tag_list: Vec::new(),
        is_image_or_video: text(Field::IsImageOrVideo, Some),
        is_video: None,
        image_src: text(Field::ImageSrc, text::image_src),
        downloaded: None,
        save_location: text(Field::SaveLocation, text::save_location),
        category: text(Field::Category, Some),
    };
    let follower_count = number::follower_count(raw.value(Field::FollowerCount));
    pin.follower_count = noted(follower_count, Field::FollowerCount, &mut malformed);
    let tags = tags::tag_list(raw.value(Field::TagList)).map(Some);
    pin.tag_list = noted(tags, Field::TagList, &mut malformed).unwrap_or_default();
    pin.is_video = pin.is_image_or_video.and_then(media::is_video);
    pin.downloaded =
        noted(media::downloaded(raw.value(Field::Downloaded)), Field::Downloaded, &mut malformed);
    (pin, malformed)
}

/// Cleans a geo; also says which fields are malformed.
pub fn geo<'a>(raw: &'a RawRecord<'_>) -> (Geo<'a>, Fields) {
    let mut malformed = Fields::none();
    let coordinates = place::coordinates(raw.value(Field::Latitude), raw.value(Field::Longitude));
    let geo = Geo {
        timestamp: noted(stamp::stamp(raw.value(Field::Timestamp)), Field::Timestamp, &mut malformed),
        coordinates: noted(coordinates, Field::Coordinates, &mut malformed),
        country: noted(text::text(raw.value(Field::Country)), Field::Country, &mut malformed),
    };
    (geo, malformed)
}

/// Cleans a user; also says which fields are malformed.
pub fn user<'a>(raw: &'a RawRecord<'_>) -> (User<'a>, Fields) {
    let mut malformed = Fields::none();
    let first = noted(text::text(raw.value(Field::FirstName)), Field::FirstName, &mut malformed);
    let last = noted(text::text(raw.value(Field::LastName)), Field::LastName, &mut malformed);
    let user = User {
        user_name: UserName::new(first, last),
        age: noted(number::age(raw.value(Field::Age)), Field::Age, &mut malformed),
        date_joined: noted(stamp::stamp(raw.value(Field::DateJoined)), Field::DateJoined, &mut malformed),
    };
    (user, malformed)
}

fn noted<T>(cleaned: Result<Option<T>, Malformed>, field: Field, malformed: &mut Fields) -> Option<T> {
    cleaned.unwrap_or_else(|Malformed| {
        *malformed = malformed.with(field);
        None
    })
}

/// Kinds whose records have a field.
pub fn kind_of(field: Field) -> Kind {
    match field {
        Field::Timestamp | Field::Latitude | Field::Longitude | Field::Country | Field::Coordinates => {
            Kind::Geo
        }
        Field::FirstName | Field::LastName | Field::Age | Field::DateJoined => Kind::User,
        _ => Kind::Pin,
    }
}
