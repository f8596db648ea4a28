//! Live emulation: posts drawn at random are sent to a server or to topics of Kafka, each as a pin, a geo and a user, at a rate
//! of their own.
//!
//! The loop is open, as that of many users is: when a post is due depends on the start and the rate alone. A server that
//! is slow gets as many posts as a fast one, and gets them late. What waits is bounded: beyond
//! that, posts are drawn when there is room.
//!
//! A record whose answer was lost is sent again, so a server may have it twice. A topic has it once.

mod dialect;
mod error;
mod settings;
mod args;
mod address;
mod plan;
mod schedule;
mod message;
mod invented;
mod file_rows;
mod source;
mod batch;
mod requests;
mod lane;
mod kafka_lane;
mod backoff;
mod answer;
mod tally;
mod histogram;
mod sent_log;
mod sent;
mod report;

pub use address::is_kafka;
pub use args::LiveArgs;
pub use dialect::Dialect;
pub use error::LiveError;
pub use report::{json_summary, write_summary};
pub use sent::{Refusal, Sent, SentKind, Times};
pub use settings::{Invented, KafkaOptions, LiveSettings, Pace, Rows};

use super::error::EmulateError;
use crate::http_client::{HttpBounds, HttpClient};
use crate::kafka::Tokens;
use batch::{Batch, Batches};
use http::Uri;
use kafka_lane::KafkaLane;
use lane::{Lane, Server, Shared};
use plan::{LivePlan, Target};
use schedule::Schedule;
use sent_log::SentLog;
use source::Source;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tally::Tally;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// Messages that wait for their connections, some 40 MB of them: one that was told to wait for a second should not hold up
/// the others.
const WAITING_MESSAGES: usize = 50_000;
/// The fewest batches that can wait for a connection.
const LEAST_WAITING_BATCHES: usize = 4;
/// How often it is looked whether to end.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Sends what the settings say, on this thread, until all is answered or a second or two after `stop` is true.
pub fn run(settings: &LiveSettings, stop: &AtomicBool) -> Result<Sent, EmulateError> {
    let plan = LivePlan::from_settings(settings)?;
    let tokens = tokens(&plan, &settings.kafka)?;
    let log = settings.log_sent.as_deref().map(SentLog::open).transpose()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(LiveError::Runtime)?.block_on(send(plan, settings, (tokens, log), stop))
}

/// What brokers are shown that ask for tokens.
fn tokens(plan: &LivePlan, options: &KafkaOptions) -> Result<Tokens, LiveError> {
    match &plan.target {
        Target::Kafka(_) if options.msk_iam.is_some() && options.create_topics.is_some() => {
            Err(LiveError::CreateWithIam)
        }
        Target::Kafka(address) => Ok(Tokens::start(options.msk_iam.as_ref(), &address.brokers)?),
        Target::Server(_) => Ok(Tokens::default()),
    }
}

async fn send(
    plan: LivePlan,
    settings: &LiveSettings,
    (tokens, log): (Tokens, Option<SentLog>),
    stop: &AtomicBool,
) -> Result<Sent, EmulateError> {
    let sender = match plan.target {
        Target::Server(target) => {
            let (server, requests) = *target;
            find_server(&settings.to, &server).await?;
            let bounds = HttpBounds { idle_connections: plan.connections, ..HttpBounds::default() };
            let (client, dialect) = (HttpClient::new(bounds), settings.dialect);
            Sender::Server(Arc::new(Server { client, dialect, requests }))
        }
        Target::Kafka(address) => {
            Sender::Kafka(KafkaLane::connect(&settings.to, address, &settings.kafka, &tokens).await?)
        }
    };
    let tally = Mutex::new(Tally::new(&settings.to, log));
    let shared = Arc::new(Shared { start: Instant::now(), tally });
    let progress = settings.progress.then(|| tokio::spawn(report::show(Arc::clone(&shared))));
    let (tell, told) = watch::channel(false);
    let (mut lanes, mut queues) = (JoinSet::new(), Vec::new());
    let waiting = (WAITING_MESSAGES / plan.connections / plan.batch).max(LEAST_WAITING_BATCHES);
    match sender {
        Sender::Kafka(lane) => {
            let (queue, batches) = mpsc::channel(waiting);
            lanes.spawn(lane.run(Arc::clone(&shared), batches, told));
            queues.push(queue);
        }
        Sender::Server(server) => {
            for number in 0..plan.connections {
                let (queue, batches) = mpsc::channel(waiting);
                let lane = Lane::new(number, Arc::clone(&server), Arc::clone(&shared), told.clone());
                lanes.spawn(lane.run(batches));
                queues.push(queue);
            }
        }
    }
    let batches = Batches::new(plan.batch, plan.connections);
    let all = async {
        draw(plan.schedule, plan.source, batches, &shared, queues).await;
        join(&mut lanes).await;
    };
    let stopped = tokio::select! {
        () = all => false,
        () = until_ended(stop, &shared) => true,
    };
    tell.send_replace(true);
    join(&mut lanes).await;
    if let Some(progress) = progress {
        progress.abort();
    }
    shared.tally().finish(stopped)
}

/// What sends, connected.
enum Sender {
    Server(Arc<Server>),
    Kafka(KafkaLane),
}

/// Draws posts when they are due and hands their messages to the connections. In the end the queues are closed.
async fn draw(
    schedule: Schedule,
    mut source: Source,
    mut batches: Batches,
    shared: &Shared,
    queues: Vec<mpsc::Sender<Batch>>,
) {
    let mut schedule = schedule.peekable();
    let (mut messages, mut last_due) = (Vec::new(), Duration::ZERO);
    while let Some(due) = schedule.next() {
        // Without looking at the clock first, every post would wait for a tick of the timer.
        if shared.start.elapsed() < due {
            sleep_until(shared.start + due).await;
        }
        source.draw(&mut messages);
        shared.tally().drew();
        last_due = due;
        for message in messages.drain(..) {
            hand_over(batches.add(message, due), &queues).await;
        }
        if let Some(&next_due) = schedule.peek() {
            while let Some(batch) = batches.take_waiting(Some(next_due)) {
                hand_over(Some(batch), &queues).await;
            }
        }
    }
    source.finish(&mut messages);
    for message in messages {
        hand_over(batches.add(message, last_due), &queues).await;
    }
    while let Some(batch) = batches.take_waiting(None) {
        hand_over(Some(batch), &queues).await;
    }
}

async fn hand_over(batch: Option<Batch>, queues: &[mpsc::Sender<Batch>]) {
    if let Some(batch) = batch {
        queues[batch.lane].send(batch).await.expect("connections end after their queues");
    }
}

async fn join(lanes: &mut JoinSet<()>) {
    while let Some(ended) = lanes.join_next().await {
        ended.expect("connections end by themselves");
    }
}

/// Tells a wrong address at once, instead of trying for ever.
async fn find_server(to: &str, server: &Uri) -> Result<(), LiveError> {
    let host = server.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let port = server.port_u16().unwrap_or(80);
    let limit = HttpBounds::default().connect_timeout;
    let reason = match timeout(limit, TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {limit:?}"),
    };
    Err(LiveError::NoServer { to: to.into(), reason })
}

async fn until_ended(stop: &AtomicBool, shared: &Shared) {
    while !stop.load(Ordering::Relaxed) && !shared.tally().has_failed() {
        sleep(LOOK_EVERY).await;
    }
}
