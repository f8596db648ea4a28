//! The front door over real sockets, with a log in memory behind it.

mod client;
mod memory_log;
mod server;
mod kafka;
mod kinesis;
mod pin;
mod ingest;
mod routing;
mod bodies;
mod damaged;
mod connections;
mod stopping;
