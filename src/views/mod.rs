//! The live views: immutable snapshots of all views, a new one with every tick, and queries over them.

mod tick_name;
mod rows;
mod snapshot;
mod publisher;
mod pins;
mod store;
mod column;
mod filter;
mod order;
mod ranges;
mod query;
mod page_token;
pub mod json;

pub use column::{Column, Place, Value, view_named};
pub use filter::Operator;
pub use page_token::{NoPageToken, PageToken};
pub use pins::Pins;
pub use query::{Found, FoundRow, Query, QueryError};
pub use rows::Rows;
pub use snapshot::{Numbers, Snapshot};
pub use store::{Change, Publication, ViewStore, take_below};
pub use tick_name::{NoTickName, TickName};
