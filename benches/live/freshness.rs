//! From when a record is due until it can be seen, while others come at a part of the highest rate.

use crate::figures::Figures;
use crate::load;
use crate::posts::Posts;
use crate::program::Program;
use crate::rate::POSTS_AT_A_TIME;
use crate::ticks::{Ticks, positions};
use std::thread;
use std::time::{Duration, Instant};

/// Parts of the highest rate.
const PARTS: [f64; 5] = [0.0, 0.1, 0.5, 0.8, 0.9];
/// Records a second whose way is followed, each in a request of its own.
const FOLLOWED: f64 = 200.0;
/// Connections for them: more than are ever in use, so none waits for another.
const CONNECTIONS: usize = 16;
/// Connections for the others: as many as that only wait for one another after the disk has paused. With 16 they did once
/// answers took 4 ms.
const BULK_CONNECTIONS: usize = 64;
/// How long the others have come when the first is followed: after a pause, the state's memory is in no cache.
const LEAD: Duration = Duration::from_millis(500);

/// Measures at all parts.
pub fn measure(program: &Program, posts: &mut Posts, highest: f64, time: Duration, figures: &mut Figures) {
    for part in PARTS {
        let times = at(program, posts, highest * part, time);
        let load = if part == 0.0 { "nearly idle".to_owned() } else { format!("at {:.0} %", part * 100.0) };
        figures.add_times(&format!("{load}: from due to seen"), times.seen);
        figures.add_times(&format!("{load}: from due to answered"), times.answered);
        if !times.bulk.is_empty() {
            figures.add_times(&format!("{load}: bulk from due to answered"), times.bulk);
        }
    }
}

/// Times of all that was due.
pub struct Taken {
    /// Until a record could be seen.
    pub seen: Vec<Duration>,
    /// Until it was answered.
    pub answered: Vec<Duration>,
    /// Until requests of the load were answered.
    pub bulk: Vec<Duration>,
    /// Records of the load a second, from when the first was due until the last was answered.
    pub rate: f64,
}

/// Measures with so many other records a second.
pub fn at(program: &Program, posts: &mut Posts, rate: f64, time: Duration) -> Taken {
    let loaded = LEAD + time;
    let bulk = if rate > 0.0 {
        posts.bulk((rate * loaded.as_secs_f64()) as u64, POSTS_AT_A_TIME)
    } else {
        Vec::new()
    };
    let followed = posts.single((FOLLOWED * time.as_secs_f64()) as u64);
    // All connections are there then.
    let start = Instant::now() + Duration::from_millis(100);
    let mut taken = Taken { seen: Vec::new(), answered: Vec::new(), bulk: Vec::new(), rate: 0.0 };
    let mut sent = Vec::new();
    let seen = Ticks::watch(program, || {
        thread::scope(|scope| {
            let others = scope.spawn(|| {
                let every = loaded.div_f64(bulk.len().max(1) as f64);
                load::open(program, &bulk, BULK_CONNECTIONS, |number| start + every * number as u32)
            });
            sent = load::open(program, &followed, CONNECTIONS, |number| start + LEAD + due(number));
            let others = others.join().expect("no panic");
            let last = others.iter().map(|sent| sent.answered).max();
            taken.rate = last.map_or(0.0, |last| load::records(&bulk) as f64 / (last - start).as_secs_f64());
            taken.bulk = others.iter().map(|sent| sent.answered - sent.due).collect();
        });
        let positions = |sent: &load::Sent| positions(&followed[sent.number].topic(), &sent.body);
        sent.iter().map(positions).collect()
    });
    taken.answered = sent.iter().map(|sent| sent.answered - sent.due).collect();
    taken.seen =
        sent.iter().zip(&seen).map(|(sent, seen)| seen.saturating_duration_since(sent.due)).collect();
    taken
}

/// When a record is due, from the start: at any time of its turn, so that no rhythm of the program's is met or missed.
fn due(number: usize) -> Duration {
    let within = pinflow::front_door::hash_of_ind(number as u64) as f64 / u64::MAX as f64;
    Duration::from_secs_f64((number as f64 + within) / FOLLOWED)
}
