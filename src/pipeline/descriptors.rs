//! File descriptors: a run takes all that it may have, and says so where they are too few.

use crate::config::Config;
use crate::http::Limits;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// A partition's open object and its companion, each once to be written and once to be read.
const OF_PARTITION: u64 = 4;
/// What else is open: dead letters, the runtime's own, folders that are made durable.
const OTHERS: u64 = 64;

/// Raises the soft limit to the hard one. Systems set the soft one low for programs that use `select`, which nothing
/// here does.
pub fn take_all(config: &Config) {
    let limit = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    // None means that there is no limit.
    let available = if raised.is_ok() { limit.maximum } else { limit.current };
    let wanted = wanted(config);
    if let Some(available) = available.filter(|available| *available < wanted) {
        warn!(
            available,
            wanted,
            "too few file descriptors for all connections and partitions that there may be: raise ulimit -n, or lower \
             http.connections, log.topics or log.partitions"
        );
    }
}

/// As many as are open when everything is there that the configuration allows.
fn wanted(config: &Config) -> u64 {
    let live = &config.live;
    let connections = live.http.connections + Limits::default().spare_connections;
    let partitions = live.log.topics * live.log.partitions;
    connections as u64 + OF_PARTITION * partitions as u64 + OTHERS
}
