//! Streams of Kinesis: their shards, read side by side and in the order of their lineage, and what aggregates hold.

mod source;
mod client;
mod failure;
mod attempts;
mod stream_reader;
mod shard;
mod lineage;
mod shard_reader;
mod place;
mod pace;
mod batch;
mod aggregate;
mod sequence;
mod status;
mod error;

pub use batch::{Batch, Record};
pub use error::KinesisError;
pub use place::Place;
pub use sequence::SequenceNumber;
pub use source::{Item, KinesisSource};
pub use status::Status;
