//! Topics of Kafka: how fast what they hold becomes views, beside a bare consumer that reads the same and does nothing with
//! it; and how soon the views show what is appended. The broker has the same cores.

mod appended;
mod topics;

use crate::figures::Figures;
use crate::posts::Posts;
use crate::program::Program;
use appended::{Load, append};
use std::time::{Duration, Instant};
use topics::Topics;

/// Parts of the rate at which a run reads what is there.
const PARTS: [f64; 4] = [0.0, 0.1, 0.25, 0.5];

/// Measures with topics that hold the records of so many posts.
pub fn measure(posts: u64, rounds: usize, time: Duration, figures: &mut Figures) {
    let topics = Topics::filled(posts);
    let megabytes = topics.bytes as f64 / 1e6;
    figures.head(&format!("{} messages of Kafka, {megabytes:.0} MB, {rounds} rounds", topics.messages));
    let (mut bare, mut run) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        bare.push(topics.messages as f64 / topics.consume());
        let begin = Instant::now();
        let program = Program::with_source(&topics.configuration());
        run.push(topics.messages as f64 / begin.elapsed().as_secs_f64());
        assert_eq!(program.records_read(), topics.messages);
    }
    let shares = run.iter().zip(&bare).map(|(run, bare)| run / bare).collect();
    figures.add_rounds("bare consumer, messages/s", bare);
    let rate = figures.add_rounds("from start to views, messages/s", run);
    figures.add_rounds("as a share of the bare consumer's rate", shares);

    let program = Program::with_source(&topics.configuration());
    figures.head(&format!("topics of Kafka, with {} posts held", program.posts_held()));
    let mut posts = Posts::new(posts);
    for part in PARTS {
        let taken = append(&program, &topics, &mut posts, Load { rate: rate * part, time });
        let load = match part {
            0.0 => "nearly idle".to_owned(),
            _ => format!("{:.0} messages/s", taken.rate),
        };
        figures.add_times(&format!("{load}: from sent to seen"), taken.sent_to_seen);
        figures.add_times(&format!("{load}: from appended to seen"), taken.appended_to_seen);
        figures.add_numbers(&format!("{load}: lag, messages"), taken.lag);
    }
}
