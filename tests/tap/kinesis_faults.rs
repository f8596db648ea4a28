//! Requests that fail, and a server that is away for a while.

use crate::kinesis_proxy::{Fault, Proxy};
use crate::kinesis_server::KinesisServer;
use crate::kinesis_stream::{Server, Stream, numbers, pins};
use crate::tap::values;

fn fault(action: &'static str, after: usize, times: usize, status: u16, code: &'static str) -> Fault {
    Fault { action, after, times, status, code }
}

/// Reads a stream of 25 records in spite of faults; gives what was said.
#[track_caller]
fn check(faults: &[Fault]) -> String {
    let stream = Stream::new("pin", 1);
    stream.put(&pins(0..25, 3));
    let proxy = Proxy::start(&Server::shared().endpoint, faults);
    let done = stream.server.behind(&proxy.endpoint).tap(&[&stream.source(), "--until-end"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(numbers(&values(&done.out)).into_iter().eq(0..25));
    assert_eq!(proxy.left(), 0);
    done.err
}

#[test]
fn what_passes_is_waited_for() {
    let throttled = "ProvisionedThroughputExceededException";
    let told = check(&[
        fault("ListShards", 0, 2, 400, "LimitExceededException"),
        fault("GetShardIterator", 0, 1, 400, throttled),
        fault("GetRecords", 0, 2, 400, throttled),
    ]);
    assert!(told.contains("it gives less than is asked for") && told.lines().count() == 1, "{told}");
    check(&[
        fault("ListShards", 0, 1, 500, "InternalFailure"),
        fault("GetShardIterator", 0, 2, 503, "ServiceUnavailable"),
        fault("GetRecords", 0, 3, 500, "InternalFailure"),
    ]);
    assert_eq!(check(&[fault("GetRecords", 0, 2, 400, "ExpiredIteratorException")]), "");
}

#[test]
fn an_expired_place_is_found_again() {
    let stream = Stream::new("pin", 1);
    stream.put(&pins(0..10, 3));
    let faults = [fault("GetRecords", 1, 1, 400, "ExpiredIteratorException")];
    let proxy = Proxy::start(&Server::shared().endpoint, &faults);
    let following = stream.server.behind(&proxy.endpoint).follow(&[&stream.source()]);
    assert!(numbers(&following.next_values(10)).into_iter().eq(0..10));
    stream.put(&pins(10..20, 3));
    assert!(numbers(&following.next_values(10)).into_iter().eq(10..20));
    assert_eq!(following.interrupt(), Some(0));
    assert_eq!((proxy.left(), proxy.asked("GetShardIterator")), (0, 2));
}

#[test]
fn what_may_not_be_read_is_told() {
    let stream = Stream::new("pin", 1);
    stream.put(&pins(0..10, 3));
    let check = |action: &'static str, code: &'static str, part: &str| {
        let proxy = Proxy::start(&Server::shared().endpoint, &[fault(action, 0, 1, 400, code)]);
        let done = stream.server.behind(&proxy.endpoint).tap(&[&stream.source(), "--until-end"]);
        assert!(done.code == Some(1) && done.out.is_empty() && done.err.contains(part), "{}", done.err);
    };
    check("ListShards", "AccessDeniedException", "that they allow kinesis:ListShards");
    check("GetShardIterator", "UnrecognizedClientException", "access denied (UnrecognizedClientException");
    check("GetRecords", "ExpiredTokenException", "that they allow kinesis:GetRecords");
    check("GetRecords", "KMSDisabledException", "it is refused: KMSDisabledException: As the test wants it");
}

#[test]
fn a_server_that_is_followed_is_waited_for() {
    let mut server = KinesisServer::start();
    let stream = Stream::on(server.server(), "pin", 2);
    stream.put(&pins(0..100, 10));
    let following = stream.server.follow(&[&stream.source()]);
    let mut shown = numbers(&following.next_values(100));
    for first in [100, 200] {
        server.kill();
        server.start_again();
        stream.put(&pins(first..first + 100, 10));
        shown.extend(numbers(&following.next_values(100)));
    }
    shown.sort();
    assert!(shown.into_iter().eq(0..300));
    // Who wants what is there now has to know that it cannot be had.
    server.kill();
    let done = stream.server.tap(&[&stream.source(), "--until-end"]);
    assert_eq!((done.code, done.out.len()), (Some(1), 0));
    assert!(done.err.contains("dispatch failure"), "{}", done.err);
    let (code, _) = following.interrupt_troubled();
    assert_eq!(code, Some(0));
}
