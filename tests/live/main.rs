//! The running program: records in over real sockets, views out, whatever happens between.

#[path = "../../dataflows/tests/naive/mod.rs"]
mod naive;

mod program;
mod client;
mod log_files;
mod recomputed;
mod checks;
mod random;
mod producer;
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
mod scraped;
mod producers;
mod slow;
mod stopping;
mod refused_start;
mod emulated;
mod kills;
mod consistency;
mod order;
mod topics;
mod damage;
mod starts;
