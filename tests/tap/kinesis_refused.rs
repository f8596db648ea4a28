//! Streams that cannot be read: what is said, and the exit code.

use crate::kinesis_stream::{Server, Stream, nobody, pins};
use crate::tap::{Done, done};
use std::time::{Duration, Instant};

#[track_caller]
fn check(found: &Done, code: i32, part: &str) {
    assert!(found.err.contains(part) && found.err.lines().count() == 1, "{}", found.err);
    assert_eq!((found.code, found.out.len()), (Some(code), 0), "{}", found.err);
}

#[test]
fn a_stream_that_is_not_there_is_told() {
    let server = Server::shared();
    let there = Stream::new("pin", 1);
    there.put(&pins(0..1, 1));
    check(
        &server.tap(&["kinesis://no-such-pin"]),
        1,
        "kinesis://no-such-pin: there is no such stream in us-east-1",
    );
    let found = server.tap(&[&format!("kinesis://no-such-pin,{}", there.name), "--until-end"]);
    assert!(found.code == Some(1) && found.err.contains("no such stream"), "{}", found.err);
}

#[test]
fn who_asks_and_where_has_to_be_known() {
    let mut command = nobody(&["kinesis://a-pin"]);
    command.env("AWS_REGION", "eu-west-1");
    check(&done(command), 1, "no credentials for Kinesis");
    let mut command = nobody(&["kinesis://a-pin"]);
    command.env("AWS_ACCESS_KEY_ID", "a").env("AWS_SECRET_ACCESS_KEY", "b");
    check(&done(command), 2, "kinesis.region: no region is known");
}

#[test]
fn a_server_that_is_away_at_the_start_is_told() {
    let begin = Instant::now();
    let server = Server::shared().behind("http://127.0.0.1:1");
    check(&server.tap(&["kinesis://a-pin"]), 1, "kinesis://a-pin: dispatch failure");
    assert!(begin.elapsed() < Duration::from_secs(40), "{:?}", begin.elapsed());
}
