//! The server stops.

use crate::client::{Client, request};
use crate::server::TestServer;
use pinflow::http::{Limits, Stopped};
use std::time::Duration;
use tokio::net::TcpStream;

/// A server with a request that waits for the log, on a connection of its own.
async fn with_a_waiting_request(drain_timeout: Duration) -> (TestServer, Client) {
    let server = TestServer::with_limits(Limits { drain_timeout, ..Limits::default() }).await;
    server.log.open.send_replace(false);
    let mut client = Client::connect(server.address).await;
    client.send(request("POST", "/pin/", &[], "{}")).await;
    while server.in_flight.bytes() == 0 {
        tokio::task::yield_now().await;
    }
    (server, client)
}

#[tokio::test]
async fn requests_in_progress_finish() {
    let (server, mut client) = with_a_waiting_request(Duration::from_secs(20)).await;
    let mut idle = Client::connect(server.address).await;
    idle.send(request("GET", "/livez", &[], "")).await;
    assert_eq!(idle.answer().await.unwrap().status, 200);
    let (log, address) = (server.log.clone(), server.address);
    let (stopped, _folder) = server.stop();
    assert_eq!(idle.answer().await, None);
    assert!(TcpStream::connect(address).await.is_err());
    log.open.send_replace(true);
    let answer = client.answer().await.unwrap();
    assert_eq!((answer.parts(), answer.header("connection")), ((200, "{}"), Some("close")));
    assert_eq!(client.answer().await, None);
    assert_eq!(stopped.await.unwrap(), Stopped { cut_off: 0 });
}

#[tokio::test]
async fn those_that_take_too_long_are_cut_off() {
    let (server, mut client) = with_a_waiting_request(Duration::from_millis(100)).await;
    let (stopped, _folder) = server.stop();
    assert_eq!(stopped.await.unwrap(), Stopped { cut_off: 1 });
    assert_eq!(client.answer().await, None);
}
