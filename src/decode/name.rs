//! What the names of a record's members stand for.

use pinflow_dataflows::clean::{Field, Fields, RawRecord};
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::value::Value;

/// What a name in a record stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Ind,
    Index,
    Deleted,
    Field(Field),
    Unread,
}

impl Name {
    pub fn of(kind: Kind, wanted: Fields, name: &str) -> Name {
        match name {
            "ind" => Name::Ind,
            "index" => Name::Index,
            "_deleted" => Name::Deleted,
            name => match Field::of(kind, name) {
                Some(field) if wanted.contains(field) => Name::Field(field),
                _ => Name::Unread,
            },
        }
    }

    /// Where its value goes, if something reads it.
    pub fn place<'r, 'a>(self, record: &'r mut RawRecord<'a>) -> Option<&'r mut Value<'a>> {
        match self {
            Name::Ind => Some(&mut record.ind),
            Name::Index => Some(&mut record.index),
            Name::Deleted => Some(&mut record.deleted),
            Name::Field(field) => Some(record.value_mut(field)),
            Name::Unread => None,
        }
    }
}
