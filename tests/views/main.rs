//! The live views: what readers and clients see while workers deliver.

mod history;
mod store;
mod queries;
mod served;
mod sample;
mod answers;
mod refusals;
mod pages;
mod freshness;
mod page;
