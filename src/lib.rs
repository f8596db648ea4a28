//! pinflow: an embedded stream processor for pin, geo and user records.
//!
//! The modules stand in the order in which a record meets them.

pub mod cli;
pub mod emulate;
pub mod config;
pub mod pipeline;
pub mod http;
pub mod front_door;
pub mod http_client;
pub mod log;
pub mod follow;
pub mod aws;
pub mod kafka;
pub mod store;
pub mod archive;
pub mod backfill;
pub mod archiver;
pub mod partitions;
pub mod block;
pub mod message;
pub mod skips;
pub mod buffers;
pub mod sequencer;
pub mod cuts;
pub mod worker;
pub mod deliveries;
pub mod measured;
pub mod decode;
pub mod dead_letters;
pub mod dlq;
pub mod tap;
pub mod lookups;
pub mod epoch;
pub mod input;
pub mod running;
pub mod metrics;
pub mod texts;
pub mod sort_key;
pub mod tables;
pub mod views;
pub mod api;
pub mod page;
pub mod output;
pub mod progress;
pub mod scratch;
pub mod panics;
