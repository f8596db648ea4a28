//! The embedded log: records in the archive layout, durable before they are acknowledged.
//!
//! `<folder>/topics/<topic>/partition=<p>/<topic>+<p>+<start offset, 10 digits>.json` holds a record a line; beside it
//! lies its companion, `_<topic>+<p>+<start offset>.json.meta`, with a frame per group commit ([`frame`]).
//! `<folder>/log.json` holds what was settled when the log was made, `<folder>/lock` keeps a second process out, and
//! `<folder>/journal-0` and `journal-1` what may be in the kernel's memory only of the files above.
//!
//! One thread writes. It takes all requests that wait as a *group commit*, writes the group's lines and frames, makes
//! them durable by an entry in the journal, and only then answers. So:
//!
//! - a request is in one group, and a group is accepted or refused as a whole;
//! - a group begins after the one before it is durable: a crash can tear the last group and no other;
//! - a frame says how many frames its group has: after a crash the last group is kept whole or cut off whole. Where it
//!   is kept although nobody was told, a producer that sends again makes its records twice;
//! - a group that was refused is cut off again before the next one begins;
//! - a new object and its companion's header are durable before anything is written to them: lines without a companion
//!   are damage, and never what a crash has left.
//!
//! Opening the log cuts off what a crash has left ([`Repair`]) and leaves what is damaged otherwise to the reader. A
//! reader follows [`Committed`], which says how far each file may be read.

mod settings;
mod error;
mod handle;
mod names;
mod made;
mod listing;
mod scan;
mod closed;
mod last_group;
mod repair;
mod recovery;
mod queue;
mod writer;
mod clock;
mod topics;
mod partition;
mod object;
mod group;
mod leftovers;
mod sync;
mod write_out;
mod journal;
mod journal_entry;
mod replay;
mod committed;
mod changes;
mod retention;
mod stats;
pub mod frame;
pub mod message_frame;
pub mod frames;

pub use committed::{Committed, End, Object};
pub use error::{AppendError, LogError, WaitError};
pub use handle::{Appended, Log, NewRecord, Opened};
pub use names::{TOPIC_MAX_BYTES, companion_key, is_topic, object_key, partition_key};
pub use repair::Repair;
pub use settings::{FsyncObserver, Settings};
pub use stats::Stats;
pub use sync::create_folder;
