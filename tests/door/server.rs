//! A server for one test.

use crate::client::{Answer, exchange, request};
use crate::memory_log::{MemoryLog, PARTITIONS};
use pinflow::config::Config;
use pinflow::front_door::{Destination, Door, LogTopics, Overload, Streams, routes};
use pinflow::http::{InFlight, Limits, Observer, Probes, Server, Stopped};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub struct TestServer {
    pub address: SocketAddr,
    pub log: Arc<MemoryLog>,
    pub in_flight: InFlight,
    pub overloaded: Arc<AtomicBool>,
    pub ready: Arc<AtomicBool>,
    /// Route, status and bytes of every request, in the order of their answers.
    pub observed: Arc<Mutex<Vec<(String, u16, u64)>>>,
    pub folder: TempDir,
    stop: oneshot::Sender<()>,
    stopped: JoinHandle<Stopped>,
}

impl TestServer {
    pub async fn start() -> TestServer {
        TestServer::with_limits(Limits::default()).await
    }

    pub async fn with_limits(limits: Limits) -> TestServer {
        let (log, in_flight) = (MemoryLog::new(), InFlight::new(limits.in_flight_bytes));
        let overloaded = Arc::new(AtomicBool::new(false));
        let ready = Arc::new(AtomicBool::new(true));
        let observed = Arc::new(Mutex::new(Vec::new()));
        let folder = tempfile::tempdir().unwrap();
        let door = Door {
            destination: Destination::Log(LogTopics {
                log: log.seam(),
                partitions: PARTITIONS,
                kinds: Config::default().kinds,
                streams: Arc::new(Streams::open(folder.path(), limits.streams).unwrap()),
            }),
            overload: Overload::new({
                let overloaded = Arc::clone(&overloaded);
                move || overloaded.load(Ordering::Relaxed)
            }),
            limits: limits.clone(),
            in_flight: in_flight.clone(),
        };
        let probes = Probes::new({
            let ready = Arc::clone(&ready);
            move || if ready.load(Ordering::Relaxed) { Ok(()) } else { Err("recovering".to_owned()) }
        });
        let observer = Observer::new({
            let observed = Arc::clone(&observed);
            move |request| {
                observed.lock().unwrap().push((request.route.to_owned(), request.status, request.bytes_in))
            }
        });
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = Server::bind(any_port, limits, probes, observer).await.unwrap();
        let address = server.address().unwrap();
        let (stop, told_to_stop) = oneshot::channel();
        let stopped = tokio::spawn(server.serve(routes(door), async { told_to_stop.await.unwrap_or(()) }));
        TestServer { address, log, in_flight, overloaded, ready, observed, folder, stop, stopped }
    }

    pub async fn send(&self, method: &str, path: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Answer {
        exchange(self.address, request(method, path, headers, body)).await
    }

    /// Tells the server to stop; what comes back is done when it has. The folder stays until it is dropped.
    pub fn stop(self) -> (JoinHandle<Stopped>, TempDir) {
        self.stop.send(()).expect("the server runs");
        (self.stopped, self.folder)
    }
}
