//! The command line.

use crate::config::{Config, ConfigError};
use crate::dlq::{self, DlqArgs, DlqError};
use crate::emulate::{self, EmulateArgs, EmulateCommand, EmulateError, EmulateTask, LiveTask, live};
use crate::output::{self, Format, OutputError, on_one_line};
use crate::pipeline::{self, ArchiveError, DemoError, ReplayError, Run, RunError};
use crate::scratch;
use crate::tap::{self, TapArgs, TapError};
use clap::{Args, Parser, Subcommand};
use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

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
    /// Keep the views correct while records arrive.
    Run(RunArgs),
    /// Archive what the source holds, and what comes.
    Archive(ArchiveArgs),
    /// Run with emulated users, and show a page that moves.
    Demo(RunArgs),
    /// Write an archive of invented records, or send them to a server or to topics of Kafka.
    Emulate(EmulateCommand),
    /// Check a configuration.
    Check(CheckArgs),
    /// List, show or send again what a run has rejected.
    Dlq(DlqArgs),
    /// Show what topics, streams, a folder or a bucket carry, a record a line.
    Tap(TapArgs),
}

#[derive(Debug, Args)]
struct ReplayArgs {
    /// Archives, each a folder or s3://bucket/prefix, in the layouts of the Kafka Connect S3 sink, of Firehose, or of
    /// JSON documents.
    /// `ALIAS=SOURCE` keeps topics apart that have the same name in several sources.
    #[arg(required = true, value_name = "SOURCE")]
    sources: Vec<String>,
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
    /// Write rejected records and unreadable objects into this folder, as dead-letters.ndjson.
    #[arg(long, value_name = "DIR")]
    dead_letters: Option<PathBuf>,
    /// End with exit code 3 if more records than this are rejected [default: any number].
    #[arg(long, value_name = "N")]
    max_rejects: Option<u64>,
    /// Clean and count every field, not only those that the views need.
    #[arg(long)]
    quality: bool,
    /// Print the summary alone, as one JSON object.
    #[arg(long)]
    json: bool,
    /// Do not show how far it is.
    #[arg(long)]
    quiet: bool,
}

/// Takes records over HTTP, keeps them in a log, and shows the views; SIGTERM or Ctrl-C ends it.
#[derive(Debug, Args)]
struct RunArgs {
    /// The configuration file; what it does not set has the defaults of config/default.toml.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder of the log and of all else that is kept [default: data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where to listen [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Threads that compute the views [default: all cores].
    #[arg(long, value_name = "N")]
    workers: Option<usize>,
}

impl RunArgs {
    fn config(&self) -> Result<Config, ConfigError> {
        let mut config = Config::load(self.config.as_deref())?;
        if let Some(data) = &self.data {
            config = config.with_data(data);
        }
        if let Some(listen) = &self.listen {
            config = config.with_listen(listen)?;
        }
        match self.workers {
            Some(workers) => config.with_workers(workers),
            None => Ok(config),
        }
    }
}

