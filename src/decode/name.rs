//! What the names of a record's members stand for.

use pinflow_dataflows::clean::{Field, Fields, Slot};
use pinflow_dataflows::kind::Kind;

/// Where the value of a member of that name goes, if something reads it.
pub(super) fn slot_of(kind: Kind, wanted: Fields, name: &str) -> Option<Slot> {
    match name {
        "ind" => Some(Slot::IND),
        "index" => Some(Slot::INDEX),
        "_deleted" => Some(Slot::DELETED),
        name => Field::of(kind, name).filter(|field| wanted.contains(*field)).map(Slot::of),
    }
}
