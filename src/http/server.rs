//! Accepts connections until it is told to stop, then lets requests in progress finish.

use super::connection::{self, Phase};
use super::places::{Place, Places};
use super::{Limits, Observer, Probes, routes};
use axum::Router;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tracing::{info, warn};

/// How long nothing is accepted after accepting failed: without a pause, a process that is out of file descriptors
/// would spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Connections that may wait to be accepted; the system's own maximum, where that is lower. With the usual 128 a crowd that
/// comes at once finds no place now and then, and whoever finds none tries again after a second.
const BACKLOG: u32 = 4096;

/// A server that listens.
pub struct Server {
    listener: TcpListener,
    limits: Limits,
    probes: Probes,
    observer: Observer,
}

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Connections whose requests did not finish in time and were cut off.
    pub cut_off: usize,
}

impl Server {
    /// Listens at an address; port 0 takes a free one.
    pub async fn bind(
        address: SocketAddr,
        limits: Limits,
        probes: Probes,
        observer: Observer,
    ) -> io::Result<Server> {
        Ok(Server { listener: listen(address)?, limits, probes, observer })
    }

    /// Where it listens.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves `application` and the probes until `stop` is done; then accepts nothing more, closes idle connections,
    /// and gives requests in progress `drain_timeout`.
    pub async fn serve(self, application: Router, stop: impl Future<Output = ()>) -> Stopped {
        let Server { listener, limits, probes, observer } = self;
        let places = Places::new(limits.connections, limits.spare_connections);
        let all = routes::all(application, &probes, &limits, observer.clone());
        let spare = routes::only_probes(&probes, &limits);
        let phase = watch::Sender::new(Phase::Serving);
        tokio::pin!(stop);
        let mut accepting = true;
        loop {
            let accepted = tokio::select! {
                biased;
                () = &mut stop => break,
                accepted = listener.accept() => accepted,
            };
            let stream = match accepted {
                Ok((stream, _)) => {
                    accepting = true;
                    stream
                }
                Err(error) => {
                    if std::mem::take(&mut accepting) {
                        warn!(%error, "could not accept a connection");
                    }
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            prepare(&stream);
            let place = places.take();
            let (routes, settings) = match &place {
                Place::Regular { .. } => (all.clone(), connection::Settings::regular(&limits)),
                Place::Spare(_) => (spare.clone(), connection::Settings::spare(&limits)),
            };
            tokio::spawn(connection::run(
                stream,
                place,
                routes,
                settings,
                phase.subscribe(),
                observer.clone(),
            ));
        }
        drop(listener);
        drain(&phase, limits.drain_timeout).await
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Else a restart would have to wait for the last connections of the run before.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Answers are small and complete: waiting for more to send would only delay them.
fn prepare(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        warn!(%error, "could not turn off Nagle's algorithm");
    }
}

async fn drain(phase: &watch::Sender<Phase>, timeout: Duration) -> Stopped {
    phase.send_replace(Phase::Draining);
    if tokio::time::timeout(timeout, phase.closed()).await.is_ok() {
        return Stopped { cut_off: 0 };
    }
    let cut_off = phase.receiver_count();
    info!(connections = cut_off, "cut off connections whose requests did not finish in time");
    phase.send_replace(Phase::Closed);
    phase.closed().await;
    Stopped { cut_off }
}
