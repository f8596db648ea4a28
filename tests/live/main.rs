//! The running program: records in over real sockets, views out, whatever happens between.

mod program;
mod client;
mod smoke;
mod demo;
mod tools;
mod trace;
mod durable;
mod full_disk;
mod overload;
mod crowd;
mod descriptors;
mod metrics;
mod producers;
mod slow;
mod stopping;
mod refused_start;
