//! What all connections count together.

use super::answer::Fate;
use super::batch::Batch;
use super::histogram::Histogram;
use super::message::{Message, Sort};
use super::sent::{Refusal, Sent, SentKind, Times};
use super::sent_log::SentLog;
use crate::emulate::error::EmulateError;
use std::time::Duration;

/// So many distinct reasons are kept; servers may put numbers of lines or records into them.
const MOST_REASONS: usize = 5;
/// What further reasons are counted under.
const OTHER_REASONS: &str = "other reasons";

/// Counts, and what only one connection says for all.
pub struct Tally {
    to: String,
    sent: Sent,
    answer_times: Histogram,
    late: Histogram,
    log: Option<SentLog>,
    is_gone: bool,
    failed: Option<EmulateError>,
}

impl Tally {
    /// Counts of nothing yet; a log gets all that is accepted.
    pub fn new(to: &str, log: Option<SentLog>) -> Tally {
        Tally {
            to: to.to_owned(),
            sent: Sent::default(),
            answer_times: Histogram::default(),
            late: Histogram::default(),
            log,
            is_gone: false,
            failed: None,
        }
    }

    /// A row was drawn.
    pub fn drew(&mut self) {
        self.sent.posts += 1;
    }

    /// A request begins, so late.
    pub fn began(&mut self, batch: &Batch, late: Duration) {
        self.late.add(late);
        let counts = self.sent.of_mut(batch.kind);
        batch.messages.iter().for_each(|message| count_sort(counts, message));
    }

    /// There was an answer, after this time.
    pub fn answered(&mut self, time: Duration, since_start: Duration) {
        self.sent.answers += 1;
        self.sent.seconds = since_start.as_secs_f64();
        self.answer_times.add(time);
        if std::mem::take(&mut self.is_gone) {
            eprintln!("pinflow: {} answers again", self.to);
        }
    }

    /// There was none; it is said once, until there is one again.
    pub fn missed(&mut self, reason: &str) {
        if !std::mem::replace(&mut self.is_gone, true) {
            eprintln!("pinflow: no answer from {}: {reason}; trying again until there is one", self.to);
        }
    }

    /// A batch is sent again.
    pub fn retried(&mut self, batch: &Batch) {
        self.sent.of_mut(batch.kind).retried += batch.messages.len() as u64;
    }

    /// A batch succeeded. What it was sent to is the topic, unless the server chose.
    pub fn succeeded(&mut self, batch: &Batch, topic: Option<&str>, fates: Vec<Fate>) {
        for (message, fate) in batch.messages.iter().zip(fates) {
            match fate {
                Fate::Accepted(position) => {
                    self.sent.of_mut(batch.kind).accepted += 1;
                    if let Some(log) = &mut self.log {
                        log.add(message, topic, &position);
                    }
                }
                Fate::Refused(reason) => self.refuse(message, &reason),
            }
        }
        if let Some(Err(error)) = self.log.as_mut().map(SentLog::write) {
            self.failed.get_or_insert(error);
        }
    }

    /// A batch was refused.
    pub fn refused(&mut self, batch: &Batch, reason: &str) {
        batch.messages.iter().for_each(|message| self.refuse(message, reason));
    }

    /// A batch has no answer, and nobody waits for one any more.
    pub fn gave_up(&mut self, batch: &Batch) {
        self.sent.of_mut(batch.kind).unanswered += batch.messages.len() as u64;
    }

    /// Whether it cannot go on.
    pub fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// What was sent so far.
    pub fn sent(&self) -> Sent {
        let (answer_times, late) = (Times::of(&self.answer_times), Times::of(&self.late));
        Sent { answer_times, late, ..self.sent.clone() }
    }

    /// What was sent in all, unless it could not go on.
    pub fn finish(&mut self, stopped: bool) -> Result<Sent, EmulateError> {
        match self.failed.take() {
            Some(error) => Err(error),
            None => Ok(Sent { stopped, ..self.sent() }),
        }
    }

    fn refuse(&mut self, message: &Message, reason: &str) {
        let counts = self.sent.of_mut(message.kind);
        counts.refused += 1;
        counts.malformed_refused += u64::from(message.sort == Sort::Malformed);
        let refusals = &mut self.sent.refusals;
        let is_known = refusals.iter().any(|refusal| refusal.reason == reason);
        let reason = if is_known || refusals.len() < MOST_REASONS { reason } else { OTHER_REASONS };
        match refusals.iter_mut().find(|refusal| refusal.reason == reason) {
            Some(refusal) => refusal.records += 1,
            None => refusals.push(Refusal { reason: reason.to_owned(), records: 1 }),
        }
    }
}

fn count_sort(counts: &mut SentKind, message: &Message) {
    counts.sent += 1;
    counts.odd += u64::from(message.odd);
    match message.sort {
        Sort::Record => {}
        Sort::Correction => counts.corrections += 1,
        Sort::Delete => counts.deletes += 1,
        Sort::Malformed => counts.malformed += 1,
    }
}
