//! Messages that are due at fixed times, and when views show them.

use crate::kafka::topics::Topics;
use crate::posts::{Posts, Value};
use crate::program::Program;
use crate::ticks::{Position, Ticks};
use rdkafka::ClientContext;
use rdkafka::message::Message;
use rdkafka::producer::{
    BaseProducer, BaseRecord, DeliveryResult, Producer, ProducerContext, ThreadedProducer,
};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Messages a second whose way is followed, each sent at once.
const FOLLOWED: f64 = 200.0;
/// How often what is due of the others is sent.
const SEND_EVERY: Duration = Duration::from_millis(5);
/// How often the run is asked how far it is behind.
const ASK_EVERY: Duration = Duration::from_millis(50);
/// What takes longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Other messages meanwhile.
pub struct Load {
    /// A second.
    pub rate: f64,
    /// How long they come.
    pub time: Duration,
}

/// Times of all that were followed.
pub struct Taken {
    /// From when they were due until they could be seen.
    pub sent_to_seen: Vec<Duration>,
    /// From when the broker had confirmed them.
    pub appended_to_seen: Vec<Duration>,
    /// Messages that the views did not have yet, now and then.
    pub lag: Vec<f64>,
    /// Messages a second that the broker confirmed.
    pub rate: f64,
}

/// Appends, and measures until all is seen.
pub fn append(program: &Program, topics: &Topics, posts: &mut Posts, load: Load) -> Taken {
    let others = posts.values((load.rate * load.time.as_secs_f64()) as u64);
    let followed = posts.values((FOLLOWED * load.time.as_secs_f64()) as u64);
    let all = (others.len() + followed.len()) as f64;
    let (mut sent, mut lag, ended) = (Vec::new(), Vec::new(), AtomicBool::new(false));
    let begin = Instant::now();
    let mut rate = 0.0;
    let seen = Ticks::watch(program, || {
        thread::scope(|scope| {
            let asking = scope.spawn(|| ask(program, &ended));
            let sending = scope.spawn(|| send(topics, &others, load.rate));
            sent = follow(topics, &followed);
            sending.join().expect("no panic");
            rate = all / begin.elapsed().as_secs_f64();
            ended.store(true, Ordering::Relaxed);
            lag = asking.join().expect("no panic");
        });
        sent.iter().map(|(_, confirmed)| vec![confirmed.position.clone()]).collect()
    });
    let since = |seen: &Instant, then: Instant| seen.saturating_duration_since(then);
    Taken {
        sent_to_seen: sent.iter().zip(&seen).map(|((due, _), seen)| since(seen, *due)).collect(),
        appended_to_seen: sent.iter().zip(&seen).map(|((_, to), seen)| since(seen, to.at)).collect(),
        lag,
        rate,
    }
}

/// Sends values at a rate, in batches as producers of many messages do, until all are confirmed.
fn send(topics: &Topics, values: &[Value], rate: f64) {
    let mut config = topics.client();
    config.set("linger.ms", "5").set("compression.type", "lz4");
    config.set("queue.buffering.max.messages", "1000000");
    let producer: BaseProducer = config.create().expect("a producer");
    let (start, mut sent) = (Instant::now(), 0);
    while sent < values.len() {
        let due = ((start.elapsed().as_secs_f64() * rate) as usize).min(values.len());
        for value in &values[sent..due] {
            producer.send(record(topics, value, ())).map_err(|(error, _)| error).expect("it has room");
        }
        sent = due;
        producer.poll(Duration::ZERO);
        thread::sleep(SEND_EVERY);
    }
    producer.flush(PATIENCE).expect("they are delivered");
}

/// Sends values one by one; when each was due, and what became of it.
fn follow(topics: &Topics, values: &[Value]) -> Vec<(Instant, Confirmed)> {
    let confirmations = Confirmations(Mutex::new(values.iter().map(|_| None).collect()));
    let mut config = topics.client();
    let producer: ThreadedProducer<Confirmations> =
        config.set("linger.ms", "0").create_with_context(confirmations).expect("a producer");
    let start = Instant::now();
    let mut all_due = Vec::new();
    for (number, value) in values.iter().enumerate() {
        let due = start + Duration::from_secs_f64(number as f64 / FOLLOWED);
        thread::sleep(due.saturating_duration_since(Instant::now()));
        producer.send(record(topics, value, number)).map_err(|(error, _)| error).expect("it has room");
        all_due.push(due);
    }
    producer.flush(PATIENCE).expect("they are delivered");
    let confirmed = std::mem::take(&mut *producer.context().0.lock().expect("no panic"));
    all_due.into_iter().zip(confirmed.into_iter().map(|one| one.expect("all are delivered"))).collect()
}

fn record<'a, N: rdkafka::util::IntoOpaque>(
    topics: &'a Topics,
    value: &'a Value,
    number: N,
) -> BaseRecord<'a, str, str, N> {
    BaseRecord::with_opaque_to(topics.name(value.kind), number)
        .key(value.key.as_str())
        .payload(value.text.as_str())
}

/// How far the run is behind, now and then.
fn ask(program: &Program, ended: &AtomicBool) -> Vec<f64> {
    let mut lags = Vec::new();
    while !ended.load(Ordering::Relaxed) {
        let status = program.status();
        let partitions = status["sources"][0]["partitions"].as_array().expect("partitions");
        let lag =
            partitions.iter().map(|partition| partition["lag"].as_u64().expect("a number")).sum::<u64>();
        lags.push(lag as f64);
        thread::sleep(ASK_EVERY);
    }
    lags
}

/// What the broker confirmed of a message.
#[derive(Clone)]
struct Confirmed {
    at: Instant,
    position: Position,
}

/// Of each message by its number.
struct Confirmations(Mutex<Vec<Option<Confirmed>>>);

impl ClientContext for Confirmations {}

impl ProducerContext for Confirmations {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, number: usize) {
        let at = Instant::now();
        let message = result.as_ref().expect("it is delivered");
        let (partition, offset) = (message.partition() as u64, message.offset() as u64);
        let position = Position { topic: message.topic().to_owned(), partition, offset };
        self.0.lock().expect("no panic")[number] = Some(Confirmed { at, position });
    }
}
