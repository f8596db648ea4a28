//! The command line.

use crate::config::{Config, ConfigError};
use crate::emulate::{self, EmulateArgs, EmulateError};
use crate::output::{self, Format, OutputError};
use crate::pipeline::{self, ReplayError};
use clap::{Args, Parser, Subcommand};
use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// pinflow keeps views of what is popular correct while pin, geo and user records arrive.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Replay an archive into the views.
    Replay(ReplayArgs),
    /// Write an archive of invented records.
    Emulate(EmulateArgs),
    /// Check a configuration.
    Check(CheckArgs),
}

#[derive(Debug, Args)]
struct ReplayArgs {
    /// The archive: a folder with topics/<topic>/partition=<p>/<topic>+<p>+<offset>.json or .json.gz.
    dir: PathBuf,
    /// The configuration file; what it does not set has the defaults of config/default.toml.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Threads that compute the views [default: all cores].
    #[arg(long, value_name = "N")]
    workers: Option<usize>,
    /// Ranks that each view shows [default: 3].
    #[arg(long)]
    k: Option<usize>,
    /// Write the views into this folder, one file each.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// How --out writes them.
    #[arg(long, value_enum, default_value = "json")]
    format: Format,
    /// Clean and count every field, not only those that the views need.
    #[arg(long)]
    quality: bool,
    /// Print the summary alone, as one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct CheckArgs {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// Everything was read.
const OK: u8 = 0;
/// It could not run.
const FAILED: u8 = 1;
/// Wrong usage or configuration.
const WRONG_USE: u8 = 2;

/// Why a command ends early.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error(transparent)]
    Emulate(#[from] EmulateError),
    #[error("cannot print: {0}")]
    Print(#[from] io::Error),
}

impl CommandError {
    fn exit_code(&self) -> u8 {
        match self {
            CommandError::Config(_) => WRONG_USE,
            CommandError::Replay(error) if error.is_configuration() => WRONG_USE,
            CommandError::Emulate(error) if error.is_usage() => WRONG_USE,
            _ => FAILED,
        }
    }
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Replay(args) => replay(args),
        Command::Emulate(args) => emulate(args),
        Command::Check(args) => check(args),
    };
    match done {
        Ok(()) => ExitCode::from(OK),
        // Whoever reads the output has read enough, as `head` does.
        Err(CommandError::Print(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(OK),
        Err(error) => {
            eprintln!("pinflow: {}", with_causes(&error));
            ExitCode::from(error.exit_code())
        }
    }
}

/// An error and what caused it, on one line.
fn with_causes(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line += &format!(": {error}");
        cause = error.source();
    }
    line
}

fn replay(args: ReplayArgs) -> Result<(), CommandError> {
    let mut config = Config::load(args.config.as_deref())?;
    if let Some(workers) = args.workers {
        config = config.with_workers(workers)?;
    }
    if let Some(k) = args.k {
        config = config.with_k(k)?;
    }
    if let Some(folder) = &args.out {
        output::prepare(folder)?;
    }
    let replayed = pipeline::replay(&args.dir, &config, args.quality)?;
    if let Some(folder) = &args.out {
        output::write_views(&replayed.tables, folder, args.format)?;
    }
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{}", output::json_summary(&replayed.summary))?;
    } else {
        output::print_heads(&replayed.tables, &mut out)?;
        output::print_summary(&replayed.summary, &mut out)?;
    }
    out.flush()?;
    Ok(())
}

fn emulate(args: EmulateArgs) -> Result<(), CommandError> {
    let written = emulate::run(&args)?;
    let total = written.total();
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} lines in {} objects, {} bytes: {}",
        total.positions(),
        total.objects,
        total.bytes,
        args.to
    )?;
    writeln!(
        out,
        "{} records, {} redeliveries, {} corrections, {} deletes, {} malformed lines",
        total.records, total.redeliveries, total.corrections, total.deletes, total.malformed
    )?;
    Ok(())
}

fn check(args: CheckArgs) -> Result<(), CommandError> {
    Config::load(Some(&args.config))?;
    println!("{}: ok", args.config.display());
    Ok(())
}
