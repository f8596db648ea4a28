//! Which positions could be seen in the views when, as a client sees it that waits for every tick.

use crate::connection::Connection;
use crate::program::Program;
use serde_json::Value;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// A small answer that changes with every tick.
const WATCHED: &str = "/v1/views/users_joined_by_year?wait_ms=1000";

/// How often it is asked what ticks have: while they are remembered.
const ASK_EVERY: Duration = Duration::from_millis(50);

/// How often it is looked whether all can be seen; the times do not depend on it.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A record's place in the log, as answers of the Kafka REST Proxy's API tell it.
#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: u64,
    /// The offset.
    pub offset: u64,
}

/// The ticks that were seen, in order.
#[derive(Default)]
pub struct Ticks(Mutex<Vec<Seen>>);

struct Seen {
    at: Instant,
    /// The first position of each partition that could not be seen yet.
    vector: Vec<Position>,
}

impl Ticks {
    /// Watches while the work goes on, and until all positions that it gives can be seen; then gives these times.
    pub fn watch(program: &Program, work: impl FnOnce() -> Vec<Vec<Position>>) -> Vec<Instant> {
        let (ticks, ended) = (Ticks::default(), AtomicBool::new(false));
        let (tell, told) = channel();
        thread::scope(|scope| {
            scope.spawn(|| see(program.connect(), &ended, tell));
            scope.spawn(|| ticks.ask(program.connect(), told));
            let positions = work();
            let last: Vec<Position> = positions.iter().flatten().cloned().collect();
            while ticks.first_with(&last).is_none() {
                thread::sleep(LOOK_EVERY);
            }
            ended.store(true, Ordering::Relaxed);
            let seen = |all: &Vec<Position>| ticks.first_with(all).expect("all were seen");
            positions.iter().map(seen).collect()
        })
    }

    /// Asks which positions the ticks have. It is another connection's work, so that no tick is seen late for it; and it asks
    /// for many at a time, as nobody but this measure asks for each.
    fn ask(&self, mut connection: Connection, told: Receiver<(String, Instant)>) {
        while let Ok(first) = told.recv() {
            thread::sleep(ASK_EVERY);
            let ticks: Vec<_> = [first].into_iter().chain(told.try_iter()).collect();
            let answers = connection.get_all(ticks.iter().map(|(tick, _)| format!("/v1/ticks/{tick}")));
            for ((_, at), answer) in ticks.into_iter().zip(answers) {
                let answer: Value = serde_json::from_slice(&answer.body).expect("JSON");
                let entries = answer["vector"].as_array().expect("a vector");
                let position = |entry: &Value| position(entry["topic"].as_str(), entry, "position");
                let vector = entries.iter().map(position).collect();
                self.0.lock().expect("no panic").push(Seen { at, vector });
            }
        }
    }

    /// When all of these could be seen; nothing if not all can be yet.
    fn first_with(&self, positions: &[Position]) -> Option<Instant> {
        let ticks = self.0.lock().expect("no panic");
        let has = |seen: &Seen, one: &Position| {
            let same = |end: &&Position| end.topic == one.topic && end.partition == one.partition;
            seen.vector.iter().find(same).is_some_and(|end| end.offset > one.offset)
        };
        let has_all = |seen: &Seen| positions.iter().all(|position| has(seen, position));
        // What a tick has the later ones have, too.
        ticks.get(ticks.partition_point(|seen| !has_all(seen))).map(|seen| seen.at)
    }
}

fn see(mut connection: Connection, ended: &AtomicBool, tell: Sender<(String, Instant)>) {
    let mut tag = String::new();
    while !ended.load(Ordering::Relaxed) {
        let answer = connection.get_unless(WATCHED, &tag);
        let at = Instant::now();
        if answer.status == 200 {
            tag = answer.tag;
            // Who asks ends after this thread.
            let _ = tell.send((tag.trim_matches('"').to_owned(), at));
        }
    }
}

/// Positions of a request's records.
pub fn positions(topic: &str, body: &[u8]) -> Vec<Position> {
    let answer: Value = serde_json::from_slice(body).expect("JSON");
    let entries = answer["offsets"].as_array().expect("offsets");
    entries.iter().map(|entry| position(Some(topic), entry, "offset")).collect()
}

fn position(topic: Option<&str>, entry: &Value, offset: &str) -> Position {
    let number = |name: &str| entry[name].as_u64().expect("a number");
    Position {
        topic: topic.expect("a topic").to_owned(),
        partition: number("partition"),
        offset: number(offset),
    }
}
