//! Connections that crowd, idle and drip.

use crate::client::Client;
use crate::server::TestServer;
use pinflow::http::Limits;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

#[tokio::test]
async fn headers_that_drip() {
    let server =
        TestServer::with_limits(Limits { header_timeout: Duration::from_millis(300), ..Limits::default() })
            .await;
    let mut dripping = Client::connect(server.address).await;
    let mut idle = Client::connect(server.address).await;
    dripping.send("GET /livez HT").await;
    let drip = tokio::time::timeout(Duration::from_secs(5), dripping.answer()).await;
    let answer = drip.expect("it is answered in time").expect("it is answered");
    assert_eq!((answer.status, answer.header("connection")), (408, Some("close")));
    assert_eq!(dripping.answer().await, None);
    assert_eq!(idle.answer().await, None);
    // So is a connection that was used and then is idle.
    let mut used = Client::connect(server.address).await;
    used.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(used.answer().await.unwrap().status, 200);
    assert_eq!(used.answer().await, None);
    while server.observed.lock().unwrap().len() < 2 {
        tokio::task::yield_now().await;
    }
    assert!(server.observed.lock().unwrap().contains(&("(headers)".to_owned(), 408, 0)));
}

#[tokio::test]
async fn probes_answer_in_a_crowd() {
    let server =
        TestServer::with_limits(Limits { connections: 500, spare_connections: 16, ..Limits::default() })
            .await;
    let mut crowd = Vec::new();
    for _ in 0..2500 {
        crowd.push(Client::connect(server.address).await);
    }
    for probe in ["/livez", "/readyz"] {
        assert_eq!(server.send("GET", probe, &[], "").await.parts(), (200, "ok\n"));
    }
    let other = server.send("POST", "/pin/", &[], "{}").await;
    assert_eq!((other.status, other.header("retry-after")), (503, Some("1")));
    assert_eq!(other.header("connection"), Some("close"));
    // Who came first still has its place.
    crowd[0].send("POST /pin/ HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}").await;
    assert_eq!(crowd[0].answer().await.unwrap().status, 200);
    drop(crowd);
    loop {
        if server.send("POST", "/pin/", &[], "{}").await.status == 200 {
            break;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn answers_that_are_not_read() {
    let limits = Limits { write_timeout: Duration::from_millis(200), ..Limits::default() };
    let server = TestServer::with_limits(limits).await;
    let mut client = Client::connect(server.address).await;
    let requests = "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1000);
    let send_until_closed = async { while client.stream.write_all(requests.as_bytes()).await.is_ok() {} };
    let closed = tokio::time::timeout(Duration::from_secs(20), send_until_closed).await;
    closed.expect("the server closes a connection whose answers are not read");
}
