//! Archives: objects of folders and buckets, in the layouts that sinks write.

mod sources;
mod layout;
mod listing;
mod reader;
mod partition;
mod object;
mod bytes;
mod window;
mod piece;
mod lines;
mod values;
mod framed;
mod large;
mod fault;

pub use fault::{Fault, FaultReason};
pub use framed::{FrameFault, FramedPieces};
pub use large::TooLarge;
pub use layout::{Place, place};
pub use lines::LinePieces;
pub use listing::{ArchiveError, Listing, Object, Partition, PartitionName, list, list_of, list_topic};
pub use partition::{PartitionReader, ReadTo};
pub use piece::{Piece, Timed};
pub use reader::{Item, Items, Limits, read_all};
pub use sources::Source;
pub use window::Window;
