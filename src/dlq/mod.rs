//! `pinflow dlq`: looks into the dead letters of a data folder, also while a run writes them, and sends records again.

mod error;
mod filter;
mod letters;
mod list;
mod show;
mod replay;
mod sendable;
mod send;

pub use error::DlqError;

use clap::{Args, Subcommand};
use std::io::Write;

/// What to do with dead letters.
#[derive(Debug, Args)]
pub struct DlqArgs {
    #[command(subcommand)]
    command: DlqCommand,
}

#[derive(Debug, Subcommand)]
enum DlqCommand {
    /// Count dead letters by topic, partition and reason.
    Ls(list::ListArgs),
    /// Print dead letters, the oldest first.
    Show(show::ShowArgs),
    /// Send the records of dead letters to a front door, as if they came for the first time.
    Replay(replay::ReplayArgs),
}

/// How a command ended that has not failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All was done.
    Complete,
    /// The front door has refused records.
    Refused,
}

/// Runs the command; what it has to say goes to `out`.
pub fn run(args: &DlqArgs, out: &mut impl Write) -> Result<Outcome, DlqError> {
    match &args.command {
        DlqCommand::Ls(args) => list::run(args, out),
        DlqCommand::Show(args) => show::run(args, out),
        DlqCommand::Replay(args) => replay::run(args, out),
    }
}
