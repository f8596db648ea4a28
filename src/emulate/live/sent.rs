//! What was sent, and what became of it.

use super::histogram::Histogram;
use pinflow_dataflows::kind::Kind;
use serde::Serialize;
use std::ops::AddAssign;
use std::time::Duration;

/// What was sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Sent {
    /// Posts that were drawn, each up to three records and what comes with them.
    pub posts: u64,
    /// By kind.
    pub pin: SentKind,
    /// By kind.
    pub geo: SentKind,
    /// By kind.
    pub user: SentKind,
    /// Answers, also those that refuse or ask to come later.
    pub answers: u64,
    /// From the start to the last answer.
    pub seconds: f64,
    /// How long answers took.
    pub answer_times: Times,
    /// How long after they were due requests began.
    pub late: Times,
    /// The first distinct reasons why records were refused.
    pub refusals: Vec<Refusal>,
    /// Whether it was told to end before all was sent; an endless one always is.
    pub stopped: bool,
}

/// What was sent of one kind, in records; deletes and malformed texts count as records here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SentKind {
    /// All that were sent, each once: those accepted, refused and unanswered.
    pub sent: u64,
    /// Of them, those that a server said it has.
    pub accepted: u64,
    /// Of them, those that it said it does not want, or too often that it has no room for.
    pub refused: u64,
    /// Of them, those whose answer had not come when it was told to end.
    pub unanswered: u64,
    /// How often one was sent again.
    pub retried: u64,
    /// Of those sent, later ones with other values.
    pub corrections: u64,
    /// Of those sent, deletes.
    pub deletes: u64,
    /// Of those sent, those that must be rejected, by the server or behind it.
    pub malformed: u64,
    /// Of the malformed ones, those that were refused.
    pub malformed_refused: u64,
    /// Of those sent, records spelled in an unusual way.
    pub odd: u64,
}

/// How long things took, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Times {
    /// Half of them took no longer.
    pub p50_ms: f64,
    /// Of a hundred, 99 took no longer.
    pub p99_ms: f64,
    /// The longest.
    pub max_ms: f64,
}

/// Why records were refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The status and the server's words.
    pub reason: String,
    /// How many records.
    pub records: u64,
}

impl Sent {
    /// What was sent of a kind.
    pub fn of(&self, kind: Kind) -> &SentKind {
        match kind {
            Kind::Pin => &self.pin,
            Kind::Geo => &self.geo,
            Kind::User => &self.user,
        }
    }

    /// The same, to count in.
    pub(super) fn of_mut(&mut self, kind: Kind) -> &mut SentKind {
        match kind {
            Kind::Pin => &mut self.pin,
            Kind::Geo => &mut self.geo,
            Kind::User => &mut self.user,
        }
    }

    /// All kinds together.
    pub fn total(&self) -> SentKind {
        let mut total = self.pin;
        total += self.geo;
        total += self.user;
        total
    }

    /// Accepted records a second.
    pub fn records_per_second(&self) -> f64 {
        self.total().accepted as f64 / self.seconds.max(0.001)
    }

    /// Records that were refused without being malformed.
    pub fn wrongly_refused(&self) -> u64 {
        let total = self.total();
        total.refused - total.malformed_refused
    }
}

impl Times {
    /// What a histogram says.
    pub(super) fn of(histogram: &Histogram) -> Times {
        let milliseconds = |time: Duration| (time.as_secs_f64() * 1e6).round() / 1e3;
        Times {
            p50_ms: milliseconds(histogram.percentile(50)),
            p99_ms: milliseconds(histogram.percentile(99)),
            max_ms: milliseconds(histogram.longest()),
        }
    }
}

impl AddAssign for SentKind {
    fn add_assign(&mut self, other: SentKind) {
        self.sent += other.sent;
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.unanswered += other.unanswered;
        self.retried += other.retried;
        self.corrections += other.corrections;
        self.deletes += other.deletes;
        self.malformed += other.malformed;
        self.malformed_refused += other.malformed_refused;
        self.odd += other.odd;
    }
}
