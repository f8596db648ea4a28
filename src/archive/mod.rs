//! Archives: folders of objects, in the layout that the Kafka Connect S3 sink writes.

mod layout;
mod listing;
mod bytes;
mod lines;
mod reader;

pub use listing::{ArchiveError, Object, Partition, list};
pub use reader::{Blocks, Limits, read_all};
