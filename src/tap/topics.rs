//! Shows topics of Kafka: what they hold, then what comes.

use super::error::TapError;
use super::flow::{self, End};
use super::named;
use super::patience::Patience;
use super::printer::Printer;
use super::source::Topics;
use super::{Outcome, TapArgs};
use crate::begin::Begin;
use crate::config::{self, Config, KafkaSettings, OnGap, Start};
use crate::kafka::{self, KafkaSource, Shared, SourceStatus, Status, Tokens};
use crate::partitions::Partitions;
use crate::threads;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long clients may take to end: brokers that are away are not waited for long.
const END_PATIENCE: Duration = Duration::from_secs(5);

/// Shows them.
pub fn show(
    topics: Topics,
    args: &TapArgs,
    config: &Config,
    printer: &mut Printer,
    interrupted: &AtomicBool,
) -> Result<Outcome, TapError> {
    let settings = settings(topics, args, config)?;
    let status = Arc::new(Status::default());
    let stop = Arc::new(AtomicBool::new(false));
    let shared = Shared {
        status: status.clone(),
        tokens: Tokens::start(settings.msk_iam.as_ref(), &settings.brokers)?,
        woken: Arc::default(),
        stop: stop.clone(),
    };
    let partitions = Arc::new(Partitions::default());
    let mut source = KafkaSource::new(&settings, config, partitions, Default::default(), shared)?;
    source.keep_envelopes();
    let (items, threads) = source.start().map_err(TapError::Start)?;
    let mut look = Look { status, settings, patience: Patience::new(args.until_end), has_begun: false };
    let end = flow::show(&items, args.until_end, printer, interrupted, || look.look());
    stop.store(true, Ordering::Relaxed);
    drop(items);
    // A client that still speaks TLS while the process clears up would crash it.
    threads::wait_for_end(&threads, END_PATIENCE);
    match end? {
        End::Interrupted if !args.is_endless() => Ok(Outcome::Interrupted),
        End::CaughtUp => look.check_begun().map(|()| Outcome::Complete),
        // Nothing more comes from threads that have ended, and they end for a reason.
        End::AllRead => Err(look.failed(&look.status.lock())),
        End::Interrupted | End::Enough => Ok(Outcome::Complete),
    }
}

/// How the topics are read that are of the kind that is wanted.
fn settings(topics: Topics, args: &TapArgs, config: &Config) -> Result<KafkaSettings, TapError> {
    let Topics { brokers, names } = topics;
    let wanted = named::wanted(names, args, &config.kinds)?;
    let start = match args.from.begin()? {
        Begin::Earliest => Start::Earliest,
        Begin::Latest => Start::Latest,
        Begin::Offset(offset) => Start::Offset(offset),
        Begin::Time(time) => Start::Time(time.try_into().unwrap_or(i64::MAX)),
    };
    Ok(KafkaSettings {
        brokers,
        topics: config::Topics { names: wanted.into_keys().collect(), patterns: Vec::new() },
        start,
        backfill: None,
        // Who looks wants to see what is there.
        on_gap: OnGap::Skip,
        group: None,
        create_topics: None,
        ..config.kafka_clients.clone()
    })
}

/// Looks whether something is wrong with the topics.
struct Look {
    status: Arc<Status>,
    settings: KafkaSettings,
    patience: Patience,
    /// Whether the topics were found.
    has_begun: bool,
}

impl Look {
    /// Topics that are not there are an error at the start; what goes wrong later is told, and waited for.
    fn look(&mut self) -> Result<(), TapError> {
        if !self.patience.is_time() {
            return Ok(());
        }
        let status = self.status.lock().clone();
        let is_late = self.patience.ends_start();
        if status.stopped.is_some() || !self.has_begun && (is_late || !status.missing.is_empty()) {
            return Err(self.failed(&status));
        }
        self.has_begun |= status.is_known;
        let troubles = if self.has_begun { status.troubles() } else { Vec::new() };
        if self.patience.ends_by(&troubles) { Err(self.failed(&status)) } else { Ok(()) }
    }

    /// A partition that could not be begun has not been shown to its end.
    fn check_begun(&self) -> Result<(), TapError> {
        let status = self.status.lock();
        if status.not_begun.is_empty() { Ok(()) } else { Err(self.failed(&status)) }
    }

    fn failed(&self, status: &SourceStatus) -> TapError {
        let missing = status.missing.first().map(|topic| format!("there is no topic {topic}"));
        let problem = status.stopped.clone().or(missing).or_else(|| status.troubles().first().cloned());
        let problem = problem.unwrap_or_else(|| "nothing more comes".to_owned());
        TapError::Topics { brokers: kafka::source_name(&self.settings), problem }
    }
}
