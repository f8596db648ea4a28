//! One connection, from its first byte until it is closed in a way that lets the client read the last answer.

use super::places::Place;
use super::unread::Unread;
use super::{Limits, Observed, Observer};
use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::future::poll_fn;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

/// hyper sends nothing when headers do not come in time.
const HEADER_TIMEOUT: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
/// How long a connection without a regular place may take to send its request.
const SPARE_HEADER_TIMEOUT: Duration = Duration::from_secs(2);
/// How long what a client still sends is read and thrown away after the last answer.
const LINGER: Duration = Duration::from_secs(2);

/// What the server is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It accepts connections.
    Serving,
    /// Requests in progress finish; nothing new begins.
    Draining,
    /// Everything is cut off.
    Closed,
}

/// What depends on the place that a connection has.
#[derive(Clone, Copy)]
pub struct Settings {
    header_bytes: usize,
    header_timeout: Duration,
    write_timeout: Duration,
    keep_alive: bool,
}

impl Settings {
    /// Those of a connection that has a regular place.
    pub fn regular(limits: &Limits) -> Settings {
        Settings {
            header_bytes: limits.header_bytes,
            header_timeout: limits.header_timeout,
            write_timeout: limits.write_timeout,
            keep_alive: true,
        }
    }

    /// Those of a connection that has a spare place.
    pub fn spare(limits: &Limits) -> Settings {
        let header_timeout = limits.header_timeout.min(SPARE_HEADER_TIMEOUT);
        Settings { header_timeout, keep_alive: false, ..Settings::regular(limits) }
    }
}

/// Serves a connection.
pub async fn run(
    stream: TcpStream,
    mut place: Place,
    routes: Router,
    settings: Settings,
    mut phase: watch::Receiver<Phase>,
    observer: Observer,
) {
    let routes = TowerToHyperService::new(routes);
    let service = service_fn(move |request: Request<Incoming>| Box::pin(routes.call(request)));
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(settings.header_timeout)
        .max_header_size(settings.header_bytes)
        .keep_alive(settings.keep_alive)
        .serve_connection(TokioIo::new(Unread::new(stream, settings.write_timeout)), service);
    let ended = loop {
        tokio::select! {
            ended = poll_fn(|context| connection.poll_without_shutdown(context)) => break ended,
            _ = phase.changed() => match *phase.borrow() {
                Phase::Closed => return,
                Phase::Draining | Phase::Serving => std::pin::Pin::new(&mut connection).graceful_shutdown(),
            },
            () = place.lost() => return,
        }
    };
    let parts = connection.into_parts();
    let mut stream = parts.io.into_inner().into_inner();
    if let Err(error) = ended {
        // An idle connection that times out is closed in silence: its client may just be about to use it again.
        let began = !parts.read_buf.is_empty();
        if error.is_timeout() && began && stream.write_all(HEADER_TIMEOUT).await.is_err() {
            return;
        }
        if let Some(status) = status_of(&error, began) {
            observer.observe(&Observed { route: "(headers)", status, seconds: 0.0, bytes_in: 0 });
        }
    }
    let serving = *phase.borrow() == Phase::Serving;
    if serving {
        linger(stream).await;
    }
}

/// What was answered to a request whose headers could not be used.
fn status_of(error: &hyper::Error, began: bool) -> Option<u16> {
    if error.is_timeout() {
        began.then_some(408)
    } else if error.is_parse_too_large() {
        Some(431)
    } else {
        error.is_parse().then_some(400)
    }
}

/// Closing a socket with unread bytes resets the connection, and the client may never see why its body was refused. So
/// what it is still sending is read for a while.
async fn linger(mut stream: TcpStream) {
    if stream.shutdown().await.is_err() {
        return;
    }
    let mut discarded = [0; 4096];
    let read_to_end = async { while matches!(stream.read(&mut discarded).await, Ok(1..)) {} };
    // A client that goes on for longer gets its reset.
    let _ = tokio::time::timeout(LINGER, read_to_end).await;
}
