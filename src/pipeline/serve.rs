//! The server of a run: the front door, the views, what the run shows of itself, and the page.

use super::run::RunError;
use crate::api::{self, Api};
use crate::config::Config;
use crate::front_door::{self, Appender, Destination, Door, KafkaTopics, LogTopics, Overload, Streams};
use crate::http::{InFlight, Limits, Observer, Probes, Server, Stopped};
use crate::input::{Input, KafkaInput, LogInput};
use crate::page;
use crate::running::Running;
use crate::views::ViewStore;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Threads that serve. Requests are parsed and answered on them; two keep up with what two workers can read.
const THREADS: usize = 2;
/// How long requests in progress may go on when the run stops: with what comes after, the process ends within ten seconds.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(6);

/// A server that listens.
pub struct Serving {
    runtime: Runtime,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    views: Arc<ViewStore>,
    stopped: JoinHandle<Stopped>,
}

/// How it ended.
pub struct Served {
    /// Connections whose requests did not finish in time.
    pub cut_off: usize,
}

/// Listens, and serves from now on.
pub fn start(config: &Config, running: Arc<Running>) -> Result<Serving, RunError> {
    let runtime =
        Builder::new_multi_thread().worker_threads(THREADS).thread_name("http").enable_all().build();
    let runtime = runtime.map_err(|error| RunError::Start(error.to_string()))?;
    let limits = limits(config);
    let in_flight = InFlight::new(limits.in_flight_bytes);
    let door = door(config, &limits, &in_flight, &running)?;
    let log = api::log::routes(running.clone(), config, limits.clone(), in_flight);
    let listen = config.live.listen;
    let (probes, observer) = (probes(running.clone()), running.metrics.observer());
    let server = runtime.block_on(bind(listen, limits, probes, observer))?;
    let address = server.address().map_err(|error| RunError::Listen { address: listen, error })?;
    runtime.spawn(running.clone().observe_freshness());
    let views = running.shared.views.clone();
    let routes = front_door::routes(door).merge(api::routes(Api { views: views.clone() }));
    let routes = routes.merge(api::routes_of_run(running)).merge(log).merge(page::routes());
    let (stop, stopping) = oneshot::channel();
    // Dropping the sender stops, too.
    let stopping = async { drop(stopping.await) };
    let stopped = runtime.spawn(server.serve(routes, stopping));
    Ok(Serving { runtime, address, stop, views, stopped })
}

async fn bind(
    address: SocketAddr,
    limits: Limits,
    probes: Probes,
    observer: Observer,
) -> Result<Server, RunError> {
    let server = Server::bind(address, limits, probes, observer).await;
    server.map_err(|error| RunError::Listen { address, error })
}

impl Serving {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts nothing more, and waits for requests in progress.
    pub fn stop(self) -> Served {
        self.views.close();
        // It may have ended by itself.
        let _ = self.stop.send(());
        let stopped = self.runtime.block_on(self.stopped);
        self.runtime.shutdown_background();
        Served { cut_off: stopped.map_or(0, |stopped| stopped.cut_off) }
    }
}

fn limits(config: &Config) -> Limits {
    let settings = &config.live.http;
    Limits {
        connections: settings.connections,
        header_timeout: Duration::from_millis(settings.header_timeout_ms as u64),
        body_timeout: Duration::from_millis(settings.body_timeout_ms as u64),
        body_bytes: settings.body_max_bytes,
        in_flight_bytes: settings.in_flight_max_bytes,
        record_bytes: config.limits.record_max_bytes,
        kafka_records: settings.kafka_records,
        kinesis_records: settings.kinesis_records,
        ingest_records: settings.ingest_records,
        streams: config.live.log.topics,
        drain_timeout: DRAIN_TIMEOUT,
        ..Limits::default()
    }
}

fn door(
    config: &Config,
    limits: &Limits,
    in_flight: &InFlight,
    running: &Arc<Running>,
) -> Result<Door, RunError> {
    let destination = match &running.input {
        Input::Log(input) => Destination::Log(log_topics(config, limits, input)?),
        Input::Kafka(input) => Destination::Kafka(Box::new(kafka_topics(config, input))),
    };
    let (lag_max_bytes, lagging) = (config.live.lag_max_bytes as u64, running.clone());
    Ok(Door {
        destination,
        overload: Overload::new(move || lagging.is_live() && lagging.input.lag_bytes() > lag_max_bytes),
        limits: limits.clone(),
        in_flight: in_flight.clone(),
    })
}

fn log_topics(config: &Config, limits: &Limits, input: &LogInput) -> Result<LogTopics, RunError> {
    let data = &config.live.data;
    let streams = Streams::open(data, limits.streams).map_err(|error| RunError::Start(error.to_string()))?;
    Ok(LogTopics {
        log: Appender::of_log(input.log.clone()),
        partitions: input.log.partitions(),
        kinds: config.kinds.clone(),
        streams: Arc::new(streams),
    })
}

fn kafka_topics(config: &Config, input: &KafkaInput) -> KafkaTopics {
    let source = config.kafka.as_ref().expect("the input is made of it");
    KafkaTopics {
        producer: input.producer.clone(),
        wanted: source.topics.clone(),
        kinds: config.kinds.clone(),
        settings: config.front_door.clone(),
    }
}

fn probes(running: Arc<Running>) -> Probes {
    Probes::new(move || running.readiness())
}
