//! The live views: what a reader sees while workers deliver.

mod history;
mod store;
