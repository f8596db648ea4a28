//! A demonstration: a run, and emulated users that post to its front door, in one process.

use super::run::{Run, RunError};
use crate::config::{ArchiveSettings, Config};
use crate::emulate::EmulateError;
use crate::emulate::live::{self, Invented, LiveSettings, Rows};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::AtomicBool;

/// Posts a second, each three records: enough for the page to move all the time.
const RATE: f64 = 100.0;
/// Posts of the catalogue that is drawn from. With the rate it takes a while until most are sent again.
const POSTS: u64 = 100_000;
/// Share of records that a correction follows, and that a delete follows.
const CORRECTION_RATE: f64 = 0.05;
const DELETE_RATE: f64 = 0.01;
/// Share of records that must be rejected, so that there are dead letters to look at.
const MALFORMED_RATE: f64 = 0.001;

/// Why a demonstration ends.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// There is no run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The users cannot post.
    #[error(transparent)]
    Emulate(#[from] EmulateError),
}

impl DemoError {
    /// Whether the command line or the configuration has to be changed.
    pub fn is_usage(&self) -> bool {
        matches!(self, DemoError::Run(error) if error.is_usage())
    }
}

/// Runs until `stop`; `started` is told where. What was posted stays in the data folder.
pub fn demo(config: &Config, stop: &AtomicBool, started: impl FnOnce(&str)) -> Result<(), DemoError> {
    // What users post goes to the embedded log, whatever else is configured to be read, and is archived nowhere.
    let archive = ArchiveSettings { to: None, ..config.archive.clone() };
    let run = Run::start(&Config { kafka: None, archive, ..config.clone() })?;
    let to = format!("http://{}", reachable(run.address()));
    started(&to);
    let settings = LiveSettings {
        to,
        // Every run invents other posts, with the same inds: those of earlier runs change.
        seed: run.epoch(),
        rows: Rows::Invented(Invented {
            posts: POSTS,
            correction_rate: CORRECTION_RATE,
            delete_rate: DELETE_RATE,
            malformed_rate: MALFORMED_RATE,
            ..Invented::default()
        }),
        rate: RATE,
        progress: false,
        ..LiveSettings::default()
    };
    let sent = live::run(&settings, stop);
    run.stop();
    sent?;
    Ok(())
}

/// Who listens at all addresses is reached at this machine's own.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}
