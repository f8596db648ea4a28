//! A request of which not all records are stored, or known to be.

use super::lines;
use crate::front_door::door::{Outcomes, worst};
use crate::front_door::refusal::Refusal;
use crate::http::{Limits, Problem};
use crate::kafka::produce::NotStored;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// So many lines are named: who has more sends all again.
const MOST_NAMED: usize = 100;

/// What became of the records.
pub struct Partly {
    stored: usize,
    unknown: usize,
    not_stored: usize,
    /// The reason that leaves most open.
    worst: NotStored,
    /// The first lines that are not stored, or not known to be, with the reasons.
    lines: Vec<Value>,
}

impl Partly {
    /// Nothing if all are stored. The body is the one that they were cut out of.
    pub fn of(outcomes: &Outcomes, body: &[u8]) -> Option<Partly> {
        let reasons = || outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
        let worst = worst(reasons())?;
        let unknown = reasons().filter(|reason| matches!(reason, NotStored::Unknown(_))).count();
        let failed = lines::numbers(body)
            .zip(outcomes)
            .filter_map(|(line, outcome)| outcome.as_ref().err().map(|reason| (line, reason)));
        let lines = failed.take(MOST_NAMED);
        let lines = lines.map(|(line, reason)| json!({ "line": line, "reason": reason.to_string() }));
        let failed = reasons().count();
        Some(Partly {
            stored: outcomes.len() - failed,
            unknown,
            not_stored: failed - unknown,
            worst,
            lines: lines.collect(),
        })
    }

    /// The answer.
    pub fn answer(self, limits: &Limits) -> Response {
        let Partly { stored, unknown, not_stored, worst, lines } = self;
        let detail = format!("{stored} records are stored, {not_stored} are not, {unknown} may be: {worst}");
        let refusal = Refusal::NotStored(worst);
        let problem = Problem::new(refusal.status(), detail);
        let problem = problem.with("accepted", stored).with("not_stored", not_stored);
        let mut response = problem.with("unknown", unknown).with("lines", lines).into_response();
        refusal.dress(&mut response, limits);
        response
    }
}