/// Lands topics of Kafka, or the embedded log, in the layout of the Kafka Connect S3 sink; SIGTERM or Ctrl-C ends it.
#[derive(Debug, Args)]
struct ArchiveArgs {
    /// The configuration file; what it does not set has the defaults of config/default.toml.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where to: s3://bucket/prefix, or a folder [default: archive.to].
    #[arg(long, value_name = "TARGET")]
    to: Option<String>,
    /// The folder of the embedded log, if that is the source [default: data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// End when all is archived that the source holds at the start.
    #[arg(long)]
    once: bool,
    /// Print the summary as one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct CheckArgs {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// How often it is looked whether somebody interrupts.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Everything was read.
const OK: u8 = 0;
/// It could not run.
const FAILED: u8 = 1;
/// Wrong usage or configuration.
const WRONG_USE: u8 = 2;

/// It ran, but an object was faulty, more records were rejected than allowed, a server refused good ones, or a part was not archived.
const INCOMPLETE: u8 = 3;

/// Why a command ends early.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Demo(#[from] DemoError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error(transparent)]
    Emulate(#[from] EmulateError),
    #[error(transparent)]
    Dlq(#[from] DlqError),
    #[error(transparent)]
    Tap(#[from] TapError),
    #[error("cannot print")]
    Print(#[from] io::Error),
}

impl CommandError {
    fn exit_code(&self) -> u8 {
        match self {
            CommandError::Config(_) => WRONG_USE,
            CommandError::Replay(error) if error.is_usage() => WRONG_USE,
            CommandError::Run(error) if error.is_usage() => WRONG_USE,
            CommandError::Archive(error) if error.is_usage() => WRONG_USE,
            CommandError::Demo(error) if error.is_usage() => WRONG_USE,
            CommandError::Emulate(error) if error.is_usage() => WRONG_USE,
            CommandError::Dlq(error) if error.is_usage() => WRONG_USE,
            CommandError::Tap(error) if error.is_usage() => WRONG_USE,
            _ => FAILED,
        }
    }
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Replay(args) => replay(args),
        Command::Run(args) => run_live(args),
        Command::Archive(args) => archive(args),
        Command::Demo(args) => demo(args),
        Command::Emulate(command) => emulate(command),
        Command::Check(args) => check(args),
        Command::Dlq(args) => dlq(args),
        Command::Tap(args) => tap(&args),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        // Whoever reads the output has read enough, as `head` does.
        Err(
            CommandError::Print(error)
            | CommandError::Dlq(DlqError::Print(error))
            | CommandError::Tap(TapError::Print(error)),
        ) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(OK),
        Err(error) => {
            eprintln!("pinflow: {}", on_one_line(&with_causes(&error)));
            ExitCode::from(error.exit_code())
        }
    }
}

/// An error and what caused it.
fn with_causes(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line += &format!(": {error}");
        cause = error.source();
    }
    line
}

fn replay(args: ReplayArgs) -> Result<u8, CommandError> {
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
    let options = pipeline::Options {
        sources: args.sources,
        clean_all: args.quality,
        dead_letters: args.dead_letters,
        progress: !args.quiet,
    };
    let replayed = pipeline::replay(&options, &config)?;
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
    let too_many_rejects = args.max_rejects.is_some_and(|most| replayed.summary.rejects() > most);
    Ok(if replayed.summary.faults > 0 || too_many_rejects { INCOMPLETE } else { OK })
}

fn run_live(args: RunArgs) -> Result<u8, CommandError> {
    let config = args.config()?;
    let interrupted = scratch::wait_for_interrupt();
    output::log_events();
    let run = Run::start(&config)?;
    while !interrupted.load(Ordering::Relaxed) {
        thread::sleep(LOOK_EVERY);
    }
    run.stop();
    Ok(OK)
}

/// An archiver without an end ends with an interrupt, as it should; of another one something is missing then.
fn archive(args: ArchiveArgs) -> Result<u8, CommandError> {
    let mut config = Config::load(args.config.as_deref())?;
    if let Some(to) = &args.to {
        config = config.with_archive(to);
    }
    if let Some(data) = &args.data {
        config = config.with_data(data);
    }
    let interrupted = scratch::wait_for_interrupt();
    output::log_events();
    let summary = pipeline::archive(&config, args.once, interrupted)?;
    let mut out = io::stdout().lock();
    if args.json {
        writeln!(out, "{}", output::json_archived(&summary))?;
    } else {
        output::print_archived(&summary, &mut out)?;
    }
    out.flush()?;
    Ok(match summary.was_interrupted && args.once {
        true => scratch::INTERRUPTED as u8,
        false if summary.status.faults > 0 => INCOMPLETE,
        false => OK,
    })
}

fn demo(args: RunArgs) -> Result<u8, CommandError> {
    let config = args.config()?;
    output::log_events();
    pipeline::demo(&config, scratch::wait_for_interrupt(), |url| {
        // Who does not read it can read it in the log of events, too.
        let _ = writeln!(io::stdout(), "\npinflow shows its views at {url}/    (Ctrl-C ends it)\n");
    })?;
    Ok(OK)
}

fn emulate(command: EmulateCommand) -> Result<u8, CommandError> {
    match command.task()? {
        EmulateTask::Archive(args) => emulate_archive(&args),
        EmulateTask::Live(task) => emulate_live(task),
    }
}

fn emulate_archive(args: &EmulateArgs) -> Result<u8, CommandError> {
    let config = Config::load(args.config.as_deref())?;
    let written = emulate::run(args, &config.s3)?;
    let total = written.total();
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} messages in {} objects, {} bytes: {}",
        total.positions(),
        total.objects,
        total.bytes,
        args.to
    )?;
    writeln!(
        out,
        "{} records, {} redeliveries, {} corrections, {} deletes, {} malformed",
        total.records, total.redeliveries, total.corrections, total.deletes, total.malformed
    )?;
    Ok(OK)
}

/// An endless emulation ends with an interrupt, as it should; of another one something is missing then.
fn emulate_live(task: LiveTask) -> Result<u8, CommandError> {
    let mut settings = task.settings;
    if let Some(path) = &task.config {
        let config = Config::load(Some(path))?;
        settings.kafka.connection = config.kafka_clients.librdkafka;
        settings.kafka.msk_iam = config.kafka_clients.msk_iam;
        settings.kafka.sending = config.front_door.librdkafka;
    }
    let sent = live::run(&settings, scratch::wait_for_interrupt())?;
    let mut out = io::stdout().lock();
    if task.json {
        writeln!(out, "{}", live::json_summary(&sent))?;
    } else {
        live::write_summary(&sent, &mut out)?;
    }
    out.flush()?;
    let is_endless = settings.count.is_none() && settings.duration.is_none();
    Ok(match sent.stopped {
        true if !is_endless => scratch::INTERRUPTED as u8,
        _ if sent.wrongly_refused() > 0 => INCOMPLETE,
        _ => OK,
    })
}

fn check(args: CheckArgs) -> Result<u8, CommandError> {
    Config::load(Some(&args.config))?;
    writeln!(io::stdout(), "{}: ok", args.config.display())?;
    Ok(OK)
}

fn dlq(args: DlqArgs) -> Result<u8, CommandError> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let outcome = dlq::run(&args, &mut out)?;
    out.flush()?;
    Ok(match outcome {
        dlq::Outcome::Complete => OK,
        dlq::Outcome::Refused => INCOMPLETE,
    })
}

/// Topics that are followed without an end end with an interrupt, as they should; of anything else something is missing then.
fn tap(args: &TapArgs) -> Result<u8, CommandError> {
    let config = Config::load(args.config.as_deref())?;
    Ok(match tap::run(args, &config, scratch::wait_for_interrupt())? {
        tap::Outcome::Complete => OK,
        tap::Outcome::Faulty => INCOMPLETE,
        tap::Outcome::Interrupted => scratch::INTERRUPTED as u8,
    })
}
