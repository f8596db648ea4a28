//! What is wrong with an object: all before it counts, the rest is a fault.

use super::sources::Source;

/// An object that could not be read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The source.
    pub source: String,
    /// The topic, stream or prefix.
    pub topic: String,
    /// The object's key in the source.
    pub key: String,
    /// Bytes read before, unpacked.
    pub byte: u64,
    /// What is wrong.
    pub reason: FaultReason,
}

/// What is wrong with an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultReason {
    /// Its name says one thing, its folders another.
    NameDisagrees,
    /// Its name says no offset, so that a topic could not be gone on with behind it.
    NoOffset,
    /// It cannot be read, or not unpacked, from here on.
    Unreadable(String),
}

impl Fault {
    /// A fault of the object as a whole.
    pub fn of_object(source: &Source, topic: String, key: &str, reason: FaultReason) -> Fault {
        Fault { source: source.store.name().to_owned(), topic, key: key.to_owned(), byte: 0, reason }
    }
}

impl std::fmt::Display for FaultReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FaultReason::NameDisagrees => f.write_str("the name disagrees with the folders"),
            FaultReason::NoOffset => f.write_str("the name has no offset, so it is no part of a topic"),
            FaultReason::Unreadable(error) => f.write_str(error),
        }
    }
}
