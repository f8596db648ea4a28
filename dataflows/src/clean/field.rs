//! The fields of raw records, by kind.

use crate::kind::Kind;

/// A field of a raw record, but for its key and `_deleted`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // Named as in the records.
pub enum Field {
    UniqueId,
    Title,
    Description,
    PosterName,
    FollowerCount,
    TagList,
    IsImageOrVideo,
    ImageSrc,
    Downloaded,
    SaveLocation,
    Category,
    Timestamp,
    Latitude,
    Longitude,
    Country,
    FirstName,
    LastName,
    Age,
    DateJoined,
    /// Latitude and longitude together: they are right or malformed as one.
    Coordinates,
}

impl Field {
    /// All fields.
    pub const ALL: [Field; 20] = [
        Field::UniqueId,
        Field::Title,
        Field::Description,
        Field::PosterName,
        Field::FollowerCount,
        Field::TagList,
        Field::IsImageOrVideo,
        Field::ImageSrc,
        Field::Downloaded,
        Field::SaveLocation,
        Field::Category,
        Field::Timestamp,
        Field::Latitude,
        Field::Longitude,
        Field::Country,
        Field::FirstName,
        Field::LastName,
        Field::Age,
        Field::DateJoined,
        Field::Coordinates,
    ];

    /// The field of that name in records of a kind; names that no rule reads have none.
    pub fn of(kind: Kind, name: &str) -> Option<Field> {
        let field = match kind {
            Kind::Pin => match name {
                "unique_id" => Field::UniqueId,
                "title" => Field::Title,
                "description" => Field::Description,
                "poster_name" => Field::PosterName,
                "follower_count" => Field::FollowerCount,
                "tag_list" => Field::TagList,
                "is_image_or_video" => Field::IsImageOrVideo,
                "image_src" => Field::ImageSrc,
                "downloaded" => Field::Downloaded,
                "save_location" => Field::SaveLocation,
                "category" => Field::Category,
                _ => return None,
            },
            Kind::Geo => match name {
                "timestamp" => Field::Timestamp,
                "latitude" => Field::Latitude,
                "longitude" => Field::Longitude,
                "country" => Field::Country,
                _ => return None,
            },
            Kind::User => match name {
                "first_name" => Field::FirstName,
                "last_name" => Field::LastName,
                "age" => Field::Age,
                "date_joined" => Field::DateJoined,
                _ => return None,
            },
        };
        Some(field)
    }

    /// The name that counts of malformed fields go by.
    pub fn name(self) -> &'static str {
        match self {
            Field::UniqueId => "unique_id",
            Field::Title => "title",
            Field::Description => "description",
            Field::PosterName => "poster_name",
            Field::FollowerCount => "follower_count",
            Field::TagList => "tag_list",
            Field::IsImageOrVideo => "is_image_or_video",
            Field::ImageSrc => "image_src",
            Field::Downloaded => "downloaded",
            Field::SaveLocation => "save_location",
            Field::Category => "category",
            Field::Timestamp => "timestamp",
            Field::Latitude => "latitude",
            Field::Longitude => "longitude",
            Field::Country => "country",
            Field::FirstName => "first_name",
            Field::LastName => "last_name",
            Field::Age => "age",
            Field::DateJoined => "date_joined",
            Field::Coordinates => "coordinates",
        }
    }
}

/// A set of fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fields(u32);

impl Fields {
    /// Every field.
    pub const ALL: Fields = Fields(u32::MAX);

    /// The fields that the thirteen views are made of.
    pub const OF_VIEWS: Fields = Fields::none()
        .with(Field::PosterName)
        .with(Field::FollowerCount)
        .with(Field::Category)
        .with(Field::Timestamp)
        .with(Field::Country)
        .with(Field::FirstName)
        .with(Field::LastName)
        .with(Field::Age)
        .with(Field::DateJoined);

    /// No field.
    pub const fn none() -> Fields {
        Fields(0)
    }

    /// These and `field`.
    pub const fn with(self, field: Field) -> Fields {
        Fields(self.0 | 1 << field as u32)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `field` is one of them.
    pub fn contains(self, field: Field) -> bool {
        self.0 & 1 << field as u32 != 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Field> {
        Field::ALL.into_iter().filter(move |field| self.contains(*field))
    }
}
