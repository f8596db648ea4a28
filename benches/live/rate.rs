//! The highest rate in bulk that the views keep up with: as fast as requests are answered, and as fast as they may come
//! without end.

use crate::figures::Figures;
use crate::freshness;
use crate::load;
use crate::posts::{Posts, Request};
use crate::program::Program;
use crate::ticks::{Ticks, positions};
use std::time::{Duration, Instant};

/// Records of a request, as many as the emulator sends if nothing else is said. With more at a time the highest rate is higher,
/// and so are the times until records are seen: those of a request come at once.
pub const POSTS_AT_A_TIME: u64 = 100;
/// Connections that send as fast as they are answered: while some requests wait for the disk others are read.
const CONNECTIONS: usize = 8;
/// Records that are written in advance and then sent.
const RECORDS_AT_A_TIME: u64 = 1_000_000;

/// Records a second, from the first request until the last record can be seen.
pub fn highest(program: &Program, posts: &mut Posts, time: Duration, figures: &mut Figures) -> f64 {
    let (mut records, mut taken, mut processor) = (0, Duration::ZERO, 0.0);
    while taken < time {
        let requests = posts.bulk(RECORDS_AT_A_TIME, POSTS_AT_A_TIME);
        let marker = posts.single(1);
        let before = program.processor_seconds();
        taken += until_seen(program, &requests, &marker, CONNECTIONS);
        processor += program.processor_seconds() - before;
        records += load::records(&requests) + 1;
    }
    let rate = records as f64 / taken.as_secs_f64();
    let each = processor * 1e6 / records as f64;
    figures.add("highest rate in bulk", &[("records_per_s", rate), ("processor_us_per_record", each)]);
    rate
}

/// Parts of the rate at which requests are sent as soon as others are answered, the largest first.
const PARTS: [f64; 11] = [1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5];
/// A run falls behind at a rate if, after a while, half of the records are seen so long after they were due.
const BEHIND: Duration = Duration::from_millis(100);

/// The highest rate, of parts of one that is too high, at which records can come whether others are answered or not. Times
/// until they are seen are told at parts of it: at higher rates they only grow.
pub fn steady(
    program: &Program,
    posts: &mut Posts,
    too_high: f64,
    time: Duration,
    figures: &mut Figures,
) -> f64 {
    let mut keeps_up = |part: f64| {
        let seen = freshness::at(program, posts, too_high * part, time).seen;
        let mut last = seen[seen.len() - seen.len() / 4..].to_vec();
        last.sort();
        last[last.len() / 2] <= BEHIND
    };
    let part =
        PARTS.into_iter().find(|part| keeps_up(*part)).expect("half of the highest rate is kept up with");
    let rate = too_high * part;
    figures.add("highest steady rate in bulk", &[("records_per_s", rate), ("part_of_highest", part)]);
    rate
}

/// How long it takes to send all, and then to see the marker, which comes last.
pub fn until_seen(
    program: &Program,
    requests: &[Request],
    marker: &[Request],
    connections: usize,
) -> Duration {
    let begin = Instant::now();
    let seen = Ticks::watch(program, || {
        load::closed(program, requests, connections);
        let sent = load::closed(program, marker, 1);
        vec![positions(&marker[0].topic(), &sent[0].body)]
    });
    seen[0] - begin
}
