//! The live views: immutable snapshots of all views, a new one with every tick, and queries over them.

mod tick_name;
mod snapshot;
mod publisher;
mod store;

pub use snapshot::{Numbers, Rows, Snapshot};
pub use store::{Change, Publication, ViewStore};
pub use tick_name::TickName;
